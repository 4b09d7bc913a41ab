"""
A sequence under test: what an author writes is played on the real engine, in milliseconds, when he says so.

    def test_an_answer_on_day_two_ends_the_mails(follow_up):
        rosa = follow_up.capture("Rosa", source="web_form")
        follow_up.let_pass(days=2)
        assert rosa.steps_done == ["got-it", "price-guide"]

        rosa.replies("positive")
        follow_up.let_pass(days=30)
        assert rosa.steps_done == ["got-it", "price-guide"]
        assert rosa.tasks == ["answer"]

Nothing is sent, nobody is told, and every step of a life can be asked for: what left, what waits and why, who has
something to do. When a test fails, the timelines of its leads stand under it.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.life.circumstances import FieldValue
from engine.life.decide import decide
from engine.life.events import Command, CommandData, Event, EventData
from engine.life.explain import explain
from engine.life.moves import Hold, Park, Wait
from engine.life.progress import Progress
from engine.life.sentences import say_wall
from engine.reasons import CallDisposition, HoldReason, ReplyClass
from engine.words import Channel, EventKind, LeadId, Verb
from rehearsal.company import Company, Home, Person
from rehearsal.journal import Entry
from rehearsal.people import Coming
from rehearsal.records import step_of
from rehearsal.saying import Value, declared, meant, one_of, told
from rehearsal.telling import GAP, story_of
from rehearsal.world import World


class Sent(NamedTuple):
    """A message that left."""

    step: str
    channel: str
    at: datetime
    """In the lead's zone."""
    variant: str


class FollowUp:
    """A company in which time passes when the test says so."""

    def __init__(self, company: Company, now: datetime) -> None:
        self.now = now
        """What time it is; a test starts on Monday, 23 November 2026, at nine in the morning of the company's zone."""
        self.leads: list[Lead] = []
        self._world = World(company)
        self._company = company

    def __repr__(self) -> str:
        """As pytest shows it beneath an assertion."""
        return f"follow_up on {say_wall(self.now, self._company.home.zone)}"

    def capture(
        self,
        name: str = "Rosa",
        *,
        sequence: str | None = None,
        zone: str | None = None,
        email: bool = True,
        phone: bool = True,
        may_text: bool = True,
        **fields: Value,
    ) -> "Lead":
        """
        Somebody turns to us; with a sequence, a person of ours enrolls the lead in it as well.

        `zone` is an IANA name; without it, the lead lives where the company is. Whatever else is named is a field.
        """
        return self._comes(name, sequence, zone, email, phone, may_text, fields, captured=True)

    def enroll(
        self,
        name: str = "Rosa",
        *,
        sequence: str,
        zone: str | None = None,
        email: bool = True,
        phone: bool = True,
        may_text: bool = True,
        **fields: Value,
    ) -> "Lead":
        """Somebody we know already is enrolled by a person of ours, and nothing else starts."""
        return self._comes(name, sequence, zone, email, phone, may_text, fields, captured=False)

    def let_pass(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        """So much time passes; whatever falls due in it happens."""
        self._passes(self.now + timedelta(days=days, hours=hours, minutes=minutes))

    def wait_until(self, wall: str) -> None:
        """Time passes until the clock on the company's wall says so: "2026-12-01 09:00"."""
        self._passes(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(self._company.home.zone)))

    def happens(self, lead: LeadId, item: Event | Command, person: Person | None = None) -> None:
        """Something happens to a lead now, and it is looked at."""
        self._world.expect([Coming(self.now, lead, item, person)])
        self._world.run(self.now)

    def _passes(self, until: datetime) -> None:
        if until < self.now:
            raise ValueError(f"it is {say_wall(self.now, self._company.home.zone)} already, and time does not go back")
        self.now = until
        self._world.run(until)

    def _comes(
        self,
        name: str,
        sequence: str | None,
        zone: str | None,
        email: bool,
        phone: bool,
        may_text: bool,
        fields: dict[str, Value],
        *,
        captured: bool,
    ) -> "Lead":
        declared(self._company.fields, fields)
        if sequence is not None:
            one_of("sequence", sequence, [plan.sequence.name for plan in self._company.plans])
        home = self._company.home
        person = Person(
            lead=LeadId(f"{name.lower()}-{len(self.leads) + 1}"),
            home=home if zone is None else Home(zone=zone, country=home.country),
            channels=((Channel.EMAIL,) if email else ()) + ((Channel.SMS, Channel.VOICE) if phone else ()),
            refused=(Channel.SMS,) if phone and not may_text else (),
            fields=tuple(FieldValue(name=field, value=value) for field, value in fields.items()),
            owner=self._company.owners[0],
        )
        lead = Lead(self, self._world, person.lead, name)
        self.leads.append(lead)
        if captured:
            self.happens(person.lead, lead.event(EventKind.CAPTURED), person)
        if sequence is not None:
            self.happens(person.lead, lead.command(Verb.ENROLL, sequence=sequence), None if captured else person)
        return lead


