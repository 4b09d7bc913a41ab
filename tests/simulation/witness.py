"""
The witness: what was committed in a world, in the order of commits, and what each of it means for the messages after.

It judges nothing, and believes nothing of what the engine says of itself. What a stop is, and for how long it holds, it
knows from the rules as they are written for people; that there was one, from whoever sent it.
"""

from collections import abc
from copy import copy
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from engine.life.events import Command, Event, EventData
from engine.life.moves import Send
from engine.reasons import CallDisposition, ReplyClass, StopReason
from engine.sequence.compiled import (
    Branch,
    Elapsed,
    HumanTask,
    Message,
    OnByHand,
    OnEntered,
    OnEvent,
    OnMoment,
    OnReply,
    Sequence,
    StagePlan,
    Step,
    Trigger,
    Window,
)
from engine.words import Channel, EventKind, LeadId, TouchKey, Verb
from tests.simulation.agenda import Agenda
from tests.simulation.company import Company, Person
from tests.support.evidence import Barrier, Delivery, Due
from tests.support.reactions import NOT_AN_ANSWER, SCOPES, answers, every_reaction, matches

ALL_CHANNELS: Final = tuple(channel.value for channel in Channel)
ENDS_FOR_GOOD: Final = (EventKind.MERGED, EventKind.DELETED, EventKind.ERASED)
ENDS_WHAT_RUNS: Final = frozenset({"answered", "lost", "meeting_booked", "stopped"})
"""For the enrolments that there are; another may begin."""
LONGEST_PAUSE: Final = timedelta(days=30)
"""Then a person is asked, and whatever it decides ends the pause."""
UNPAUSE: Final = (Verb.STOP, Verb.PAUSE, Verb.RESUME)
"""Commands after which an earlier pause is none."""
STEERS: Final = (Verb.STOP, Verb.RETRY, Verb.SKIP, Verb.JUMP, Verb.ENROLL)
"""Commands by which a person decides about a lead that waits for one."""
MAY_REFER_TO_NOTHING: Final[dict[Verb, tuple[str, ...]]] = {
    Verb.PAUSE: ("no_enrolment",),
    Verb.STOP: ("no_enrolment",),
    Verb.RESUME: ("not_paused",),
    Verb.RETRY: ("not_parked",),
    Verb.SKIP: ("no_enrolment", "no_such_step"),
    Verb.JUMP: ("no_enrolment", "no_such_step", "no_such_stage", "refused"),
    Verb.ENROLL: ("already_asked", "no_such_sequence"),
    Verb.REASSIGN: (),
}
CLOSES_AN_ADDRESS: Final = {"bad_recipient": "address_bounced", "opted_out": "channel_suppressed"}
NO_CHANNEL_LEFT: Final = ("opted_out", "no_channel_left")
WENT_ELSEWHERE: Final = ("moved_on", *StopReason)
"""Why a message never leaves that was held: meanwhile something led the lead away from it."""


class Place(NamedTuple):
    """Where in its sequences a lead stands."""

    enrolment: int
    plan: int
    visit: int
    step: str
    occurrence: int


class Begun(NamedTuple):
    """An enrolment that the world has heard of."""

    version: str
    heard_at: datetime
    """It has run since then, or longer."""


class Stand(NamedTuple):
    """A message that the lead's clock was told of, and how many letters about the lead had been read by then."""

    place: Place
    version: str
    letters: int


class Drafted(NamedTuple):
    """A touch as it was about to leave."""

    send: Send
    window: Window
    person: Person


class Seen:
    """Everything that was committed; it can be set back to what it was, as a database is."""

    def __init__(self) -> None:
        self.due: dict[tuple[LeadId, Place], Due] = {}
        self.stands: dict[LeadId, Stand] = {}
        self.claims: dict[TouchKey, int] = {}
        self.barriers: tuple[Barrier, ...] = ()
        self.filed: dict[tuple[str, str], int] = {}
        self.items: dict[tuple[str, str], Event | Command] = {}
        self.letters: dict[LeadId, int] = {}
        """How many about a lead were filed."""
        self.read: dict[LeadId, int] = {}
        """How many of them a look has read."""
        self.known: dict[tuple[LeadId, int], Begun] = {}
        self.asked_for: dict[tuple[str, Channel], datetime] = {}
        """When the person of an address asked to hear from us there."""
        self.closed: set[tuple[str, Channel, str]] = set()
        """Addresses that somebody closed, and why, whatever became of it."""
        self.moved_on: set[LeadId] = set()
        """Leads whose step a person has skipped."""
        self.saved: dict[LeadId, int] = {}
        """The last commit in which a look wrote the lead's row."""
        self.pauses: dict[tuple[LeadId, int], datetime] = {}
        """When the pause of that commit ends by itself."""
        self.unpaused: dict[LeadId, int] = {}
        """The commit of the last command that replaces or ends a pause."""

    def copied(self) -> "Seen":
        """As it is now."""
        then = Seen()
        for name, value in vars(self).items():
            setattr(then, name, copy(value))
        return then


