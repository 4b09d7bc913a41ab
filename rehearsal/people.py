"""What people do in a rehearsal: when leads come, what they make of a message, how our own people do their tasks."""

from collections import Counter, abc
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from engine.calendar import delays
from engine.calendar.hours import Hours
from engine.calendar.zones import clock
from engine.life.circumstances import FieldValue
from engine.life.events import Command, CommandData, Event, EventData
from engine.reasons import CallDisposition, ReplyClass
from engine.sequence.compiled import Ask, Working
from engine.sequence.fields import DeclaredField
from engine.sequence.outcomes import APPROVED
from engine.sequence.structure import steps
from engine.words import Channel, EventKind, LeadId, Verb
from rehearsal.behaviour import Behaviour
from rehearsal.company import Company, Person
from rehearsal.dice import Dice
from rehearsal.journal import Entry

AT_ONCE: Final = timedelta(minutes=2)
"""Machines answer that fast."""
MOST_HOURS: Final = 48
"""That somebody waits for a better hour to write."""
WELL: Final = (ReplyClass.POSITIVE, ReplyClass.WANTS_MEETING, ReplyClass.QUESTION)
TALKED: Final = (CallDisposition.CONNECTED_POSITIVE, CallDisposition.CONNECTED_NEUTRAL)


class Coming(NamedTuple):
    """Something that will happen to a lead."""

    at: datetime
    lead: LeadId
    item: Event | Command
    person: Person | None = None
    """Who it is, of somebody new."""


