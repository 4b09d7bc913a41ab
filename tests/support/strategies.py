"""
Generated catalogues and worlds: valid sequences of every shape, and leads in every corner of the calendar.

A generated sequence is one that `validate` would let through: every stage has a way out, every cycle waits, every
reaction leads to a stage or a sequence that exists. Everything is made of small choices whose first option is the
simplest, so that a counterexample shrinks to a short one.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Literal, TypeVar

from hypothesis import strategies as st

from engine.calendar.hours import Hours
from engine.life.circumstances import ChannelState, Circumstances, FieldValue, Policy
from engine.life.wishes import Plan
from engine.reasons import ReplyClass, SkipReason
from engine.sequence.compiled import (
    Again,
    AgainAfter,
    AgainIfInactive,
    AgainOnce,
    AllOf,
    AnyOf,
    Block,
    Branch,
    BusinessDays,
    CalendarDays,
    Can,
    CarryOn,
    Case,
    Condition,
    Delay,
    Elapsed,
    Escalation,
    Exit,
    FieldAtLeast,
    FieldBelow,
    FieldIs,
    FieldKnown,
    Finish,
    FinishReason,
    Goto,
    HumanTask,
    IfPast,
    Message,
    Moment,
    Not,
    OnByHand,
    OnEntered,
    OnEvent,
    OnMoment,
    OnReply,
    OpenNow,
    OutcomeIs,
    Quiet,
    Reaction,
    Response,
    Sequence,
    SimpleDelay,
    StagePlan,
    Start,
    Step,
    Trigger,
    Window,
    Working,
)
from engine.sequence.pipeline import PipelineStage
from engine.words import Channel, EventKind, Stage, ZoneSource
from tests.support.life import ALWAYS, DAYTIME, WEEKDAYS

NAMES = ("upper", "middle", "lower")
ZONES = (
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Pacific/Kiritimati",
    "UTC",
)
MAPPED = ("New", "Contacted", "Delayed", "Cold", "Proposal", "Won")
UNMAPPED = "Somewhere else"
PIPELINE = tuple(PipelineStage(name=name, stage=stage) for name, stage in zip(MAPPED, Stage, strict=True))
BUTTONS = ("gift", "call-back")
DATES = ("visit_on", "renewal_on")
DATE_VALUES = (
    None,
    "2026-10-31",
    "2026-11-01T01:30:00",
    "2026-12-24",
    "2027-03-14",
    "2027-03-28T09:00:00+00:00",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "soon",
)
CHOICE, NUMBER, FLAG = "source", "score", "vip"

NARROW = Window(blocks=(Block(weekday=1, opens=time(10), closes=time(10, 5)),))
"""Five minutes on Tuesdays."""
TOO_NARROW = Window(blocks=(Block(weekday=3, opens=time(12), closes=time(12, 1)),))
"""A minute on Thursdays: no text arrives in time."""
SPLIT = Window(
    blocks=tuple(
        Block(weekday=day, opens=opens, closes=closes)
        for day in (0, 2, 4, 6)
        for opens, closes in ((time(1, 30), time(2, 30)), (time(14), time(0)))
    )
)
"""Two blocks a day; one of them lies where clocks are changed, the other ends at midnight."""
ROOMY: tuple[Window, ...] = (ALWAYS, WEEKDAYS, WEEKDAYS, DAYTIME, SPLIT)
WINDOWS: tuple[Window, ...] = (*ROOMY, NARROW, TOO_NARROW)
WALLS = (None, time(9), time(0, 30), time(2, 30), time(18), time(23, 59))
NO_TIME: tuple[Delay, ...] = (Elapsed(minutes=0), CalendarDays(days=0), CalendarDays(days=0, at=time(9)))
EVENTS = (
    EventKind.REPLIED,
    EventKind.REPLIED,
    EventKind.REPLIED,
    EventKind.MEETING_BOOKED,
    EventKind.WON,
    EventKind.LOST,
    EventKind.CALL_CONNECTED,
    EventKind.CALL_MISSED,
    EventKind.OPTED_OUT,
    EventKind.STAGE_CHANGED,
    EventKind.FIELDS_CHANGED,
)
OUTCOMES = (("no_answer", "given_up"), ("connected_positive",), ("done",), ("sent",))
REASONS: tuple[FinishReason, ...] = (
    "completed",
    "completed",
    "completed",
    "goal_met",
    "not_interested",
    "disqualified",
)
AGAIN: tuple[Again, ...] = (AgainIfInactive(), AgainIfInactive(), AgainOnce(), AgainAfter(delay=BusinessDays(days=1)))
AFTER_HUMAN: tuple[Delay, ...] = (Elapsed(minutes=0), BusinessDays(days=2))
PAST: tuple[IfPast | None, ...] = (None, None, "send", "skip", "review")

T = TypeVar("T")


@cache
def _below(number: int) -> st.SearchStrategy[int]:
    return st.integers(0, number - 1)


class Pen:
    """Writes by choosing; making a strategy for each choice would take a hundred times as long."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def one(self, *options: T) -> T:
        """One of these, the first one first."""
        return options[self._draw(_below(len(options)))]

    def seldom(self, value: T) -> T | None:
        """Mostly nothing."""
        return self.one(None, None, None, value)

    def number(self, most: int) -> int:
        """From 0 to that number."""
        return self._draw(_below(most + 1))


