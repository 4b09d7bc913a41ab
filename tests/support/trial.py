"""
A lead under trial: everything that may happen to it, chosen step by step, and a record of its own of what was done.

The record does not trust the engine: who may be written to, which enrolments are over and which touches a person must
be asked about are kept here, by the rules as they are written for people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from engine.life import upcast
from engine.life.circumstances import ChannelState, Circumstances, FieldValue
from engine.life.decide import decide
from engine.life.events import Command, Event, EventData
from engine.life.moves import Finish, Hold, Move, Park, Record, Send, StageEntered, Wait
from engine.life.noting import Fact
from engine.life.progress import Progress
from engine.life.receipts import (
    Accepted,
    Claimed,
    Done,
    Held,
    NotSent,
    Questioned,
    Receipt,
    Rejected,
    Skipped,
    StillUnknown,
    Stopped,
    Uncertain,
)
from engine.life.wishes import Enrolled, Plan, Refused
from engine.reasons import CallDisposition, HoldReason, ReplyClass, ReviewReason, SkipReason, StopReason
from engine.words import Channel, EventKind, Stage, TouchKey, Verb
from tests.support.life import PureLife
from tests.support.reactions import SCOPES, answers, written
from tests.support.strategies import BUTTONS, DATE_VALUES, DATES, MAPPED, NAMES, UNMAPPED, ZONES, Pen

Mood = Literal[
    "accepts",
    "uncertain",
    "dies",
    "not sent",
    "bad content",
    "bad recipient",
    "opted out",
    "sender limit",
    "missing token",
    "gate skips",
    "gate stops",
]
MOODS: tuple[Mood, ...] = (
    "uncertain",
    "dies",
    "not sent",
    "bad content",
    "bad recipient",
    "opted out",
    "sender limit",
    "missing token",
    "gate skips",
    "gate stops",
)

GATE: dict[Mood, Callable[[TouchKey, datetime], Receipt]] = {
    "sender limit": lambda key, now: Held(
        touch_key=key, hold=Hold(because=HoldReason.SENDER_LIMIT, until=now + timedelta(hours=1))
    ),
    "missing token": lambda key, now: Questioned(touch_key=key, because=ReviewReason.MISSING_TOKEN, detail="name"),
    "gate skips": lambda key, now: Skipped(touch_key=key, because=SkipReason.CHANNEL_SUPPRESSED),
    "gate stops": lambda key, now: Stopped(touch_key=key, because=StopReason.NO_CHANNEL_LEFT),
}
"""What the gate says when it knows more than the engine; nothing is claimed then."""

ANSWERS: dict[Mood, Callable[[Send], Receipt]] = {
    "accepts": lambda send: Accepted(touch_key=send.touch_key),
    "uncertain": lambda send: Uncertain(touch_key=send.touch_key, channel=send.channel),
    "not sent": lambda send: NotSent(touch_key=send.touch_key, again_in=timedelta(minutes=15)),
    "bad content": lambda send: Rejected(touch_key=send.touch_key, effect="bad_content", detail="21617"),
    "bad recipient": lambda send: Rejected(touch_key=send.touch_key, effect="bad_recipient"),
    "opted out": lambda send: Rejected(touch_key=send.touch_key, effect="opted_out"),
}
"""What a provider says; one that dies says nothing."""

EVENTS = (
    EventKind.CAPTURED,
    EventKind.CALL_MISSED,
    EventKind.PROPOSAL_SENT,
    EventKind.HUMAN_TOUCH,
    EventKind.FIELDS_CHANGED,
    EventKind.NOTE_ADDED,
    EventKind.OWNER_BACK,
)
DECISIVE = (
    EventKind.MEETING_BOOKED,
    EventKind.MEETING_CANCELLED,
    EventKind.CALL_CONNECTED,
    EventKind.WON,
    EventKind.LOST,
)
NOW = timedelta(0)
NEVER = tuple(
    end
    for zone in (timezone(timedelta(hours=hours)) for hours in (-12, 0, 14))
    for end in (datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone))
)
"""How a CRM says that something has no beginning or no end; not every zone's calendar goes so far."""
LONG_LIFE = 25
"""Steps before a lead may vanish: nothing happens to it after that."""
JUMPS = (timedelta(seconds=20), timedelta(minutes=7), timedelta(hours=5), timedelta(days=2), timedelta(days=45))
EDGES = (
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    datetime(2027, 3, 14, 7, 5, tzinfo=UTC),
    datetime(2027, 3, 28, 1, 1, tzinfo=UTC),
    datetime(2027, 4, 3, 15, 15, tzinfo=UTC),
)
"""Hours in which clocks are changed somewhere."""