class Witness:
    """Counts commits and remembers what each of them meant."""

    def __init__(self, company: Company, agenda: Agenda) -> None:
        self.company = company
        self._agenda = agenda
        self.commits = 0
        self.seen = Seen()
        self.drafted: dict[TouchKey, Drafted] = {}
        self.refusals: dict[abc.Hashable, tuple[Drafted, str, datetime]] = {}
        """What a provider said to an attempt that has not written it down yet."""
        self.people = {person.lead: person for person in company.people}
        self.plans = {plan.version: plan.sequence for plan in company.release.plans}
        self._steps: dict[str, dict[str, tuple[StagePlan, Step]]] = {}
        self._begins = tuple(trigger for plan in self.plans.values() for trigger in plan.starts)

    def committed(self) -> int:
        """One more transaction is committed; its number."""
        self.commits += 1
        return self.commits

    # --- letters

    def filed(self, item: Event | Command, lead: LeadId, commit: int) -> None:
        """A letter was filed, for the first time, in that commit: whatever the engine makes of it."""
        if name_of(item) in self.seen.filed:
            return
        self.seen.filed[name_of(item)] = commit
        self.seen.items[name_of(item)] = item
        self.seen.letters[lead] = self.seen.letters.get(lead, 0) + 1
        if isinstance(item, Event):
            self._hears(item, lead, commit)
        else:
            self._is_told(item, lead, commit)

    def _hears(self, event: Event, lead: LeadId, commit: int) -> None:
        if event.kind in ENDS_FOR_GOOD:
            self.forbid(lead, event.kind.value, commit, ALL_CHANNELS)
        for channel in _refused(event.kind, event.data):
            self.refuse(self._address(lead, channel), channel, event.occurred_at, commit)
        for channel in _dead(event.kind, event.data):
            self.bury(self._address(lead, channel), channel, commit)
        if event.kind is EventKind.OPTED_IN:
            self.lift(lead, commit, {"complained"})
            for channel in SCOPES[event.data.channel]:
                self._asked(self._address(lead, channel), channel, event.occurred_at, commit)
        if any(_may_be(trigger, event) for trigger in self._begins):
            self.lift(lead, commit, {"called_off"})
        self._ends(event, lead, commit)

    def _ends(self, event: Event, lead: LeadId, commit: int) -> None:
        """An answer, a meeting, or the loss of the deal ends what runs, unless a sequence wrote something for it."""
        running = [begun for (who, _), begun in self.seen.known.items() if who == lead]
        since = max((begun.heard_at for begun in running), default=event.occurred_at)
        is_answer = answers(event, since)
        complains = is_answer and event.data.reply is ReplyClass.COMPLAINT
        if complains:
            self.forbid(lead, "complained", commit, ALL_CHANNELS)
        kind = "answered" if is_answer else event.kind.value
        if kind not in ENDS_WHAT_RUNS or not running:
            return
        if complains or all(_is_silent(self.plans[begun.version], event) for begun in running):
            self.forbid(lead, kind, commit, ALL_CHANNELS, within=self._known(lead))

    def _is_told(self, command: Command, lead: LeadId, commit: int) -> None:
        if command.verb in STEERS:
            self.lift(lead, commit, {"state_went_back"})
        if command.verb in UNPAUSE:
            self.seen.unpaused[lead] = commit
            self.lift(lead, commit, {"paused"})
        match command.verb:
            case Verb.STOP:
                self.forbid(lead, "called_off", commit, ALL_CHANNELS)
                if self._known(lead):
                    self.forbid(lead, "stopped", commit, ALL_CHANNELS, within=self._known(lead))
            case Verb.PAUSE if self._known(lead):
                # Whatever else begins meanwhile was not there to be paused.
                self.paused(lead, commit, command.data.until, within=self._known(lead))
            case Verb.ENROLL:
                self.lift(lead, commit, {"called_off"})
            case Verb.JUMP:  # a person's word is the last
                self.lift(lead, commit, {"called_off", *ENDS_WHAT_RUNS})
            case Verb.SKIP:
                self.seen.moved_on.add(lead)
            case _:
                pass

    def _known(self, lead: LeadId) -> tuple[str, ...]:
        """How the markers of all enrolments begin that the world has heard of."""
        return tuple(f"{lead}/{number}/" for who, number in self.seen.known if who == lead)

    def refuse(self, address: str, channel: Channel, at: datetime, commit: int) -> None:
        """The person of an address says no, unless it has said yes since."""
        self.seen.closed.add((address, channel, "channel_suppressed"))
        asked = self.seen.asked_for.get((address, channel))
        if asked is None or asked <= at:
            for lead in self._who_has(address):
                self.forbid(lead, "opted_out", commit, (channel.value,), at)

    def bury(self, address: str, channel: Channel, commit: int) -> None:
        """The address is dead."""
        self.seen.closed.add((address, channel, "address_bounced"))
        for lead in self._who_has(address):
            self.forbid(lead, "bounced", commit, (channel.value,))

    def _asked(self, address: str, channel: Channel, at: datetime, commit: int) -> None:
        self.seen.asked_for[address, channel] = max(at, self.seen.asked_for.get((address, channel), at))
        mine = self._who_has(address)
        self.seen.barriers = tuple(
            barrier._replace(lifted_as=commit)
            if barrier.kind == "opted_out"
            and barrier.lead in mine
            and barrier.channels == (channel.value,)
            and barrier.lifted_as is None
            and barrier.committed_at is not None
            and barrier.committed_at <= at
            else barrier
            for barrier in self.seen.barriers
        )

    def _address(self, lead: LeadId, channel: Channel) -> str:
        person = self.people[lead]
        return person.email if channel is Channel.EMAIL else person.phone

    def _who_has(self, address: str) -> list[LeadId]:
        return [person.lead for person in self.company.people if address in (person.email, person.phone)]

    def forbid(
        self,
        lead: LeadId,
        kind: str,
        commit: int,
        channels: tuple[str, ...],
        at: datetime | None = None,
        within: tuple[str, ...] = (),
    ) -> None:
        """From that commit on nothing is claimed there."""
        barrier = Barrier(lead, kind, commit, channels, committed_at=at or self._agenda.now, within=within)
        self.seen.barriers = (*self.seen.barriers, barrier)

    def paused(self, lead: LeadId, commit: int, until: datetime | None, within: tuple[str, ...] = ()) -> None:
        """Nothing leaves before the pause is over, which it may have been before anybody read of it."""
        until = until or self._agenda.now + LONGEST_PAUSE
        if until > self._agenda.now:
            self.forbid(lead, "paused", commit, ALL_CHANNELS, within=within)
            self.seen.pauses[lead, commit] = until
            self._plan_end(lead, commit, until)

    def _plan_end(self, lead: LeadId, commit: int, until: datetime) -> None:
        self._agenda.at(until, lambda: self.lift(lead, self.commits + 1, {"paused"}, made_as=commit))

    def goes_back(self, seen: Seen) -> None:
        """Everything is forgotten that came after this was seen; pauses end when they would have ended."""
        self.seen = seen
        for (lead, commit), until in seen.pauses.items():
            self._plan_end(lead, commit, until)

    def pause_is_heard(self, pause: Command, lead: LeadId) -> None:
        """The engine says itself that it has heard of it: it holds for whatever begins meanwhile as well."""
        commit = self.seen.filed.get(name_of(pause), self.commits)
        if self.seen.unpaused.get(lead, commit) == commit:
            self.paused(lead, commit, pause.data.until)

    def nobody_remembers(self, lead: LeadId) -> None:
        """The run is gone that would have noticed, at its next look, that the lead's row has become an older one."""
        unnoticed = [one for one in self.seen.barriers if one.lead == lead and one.kind == "state_went_back"]
        if any(one.committed_as > self.seen.saved.get(lead, 0) for one in unnoticed):
            self.lift(lead, self.committed(), {"state_went_back"})

    def lift(self, lead: LeadId, commit: int, kinds: abc.Collection[str], made_as: int | None = None) -> None:
        """From that commit on it is allowed again."""
        self.seen.barriers = tuple(
            barrier._replace(lifted_as=commit)
            if barrier.lead == lead
            and barrier.kind in kinds
            and barrier.lifted_as is None
            and barrier.committed_as < commit
            and made_as in (None, barrier.committed_as)
            else barrier
            for barrier in self.seen.barriers
        )

    def may_be_ignored(self, name: tuple[str, str], lead: LeadId, because: str) -> bool:
        """Whether this can be a reason to ignore that letter, as whoever wrote it would judge."""
        item = self.seen.items.get(name) or self.seen.items.get(("operator", name[1]))
        if item is None:
            return False
        if because == "lead_gone":
            return any(one.lead == lead and one.kind in ENDS_FOR_GOOD for one in self.seen.barriers)
        if isinstance(item, Command):
            return because in MAY_REFER_TO_NOTHING[item.verb]
        match item.kind, because:
            case EventKind.REPLIED, "automatic_mail":
                return item.data.reply in NOT_AN_ANSWER
            case EventKind.REPLIED, "older_than_enrolment":
                mine = (begun for (who, _), begun in self.seen.known.items() if who == lead)
                return any(item.occurred_at < begun.heard_at for begun in mine)
            case (
                (EventKind.STAGE_CHANGED, "stale")
                | (EventKind.TASK_DONE, "task_closed")
                | (EventKind.DELIVERY_FAILED, "older_than_enrolment")
            ):
                return True
            case _:
                return False

    # --- what providers said

    def refused(self, attempt: abc.Hashable, key: TouchKey, effect: str, at: datetime) -> None:
        """A provider refuses what this attempt hands it; nobody knows before the attempt has written it down."""
        self.refusals[attempt] = (self.drafted[key], effect, at)

    def is_written_down(self, attempt: abc.Hashable, commit: int) -> None:
        """The attempt has committed something: what it was told before is known from here on."""
        if attempt not in self.refusals:
            return
        drafted, effect, at = self.refusals.pop(attempt)
        channel = drafted.send.channel
        address = self._address(drafted.person.lead, channel)
        if effect == "bad_recipient":
            self.bury(address, channel, commit)
        elif effect == "opted_out":
            for closed in SCOPES[channel]:
                self.refuse(address, closed, at, commit)

    # --- touches

    def begun(self, lead: LeadId, number: int, version: str) -> None:
        """The world hears of an enrolment."""
        self.seen.known.setdefault((lead, number), Begun(version, self._agenda.now))

    def has_read(self, lead: LeadId) -> None:
        """A look has read whatever was filed about the lead."""
        self.seen.read[lead] = self.seen.letters.get(lead, 0)

    def stands(self, lead: LeadId, place: Place | None, version: str, *, is_told: bool) -> None:
        """The lead stands before this message, and its clock may have been told to send it."""
        before = self.seen.stands.get(lead)
        if before is not None and before.place == place:
            return
        if before is not None:
            self._left(lead, before)
        if place is not None and is_told:
            self.seen.stands[lead] = Stand(place, version, self.seen.read.get(lead, 0))
        else:
            self.seen.stands.pop(lead, None)

    def _left(self, lead: LeadId, stand: Stand) -> None:
        """The message is behind the lead: the records know why, or something had happened."""
        if (lead, stand.place) not in self.seen.due:
            excused = self._has_heard(lead) or not self.may_be_reached(lead)
            self.comes_to(lead, stand.place, None, excused=excused)

    def _has_heard(self, lead: LeadId) -> bool:
        """Whether anything has happened since the lead stands before its message that could lead it elsewhere."""
        stand = self.seen.stands.get(lead)
        if stand is None:
            return True
        by_a_date = any(isinstance(one.trigger, OnMoment) for one in every_reaction(self.plans[stand.version]))
        return by_a_date or self.seen.letters.get(lead, 0) > stand.letters

    def comes_to(
        self,
        lead: LeadId,
        place: Place,
        key: TouchKey | None,
        *,
        left_out: str = "",
        is_so: bool | None = None,
        excused: bool = False,
    ) -> None:
        """What became of a message whose turn had come."""
        marker = "/".join(map(str, (lead, *place)))
        self.seen.due[lead, place] = Due(lead, marker, key, left_out, is_so, excused)

    def may_be_left_out(self, lead: LeadId, version: str, step: str, because: str) -> bool:
        """Whether the world knows of anything that would make this reason true."""
        _, found = self.step(version, step)
        if not isinstance(found, Message | HumanTask):
            return False
        channel = found.channel if isinstance(found, Message) else Channel.VOICE
        match because:
            case "channel_suppressed" | "address_bounced":
                return (self._address(lead, channel), channel, because) in self.seen.closed
            case "no_consent":
                return channel not in self.people[lead].agrees_to
            case "step_guard_false":
                return found.only_if is not None
            case "no_date":
                return found.at is not None
            case "skipped_by_person":
                return lead in self.seen.moved_on
            case "too_late":
                return isinstance(found, Message) and found.if_past != "send"
            case _ if because in NO_CHANNEL_LEFT:
                return not self.may_be_reached(lead)
            case _:
                return because in WENT_ELSEWHERE and self._has_heard(lead)

    def may_be_reached(self, lead: LeadId) -> bool:
        """Whether a channel is left that nobody has ever closed."""
        return any(not self._may_be_closed(lead, channel) for channel in Channel)

    def _may_be_closed(self, lead: LeadId, channel: Channel) -> bool:
        address = self._address(lead, channel)
        if any((address, channel, why) in self.seen.closed for why in CLOSES_AN_ADDRESS.values()):
            return True
        # A person may ring a number that the lead gave us.
        return channel is not Channel.VOICE and channel not in self.people[lead].agrees_to

    def step(self, version: str, name: str) -> tuple[StagePlan, Step]:
        """A step of a sequence, and the stage in which it is written."""
        if version not in self._steps:
            stages = self.plans[version].stages
            self._steps[version] = {step.id: (plan, step) for plan in stages for step in _flat(plan.steps)}
        return self._steps[version][name]

    def window(self, version: str, step: str) -> Window:
        """The hours that are written for the stage in which this step stands."""
        plan, _ = self.step(version, step)
        return plan.hours or self.plans[version].hours

    def earliest(self, key: TouchKey, journal: abc.Sequence[Delivery]) -> datetime | None:
        """When the delay of a message is over that follows another; None where more than that may move it."""
        send, _, person = self.drafted[key]
        plan, step = self.step(send.version, send.step)
        place = next((number for number, one in enumerate(plan.steps) if one.id == send.step), 0)
        if not isinstance(step, Message) or not isinstance(step.after, Elapsed) or place == 0:
            return None
        if send.occurrence > 0 or person.lead in self.seen.moved_on:
            return None
        here = f"{person.lead}/{send.enrolment}/{send.plan}."
        there = f"/{send.visit}/{plan.steps[place - 1].id}/"
        before = [
            one.accepted_at
            for one in journal
            if one.accepted_at is not None and not one.forgotten and one.marker.startswith(here) and there in one.marker
        ]
        return before[0] + timedelta(minutes=step.after.minutes) if len(before) == 1 else None