class Dice(Pen):
    """Chooses by seeded chance: thousands of lives, the same ones everywhere, that nobody needs to shrink."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def one(self, *options: T) -> T:
        """One of these."""
        return self._random.choice(options)

    def number(self, most: int) -> int:
        """From 0 to that number."""
        return self._random.randint(0, most)


class Script:
    """One sequence while it is written: what it may refer to, and the steps it has so far."""

    def __init__(self, pen: Pen, stages: tuple[Stage, ...], others: tuple[str, ...]) -> None:
        self.pen = pen
        self.stages = stages
        self.others = others
        self.steps: list[str] = []
        self.narrow = pen.seldom(True)
        """Narrow hours have hardly any working time."""

    def window(self) -> Window:
        """Opening hours."""
        return self.pen.one(*(WINDOWS if self.narrow else ROOMY))

    # --- times

    def wait(self) -> SimpleDelay:
        """A delay that takes time."""
        pen = self.pen
        match pen.number(3):
            case 0:
                return Elapsed(minutes=pen.one(1, 45, 24 * 60, 4 * 24 * 60))
            case 1:
                return Working(minutes=1 if self.narrow else pen.one(5, 60))
            case 2:
                return CalendarDays(days=pen.one(1, 2, 7), at=pen.one(*WALLS))
            case _:
                return BusinessDays(days=pen.one(1, 3), at=pen.one(*WALLS))

    def delay(self) -> Delay | None:
        """Any delay, or none."""
        match self.pen.number(4):
            case 0:
                return None
            case 1:
                return self.pen.one(*NO_TIME)
            case 2:
                return Quiet(delay=self.wait())
            case _:
                return self.wait()

    def moment(self) -> Moment:
        """A moment tied to a date."""
        pen = self.pen
        return Moment(
            kind=pen.one("before", "since"),
            field=pen.one(*DATES),
            days=pen.one(0, 1, 10),
            hours=pen.one(0, 5),
            at=pen.one(*WALLS),
        )

    # --- conditions

    def condition(self) -> Condition:
        """A condition."""
        match self.pen.number(5):
            case 0:
                return Not(part=self.question())
            case 1:
                return AllOf(parts=(self.question(), self.question()))
            case 2:
                return AnyOf(parts=(self.question(), self.question()))
            case _:
                return self.question()

    def question(self) -> Condition:
        """A condition of one part."""
        pen = self.pen
        match pen.number(7 if self.steps else 6):
            case 0:
                return Can(channel=pen.one(*Channel))
            case 1:
                return FieldKnown(field=pen.one(CHOICE, NUMBER, *DATES))
            case 2:
                return FieldIs(field=CHOICE, values=("ad", "web"))
            case 3:
                return FieldIs(field=FLAG, values=(True,))
            case 4:
                return FieldAtLeast(field=NUMBER, n=70)
            case 5:
                return FieldBelow(field=pen.one(NUMBER, CHOICE), n=70)
            case 6:
                return OpenNow()
            case _:
                return OutcomeIs(step=pen.one(*self.steps), outcomes=pen.one(*OUTCOMES))

    # --- exits and reactions

    def exit(self, *, at_once: bool) -> Exit:
        """A way out; unless it may be at once, it takes its time, so that no cycle of stages spins."""
        pen = self.pen
        kind = pen.one("finish", "goto", "goto", "start")
        if kind == "goto" and self.stages:
            return Goto(stage=pen.one(*self.stages), after=self.delay() if at_once else self.wait())
        if kind == "start" and self.others:
            return Start(sequence=pen.one(*self.others), after=self.delay())
        return Finish(reason=pen.one(*REASONS), after=self.delay())

    def reactions(self) -> tuple[Reaction, ...]:
        """Up to three reactions."""
        return tuple(Reaction(trigger=self.trigger(), response=self.response()) for _ in range(self.pen.number(3)))

    def response(self) -> Response:
        """What a reaction does."""
        return self.pen.one(CarryOn(), None) or self.exit(at_once=True)

    def trigger(self) -> Trigger:
        """What a reaction waits for."""
        pen = self.pen
        match pen.number(5):
            case 0:
                return OnReply(reply=pen.one(*ReplyClass))
            case 1:
                return OnEntered(pipeline_stage=pen.one(*MAPPED, UNMAPPED))
            case 2:
                return OnByHand(name=pen.one(*BUTTONS))
            case 3:
                return OnMoment(moment=self.moment())
            case _:
                return OnEvent(event=pen.one(*EVENTS))

    # --- steps

    def message(self) -> Message:
        """An email or a text."""
        pen, before = self.pen, tuple(self.steps)
        only_if = self.condition() if pen.seldom(True) else None
        at = self.moment() if pen.seldom(True) else None
        name = self.next_name()
        return Message(
            kind=pen.one("email", "sms"),
            id=name,
            template=f"t/{name}",
            at=at,
            after=None if at is not None else self.delay(),
            only_if=only_if,
            if_past=pen.one(*PAST),
            thread=pen.seldom(pen.one(*before)) if before else None,
        )

    def human_task(self) -> HumanTask:
        """A call or another task."""
        pen = self.pen
        only_if = self.condition() if pen.seldom(True) else None
        at = self.moment() if pen.seldom(True) else None
        name = self.next_name()
        escalated = (Escalation(role="manager", after=self.wait()),) if pen.seldom(True) else ()
        return HumanTask(
            kind=pen.one("call", "task"),
            id=name,
            template=f"t/{name}",
            at=at,
            after=None if at is not None else self.delay(),
            only_if=only_if,
            to=pen.one("owner", "owner", "on_duty"),
            due=self.wait(),
            give_up=pen.one(None, self.wait()),
            escalate=escalated,
            blocks=pen.one(True, True, False),
        )

    def branch(self, depth: int) -> Branch:
        """A branch of one or two cases, whose arms may branch again."""
        name = self.next_name()
        cases = tuple(self.case(depth) for _ in range(1 + self.pen.number(1)))
        otherwise = self.some_steps(1, depth - 1)
        return Branch(id=name, cases=cases, otherwise=otherwise, otherwise_exit=self.way_out())

    def case(self, depth: int) -> Case:
        """One arm."""
        return Case(condition=self.condition(), steps=self.some_steps(1, depth - 1), then=self.way_out())

    def way_out(self) -> Exit | None:
        """Where an arm leads; mostly on."""
        return self.exit(at_once=False) if self.pen.seldom(True) else None

    def some_steps(self, most: int, depth: int) -> tuple[Step, ...]:
        """Steps one after another."""
        return tuple(self.step(depth) for _ in range(self.pen.one(*range(most, -1, -1))))

    def step(self, depth: int) -> Step:
        """A step of any kind."""
        match self.pen.one("message", "message", "message", "branch", "task"):
            case "task":
                return self.human_task()
            case "branch" if depth:
                return self.branch(depth)
            case _:
                return self.message()

    def next_name(self) -> str:
        """The id of the next step."""
        self.steps.append(f"s{len(self.steps)}")
        return self.steps[-1]


def sequence(pen: Pen, name: str, others: tuple[str, ...], *starts: EventKind) -> Plan:
    """A sequence of one to four stages, or one that leaves the lead in the stage it is in."""
    stages = tuple(stage for stage in Stage if pen.one(True, False, False))[:4]
    names: tuple[Stage | Literal["as_is"], ...] = stages or ("as_is",)
    script = Script(pen, stages, others)
    plans = tuple(
        StagePlan(
            name=stage,
            steps=script.some_steps(3, 2),
            otherwise=script.exit(at_once=False),
            when=script.reactions(),
            hours=pen.seldom(script.window()),
        )
        for stage in names
    )
    written = Sequence(
        name=name,
        stages=plans,
        maintainer="ops",
        starts=(OnEvent(event=pen.one(*starts)), OnByHand(name=pen.one(*BUTTONS))),
        only_if=script.condition() if pen.seldom(pen.seldom(True)) else None,
        when=script.reactions(),
        sender=pen.one("owner", "company"),
        hours=script.window(),
        gives_back=pen.one(False, True, True),
        again=pen.one(*AGAIN),
        after_human=pen.one(*AFTER_HUMAN),
        stale_after=pen.seldom(script.wait()),
    )
    return Plan(version=f"{name}@000000000001", sequence=written)


def write_catalogue(pen: Pen) -> tuple[Plan, ...]:
    """One to three sequences, highest first; the lowest starts when a lead is captured."""
    names = NAMES[: pen.one(1, 2, 3, 3)]
    later = (EventKind.CALL_MISSED, EventKind.PROPOSAL_SENT, EventKind.CAPTURED)
    return tuple(
        sequence(
            pen,
            name,
            tuple(other for other in names if other != name),
            *((EventKind.CAPTURED,) if name == names[-1] else later),
        )
        for name in names
    )


# --- the world --------------------------------------------------------------------------------------------------------

FIRST_DAY = datetime(2026, 10, 20, tzinfo=UTC)
CLOSED_DAYS = (date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1), date(2027, 3, 29))


def write_time(pen: Pen) -> datetime:
    """A moment in a winter that has every kind of clock change."""
    return FIRST_DAY + timedelta(days=pen.number(150), minutes=pen.number(24 * 60 - 1))


def known(pen: Pen) -> tuple[FieldValue, ...]:
    """What is known of a lead; a CRM may know nothing, or nonsense."""
    values: dict[str, str | float | bool | None] = {
        CHOICE: pen.one(None, "ad", "web", "list"),
        NUMBER: pen.one(None, 5.0, 70.0, 80.0),
        FLAG: pen.one(None, True, False),
        **{name: pen.one(*DATE_VALUES) for name in DATES},
    }
    return tuple(FieldValue(name=name, value=value) for name, value in values.items() if value is not None)


def policy(pen: Pen) -> Policy:
    """A deployment's numbers, small enough to be met."""
    seconds = timedelta(seconds=30)
    return Policy(
        min_gap=pen.one(timedelta(0), timedelta(minutes=60)),
        lead_cap=pen.one(3, 2, 1),
        jitter=pen.one(timedelta(0), timedelta(minutes=15)),
        touch_limit=pen.one(200, 4),
        visit_limit=pen.one(12, 2),
        pause_limit=pen.one(timedelta(days=30), timedelta(days=3)),
        look_ups=pen.one((seconds, timedelta(minutes=2)), (seconds,)),
        account_reply=pen.one("ignore", "delay", "stop"),
    )