@dataclass
class Sighting:
    """A message that left, or may have left."""

    send: Send
    at: datetime
    before: Progress
    """What was known when it was decided."""
    stopped: bool
    """Something had ended its enrolment for good."""
    became: str = "in flight"

    @property
    def identity(self) -> tuple[int, int, int, str, int]:
        """Which touch it is, whatever its key."""
        return (self.send.enrolment, self.send.plan, self.send.visit, self.send.step, self.send.occurrence)


class Trial(PureLife):
    """One lead, its provider, its gate, its people, and the record."""

    def __init__(self, plans: tuple[Plan, ...], world: Circumstances, now: datetime) -> None:
        super().__init__(*plans, now=now, world=world)
        self.mood: Mood = "accepts"
        self.known_to_provider = False
        self.looks_up = lambda key: self.known_to_provider
        self.script: list[str] = []
        """What was done, for whoever reads a failure."""
        self.sightings: list[Sighting] = []
        self.fresh: list[Sighting] = []
        """Messages of this step."""
        self.dead: set[int] = set()
        """Enrolments that something ended for good."""
        self.refused: set[Channel] = set()
        """Channels that the person closed."""
        self.lifeless: set[Channel] = set()
        """Channels whose address is dead."""
        self.doubtful: dict[TouchKey, str] = {}
        """Touches that a person must be asked about, and why."""
        self.stage_before = self.progress.stage
        self.stage_may_change = False
        self.row = ""
        """The lead's memory as it is stored."""
        self.looked = True
        self.last: Event | None = None

    # --- the look

    def note(self, fact: Fact) -> None:
        """One fact; storage is tried once a step, since it costs more than all the rest."""
        self._write_down(fact)
        super().note(fact)

    def look(self) -> Move:
        """A look; a claim whose attempt never came back is uncertain at once."""
        self.looked = True
        for touch in self.progress.open_touches:
            if not touch.uncertain:
                self.note(Uncertain(touch_key=touch.touch_key, channel=touch.channel))
        return super().look()

    def act(self, move: Move) -> None:
        """As a look does, with gate and provider in their mood, which lasts for one message."""
        if not isinstance(move, Send):
            super().act(move)
            return
        mood, self.mood = self.mood, "accepts"
        if mood in GATE:
            self.note(GATE[mood](move.touch_key, self.now))
            return
        stopped = move.enrolment in self.dead
        sighting = Sighting(send=move, at=self.now, before=self.progress, stopped=stopped)
        self.sightings.append(sighting)
        self.fresh.append(sighting)
        self.note(Claimed(touch_key=move.touch_key))
        if mood in ANSWERS:
            self.note(ANSWERS[mood](move))

    def sighting(self, key: TouchKey) -> Sighting:
        """The last sighting of a touch."""
        return next(sighting for sighting in reversed(self.sightings) if sighting.send.touch_key == key)

    def _write_down(self, fact: Fact) -> None:
        match fact:
            case Accepted() | NotSent():
                self.sighting(fact.touch_key).became = fact.kind
                self.doubtful.pop(fact.touch_key, None)
            case Rejected():
                self.sighting(fact.touch_key).became = fact.kind
                if fact.effect == "bad_content":
                    self.doubtful[fact.touch_key] = "provider_rejected"
                elif fact.effect == "bad_recipient":
                    self.lifeless.add(self.sighting(fact.touch_key).send.channel)
                else:
                    self.refused.add(self.sighting(fact.touch_key).send.channel)
            case Uncertain():
                self.sighting(fact.touch_key).became = "uncertain"
            case StillUnknown(last=True):
                self.doubtful[fact.touch_key] = "outcome_unproven"
            case Enrolled() | Refused() | Done(move=Record(change=StageEntered()) | Finish()):
                self.stage_may_change = True
            case Command() | Event(kind=EventKind.STAGE_CHANGED | EventKind.WON):
                self.stage_may_change = True
            case _:
                pass

    # --- events

    def some_time(self, pen: Pen, *away: timedelta | None) -> datetime | None:
        """A moment so far from now, none, or one that stands for never."""
        if pen.seldom(True):
            return pen.one(*NEVER)
        distance = pen.one(*away)
        return None if distance is None else self.now + distance

    def hears(self, pen: Pen, kind: EventKind, *, at: datetime | None = None, **data: object) -> None:
        """An event, and mostly at once the look it rings for."""
        self.events += 1
        event = Event(
            number=self.events,
            id=f"e{self.events}",
            kind=kind,
            occurred_at=at or self.now,
            source="crm",
            data=EventData.model_validate(data),
        )
        self._expect(event)
        self.last = event
        self.note(event)
        if pen.one(True, True, False):
            self.look()
        else:
            self.looked = False

    def _expect(self, event: Event) -> None:
        """Which enrolments the event must end."""
        running = self.progress.enrolment
        if running is None or self.progress.gone:
            return
        silent = written(running, event) is None
        began = min(enrolment.started_at for enrolment in self.progress.every_enrolment)
        ends = (
            event.kind in (EventKind.MERGED, EventKind.DELETED, EventKind.ERASED)
            or (event.kind is EventKind.LOST and silent)
            or (answers(event, began) and (silent or event.data.reply is ReplyClass.COMPLAINT))
        )
        if ends:
            self.dead |= {enrolment.number for enrolment in self.progress.every_enrolment}

    def something(self, pen: Pen) -> None:
        """An event without particulars, or a person's button."""
        kind = pen.one(*EVENTS, EventKind.BY_HAND)
        self.hears(pen, kind, at=self.some_time(pen, NOW), name=pen.one(*BUTTONS))

    def something_decisive(self, pen: Pen) -> None:
        """An event that may end or move what runs."""
        self.hears(pen, pen.one(*DECISIVE), at=self.some_time(pen, NOW), reason="price")

    def reply(self, pen: Pen) -> None:
        """The lead answers, perhaps long ago."""
        reply, channel = pen.one(*ReplyClass), pen.one(Channel.EMAIL, Channel.SMS)
        if reply is ReplyClass.OPT_OUT:
            self.refused |= SCOPES[channel]
        at = self.some_time(pen, NOW, NOW, timedelta(minutes=-1), timedelta(days=-30))
        self.hears(pen, EventKind.REPLIED, at=at, reply=reply, channel=channel)

    def machine_replies(self, pen: Pen) -> None:
        """A machine answers, or somebody else does."""
        other = pen.one(None, "thread", "account")
        reply = pen.one(ReplyClass.OUT_OF_OFFICE, ReplyClass.QUESTION if other else ReplyClass.AUTOMATIC)
        returns_at = self.some_time(pen, None, timedelta(days=3), timedelta(days=30), timedelta(days=200))
        at = self.some_time(pen, NOW)
        self.hears(pen, EventKind.REPLIED, at=at, reply=reply, from_other=other, returns_at=returns_at)

    def opts_out(self, pen: Pen) -> None:
        """The person asks not to be contacted there."""
        channel = pen.one(Channel.EMAIL, Channel.SMS, Channel.VOICE, None)
        self.refused |= SCOPES[channel]
        self.hears(pen, EventKind.OPTED_OUT, channel=channel)

    def opts_in(self, pen: Pen) -> None:
        """The person asks to hear from us again; a dead address stays dead."""
        channel = pen.one(None, *Channel)
        self.refused -= SCOPES[channel]
        self.hears(pen, EventKind.OPTED_IN, channel=channel)

    def bounces(self, pen: Pen) -> None:
        """An address is dead."""
        channel = pen.one(*Channel)
        self.lifeless.add(channel)
        self.hears(pen, EventKind.BOUNCED, channel=channel)

    def crm_moves(self, pen: Pen) -> None:
        """The CRM moves the lead; versions may come in any order."""
        name = pen.one(*MAPPED, *MAPPED, UNMAPPED)
        at, version = self.some_time(pen, NOW), pen.one(None, pen.number(30))
        self.hears(pen, EventKind.STAGE_CHANGED, at=at, pipeline_stage=name, version=version)

    def card_slips(self, pen: Pen) -> None:
        """The CRM's card is dragged to another stage of the sequence, and back within a minute."""
        running = self.progress.enrolment
        if running is None:
            return
        stage = pen.one(*running.plan.sequence.stages).name
        rows = self.progress.circumstances.pipeline
        there = next((row.name for row in rows if row.stage == stage), "Won")
        back = next(row.name for row in rows if row.stage is self.progress.stage)
        self.hears(pen, EventKind.STAGE_CHANGED, pipeline_stage=there)
        pen.one(Trial.evidence_comes_late, Trial.person_works, Trial.restarts)(self, pen)
        self.now += timedelta(seconds=pen.one(0, 20))
        self.hears(pen, EventKind.STAGE_CHANGED, pipeline_stage=back)

    def not_delivered(self, pen: Pen) -> None:
        """A message that left did not arrive."""
        if self.sightings:
            sighting = pen.one(*self.sightings[:-6:-1])
            self.hears(pen, EventKind.DELIVERY_FAILED, touch_key=sighting.send.touch_key)

    def owner_moves(self, pen: Pen) -> None:
        """Another owner, or none for a while."""
        until = self.some_time(pen, None, timedelta(days=2), timedelta(days=20))
        kind = pen.one(EventKind.OWNER_CHANGED, EventKind.OWNER_ABSENT)
        self.hears(pen, kind, owner="rep-2", until=until)

    def repeats(self, pen: Pen) -> None:
        """A sender that got no answer sends the same again, as a row of its own."""
        if self.last is not None:
            self.hears(pen, self.last.kind, at=self.last.occurred_at, **self.last.data.model_dump())

    def vanishes(self, pen: Pen) -> None:
        """The lead is no longer one of ours."""
        self.hears(pen, pen.one(EventKind.ERASED, EventKind.MERGED, EventKind.DELETED))

    # --- people

    def person_works(self, pen: Pen) -> None:
        """A person closes a task."""
        if not self.progress.tasks:
            return
        task = pen.one(*self.progress.tasks).task
        disposition = "done"
        if task.task_kind == "call":
            disposition = pen.one("no_answer", "no_answer", "voicemail", *CallDisposition)
        elif task.touch_key is not None:
            disposition = pen.one("not_sent", "sent")
            self._decided(task.touch_key)
        if disposition == "do_not_call":
            self.refused |= SCOPES[Channel.VOICE]
        if disposition in ("wrong_number", "number_dead"):
            self.lifeless |= SCOPES[Channel.VOICE]
        callback_at = self.some_time(pen, None, timedelta(hours=-1), timedelta(days=2))
        self.hears(
            pen,
            EventKind.TASK_DONE,
            task_key=task.task_key,
            disposition=disposition,
            callback_at=callback_at,
        )

    def pauses(self, pen: Pen) -> None:
        """A person pauses the lead."""
        until = self.some_time(pen, timedelta(days=1), timedelta(days=10), None, timedelta(days=-1))
        self.commands(Verb.PAUSE, until=until)

    def unblocks(self, pen: Pen) -> None:
        """A person looks at a parked lead and decides."""
        self._settled_by_person()
        self.commands(pen.one(Verb.RETRY, Verb.SKIP, Verb.RESUME))

    def jumps(self, pen: Pen) -> None:
        """A person sends the lead elsewhere in its sequence; a person's word is the last."""
        if not self.progress.gone:
            self.dead -= {enrolment.number for enrolment in self.progress.every_enrolment}
        self._settled_by_person()
        step = pen.one(None, "s0", "s3")
        self.commands(Verb.JUMP, stage=None if step else pen.one(*Stage), step=step)

    def stops(self, pen: Pen) -> None:
        """A person stops the sequence."""
        if not self.progress.gone:
            self.dead |= {enrolment.number for enrolment in self.progress.every_enrolment}
        self.commands(Verb.STOP)

    def enrolls(self, pen: Pen) -> None:
        """A person starts a sequence."""
        self.commands(Verb.ENROLL, sequence=pen.one(*NAMES, "unpublished"))

    def is_interrupted(self, pen: Pen) -> None:
        """Something more urgent comes between, at the worst of times: a touch is in doubt, or a task is open."""
        self.mood = pen.one("uncertain", "dies", "bad content", "accepts")
        self.timer_fires(pen)
        self.commands(Verb.ENROLL, sequence=self.catalogue[0].sequence.name)
        pen.one(Trial.evidence_comes_late, Trial.person_works, Trial.timer_fires, Trial.reply)(self, pen)

    def reassigns(self, pen: Pen) -> None:
        """A person gives the lead to somebody else."""
        self.commands(Verb.REASSIGN, owner="rep-3")

    def _settled_by_person(self) -> None:
        """What a person decides about the step the lead stands at needs no answer any more."""
        running = self.progress.enrolment
        for key in tuple(self.doubtful) if running is not None else ():
            send = self.sighting(key).send
            if running is not None and (send.enrolment, send.step) == (running.number, running.cursor.step):
                self._decided(key)

    def _decided(self, key: TouchKey) -> None:
        """A person has said what counts for the touch."""
        self.doubtful.pop(key, None)
        self.sighting(key).became = "decided"

    # --- providers and the world

    def provider_turns(self, pen: Pen) -> None:
        """The next message fares like this."""
        self.mood = pen.one(*MOODS)

    def look_ups_turn(self, pen: Pen) -> None:
        """From now on the provider knows what it was sent, or does not."""
        self.known_to_provider = pen.one(True, False)

    def evidence_comes_late(self, pen: Pen) -> None:
        """A callback settles what nobody knew."""
        if self.progress.open_touches:
            key = pen.one(*self.progress.open_touches).touch_key
            evidence: tuple[Receipt, ...] = (
                Accepted(touch_key=key),
                Rejected(touch_key=key, effect="bad_content"),
            )
            self.note(pen.one(*evidence))
            self.look()

    def finds_addresses(self, pen: Pen) -> None:
        """Somebody learns how the lead can be reached; whoever said no is not asked by that."""
        channels = tuple(
            ChannelState(channel=channel, why_not=SkipReason.CHANNEL_SUPPRESSED if channel in self.refused else None)
            for channel in Channel
        )
        self.lifeless.clear()
        self.becomes(channels=channels)
        self.look()

    def world_turns(self, pen: Pen) -> None:
        """Kill switches, paused sequences, a move to another zone, a date that becomes known."""
        circumstances = self.progress.circumstances
        fields = tuple(value for value in circumstances.fields if value.name != DATES[0])
        day = pen.one(*DATE_VALUES)
        if day is not None:
            fields = (*fields, FieldValue(name=DATES[0], value=day))
        self.becomes(
            all_switched_off=pen.one(False, False, False, True),
            switched_off=pen.one((), (), (Channel.EMAIL,)),
            paused_sequences=pen.one((), (), NAMES[:1], NAMES),
            zone=pen.one(circumstances.zone, *ZONES),
            fields=fields,
        )
        self.look()

    # --- time

    def life_goes_on(self, pen: Pen) -> None:
        """
        Timers fire until a message leaves, and people do their work.

        Whatever was switched off is on again, whoever rests is wanted back, whoever is parked is unblocked, and calls
        reach nobody.
        """
        self.becomes(all_switched_off=False, switched_off=(), paused_sequences=())
        if self.progress.enrolment is None:
            self.finds_addresses(pen)
            if self.refused:
                self.opts_in(pen)
            self.enrolls(pen)
        if self.progress.review is not None:
            self.unblocks(pen)
        sent = len(self.sightings)
        for _ in range(pen.one(3, 10)):
            if len(self.sightings) == sent:
                self._calls_nobody(pen)
                self.timer_fires(pen)

    def _calls_nobody(self, pen: Pen) -> None:
        running = self.progress.enrolment
        if (
            running is not None
            and running.cursor.task is not None
            and any(state.task.task_key == running.cursor.task for state in self.progress.tasks)
        ):
            self.hears(pen, EventKind.TASK_DONE, task_key=running.cursor.task, disposition="voicemail")

    def timer_fires(self, pen: Pen) -> None:
        """The look that the last one asked for."""
        wake = self.wake()
        if wake is not None:
            self.now = max(self.now, wake)
            self.look()

    def days_pass(self, pen: Pen) -> None:
        """A fortnight with a look whenever one is due; at any other time there is nothing to do."""
        self.let_pass(days=10)
        if self.looked:
            assert nothing_to_do(self.progress, self.now), "the lead overslept"
        self.look()

    def workers_were_down(self, pen: Pen) -> None:
        """Nobody looked for a while."""
        self.now += pen.one(*JUMPS)
        self.look()

    def clocks_change(self, pen: Pen) -> None:
        """A look in an hour in which clocks are changed."""
        self.now = max(self.now, pen.one(*EDGES))
        self.look()

    def restarts(self, pen: Pen) -> None:
        """The run is lost, and a new one starts from the row."""
        self.progress = upcast.load(upcast.text_of(self.progress), self.shelf)
        self.look()

    def lives(self, pen: Pen) -> None:
        """One step of its life."""
        self.fresh = []
        self.stage_before = self.progress.stage
        self.stage_may_change = False
        step = pen.one(*STEPS)
        if step == Trial.vanishes and len(self.script) < LONG_LIFE:
            step = Trial.life_goes_on
        self.script.append(f"{self.now:%Y-%m-%d %H:%M:%S} {step.__name__}")
        step(self, pen)