class Lead:
    """One lead: what happens to it, and what can be seen of it."""

    def __init__(self, company: FollowUp, world: World, lead: LeadId, name: str) -> None:
        self.name = name
        self._company = company
        self._world = world
        self._lead = lead

    def __repr__(self) -> str:
        """As pytest shows it beneath an assertion."""
        return self.name

    # --- what happens

    def replies(self, sense: str = "positive", *, channel: str = "email", text: str | None = None) -> None:
        """
        It writes to us; `sense` is a ReplyClass: positive, question, not_now, unclear, out_of_office, …

        An `ask` that is open reads the `text`.
        """
        self.happens("replied", reply=meant(ReplyClass, sense), channel=meant(Channel, channel), text=text)

    def is_away(self, days: float) -> None:
        """Its mailbox answers that it is back in so many days."""
        back = self._company.now + timedelta(days=days)
        self.happens("replied", reply=ReplyClass.OUT_OF_OFFICE, channel=Channel.EMAIL, returns_at=back)

    def books(self) -> None:
        """It books a meeting."""
        self.happens("meeting_booked")

    def opts_out(self, channel: str | None = None) -> None:
        """It wants no more messages, on one channel or on all."""
        self.happens("opted_out", channel=None if channel is None else meant(Channel, channel))

    def bounces(self, channel: str = "email") -> None:
        """Its address turns out to be dead."""
        self.happens("bounced", channel=meant(Channel, channel))

    def moves_to(self, pipeline_stage: str) -> None:
        """The CRM moves it to that stage of its pipeline."""
        self.happens("stage_changed", pipeline_stage=pipeline_stage)

    def changes(self, **fields: Value) -> None:
        """The CRM tells new values of declared fields."""
        declared(self._world.records.company.fields, fields)
        self._world.records.tells(self._lead, fields)
        self.happens("fields_changed")

    def happens(self, kind: str, **data: object) -> None:
        """Any other event, such as won, lost, call_missed or proposal_sent."""
        self._company.happens(self._lead, self.event(meant(EventKind, kind), **data))

    def is_called(self, outcome: str) -> None:
        """A person of ours makes the call that is asked for; `outcome` is a CallDisposition such as no_answer."""
        self._closes("call", meant(CallDisposition, outcome))

    def does(self, task: str, outcome: str = "done") -> None:
        """A person of ours does the task: a step's name, or `answer`."""
        self._closes(task, outcome)

    def is_commanded(self, verb: str, **data: object) -> None:
        """A person of ours commands: pause, resume, skip, jump, stop, retry, reassign, enroll."""
        self._company.happens(self._lead, self.command(meant(Verb, verb), **data))

    # --- what can be seen

    @property
    def steps_done(self) -> list[str]:
        """The steps whose messages left, in order."""
        return [sent.step for sent in self.sent]

    @property
    def sent(self) -> list[Sent]:
        """The messages that left, in order."""
        return [
            Sent(entry.about, entry.how, entry.at.astimezone(self._zone), entry.variant)
            for entry in self._entries
            if entry.what == "message"
        ]

    @property
    def touches(self) -> list[str]:
        """The messages that left and the tasks that people of ours were asked for, a line each, in the lead's time."""
        return [
            f"{say_wall(entry.at, str(self._zone))}{GAP}{' '.join(dict.fromkeys((entry.how, entry.about)))}"
            for entry in self._entries
            if entry.what in ("message", "task_opened")
        ]

    @property
    def left_out(self) -> dict[str, str]:
        """The steps that were left out, and why (a SkipReason)."""
        return {entry.about: str(entry.how) for entry in self._entries if entry.what == "left_out"}

    @property
    def tasks(self) -> list[str]:
        """What people of ours have to do for it now: names of steps, or `answer`."""
        return [step_of(task) for task in self._world.row(self._lead).tasks.values()]

    @property
    def stage(self) -> str:
        """The stage it is in."""
        return self._progress.stage.value

    @property
    def sequence(self) -> str | None:
        """The sequence it is in."""
        running = self._progress.enrolment
        return None if running is None else running.plan.sequence.name

    @property
    def ended(self) -> list[str]:
        """Why its sequences ended (StopReasons), the last one last."""
        return [str(entry.how) for entry in self._entries if entry.what == "ended"]

    @property
    def refused(self) -> list[str]:
        """Why sequences did not start (EnrollRefusals), the last one last."""
        return [str(entry.how) for entry in self._entries if entry.what == "refused"]

    @property
    def waits_because(self) -> str | None:
        """Why it waits (a HoldReason); None when it does not."""
        move = decide(self._progress, self._company.now)
        return move.because.value if isinstance(move, Wait) else None

    @property
    def review(self) -> str | None:
        """Why a person has to decide before it goes on (a ReviewReason); None when nobody has to."""
        move = decide(self._progress, self._company.now)
        return move.because.value if isinstance(move, Park) else None

    @property
    def holds(self) -> list[Hold]:
        """What keeps its next message, beside the delay that was written."""
        move = decide(self._progress, self._company.now)
        found = move.holds if isinstance(move, Wait) else ()
        return [hold for hold in found if hold.because is not HoldReason.STEP_DELAY]

    @property
    def next(self) -> str:
        """What comes next, when and why not sooner, in a sentence."""
        return explain(self._progress, self._company.now).next_move

    @property
    def timeline(self) -> str:
        """Everything that happened to it, a line each, in its own time."""
        story = story_of(self._world.journal, self._lead, str(self._zone))
        return "\n".join((*story.lines, f"next: {self.next}"))

    # --- ours

    def event(self, kind: EventKind, **data: object) -> Event:
        """An event that happens now."""
        said = told(EventData, data)
        return Event(number=0, id="", kind=kind, occurred_at=self._company.now, source="test", data=said)

    def command(self, verb: Verb, **data: object) -> Command:
        """A command that is given now."""
        said = told(CommandData, data)
        return Command(number=0, id="", verb=verb, by="test", occurred_at=self._company.now, data=said)

    def _closes(self, wanted: str, outcome: str) -> None:
        open_tasks = self._world.row(self._lead).tasks
        found = next((task for task in open_tasks.values() if wanted in (step_of(task), task.task_kind)), None)
        if found is None:
            known = ", ".join(map(step_of, open_tasks.values())) or "nothing"
            raise ValueError(f"nobody is asked for {wanted!r}; open is {known}\n{self.timeline}")
        self.happens("task_done", task_key=found.task_key, disposition=outcome)

    @property
    def _progress(self) -> Progress:
        progress = self._world.row(self._lead).progress
        if progress is None:
            raise RuntimeError(f"{self.name} was never looked at")
        return progress

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._world.row(self._lead).world.zone)

    @property
    def _entries(self) -> list[Entry]:
        return [entry for entry in self._world.journal if entry.lead == self._lead]