class People:
    """Everybody, as one seed makes them."""

    def __init__(self, company: Company, behaviour: Behaviour, dice: Dice, enrolls_in: str = "") -> None:
        self._company = company
        self._enrolls_in = enrolls_in
        self._does = behaviour
        self._dice = dice
        self._questions = {
            (plan.sequence.name, step.id): step
            for plan in company.plans
            for stage in plan.sequence.stages
            for step in steps(stage)
            if isinstance(step, Ask)
        }
        self._decided: set[LeadId] = set()
        self._messages: Counter[tuple[LeadId, str]] = Counter()

    # --- leads come

    def arrivals(self, leads: int, since: datetime) -> abc.Iterator[Coming]:
        """So many new leads, each of which is captured, or enrolled by hand; the first day is that of `since`."""
        for number in range(leads):
            person = self._person(number)
            at = self._arrives(person, since)
            dated = person.model_copy(update={"fields": self._fields(person.lead, at)})
            first = enrolment_by_hand(self._enrolls_in, at) if self._enrolls_in else _event(EventKind.CAPTURED, at)
            yield Coming(at, person.lead, first, dated)
            yield from self._moves(person.lead, at)

    def _person(self, number: int) -> Person:
        dice, reach = self._dice, self._does.reach
        lead = name_of(number + 1)
        homes = dict.fromkeys(range(len(self._does.homes)), 1.0)
        home = self._does.homes[dice.one_of(homes, lead, "home")] if homes else self._company.home
        has_email = dice.happens(reach.email, lead, "email")
        has_phone = dice.happens(reach.phone, lead, "phone") or not has_email
        channels = ((Channel.EMAIL,) if has_email else ()) + ((Channel.SMS, Channel.VOICE) if has_phone else ())
        agrees = dice.happens(reach.may_text, lead, "texts")
        owner = self._company.owners[number % len(self._company.owners)]
        refused = () if agrees or not has_phone else (Channel.SMS,)
        return Person(lead=lead, home=home, channels=channels, refused=refused, owner=owner)

    def _arrives(self, person: Person, since: datetime) -> datetime:
        dice, said = self._dice, self._does.arrivals
        day = int(dice.between(0, said.over_days, person.lead, "day"))
        hour = dice.one_of(dict(enumerate(said.by_hour)), person.lead, "hour")
        first = clock(person.home.zone, since).date()
        midnight = delays.instant(first + timedelta(days=day), datetime.min.time(), person.home.zone)
        minutes = dice.between(0, 60, person.lead, "minute")
        return max(since, midnight + timedelta(hours=hour, seconds=int(minutes * 60)))

    def _fields(self, lead: LeadId, now: datetime) -> tuple[FieldValue, ...]:
        known = (self._field(lead, field, now) for field in self._company.fields)
        return tuple(value for value in known if value is not None)

    def _field(self, lead: LeadId, field: DeclaredField, now: datetime) -> FieldValue | None:
        """What the behaviour says; else choices and flags are dealt, and numbers and dates are not known."""
        said = self._does.fields.get(field.name) or _dealt(field)
        return FieldValue(name=field.name, value=self._said(lead, field, said, now)) if said else None

    def _said(
        self, lead: LeadId, field: DeclaredField, said: abc.Mapping[str, float], now: datetime
    ) -> str | float | bool:
        value = self._dice.one_of(said, lead, field.name)
        match field.kind:
            case "date":
                return (now.date() + timedelta(days=int(value))).isoformat()
            case "number":
                return float(value)
            case "flag":
                return value in ("true", "True", "yes", "1")
            case _:
                return value

    def _moves(self, lead: LeadId, at: datetime) -> abc.Iterator[Coming]:
        for number, move in enumerate(self._does.moves):
            if self._dice.happens(move.share, lead, "move", number):
                then = at + timedelta(days=self._dice.between(*move.within_days, lead, "move", number, "when"))
                yield coming(then, lead, move.event, pipeline_stage=move.pipeline_stage, name=move.name)

    # --- what they make of what we do

    def after(self, entry: Entry, world: "Surroundings") -> abc.Iterator[Coming]:
        """What follows from what happened."""
        match entry.what:
            case "message":
                yield from self._read(entry, world)
            case "task_opened":
                yield from self._worked(entry, world)
            case "task_done" if entry.how in TALKED:
                yield from self._courses(entry.lead, entry.at)
            case "event" if entry.about == EventKind.REPLIED and entry.how in WELL:
                yield from self._courses(entry.lead, entry.at)
            case _:
                pass

    def _read(self, entry: Entry, world: "Surroundings") -> abc.Iterator[Coming]:
        dice, lead, key, channel = self._dice, entry.lead, entry.key, entry.how
        earlier = self._messages[lead, channel]
        self._messages[lead, channel] += 1
        by_mail = channel == Channel.EMAIL
        losses, replies = self._does.losses, self._does.replies
        bounces = losses.email_bounces if by_mail else losses.sms_bounces
        if not earlier and dice.happens(bounces, lead, channel, "bounces"):
            yield coming(entry.at + AT_ONCE, lead, EventKind.BOUNCED, channel=channel, touch_key=key)
            return
        if by_mail and dice.happens(replies.absent, lead, key, "absent"):
            away = timedelta(days=int(dice.between(*replies.absent_days, lead, key, "back")))
            said = {"reply": ReplyClass.OUT_OF_OFFICE, "returns_at": entry.at + away}
            yield coming(entry.at + AT_ONCE, lead, EventKind.REPLIED, channel=channel, **said)
        if dice.happens(losses.email_opt_outs if by_mail else losses.sms_opt_outs, lead, key, "opts out"):
            yield coming(self._written(entry, world), lead, EventKind.OPTED_OUT, channel=channel)
            return
        question = self._questions.get((entry.sequence, entry.about))
        if question is not None and dice.happens(replies.questions, lead, key, "answers the question"):
            answer = question.answers[int(dice.between(0, len(question.answers), lead, key, "answer"))]
            at = self._written(entry, world)
            yield coming(at, lead, EventKind.REPLIED, channel=channel, text=answer.words[0], touch_key=key)
            return
        before = sum(count for (who, _), count in self._messages.items() if who == lead) - 1
        chance = (replies.email if by_mail else replies.sms) * replies.fading**before
        if dice.happens(chance, lead, key, "answers"):
            sense = dice.one_of(replies.senses, lead, key, "sense")
            at = self._written(entry, world)
            yield coming(at, lead, EventKind.REPLIED, channel=channel, reply=sense, touch_key=key)

    def _written(self, entry: Entry, world: "Surroundings") -> datetime:
        """When somebody writes back: after a while, at an hour at which people write."""
        replies, dice = self._does.replies, self._dice
        at = entry.at + timedelta(hours=dice.around(replies.median_hours, entry.lead, entry.key, "writes"))
        busiest = max(replies.by_hour)
        for tried in range(48):
            if dice.happens(
                replies.by_hour[clock(world.zone, at).hour] / busiest, entry.lead, entry.key, "hour", tried
            ):
                break
            at += timedelta(hours=1)
        return at

    def _worked(self, entry: Entry, world: "Surroundings") -> abc.Iterator[Coming]:
        dice, lead, key, work = self._dice, entry.lead, entry.key, self._does.work
        match entry.how:
            case "call":
                done, median = work.calls_made, work.call_median_hours
                disposition = dice.one_of(work.call_outcomes, lead, key, "call")
            case "answer":
                done, median, disposition = work.answers_given, work.answer_median_hours, "done"
            case "proof":
                done, median, disposition = work.tasks_done, work.task_median_hours, "sent"
            case "approval":
                done, median, disposition = work.tasks_done, work.task_median_hours, APPROVED
            case _:
                done, median, disposition = work.tasks_done, work.task_median_hours, "done"
        if not dice.happens(done, lead, key, "done"):
            return
        hours = dice.around(median, lead, key, "works")
        at = delays.after(entry.at, Working(minutes=max(1, round(hours * 60))), world.owner_hours)
        said: dict[str, object] = {"task_key": key, "disposition": disposition}
        if disposition == CallDisposition.CALLBACK_REQUESTED:
            said["callback_at"] = at + timedelta(days=1)
        yield coming(at, lead, EventKind.TASK_DONE, **said)

    def _courses(self, lead: LeadId, now: datetime) -> abc.Iterator[Coming]:
        """What becomes of a lead that talks to us: once, however often it does."""
        if lead in self._decided:
            return
        self._decided.add(lead)
        dice, course = self._dice, self._does.course
        if dice.happens(course.meets, lead, "meets"):
            days = dice.between(*course.meets_within_days, lead, "meets", "when")
            yield coming(now + timedelta(days=days), lead, EventKind.MEETING_BOOKED)
        decided = dice.share(lead, "decides")
        if decided < course.wins:
            days = dice.between(*course.wins_within_days, lead, "wins", "when")
            yield coming(now + timedelta(days=days), lead, EventKind.WON)
        elif decided < course.wins + course.loses:
            days = dice.between(*course.loses_within_days, lead, "loses", "when")
            yield coming(now + timedelta(days=days), lead, EventKind.LOST)


