"""What the second interpreter remembers of one lead."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.oracle.calendar import Plain

TASK_DUE = {"kind": "business_days", "days": 1}
CALL_DUE = {"kind": "working", "minutes": 60}
DEEPEST = 3
"""So many sequences may be interrupted at a time."""


@dataclass
class Task:
    """Something a person was asked to do; `step` is None if no step asked for it."""

    name: str
    role: str
    opened: datetime
    due: datetime
    number: int = field(default=0, kw_only=True)
    """Among all tasks of the lead, in the order they were opened."""
    enrolment: "Enrolment | None" = None
    step: Plain = None
    escalations: list[tuple[datetime, str]] = field(default_factory=list)
    give_up: datetime | None = None
    question: str | None = None
    """The ReviewReason it was opened beside."""
    about: "tuple[Place, Plain] | None" = None
    """Where the message stood that the question is about, and its step."""
    left_at: datetime | None = None
    """When the message left, if it did."""


@dataclass
class Place:
    """Where an enrolment stands in one visit of a stage."""

    stage: str
    entered: datetime
    plan: list[Plain]
    """Steps still to do, and the exit at their end."""
    anchor: datetime
    settles: bool = False
    """Whether the lead was moved here while it was waiting elsewhere."""
    decided: bool = False
    """Whether the guard of the step in front has been asked; that is done once."""
    tried: datetime | None = None
    """When the message in front, which came back, was taken up anew, or until when a call was put off: its moment."""
    never_late: bool = False
    """A person wants the step in front done, however late it is."""
    waits_for: Task | None = None
    retry_at: datetime | None = None
    """When the message in front, which came back softly, may be tried anew; when the lead wants to be called."""
    last_sent: Plain = None
    """The message that was settled last, while nothing else was settled since."""
    question: str | None = None
    """What a person has to decide about the message in front before anything else is done."""


@dataclass
class Enrolment:
    """One lead in one sequence."""

    sequence: Plain
    started: datetime
    place: Place
    visits: Counter[str] = field(default_factory=Counter)
    left: dict[str, tuple[datetime, Place]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    touches: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    """How often each step's message came back softly, in this visit."""
    answer: Task | None = None
    """The answer task this enrolment waits for (`carry_on`)."""
    stood_still: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    """When the clock did not run; the last stretch may have no end yet."""
    seen: dict[str, bool] = field(default_factory=dict)
    """What each condition of a `becomes` was when last asked."""
    fired: set[tuple[str, str]] = field(default_factory=set)
    """Which reactions to a moment have come, for which value of its date."""
    moved_to: str | None = None
    """Where the CRM moved the lead while this was interrupted."""
    wanted_stage: tuple[str, str] | None = None
    """The stage and step that the visit limit keeps it from entering."""

    @property
    def name(self) -> str:
        """The sequence's name."""
        return str(self.sequence["name"])

    @property
    def stands_still(self) -> bool:
        """Whether the clock does not run now."""
        return bool(self.stood_still) and self.stood_still[-1][1] is None

    def shifted(self, anchor: datetime, moment: datetime) -> datetime | None:
        """`moment`, counted from `anchor`, later by every stretch of standing still; None during one."""
        for begin, end in self.stood_still:
            begin = max(begin, anchor)
            if begin < moment:
                if end is None:
                    return None
                if end > begin:
                    moment += end - begin
        return moment

    def stood_since(self, anchor: datetime) -> timedelta:
        """How long the clock, which runs now, has not run since then: so much later may everything be."""
        pairs = [(max(begin, anchor), end) for begin, end in self.stood_still if end]
        return sum((end - begin for begin, end in pairs if end > begin), timedelta(0))


@dataclass
class Doubt:
    """A message of which nobody knows whether it went out."""

    at: datetime
    enrolment: Enrolment
    step: Plain
    found: bool
    """Whether the first look-up finds it."""
