"""
A lead living on the pure engine: the look's loop without a database, a provider or a server.

    rosa = Life(sequence(stage("response", email("hello"), call("first-call"))), now=at("2026-11-23 09:00"))
    rosa.happens(EventKind.CAPTURED)
    rosa.let_pass(days=2)
    assert rosa.sent == ["hello"]
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.calendar.hours import Hours
from engine.life.circumstances import ChannelState, Circumstances, Policy
from engine.life.decide import decide
from engine.life.deciding.wakes import next_wake
from engine.life.enrolling import consider, unread
from engine.life.events import Command, CommandData, Event, EventData
from engine.life.moves import Enroll, LookUp, Move, OpenTask, Park, Send, Wait
from engine.life.moves import Finish as FinishMove
from engine.life.noting import Fact, noting
from engine.life.progress import Progress, TaskState
from engine.life.receipts import Accepted, Claimed, Done, Receipt, StillUnknown, Uncertain
from engine.life.wishes import Answer, Entry, Plan, Wish
from engine.reasons import HoldReason
from engine.sequence.compiled import Block, Window
from engine.sequence.pipeline import PipelineStage
from engine.words import Channel, EventKind, LeadId, Stage, TouchKey, Verb, ZoneSource

MOST_MOVES = 500
"""A look that makes more moves than this goes round in circles."""

WEEKDAYS = Window(blocks=tuple(Block(weekday=day, opens=time(9), closes=time(18)) for day in range(5)))
ALWAYS = Window(blocks=tuple(Block(weekday=day, opens=time(0), closes=time(0)) for day in range(7)))
DAYTIME = Window(blocks=tuple(Block(weekday=day, opens=time(8), closes=time(21)) for day in range(7)))
NEW_YORK = "America/New_York"

PIPELINE = (
    PipelineStage(name="New", stage=Stage.CAPTURE),
    PipelineStage(name="Contacted", stage=Stage.RESPONSE),
    PipelineStage(name="Delayed", stage=Stage.NURTURE),
    PipelineStage(name="Cold", stage=Stage.RE_ENGAGE),
    PipelineStage(name="Proposal", stage=Stage.CONVERT),
    PipelineStage(name="Won", stage=Stage.RETAIN),
)


def hours(window: Window = WEEKDAYS, zone: str = NEW_YORK) -> Hours:
    """Opening hours in New York."""
    return Hours(zone=zone, window=window)


def circumstances(**changes: object) -> Circumstances:
    """A lead in New York who can be reached everywhere, a present owner, no jitter."""
    ordinary = Circumstances(
        zone=NEW_YORK,
        zone_source=ZoneSource.LEAD,
        contact_hours=(hours(DAYTIME),),
        channels=tuple(ChannelState(channel=channel) for channel in Channel),
        owner="rep-1",
        owner_hours=hours(),
        pipeline=PIPELINE,
        policy=Policy(jitter=timedelta(0)),
    )
    return ordinary.model_copy(update=changes)


def at(text: str, zone: str = NEW_YORK) -> datetime:
    """A wall time in a zone as an instant: "2026-11-23 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class Life:
    """One lead; time passes when it is told to, and the provider accepts everything unless told otherwise."""

    def __init__(self, *plans: Plan, now: datetime, world: Circumstances | None = None) -> None:
        self.catalogue = plans
        self.now = now
        self.progress = Progress(lead_id=LeadId("lead-1"), circumstances=world or circumstances())
        self.moves: list[tuple[datetime, Move]] = []
        self.events = 0
        self.provider: Callable[[Send], Receipt] = lambda send: Accepted(touch_key=send.touch_key)
        self.looks_up: Callable[[TouchKey], bool] = lambda key: False
        self.entry: Callable[[str], Entry] = lambda name: Entry(sequence=name)

    def shelf(self, version: str) -> Plan:
        """The sequence of that version."""
        return next(plan for plan in self.catalogue if plan.version == version)

    # --- what happens to the lead

    def happens(self, kind: EventKind, occurred_at: datetime | None = None, **data: object) -> None:
        """An event is noted, and the lead looked at."""
        self.note_event(kind, occurred_at, **data)
        self.look()

    def note_event(self, kind: EventKind, occurred_at: datetime | None = None, **data: object) -> None:
        """An event is noted without a look."""
        self.note(self.event(kind, occurred_at, **data))

    def event(self, kind: EventKind, occurred_at: datetime | None = None, **data: object) -> Event:
        """The next event in the lead's Inbox."""
        self.events += 1
        return Event(
            number=self.events,
            id=f"e{self.events}",
            kind=kind,
            occurred_at=occurred_at or self.now,
            source="crm",
            data=EventData.model_validate(data),
        )

    def commands(self, verb: Verb, **data: object) -> None:
        """A person commands, and the lead is looked at."""
        self.note(self.command(verb, **data))
        self.look()

    def command(self, verb: Verb, **data: object) -> Command:
        """The next command in the lead's Inbox."""
        self.events += 1
        return Command(
            number=self.events,
            id=f"c{self.events}",
            verb=verb,
            by="ann",
            occurred_at=self.now,
            data=CommandData.model_validate(data),
        )

    def closes(self, disposition: str, step: str | None = None, **data: object) -> None:
        """A person closes the open task, of that step if one is named."""
        state = next(s for s in self.progress.tasks if step is None or s.task.step == step)
        said = {"task_key": state.task.task_key, "disposition": disposition, **data}
        self.happens(EventKind.TASK_DONE, None, **said)

    def becomes(self, **changes: object) -> None:
        """The world changes; the lead notices at its next look."""
        self.note(self.progress.circumstances.model_copy(update=changes))

    def let_pass(self, **duration: float) -> None:
        """Time passes; the lead is looked at whenever it asked to be."""
        end = self.now + timedelta(**duration)
        while (wake := self.wake()) is not None and wake <= end:
            self.now = max(self.now, wake)
            self.look()
        self.now = end

    # --- the look

    def note(self, fact: Fact) -> None:
        """One fact is noted; memory goes through storage and back, as it does in the database."""
        noted = noting(self.progress, fact, self.now)
        self.progress = Progress.model_validate_json(noted.model_dump_json())

    def look(self) -> Move:
        """Decide and act until there is nothing to do."""
        for _ in range(MOST_MOVES):
            move = decide(self.progress, self.now)
            if isinstance(move, Wait | Park) or self.at_end(move):
                self.note_park(move)
                return move
            self.moves.append((self.now, move))
            self.act(move)
        raise AssertionError(f"the lead goes round in circles: {self.moves[-6:]}")

    def act(self, move: Move) -> None:
        """Carry one move out."""
        match move:
            case Send():
                self.note(Claimed(touch_key=move.touch_key))
                self.note(self.provider(move))
            case LookUp():
                found = self.looks_up(move.touch_key)
                unknown = StillUnknown(touch_key=move.touch_key, last=move.last)
                self.note(Accepted(touch_key=move.touch_key) if found else unknown)
            case Enroll():
                self.note(self.answer(move.wish))
            case Wait() | Park():
                pass
            case _:
                self.note(Done(move=move))

    def answer(self, wish: Wish) -> Answer:
        """The answer to a wish, once all that the records know of it is known."""
        entries: tuple[Entry, ...] = ()
        while True:
            answer = consider(self.progress, wish, self.catalogue, self.now, entries)
            limited = unread(answer, entries)
            if limited is None:
                return answer
            entries = (*entries, self.entry(limited.name))

    def at_end(self, move: Move) -> bool:
        """Whether the move is the rest of a lead that is over."""
        return isinstance(move, FinishMove) and self.progress.enrolment is None

    def note_park(self, move: Move) -> None:
        """A park is carried out once and then stands."""
        if isinstance(move, Park) and self.progress.review is None:
            self.moves.append((self.now, move))
            self.note(Done(move=move))

    def wake(self) -> datetime | None:
        """When the lead wants to be looked at; None when it is over."""
        move = decide(self.progress, self.now)
        if isinstance(move, Wait):
            return move.until
        if isinstance(move, Enroll):  # whoever changes the world rings
            return self.now
        return None if self.at_end(move) else next_wake(self.progress, self.now).until

    # --- what can be seen

    @property
    def sent(self) -> list[str]:
        """Steps whose message left, in order."""
        return [move.step for _, move in self.moves if isinstance(move, Send)]

    def sent_at(self, step: str) -> list[datetime]:
        """When the step's message left."""
        return [when for when, move in self.moves if isinstance(move, Send) and move.step == step]

    @property
    def tasks(self) -> list[str]:
        """Names of the open tasks."""
        return [_task_name(state) for state in self.progress.tasks]

    @property
    def opened(self) -> list[str]:
        """Every task that was ever opened, by step or kind."""
        return [move.step or move.task_kind for _, move in self.moves if isinstance(move, OpenTask)]

    @property
    def waits_because(self) -> HoldReason | None:
        """Why the lead waits now; None when it does not."""
        move = decide(self.progress, self.now)
        return move.because if isinstance(move, Wait) else None

    @property
    def ended(self) -> list[str]:
        """Why its enrolments ended, the last one last."""
        return [past.because.value for past in sorted(self.progress.past, key=lambda past: past.ended_at)]


class PureLife(Life):
    """A life in memory alone: storage is proven elsewhere, and costs more than all the rest."""

    def note(self, fact: Fact) -> None:
        """One fact is noted."""
        self.progress = noting(self.progress, fact, self.now)


def uncertain(send: Send) -> Receipt:
    """A provider of whose answer nobody knows."""
    return Uncertain(touch_key=send.touch_key, channel=send.channel)


def _task_name(state: TaskState) -> str:
    return state.task.step or state.task.task_kind
