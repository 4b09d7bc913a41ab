"""What the demo shows: each life as it happens, and a table at the end."""

from collections import abc
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from adapters.database import Transaction
from adapters.timeline import Happening
from adapters.views.accounts import Accounts, calls_made, received_by
from adapters.views.pulse import pulse
from cli.demo.script import ScriptedLead
from engine.frozen import Frozen
from engine.words import LeadId

STYLES = {"event": "cyan", "enrolment": "magenta", "stage": "bold yellow", "touch": "green", "task": "blue"}


class Life(Frozen):
    """How a lead's half year ended."""

    name: str
    stage: str
    received: dict[str, int]
    calls: int
    why: str


class Screen:
    """Prints lives."""

    def __init__(self, console: Console, zone: str) -> None:
        self._console = console
        self._zone = ZoneInfo(zone)

    def say(self, text: str) -> None:
        """A line of the demo's own."""
        self._console.print(text, highlight=False)

    def tell(self, lead: ScriptedLead, happening: Happening) -> None:
        """One thing that happened to a lead."""
        when = happening.at.astimezone(self._zone).strftime("%a %d %b %Y %H:%M")
        style = STYLES[happening.kind]
        self._console.print(
            f"[dim]{when}[/]  {lead.name:<22} [{style}]{happening.text}[/]", highlight=False, soft_wrap=True
        )

    def table(self, lives: abc.Sequence[Life]) -> None:
        """One row for each lead."""
        table = Table(title="Six months later", title_justify="left", header_style="bold")
        for heading in ("lead", "stage", "email", "sms", "calls", "why it ended, or what it waits for"):
            table.add_column(heading, justify="right" if heading in ("email", "sms", "calls") else "left")
        for life in lives:
            counts = [str(life.received.get(channel, 0)) for channel in ("email", "sms")]
            table.add_row(life.name, life.stage.replace("_", " "), *counts, str(life.calls), life.why)
        self._console.print(table)

    def accounts(self, title: str, accounts: Accounts) -> None:
        """The promise, in figures."""
        verdict = "green" if accounts.lost == accounts.twice == 0 else "bold red"
        self._console.print(
            f"{title}: {accounts.due} messages due, [{verdict}]lost {accounts.lost}, twice {accounts.twice}[/]",
            highlight=False,
        )


def life_of(transaction: Transaction, lead_id: LeadId, name: str) -> Life:
    """How the lead stands now, from its row and from what left for it."""
    now = pulse(transaction, lead_id)
    return Life(
        name=name,
        stage=now.stage,
        received=received_by(transaction, lead_id),
        calls=calls_made(transaction, lead_id),
        why=now.why,
    )
