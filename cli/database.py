"""`followup database …`: the shape of the database."""

import typer

from cli.output import Output
from cli.verb import verb
from engine.frozen import Frozen


class Upgraded(Frozen):
    """From which revision to which."""

    before: str | None
    """None: it was empty."""
    after: str


@verb(
    "followup database upgrade", "FOLLOWUP_DATABASE_URL=postgresql+psycopg://user@host/name followup database upgrade"
)
def upgrade(out: Output) -> None:
    """Run the migrations this release needs, all in one transaction; a database that has them is left as it is."""
    from adapters import schema
    from cli.office import open_office

    with open_office() as office:
        office.database.create()
        before = schema.current(office.database)
        schema.upgrade(office.database)
    upgraded = Upgraded(before=before, after=schema.head())
    out.one(upgraded, lambda: [("", _told(upgraded))])


def _told(upgraded: Upgraded) -> str:
    if upgraded.before == upgraded.after:
        return f"the database is at revision {upgraded.after} already"
    return f"the database went from revision {upgraded.before or 'none'} to {upgraded.after}"


app = typer.Typer(help="The shape of the database.", no_args_is_help=True, rich_markup_mode=None)

upgrade.mount(app)
