"""What the demo shows: each life as it happens, and a table at the end."""

from collections import Counter, abc
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from adapters.database import Transaction
from adapters.tables import leads, ledger, outbox
from adapters.timeline import Happening
from cli.demo.script import ScriptedLead
from engine.frozen import Frozen
from engine.words import LeadId

STYLES = {"event": "cyan", "enrolment": "magenta", "stage": "bold yellow", "touch": "green", "task": "blue"}
CHANNELS = ("email", "sms", "voice")


class Life(Frozen):
    """How a lead's half year ended."""

    name: str
    stage: str
    touches: tuple[tuple[str, int], ...]
    calls: int
    state: str
    why: str


class Accounts(Frozen):
    """Whether every promise was kept: counted from what was sent, not from what we believe."""

    due: int
    """Touches that were claimed."""
    lost: int
    """Claimed, not in the Outbox, and nobody asked."""
    twice: int
    """Steps of one visit that are in the Outbox more than once."""


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
            sent = dict(life.touches)
            counts = [str(sent.get(channel, 0)) for channel in ("email", "sms")]
            table.add_row(life.name, life.stage.replace("_", " "), *counts, str(life.calls), life.why)
        self._console.print(table)

    def accounts(self, title: str, accounts: Accounts) -> None:
        """The promise, in figures."""
        verdict = "green" if accounts.lost == accounts.twice == 0 else "bold red"
        self._console.print(
            f"{title}: {accounts.due} messages due, [{verdict}]lost {accounts.lost}, twice {accounts.twice}[/]",
            highlight=False,
        )


def life_of(transaction: Transaction, lead_id: LeadId, name: str, calls: int) -> Life:
    """How the lead stands now, from its row and from what left for it."""
    row = transaction.execute(select(leads).where(leads.c.id == lead_id)).one()
    sent = select(ledger.c.channel).join(outbox, outbox.c.touch_key == ledger.c.touch_key)
    counted = Counter(transaction.execute(sent.where(ledger.c.lead == lead_id)).scalars())
    return Life(
        name=name,
        stage=row.stage,
        touches=tuple(sorted(counted.items())),
        calls=calls,
        state=row.lead_state,
        why=row.why or "",
    )


def accounts_of(transaction: Transaction) -> Accounts:
    """Every claimed touch against the Outbox, which is what the people would have received."""
    claimed = transaction.execute(select(ledger.c.touch_key, ledger.c.state).where(ledger.c.fence > 0)).all()
    received = set(transaction.execute(select(outbox.c.touch_key)).scalars())
    lost = [row for row in claimed if row.touch_key not in received and row.state not in ("lost", "rejected")]
    per_step = (
        select(func.count())
        .select_from(outbox.join(ledger, outbox.c.touch_key == ledger.c.touch_key))
        .group_by(ledger.c.lead, ledger.c.enrolment, ledger.c.plan, ledger.c.visit, ledger.c.step)
        .having(func.count() > 1)
    )
    twice = len(transaction.execute(per_step).all())
    return Accounts(due=len(claimed), lost=len(lost), twice=twice)
