"""What the demo shows: each life as it happens, and a table at the end."""

from collections import abc
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.database import Transaction
from adapters.timeline import Happening
from adapters.views.accounts import Accounts, calls_made, received_by
from adapters.views.pulse import pulse
from cli.demo.script import ScriptedLead
from engine.frozen import Frozen
from engine.life.sentences import HAPPENS, say_zone
from engine.sequence.wording import say_stage
from engine.words import EventKind, LeadId, TouchState

STYLES = {"event": "cyan", "enrolment": "magenta", "stage": "bold yellow", "touch": "green", "task": "blue"}


WIDE = 100
"""Columns of a terminal that has room for figures and sentences side by side."""

FIGURES = "{:<21} {:<10} {:>5} {:>4} {:>5}"

Cell = tuple[int | None, str | None, str]
"""Width, style and text; no width: what is left."""

OURS = ("fields_changed", "task_done", "in_flight", "deferred", "retryable", "opened", "cancelled")
"""What happens inside us and says nothing of a life, or is told by what follows."""

INSTEAD: dict[tuple[str, str], tuple[str, str]] = {
    ("event", EventKind.CAPTURED): (HAPPENS[EventKind.CAPTURED], "enquired"),
    ("touch", TouchState.ACCEPTED): ("accepted", "sent"),
    ("touch", TouchState.SUPPRESSED): ("suppressed", "left out"),
    ("touch", TouchState.UNCERTAIN): ("uncertain", "may have left, so the provider is asked"),
    ("touch", TouchState.LOST): ("lost", "is unknown to the provider, so the owner is asked"),
}
"""Words of ours, and what a spectator calls it."""


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
        self._told = False

    def say(self, text: str) -> None:
        """A line of the demo's own."""
        self._console.print(text, highlight=False, soft_wrap=True)

    def tell(self, lead: ScriptedLead, happening: Happening) -> None:
        """One thing that happened to a lead, if it is part of its life; what only we see is left out."""
        text = plain_words(happening)
        if text is None:
            return
        if not self._told:
            self.say(f"[dim]All times are {say_zone(self._zone.key)}.[/]\n")
        self._told = True
        when = happening.at.astimezone(self._zone).strftime("%a %d %b %H:%M")
        self._row((16, "dim", when), (20, None, lead.name), (None, STYLES[happening.kind], text))

    def table(self, lives: abc.Sequence[Life]) -> None:
        """Each lead in figures, and why it ended or what it waits for: beside them, or below where there is no room."""
        self.say("\n[bold]Six months later[/]\n")
        wide = self._console.width >= WIDE
        heading = FIGURES.format("lead", "stage", "email", "sms", "calls")
        self.say(f"[dim]{heading}  how it stands[/]" if wide else f"[dim]{heading}[/]")
        for life in lives:
            sent = (life.received.get(channel, 0) for channel in ("email", "sms"))
            figures = FIGURES.format(life.name, say_stage(life.stage), *sent, life.calls)
            if wide:
                self._row((len(figures), None, figures), (None, None, life.why))
            else:
                self.say(figures)
                self._row((2, None, ""), (None, "dim", life.why))
        self.say("")

    def _row(self, *cells: Cell) -> None:
        """Cells side by side; the last one is broken into lines in its own column."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        for width, style, _ in cells:
            grid.add_column(width=width, style=style, no_wrap=width is not None)
        grid.add_row(*(Text(text) for _, _, text in cells))
        self._console.print(grid)

    def accounts(self, title: str, accounts: Accounts, *, over: bool = True) -> None:
        """The promise, in figures; while things go on, what is not accounted for yet is not lost."""
        missing = "lost" if over else "not accounted for yet"
        verdict = "green" if accounts.lost == accounts.twice == 0 else "bold red"
        self._console.print(
            f"{title}: {accounts.due} messages due, [{verdict}]{missing} {accounts.lost}, twice {accounts.twice}[/]",
            highlight=False,
            soft_wrap=True,
        )


def plain_words(happening: Happening) -> str | None:
    """What happened as a word or two of somebody's life; None for what only we need to know."""
    if happening.what in OURS or happening.changed_nothing:
        return None
    if happening.what == "started" and happening.text.endswith(HAPPENS[EventKind.CAPTURED]):
        return None  # the enquiry is told already
    if (happening.kind, happening.what) in INSTEAD:
        told, shown = INSTEAD[happening.kind, happening.what]
        return happening.text.replace(told, shown)
    return happening.text.removeprefix("the lead ")


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
