"""
Lives by number: a catalogue, a world, and what happens to one lead, written down while the engine lives it.

A `level` keeps things out that a young interpreter does not know yet:

    1   messages of one sequence, one after another, and nothing happens
    2   and calls, tasks, branches, conditions
    3   and events with their reactions, people who do their tasks
    4   and several sequences, and commands
    5   and messages that are refused, or of which nobody knows
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from engine.life.circumstances import ChannelState, Circumstances
from engine.life.moves import Enroll, Move, Send
from engine.life.receipts import Receipt
from engine.life.wishes import Plan
from engine.reasons import CallDisposition, ReplyClass
from engine.sequence.compiled import Finish as FinishExit
from engine.sequence.compiled import Goto, Message, Sequence, StagePlan, Start
from engine.words import Channel, EventKind, Stage, Verb
from tests.oracle.bridge import Written
from tests.oracle.document import Document, Happening, Json, Line, ProviderAnswer
from tests.support.life import MOST_MOVES
from tests.support.strategies import (
    BUTTONS,
    DATES,
    MAPPED,
    NAMES,
    UNMAPPED,
    ZONES,
    Dice,
    write_catalogue,
    write_time,
    write_world,
)

EVERYTHING = 5
MOST_HAPPENINGS = 9
MOST_LINES = 300
"""A life with more to tell goes round in circles (two sequences that hand over to each other), and ends early."""
MOST_HAND_OVERS = 20
"""So many at one moment are a circle."""
ANOTHER = 10_000_000
"""From a life that cannot be lived to one that is told in its place."""
REST = timedelta(days=40)
"""How long the lead is left alone at the end."""

GAPS = (
    timedelta(0),
    timedelta(seconds=20),
    timedelta(minutes=7),
    timedelta(hours=3),
    timedelta(hours=20),
    timedelta(days=2),
    timedelta(days=6),
    timedelta(days=33),
)
REFUSALS: tuple[ProviderAnswer, ...] = ("bad_content", "bad_recipient", "opted_out", "uncertain", "lost")
PLAIN_EVENTS = (
    EventKind.CALL_MISSED,
    EventKind.PROPOSAL_SENT,
    EventKind.HUMAN_TOUCH,
    EventKind.NOTE_ADDED,
    EventKind.MEETING_BOOKED,
    EventKind.MEETING_CANCELLED,
    EventKind.CALL_CONNECTED,
    EventKind.WON,
    EventKind.LOST,
    EventKind.OWNER_BACK,
)
DATE_VALUES = ("2026-10-31", "2026-11-01T01:30:00", "2026-12-24", "2027-03-14", "2027-03-28T09:00:00+00:00")


def life(seed: int, level: int = EVERYTHING) -> tuple[Document, list[Line]]:
    """The life of that number, and what the engine says about it."""
    dice = Dice(seed)
    document = Document(
        catalogue=[_json(plan.sequence) for plan in _plans(dice, level)],
        world=_json(_world(dice, level)),
        begins=write_time(dice).isoformat(),
        script=[],
        answers={},
        ends="",
    )
    try:
        return Author(document, dice, level).write()
    except Spins:
        return life(seed + ANOTHER, level)


class Spins(Exception):
    """Sequences hand a lead over to each other without any wait: nobody can live that."""


class Author(Written):
    """Lives a life and writes down what happens in it."""

    def __init__(self, document: Document, dice: Dice, level: int) -> None:
        super().__init__(document)
        self.dice = dice
        self.level = level
        self.most_lines = MOST_LINES

    def write(self) -> tuple[Document, list[Line]]:
        """The document, complete, and the engine's lines."""
        self.look()
        self.add(lambda: self.happened(EventKind.CAPTURED), timedelta(0))
        if self.level >= 3:
            for _ in range(self.dice.number(MOST_HAPPENINGS)):
                self.add(self.dice.one(*self.choices()), self.dice.one(*GAPS))
        self.until(self.now + REST)
        self.document["ends"] = self.now.isoformat()
        return self.document, self.lines

    def add(self, something: Callable[[], Happening], later: timedelta) -> None:
        """Something happens so much later."""
        self.until(self.now + later)
        if len(self.lines) > MOST_LINES:
            return
        entry = something()
        self.document["script"].append(entry)
        self.meets(entry)

    def choices(self) -> tuple[Callable[[], Happening], ...]:
        """What may happen; people mostly do what they are asked to."""
        events = (self.reply, self.opt, self.something, self.crm, self.absence, self.world, *[self.work] * 5)
        return events if self.level < 4 else (*events, self.order, self.order)

    def _answer(self, send: Send) -> Receipt:
        if self.level >= 5 and self.dice.number(5) == 0:
            self.document["answers"][str(self.number)] = self.dice.one(*REFUSALS)
        return super()._answer(send)

    def act(self, move: Move) -> None:
        """Carry one move out, unless it goes round in circles."""
        now = (one for at, one in reversed(self.moves[-MOST_MOVES:]) if at == self.now)
        if sum(isinstance(one, Enroll) and one.wish.kind == "handover" for one in now) >= MOST_HAND_OVERS:
            raise Spins
        super().act(move)

    # --- what may happen

    @property
    def at(self) -> str:
        """Now."""
        return self.now.isoformat()

    def happened(self, kind: EventKind, occurred: datetime | None = None, **data: object) -> Happening:
        """An event."""
        told = _known(**data)
        return {
            "at": self.at,
            "event": {"kind": kind.value, "occurred_at": (occurred or self.now).isoformat(), "data": told},
        }

    def moment(self, *days: float | None) -> str | None:
        """A moment so many days from now, or none."""
        chosen = self.dice.one(*days)
        return None if chosen is None else (self.now + timedelta(days=chosen)).isoformat()

    def reply(self) -> Happening:
        """The lead, a machine or somebody else answers."""
        dice = self.dice
        reply = dice.one(*ReplyClass)
        late = timedelta(days=dice.one(0, 0, 0, -30))
        return self.happened(
            EventKind.REPLIED,
            self.now + late,
            reply=reply.value,
            channel=dice.one("email", "sms"),
            from_other=dice.one(None, None, None, "thread", "account"),
            returns_at=self.moment(None, 3, 20) if reply is ReplyClass.OUT_OF_OFFICE else None,
        )

    def opt(self) -> Happening:
        """The person says no, or yes again; an address is dead."""
        kind = self.dice.one(EventKind.OPTED_OUT, EventKind.OPTED_IN, EventKind.BOUNCED)
        channels = (None, *Channel) if kind is not EventKind.BOUNCED else tuple(Channel)
        return self.happened(kind, channel=self.dice.one(*channels))

    def something(self) -> Happening:
        """An event of the business, or a person's button."""
        kind = self.dice.one(*PLAIN_EVENTS, EventKind.BY_HAND)
        name = self.dice.one(*BUTTONS) if kind is EventKind.BY_HAND else None
        return self.happened(kind, name=name, reason="price" if kind is EventKind.LOST else None)

    def crm(self) -> Happening:
        """The CRM moves the lead."""
        name = self.dice.one(*MAPPED, UNMAPPED)
        version = self.dice.one(None, None, self.dice.number(30))
        return self.happened(EventKind.STAGE_CHANGED, pipeline_stage=name, version=version)

    def absence(self) -> Happening:
        """Another owner, or none for a while."""
        kind = self.dice.one(EventKind.OWNER_CHANGED, EventKind.OWNER_ABSENT)
        if kind is EventKind.OWNER_CHANGED:
            return self.happened(kind, owner="rep-2")
        return self.happened(kind, until=self.moment(None, 2, 20))

    def world(self) -> Happening:
        """Kill switches, paused sequences, a date that becomes known."""
        dice = self.dice
        known = [field.model_dump() for field in self.progress.circumstances.fields if field.name != DATES[0]]
        date = {"name": DATES[0], "value": dice.one(*DATE_VALUES)}
        changes: tuple[Json, ...] = (
            {"all_switched_off": dice.one(False, True)},
            {"switched_off": dice.one([], ["email"])},
            {"paused_sequences": dice.one([], [NAMES[0]])},
            {"fields": [*known, date]},
            {"zone": dice.one(*ZONES)},
        )
        return {"at": self.at, "changes": dice.one(*changes)}

    def work(self) -> Happening:
        """A person closes a task, when one is open; else something happens."""
        if not self.progress.tasks:
            return self.something()
        task = self.dice.one(*self.progress.tasks).task
        closed: Json = {"of": self.names[task.task_key], "disposition": "done"}
        if task.task_kind == "call":
            closed["disposition"] = self.dice.one("no_answer", "voicemail", *CallDisposition)
            if closed["disposition"] == CallDisposition.CALLBACK_REQUESTED:
                closed["callback_at"] = self.moment(0.1, 2)
        elif task.touch_key is not None:
            closed["disposition"] = self.dice.one("sent", "not_sent")
        return {"at": self.at, "closes": closed}

    def order(self) -> Happening:
        """A person of ours decides."""
        dice = self.dice
        commands: tuple[Json, ...] = (
            {"verb": Verb.PAUSE, "data": _known(until=self.moment(None, 1, 10))},
            {"verb": Verb.RESUME, "data": {}},
            {"verb": Verb.RETRY, "data": {}},
            {"verb": Verb.SKIP, "data": {}},
            {"verb": Verb.JUMP, "data": dice.one({"stage": dice.one(*Stage)}, {"step": dice.one("s0", "s3")})},
            {"verb": Verb.STOP, "data": {}},
            {"verb": Verb.ENROLL, "data": {"sequence": dice.one(*NAMES, "unpublished")}},
            {"verb": Verb.REASSIGN, "data": {"owner": "rep-3"}},
        )
        return {"at": self.at, "command": dice.one(*commands)}


