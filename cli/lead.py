"""`followup lead …`: what can be done for one lead."""

from typing import ClassVar

import typer

from cli import lead_add, lead_commands, lead_list, lead_messages, lead_signal, lead_view
from cli.group import Elsewhere, Group


class Leads(Group):
    """The import reads files and is loaded only when it is used."""

    elsewhere: ClassVar[dict[str, Elsewhere]] = {
        "import": Elsewhere("cli.lead_import:command", "Add the leads of a CSV file."),
    }


app = typer.Typer(cls=Leads, help="Add, show, explain and steer leads.", no_args_is_help=True, rich_markup_mode=None)

READING = (lead_list.list_, lead_view.show, lead_view.explain, lead_messages.messages)

for verb in (lead_add.add, *READING, lead_signal.signal):
    verb.mount(app)

for verb in lead_commands.VERBS:
    verb.mount(app)