def name_of(item: Event | Command) -> tuple[str, str]:
    """Sender and id."""
    return (item.source if isinstance(item, Event) else "operator", item.id)


def _flat(steps: tuple[Step, ...]) -> abc.Iterator[Step]:
    for step in steps:
        yield step
        if isinstance(step, Branch):
            for arm in (*(case.steps for case in step.cases), step.otherwise):
                yield from _flat(arm)


def _is_silent(sequence: Sequence, event: Event) -> bool:
    """Whether nothing is written for the event in any stage."""
    return not any(matches(reaction.trigger, event) for reaction in every_reaction(sequence))


def _may_be(trigger: Trigger, event: Event) -> bool:
    """Whether the trigger waits for events of this kind."""
    match trigger:
        case OnEvent(event=kind):
            return kind is event.kind
        case OnReply():
            return event.kind is EventKind.REPLIED
        case OnEntered():
            return event.kind is EventKind.STAGE_CHANGED
        case OnByHand():
            return event.kind is EventKind.BY_HAND
        case _:
            return False


def _refused(kind: EventKind, data: EventData) -> abc.Collection[Channel]:
    """Channels on which the person says no by this."""
    said_no = kind is EventKind.REPLIED and data.reply is ReplyClass.OPT_OUT and data.from_other is None
    if kind is EventKind.OPTED_OUT or said_no:
        return SCOPES[data.channel]
    if kind is EventKind.TASK_DONE and data.disposition == CallDisposition.DO_NOT_CALL:
        return SCOPES[Channel.VOICE]
    return ()


def _dead(kind: EventKind, data: EventData) -> abc.Collection[Channel]:
    """Channels whose address is dead by this."""
    if kind is EventKind.BOUNCED and data.channel is not None:
        return (data.channel,)
    if kind is EventKind.TASK_DONE and data.disposition in (CallDisposition.WRONG_NUMBER, CallDisposition.NUMBER_DEAD):
        return SCOPES[Channel.VOICE]
    return ()
