"""What people do in a world: the leads, and ours."""

from collections import abc
from datetime import datetime, timedelta
from typing import Final

from adapters.database import DatabaseUnavailable
from adapters.ledger import Evidence as Word
from adapters.switches import Scope
from engine.reasons import CallDisposition, ReplyClass
from engine.words import Channel, EventKind, LeadId, Stage, TouchState, Verb
from tests.simulation.company import Person
from tests.simulation.post import Post
from tests.simulation.setting import Part, Setting
from tests.simulation.weather import Fault
from tests.support.evidence import Delivery
from tests.support.strategies import BUTTONS, MAPPED, NAMES, UNMAPPED

REACTS: Final = 0.4
"""The share of messages after which somebody does something soon."""
REACTS_AFTER: Final = (3, 15, 25, 60, 110, 700)
"""Seconds: most of it before we have asked the provider whether the message went out."""
SAID_LATE: Final = (timedelta(minutes=1), timedelta(hours=5), timedelta(days=3), timedelta(days=30))
SOMETHING: Final = (
    EventKind.CALL_CONNECTED,
    EventKind.MEETING_BOOKED,
    EventKind.MEETING_CANCELLED,
    EventKind.MEETING_NO_SHOW,
    EventKind.PROPOSAL_VIEWED,
    EventKind.CONTRACT_SIGNED,
    EventKind.PAID,
    EventKind.WON,
    EventKind.LOST,
    EventKind.NOTE_ADDED,
    EventKind.HUMAN_TOUCH,
)
VERBS: Final = (
    Verb.PAUSE,
    Verb.PAUSE,
    Verb.RESUME,
    Verb.RETRY,
    Verb.RETRY,
    Verb.SKIP,
    Verb.JUMP,
    Verb.STOP,
    Verb.ENROLL,
    Verb.ENROLL,
    Verb.REASSIGN,
)