def _known(**data: object) -> Json:
    return {key: value for key, value in data.items() if value is not None}


def _json(model: Sequence | Circumstances) -> Json:
    dumped: Json = model.model_dump(mode="json")
    return dumped


def _world(dice: Dice, level: int) -> Circumstances:
    world = write_world(dice)
    policy = world.policy.model_copy(update={"jitter": timedelta(0)})
    if level == 1 or dice.one(True, True, False):
        world = world.model_copy(update={"channels": tuple(ChannelState(channel=channel) for channel in Channel)})
    return world.model_copy(update={"policy": policy})


def _plans(dice: Dice, level: int) -> tuple[Plan, ...]:
    plans = write_catalogue(dice)
    if level >= 4:
        return plans
    alone = plans[-1]
    sequence = alone.sequence.model_copy(update={"stages": tuple(_kept(s, level) for s in alone.sequence.stages)})
    if level < 3:
        sequence = sequence.model_copy(update={"when": ()})
    return (alone.model_copy(update={"sequence": sequence}),)


def _kept(stage: StagePlan, level: int) -> StagePlan:
    """The stage without what the level leaves out."""
    otherwise = stage.otherwise
    if isinstance(otherwise, Start) or (level == 1 and isinstance(otherwise, Goto)):
        otherwise = FinishExit(reason="completed")
    steps = stage.steps
    if level == 1:
        steps = tuple(s.model_copy(update={"only_if": None}) for s in steps if isinstance(s, Message))
    when = stage.when if level >= 3 else ()
    return stage.model_copy(update={"steps": steps, "when": when, "otherwise": otherwise})