def write_world(pen: Pen) -> Circumstances:
    """A lead somewhere, reachable or not, with an owner who works when others do not."""
    zone = pen.one(*ZONES)
    reasons = (None, None, None, None, SkipReason.NO_CONSENT, SkipReason.ADDRESS_BOUNCED)
    return Circumstances(
        zone=zone,
        zone_source=ZoneSource.LEAD,
        closed_days=pen.one((), CLOSED_DAYS),
        contact_hours=tuple(Hours(zone=pen.one(zone, *ZONES), window=DAYTIME) for _ in range(pen.number(2))),
        channels=tuple(
            ChannelState(channel=channel, why_not=pen.one(*reasons))
            for channel in Channel
            if pen.one(True, True, False)
        ),
        fields=known(pen),
        owner=pen.one("rep-1", None),
        owner_hours=Hours(zone=pen.one(*ZONES), window=pen.one(WEEKDAYS, ALWAYS, SPLIT)),
        pipeline=PIPELINE,
        policy=policy(pen),
    )


@st.composite
def catalogues(draw: st.DrawFn) -> tuple[Plan, ...]:
    """Sequences of every shape."""
    return write_catalogue(Pen(draw))


@st.composite
def worlds(draw: st.DrawFn) -> Circumstances:
    """Leads of every kind."""
    return write_world(Pen(draw))


@st.composite
def starting_times(draw: st.DrawFn) -> datetime:
    """Moments of a winter."""
    return write_time(Pen(draw))