def _dealt(field: DeclaredField) -> dict[str, float]:
    """Everything that the field can be, and how often; nothing where that has no end."""
    match field.kind:
        case "choice":
            return dict.fromkeys(field.values, 1.0)
        case "flag":
            return {"true": 1.0, "false": 4.0}  # a flag marks what is not the rule
        case "number" | "date":
            return {}


def captured(person: Person, at: datetime) -> Coming:
    """Somebody turns to us."""
    return Coming(at, person.lead, _event(EventKind.CAPTURED, at), person)


def name_of(number: int) -> LeadId:
    """What the lead of this number, from 1 on, is called."""
    return LeadId(f"lead-{number:06}")


class Surroundings(NamedTuple):
    """What people need to know of a lead's world."""

    zone: str
    owner_hours: Hours


def coming(at: datetime, lead: LeadId, kind: EventKind, **data: object) -> Coming:
    """Something that happens, to the second."""
    at = at.replace(microsecond=0)
    return Coming(at, lead, _event(kind, at, **data))


def _event(kind: EventKind, at: datetime, **data: object) -> Event:
    known = {name: value for name, value in data.items() if value is not None}
    return Event(number=0, id="", kind=kind, occurred_at=at, source="rehearsal", data=EventData.model_validate(known))


def enrolment_by_hand(sequence: str, at: datetime) -> Command:
    """A person of ours lets a lead begin."""
    said = CommandData(sequence=sequence)
    return Command(number=0, id="", verb=Verb.ENROLL, by="rehearsal", occurred_at=at, data=said)