ORDINARY: tuple[Callable[[Trial, Pen], None], ...] = (
    *[Trial.life_goes_on] * 9,
    *[Trial.timer_fires] * 2,
    Trial.days_pass,
    Trial.workers_were_down,
    Trial.clocks_change,
    Trial.restarts,
    Trial.something,
    Trial.something,
    Trial.person_works,
    Trial.person_works,
    Trial.machine_replies,
    Trial.opts_in,
    *[Trial.card_slips] * 2,
    *[Trial.is_interrupted] * 3,
    Trial.not_delivered,
    Trial.repeats,
    Trial.owner_moves,
    Trial.provider_turns,
    Trial.provider_turns,
    Trial.provider_turns,
    Trial.look_ups_turn,
    Trial.evidence_comes_late,
    Trial.world_turns,
    Trial.finds_addresses,
    Trial.unblocks,
    Trial.enrolls,
    Trial.reassigns,
)
SELDOM: tuple[Callable[[Trial, Pen], None], ...] = (
    Trial.something_decisive,
    Trial.reply,
    Trial.reply,
    Trial.opts_out,
    Trial.bounces,
    Trial.crm_moves,
    Trial.pauses,
    Trial.jumps,
    Trial.stops,
)
STEPS = (*ORDINARY, *ORDINARY, *SELDOM, Trial.vanishes)
"""What may happen next; most days of a life are ordinary."""


def nothing_to_do(progress: Progress, now: datetime) -> bool:
    """
    Whether a lead that is not due yet has nothing to do.

    A touch that waits for its place after an opening may leave with whatever rings.
    """
    move = decide(progress, now)
    if isinstance(move, Send):
        return progress.circumstances.policy.jitter > NOW
    return isinstance(move, Wait | Park | Finish)