class People(Part):
    """Leads who write and read, people of ours who work and command, and what they do."""

    def __init__(self, setting: Setting, post: Post) -> None:
        super().__init__(setting)
        self.post = post
        self.hushed = False
        """At the very end nobody reacts to anything."""

    def asks(self, person: Person) -> None:
        """Somebody gets in touch."""
        self.post.hears(person, EventKind.CAPTURED)

    def happens_to(self, person: Person) -> None:
        """Something happens to a lead, once there is one."""
        if self.store.standing(person.lead) is not None:
            self.dice.choice(HAPPENINGS)(self, person)

    def is_read(self, delivery: Delivery) -> None:
        """A message makes people do something, often before anybody here knows for certain that it went out."""
        if not self.hushed and self.dice.random() < REACTS:
            person, soon = self.witness.people[LeadId(delivery.lead)], self.dice.choice(REACTS_AFTER)
            self.agenda.after(timedelta(seconds=soon), lambda: self.reacts(person))

    def reacts(self, person: Person) -> None:
        """What a message brings about, unless the last hour has come."""
        if not self.hushed:
            self.dice.choice(REACTIONS)(self, person)

    def asks_again(self, person: Person) -> None:
        """Somebody presses a button once more."""
        kind = self.dice.choice((EventKind.CAPTURED, EventKind.CALL_MISSED, EventKind.PROPOSAL_SENT, EventKind.BY_HAND))
        self.post.hears(person, kind, name=self.dice.choice(BUTTONS))

    def replies(self, person: Person) -> None:
        """The lead answers, in any sense, or somebody else does."""
        reply = self.dice.choice(tuple(ReplyClass))
        other = self.dice.choice((None, None, None, "thread", "account"))
        back = self.soon(None, timedelta(days=2), timedelta(days=400)) if reply is ReplyClass.OUT_OF_OFFICE else None
        channel = self.dice.choice((Channel.EMAIL, Channel.SMS))
        about = {"reply": reply, "channel": channel, "from_other": other, "returns_at": back}
        self.post.hears(person, EventKind.REPLIED, at=self.lately(), **about)

    def opts_out(self, person: Person) -> None:
        """The person says no."""
        self.post.hears(person, EventKind.OPTED_OUT, at=self.lately(), channel=self.dice.choice((None, *Channel)))

    def opts_in(self, person: Person) -> None:
        """The person wants to hear from us."""
        self.post.hears(person, EventKind.OPTED_IN, channel=self.dice.choice((None, *Channel)))

    def bounces(self, person: Person) -> None:
        """An address turns out to be dead."""
        self.post.hears(person, EventKind.BOUNCED, channel=self.dice.choice(tuple(Channel)))

    def crm_moves(self, person: Person) -> None:
        """The card is dragged to another stage; versions come in any order."""
        name, version = self.dice.choice((*MAPPED, UNMAPPED)), self.dice.choice((None, self.dice.randrange(9)))
        self.post.hears(person, EventKind.STAGE_CHANGED, at=self.lately(), pipeline_stage=name, version=version)

    def something(self, person: Person) -> None:
        """An event of any other kind."""
        self.post.hears(person, self.dice.choice(SOMETHING), at=self.lately(), reason="price")

    def vanishes(self, person: Person) -> None:
        """The lead is no longer one of ours."""
        self.post.hears(person, self.dice.choice((EventKind.ERASED, EventKind.MERGED, EventKind.DELETED)))

    def owner_moves(self, person: Person) -> None:
        """Another owner, or none for a while."""
        kind = self.dice.choice((EventKind.OWNER_CHANGED, EventKind.OWNER_ABSENT, EventKind.OWNER_BACK))
        until = self.soon(None, timedelta(hours=3), timedelta(days=2))
        self.post.hears(person, kind, owner=self.dice.choice(("rep-1", "rep-2", "rep-9")), until=until)

    def learns(self, person: Person) -> None:
        """The CRM learns something about the lead."""
        field = self.dice.choice((("source", "ad"), ("score", 80), ("vip", True), ("visit_on", "2026-12-24")))
        self.post.hears(person, EventKind.FIELDS_CHANGED, at=self.lately(), fields=dict([field]))

    def person_works(self, person: Person) -> None:
        """Somebody of ours closes a task."""
        tasks = self.store.open_tasks(person.lead)
        if not tasks:
            self.asks_again(person)
            return
        task = self.dice.choice(tasks)
        disposition = "done"
        if task.kind == "call":
            disposition = self.dice.choice(("voicemail", "no_answer", *CallDisposition))
        elif task.touch_key is not None:
            disposition = self.dice.choice(("sent", "not_sent"))
        back = self.soon(None, timedelta(hours=1), timedelta(days=1))
        self.post.hears(
            person, EventKind.TASK_DONE, task_key=task.task_key, disposition=str(disposition), callback_at=back
        )

    def steers(self, person: Person) -> None:
        """Somebody of ours commands."""
        verb = self.dice.choice(VERBS)
        step = self.dice.choice((None, "s0", "s2"))
        match verb:
            case Verb.PAUSE:
                self.post.commands(
                    person, verb, until=self.soon(None, timedelta(hours=5), timedelta(days=2), -timedelta(1))
                )
            case Verb.JUMP:
                stage = None if step else self.dice.choice(tuple(Stage))
                self.post.commands(person, verb, stage=stage, step=step)
            case Verb.ENROLL:
                self.post.commands(person, verb, sequence=self.dice.choice((*NAMES, "unpublished")))
            case Verb.REASSIGN:
                self.post.commands(person, verb, owner=self.dice.choice(("rep-1", "rep-3")))
            case _:
                self.post.commands(person, verb)

    def objects(self, person: Person) -> None:
        """Somebody of ours sees the message and wants no more of them, for now or at all."""
        self.post.commands(person, self.dice.choice((Verb.STOP, Verb.PAUSE)))

    def repeats(self, person: Person) -> None:
        """A sender whose answer was lost sends the same once more."""
        if self.post.last is not None:
            self.post.delivers(self.post.last.letter)

    def switches(self, person: Person) -> None:
        """Something is switched off for everybody, and later on again."""
        scope, name = self.dice.choice(
            (
                (Scope.ALL, ""),
                (Scope.CHANNEL, "email"),
                (Scope.CHANNEL, "sms"),
                (Scope.SEQUENCE, self.dice.choice(NAMES)),
            )
        )
        self.setting.tell(f"off: {scope} {name}")
        self.store.switch(scope, name, on=False, now=self.agenda.now)
        self.witness.committed()
        self.agenda.after(timedelta(minutes=self.dice.choice((5, 300, 3000))), lambda: self.switches_on(scope, name))

    def switches_on(self, scope: Scope, name: str) -> None:
        """It is switched on again; nobody is woken by that but by the sweep."""
        self.setting.tell(f"on: {scope} {name}")
        self.store.switch(scope, name, on=True, now=self.agenda.now)
        self.witness.committed()
        self.agenda.after(timedelta(seconds=130), self.post.sweeps)

    def hears_back(self, word: Word, delivery: Delivery) -> None:
        """A provider's word goes to the ledger; a final failure is an event as well."""
        try:
            self.setting.may_fail(Fault.DATABASE_AWAY)
            self.store.record(word)
            self.witness.committed()
        except DatabaseUnavailable:
            self.agenda.after(timedelta(minutes=1), lambda: self.hears_back(word, delivery))
            return
        self.setting.tell(f"callback: {word.touch_key[:8]} is {word.state}")
        person = self.witness.people[LeadId(delivery.lead)]
        if word.state is TouchState.BOUNCED:
            self.post.hears(person, EventKind.BOUNCED, channel=delivery.channel, touch_key=word.touch_key)
        elif word.state is TouchState.UNDELIVERED:
            self.post.hears(person, EventKind.DELIVERY_FAILED, channel=delivery.channel, touch_key=word.touch_key)

    def lately(self) -> datetime | None:
        """When it happened: now, or some time ago."""
        return self.agenda.now - self.dice.choice(SAID_LATE) if self.weather.strikes(Fault.LETTER_LATE) else None


HAPPENINGS: Final[tuple[abc.Callable[[People, Person], None], ...]] = (
    *[People.person_works] * 4,
    *[People.steers] * 4,
    *[People.replies] * 3,
    *[People.asks_again] * 3,
    People.opts_out,
    People.opts_in,
    People.bounces,
    People.crm_moves,
    People.crm_moves,
    People.something,
    People.something,
    People.owner_moves,
    People.learns,
    People.repeats,
    People.switches,
    People.vanishes,
)
REACTIONS: Final = (
    People.replies,
    People.replies,
    People.objects,
    People.objects,
    People.opts_out,
    People.crm_moves,
    People.something,
    People.person_works,
)
