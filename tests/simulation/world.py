"""
A world of one seed: a company, its leads, everything that happens to them, and everything that goes wrong.

    world = World(seed, MemoryStore())
    evidence = world.lives()
    assert breaks(evidence) == ()

The look is the real one, on real records or on those in memory; only time, Temporal, the provider and the people are
played. The same seed lives the same life on every store.
"""

from collections import Counter, abc
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final, NamedTuple

from pydantic import ValidationError

from activities.look import Look
from adapters.database import DatabaseUnavailable
from adapters.inbox import Filed
from adapters.ledger import Evidence as Word
from adapters.letters import OPERATOR, Letter
from adapters.switches import Scope
from adapters.tables import json_text
from engine.life.events import Command, CommandData, Event, EventData
from engine.life.moves import Send
from engine.life.turn import Scrap, Turn
from engine.ports.records import Draft
from engine.reasons import CallDisposition, ReplyClass
from engine.words import Channel, EventKind, LeadId, Stage, TouchState, Verb
from tests.engine.life.strategies import BUTTONS, MAPPED, NAMES, UNMAPPED, Dice
from tests.simulation.agenda import Agenda
from tests.simulation.company import Person, company
from tests.simulation.provider import Provider
from tests.simulation.store import Standing, Store
from tests.simulation.temporal import Temporal
from tests.simulation.weather import STOPPABLE, Fault, Killed, Weather, killed, stopped
from tests.simulation.witness import ALL_CHANNELS, Seen, Witness, WitnessedRecords
from tests.support.evidence import Delivery, Evidence, LeadRow, Posted
from workflows.pace import Pace

PACE: Final = Pace()
SPANS: Final = (timedelta(hours=3), timedelta(days=1), timedelta(days=4), timedelta(days=9))
"""How long a script may take."""
MOST_HAPPENINGS: Final = 3
"""Per lead, beside what follows from them."""
REACTS: Final = 0.4
"""The share of messages after which somebody does something soon."""
REACTS_AFTER: Final = (3, 15, 25, 60, 110, 700)
"""Seconds: most of it before we have asked the provider whether the message went out."""
QUIET_AFTER: Final = timedelta(minutes=40)
"""Everything healed, nothing is left to do after so long: the last look-up comes a quarter of an hour after a claim."""
HUSHED_FOR: Final = timedelta(minutes=5)
"""At the very end nobody reacts to anything any more: what was handed in last is noted by then."""
SWEEPS: Final = (150, 600)
"""Seconds after the healing at which the sweep goes round."""
RESTORED: Final = "the database was really restored"
SAID_LATE: Final = (timedelta(minutes=1), timedelta(hours=5), timedelta(days=3), timedelta(days=30))


class Sent(NamedTuple):
    """A letter on its way to us, and how often it has been tried and answered."""

    letter: Letter
    lead: LeadId
    tried: int = 0
    answered: int = 0


class Backup(NamedTuple):
    """The database as it was once, and what else belongs to that moment."""

    rows: object
    seen: Seen
    sent: dict[tuple[str, str], Sent]
    revisions: dict[LeadId, int]
    deliveries: int


class World:
    """One company and everybody around it."""

    def __init__(self, seed: int, store: Store, *, telling: bool = False) -> None:
        self.seed = seed
        dice = Dice(seed)
        self.company = company(seed, dice)
        self.dice = Random(seed)
        self.agenda = Agenda(self.company.opens_at)
        self.weather = Weather(self.dice)
        self.witness = Witness(self.company, self.agenda)
        self.temporal = Temporal(self.agenda, self.weather, self.dice, PACE)
        self.provider = Provider(self.agenda, self.weather, self.dice, self.witness, self.reached)
        self.provider.calls_back = self.hears_back
        self.provider.is_read = self.is_read
        self.store = store
        self.points: Counter[str] = Counter()
        self.sent: dict[tuple[str, str], Sent] = {}
        self.letters = 0
        self.hushed = False
        self.last: Sent | None = None
        self.backup: Backup | None = None
        self.went_back: set[LeadId] = set()
        """Leads whose row a restored database has set back, and that no person has looked at."""
        self.story: list[tuple[datetime, str]] = []
        self._tells = telling
        self._is_deaf = self.weather.prevails(Fault.NO_RING_HEARD)
        self._filing: Sent | None = None
        store.opens(self.company, lambda: self.agenda.now, self.reached)
        records = WitnessedRecords(
            store.records,
            self.witness,
            before=self.before_a_transaction,
            at_commit=self.at_a_commit,
            afterwards=self.after_a_commit,
            spoil=self.spoil,
        )
        self.temporal.look = Look(
            records, dict.fromkeys(Channel, self.provider), crash_point=self.reached, stopwatch=self.seconds
        )
        self.temporal.watch = self.tell

    # --- the life

    def lives(self) -> Evidence:
        """Everything happens, everything heals, and then it is quiet."""
        end = self.plans()
        self.agenda.pass_until(end)
        self.heals()
        self.agenda.pass_until(self.agenda.now + QUIET_AFTER)
        self.hushed = True
        self.agenda.pass_until(self.agenda.now + HUSHED_FOR)
        evidence = self.evidence()
        self.store.leaves()
        return evidence

    def plans(self) -> datetime:
        """Who asks when, and when something happens; returns the end of the script."""
        span = self.dice.choice(SPANS)
        for person in self.company.people:
            asks = self.company.opens_at + span * self.dice.random() * 0.1
            self.agenda.at(asks, partial(self.asks, person))
            for _ in range(self.dice.randrange(1, MOST_HAPPENINGS + 1)):
                when = self.company.opens_at + span * self.dice.random()
                self.agenda.at(when, partial(self.happens_to, person))
        for fault, happening in DISASTERS.items():
            often = fault is Fault.DATABASE_RESTORED  # mostly nothing has changed since the backup
            if self.weather.prevails(fault) if often else self.weather.strikes(fault):
                self.agenda.at(self.company.opens_at + span * self.dice.random(), partial(happening, self))
        return self.company.opens_at + span

    def happens_to(self, person: Person) -> None:
        """Something happens to a lead, once there is one."""
        if self.store.standing(person.lead) is not None:
            self.dice.choice(HAPPENINGS)(self, person)

    def tell(self, what: str) -> None:
        """One line of the story, for whoever reads a failure."""
        if self._tells:
            self.story.append((self.agenda.now, what))

    def seconds(self) -> float:
        """What a stopwatch shows."""
        return self.agenda.now.timestamp()

    # --- faults in the middle of something

    def reached(self, point: str) -> None:
        """A crash point: nothing happens, or the process dies, or it stands still for a while."""
        self.points[point] += 1
        if point == "after_inbox_commit" and self._filing is not None:
            self.is_filed(self._filing)
        if self.weather.strikes(killed(point)):
            raise Killed(point)
        if point in STOPPABLE and self.temporal.is_stopped_in_time() and self.weather.strikes(stopped(point)):
            self.tell(f"stopped {point}")
            self.temporal.stop()
            self.tell(f"goes on {point}")

    def before_a_transaction(self) -> None:
        """Before the lock: the process may stand still, the database may be away."""
        self.reached("before_lock")
        self.may_fail(Fault.DATABASE_AWAY)

    def at_a_commit(self) -> None:
        """Everything is written, nothing is committed."""
        self.may_fail(Fault.COMMIT_FAILS)

    def after_a_commit(self) -> None:
        """Everything is committed, and whoever waits for it may not hear of it."""
        self.may_fail(Fault.COMMIT_UNHEARD)

    def may_fail(self, fault: Fault) -> None:
        """The database as it fails. Raises: DatabaseUnavailable."""
        if self.weather.strikes(fault):
            self.tell(fault)
            raise DatabaseUnavailable(code="DBS001", what=str(fault), next="try again")

    def spoil(self, send: Send, draft: Draft) -> Draft:
        """A sender's line that is full, a word that nobody knows."""
        if draft.message is None:
            return draft
        if self.weather.strikes(Fault.LINE_BUSY):
            free = {"sender_free_at": self.agenda.now + timedelta(minutes=self.dice.choice((1, 30, 600)))}
            return draft.model_copy(update={"facts": draft.facts.model_copy(update=free)})
        if self.weather.strikes(Fault.WORD_MISSING):
            missing = draft.facts.model_copy(update={"missing_tokens": ("first_name",)})
            return Draft(facts=missing, message=None)
        return draft

    # --- letters

    def letter(self, kind: str, data: abc.Mapping[str, object], *, at: datetime | None = None, by: str = "") -> Letter:
        """A letter of the CRM's, or a person's command."""
        self.letters += 1
        plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
        return Letter(
            source=OPERATOR if by else "crm",
            id=f"w{self.seed}-{self.letters}",
            kind=kind,
            occurred_at=at or self.agenda.now,
            body=json_text({name: value for name, value in plain.items() if value is not None}),
            by=by or None,
        )

    def hears(self, person: Person, kind: str, *, at: datetime | None = None, **data: object) -> None:
        """The CRM tells us something, sometimes long after it happened, sometimes in a way nobody can read."""
        letter = self.letter(kind, data, at=at)
        if self.weather.strikes(Fault.LETTER_UNREADABLE):
            letter = letter.model_copy(update=self.dice.choice(UNREADABLE))
        self.posts(letter, person.lead)

    def commands(self, person: Person, verb: Verb, **data: object) -> None:
        """A person of ours commands; of a lead that a restore has set back nothing but the end."""
        if person.lead in self.went_back:
            self.went_back.discard(person.lead)
            verb, data = Verb.STOP, {}
        self.posts(self.letter(verb.value, data, by="ann"), person.lead)

    def posts(self, letter: Letter, lead: LeadId) -> None:
        """Somebody sends it, and sends it again until we say that we have it."""
        self.last = self.sent[letter.source, letter.id] = Sent(letter, lead)
        self.tell(f"{lead[-1]} {letter.kind} {letter.body} {letter.id}")
        self.delivers(letter)
        if self.weather.strikes(Fault.LETTER_TWICE):
            for _ in range(self.dice.choice((1, 1, 4))):
                delay = timedelta(seconds=self.dice.choice((0, 1, 3600)))
                self.agenda.after(delay, lambda: self.delivers(letter))

    def delivers(self, letter: Letter) -> None:
        """One request; it is answered, or tried again."""
        name = (letter.source, letter.id)
        sent = self.sent.get(name)
        if sent is None:
            return  # it came and went between a backup and its restoring
        self.sent[name] = sent._replace(tried=sent.tried + 1)
        self._filing = self.sent[name]
        try:
            self.may_fail(Fault.DATABASE_AWAY)
            filed = self.files(letter, sent.lead)
            self.may_fail(Fault.COMMIT_UNHEARD)
            self.rings(filed)
        except (DatabaseUnavailable, Killed) as error:
            self.tell(f"{letter.id} is not answered: {error}")
            self.agenda.after(timedelta(seconds=self.dice.choice((5, 60, 1200))), lambda: self.delivers(letter))
            self.agenda.after(timedelta(seconds=130), self.sweeps)
        else:
            self.sent[name] = self.sent[name]._replace(answered=sent.answered + 1)
        finally:
            self._filing = None

    def files(self, letter: Letter, lead: LeadId) -> Filed:
        """Into the Inbox."""
        if self.store.standing(lead) is None:
            return self.store.capture(self.witness.people[lead], letter, self.agenda.now)
        return self.store.receive(letter, lead, self.agenda.now)

    def is_filed(self, sent: Sent) -> None:
        """Its transaction is committed: from here on it holds, whoever dies next."""
        commit = self.witness.committed()
        item = read(sent.letter)
        if item is not None:
            self.witness.filed(item, sent.lead, commit)
        self._filing = None

    def rings(self, filed: Filed) -> None:
        """At most one ring, which may be lost."""
        if filed.ring and filed.lead_id is not None:
            if self._is_deaf:
                self.agenda.after(timedelta(seconds=130), self.sweeps)
            else:
                self.ring(filed.lead_id, filed.stage)
        self.reached("after_signal")

    def ring(self, lead: LeadId, stage: str) -> None:
        """The bell of one lead."""
        if self.weather.strikes(Fault.RING_LOST):
            self.agenda.after(timedelta(seconds=130), self.sweeps)
        elif self.weather.strikes(Fault.RING_LATE):
            delay = timedelta(seconds=self.dice.choice((1, 40, 900)))
            self.agenda.after(delay, lambda: self.temporal.ring(lead, stage))
        else:
            self.temporal.ring(lead, stage)

    def sweeps(self) -> None:
        """One round of the sweep."""
        try:
            self.may_fail(Fault.DATABASE_AWAY)
        except DatabaseUnavailable:
            self.agenda.after(timedelta(seconds=60), self.sweeps)
            return
        for lead in self.store.unheard(self.agenda.now):
            standing = self.store.standing(lead)
            self.tell(f"the sweep rings {lead[-1]}")
            self.ring(lead, standing.stage if standing else Stage.CAPTURE)

    # --- providers call back

    def hears_back(self, word: Word, delivery: Delivery) -> None:
        """A provider's word goes to the ledger; a final failure is an event as well."""
        try:
            self.may_fail(Fault.DATABASE_AWAY)
            self.store.record(word)
            self.witness.committed()
        except DatabaseUnavailable:
            self.agenda.after(timedelta(minutes=1), lambda: self.hears_back(word, delivery))
            return
        self.tell(f"callback: {word.touch_key[:8]} is {word.state}")
        person = self.witness.people[LeadId(delivery.lead)]
        if word.state is TouchState.BOUNCED:
            self.hears(person, EventKind.BOUNCED, channel=delivery.channel, touch_key=word.touch_key)
        elif word.state is TouchState.UNDELIVERED:
            self.hears(person, EventKind.DELIVERY_FAILED, channel=delivery.channel, touch_key=word.touch_key)

    def is_read(self, delivery: Delivery) -> None:
        """A message makes people do something, often before anybody here knows for certain that it went out."""
        if not self.hushed and self.dice.random() < REACTS:
            person, soon = self.witness.people[LeadId(delivery.lead)], self.dice.choice(REACTS_AFTER)
            self.agenda.after(timedelta(seconds=soon), lambda: self.reacts(person))

    def reacts(self, person: Person) -> None:
        """What a message brings about, unless the last hour has come."""
        if not self.hushed:
            self.dice.choice(REACTIONS)(self, person)

    # --- what happens to a lead

    def asks(self, person: Person) -> None:
        """Somebody gets in touch."""
        self.hears(person, EventKind.CAPTURED)

    def asks_again(self, person: Person) -> None:
        """Somebody presses a button once more."""
        kind = self.dice.choice((EventKind.CAPTURED, EventKind.CALL_MISSED, EventKind.PROPOSAL_SENT, EventKind.BY_HAND))
        self.hears(person, kind, name=self.dice.choice(BUTTONS))

    def replies(self, person: Person) -> None:
        """The lead answers, in any sense, or somebody else does."""
        reply = self.dice.choice(tuple(ReplyClass))
        other = self.dice.choice((None, None, None, "thread", "account"))
        back = self.soon(None, timedelta(days=2), timedelta(days=400)) if reply is ReplyClass.OUT_OF_OFFICE else None
        channel = self.dice.choice((Channel.EMAIL, Channel.SMS))
        about = {"reply": reply, "channel": channel, "from_other": other, "returns_at": back}
        self.hears(person, EventKind.REPLIED, at=self.lately(), **about)

    def opts_out(self, person: Person) -> None:
        """The person says no."""
        self.hears(person, EventKind.OPTED_OUT, at=self.lately(), channel=self.dice.choice((None, *Channel)))

    def opts_in(self, person: Person) -> None:
        """The person wants to hear from us."""
        self.hears(person, EventKind.OPTED_IN, channel=self.dice.choice((None, *Channel)))

    def bounces(self, person: Person) -> None:
        """An address turns out to be dead."""
        self.hears(person, EventKind.BOUNCED, channel=self.dice.choice(tuple(Channel)))

    def crm_moves(self, person: Person) -> None:
        """The card is dragged to another stage; versions come in any order."""
        name, version = self.dice.choice((*MAPPED, UNMAPPED)), self.dice.choice((None, self.dice.randrange(9)))
        self.hears(person, EventKind.STAGE_CHANGED, at=self.lately(), pipeline_stage=name, version=version)

    def something(self, person: Person) -> None:
        """An event of any other kind."""
        self.hears(person, self.dice.choice(SOMETHING), at=self.lately(), reason="price")

    def vanishes(self, person: Person) -> None:
        """The lead is no longer one of ours."""
        self.hears(person, self.dice.choice((EventKind.ERASED, EventKind.MERGED, EventKind.DELETED)))

    def owner_moves(self, person: Person) -> None:
        """Another owner, or none for a while."""
        kind = self.dice.choice((EventKind.OWNER_CHANGED, EventKind.OWNER_ABSENT, EventKind.OWNER_BACK))
        until = self.soon(None, timedelta(hours=3), timedelta(days=2))
        self.hears(person, kind, owner=self.dice.choice(("rep-1", "rep-2", "rep-9")), until=until)

    def learns(self, person: Person) -> None:
        """The CRM learns something about the lead."""
        field = self.dice.choice((("source", "ad"), ("score", 80), ("vip", True), ("visit_on", "2026-12-24")))
        self.hears(person, EventKind.FIELDS_CHANGED, at=self.lately(), fields=dict([field]))

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
        self.hears(person, EventKind.TASK_DONE, task_key=task.task_key, disposition=str(disposition), callback_at=back)

    def steers(self, person: Person) -> None:
        """Somebody of ours commands."""
        verb = self.dice.choice(VERBS)
        step = self.dice.choice((None, "s0", "s2"))
        match verb:
            case Verb.PAUSE:
                self.commands(person, verb, until=self.soon(None, timedelta(hours=5), timedelta(days=2), -timedelta(1)))
            case Verb.JUMP:
                stage = None if step else self.dice.choice(tuple(Stage))
                self.commands(person, verb, stage=stage, step=step)
            case Verb.ENROLL:
                self.commands(person, verb, sequence=self.dice.choice((*NAMES, "unpublished")))
            case Verb.REASSIGN:
                self.commands(person, verb, owner=self.dice.choice(("rep-1", "rep-3")))
            case _:
                self.commands(person, verb)

    def objects(self, person: Person) -> None:
        """Somebody of ours sees the message and wants no more of them, for now or at all."""
        self.commands(person, self.dice.choice((Verb.STOP, Verb.PAUSE)))

    def repeats(self, person: Person) -> None:
        """A sender whose answer was lost sends the same once more."""
        if self.last is not None:
            self.delivers(self.last.letter)

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
        self.tell(f"off: {scope} {name}")
        self.store.switch(scope, name, on=False, now=self.agenda.now)
        self.witness.committed()
        self.agenda.after(timedelta(minutes=self.dice.choice((5, 300, 3000))), lambda: self.switches_on(scope, name))

    def switches_on(self, scope: Scope, name: str) -> None:
        """It is switched on again; nobody is woken by that but by the sweep."""
        self.tell(f"on: {scope} {name}")
        self.store.switch(scope, name, on=True, now=self.agenda.now)
        self.witness.committed()
        self.agenda.after(timedelta(seconds=130), self.sweeps)

    def soon(self, *away: timedelta | None) -> datetime | None:
        """A moment so far from now, or none."""
        distance = self.dice.choice(away)
        return None if distance is None else self.agenda.now + distance

    def lately(self) -> datetime | None:
        """When it happened: now, or some time ago."""
        return self.agenda.now - self.dice.choice(SAID_LATE) if self.weather.strikes(Fault.LETTER_LATE) else None

    # --- what happens to the machines

    def anybody(self) -> Person:
        """Some lead."""
        return self.dice.choice(self.company.people)

    def signals(self) -> None:
        """Somebody signals content to Temporal, as the page of a lead there invites to."""
        for _ in range(3):
            person = self.anybody()
            name, body = self.dice.choice(SCRAPS)
            self.tell(f"signal to {person.lead[-1]}: {name} {body}")
            self.temporal.signal(person.lead, Scrap(name=name, body=body))

    def terminates(self) -> None:
        """A run is ended where it stands."""
        lead = self.anybody().lead
        self.tell(f"terminated {lead[-1]}")
        self.temporal.terminate(lead)
        self.is_missed(lead)

    def is_missed(self, lead: LeadId) -> None:
        """The sweep finds an open lead that nobody looked at when it was due."""
        standing = self.store.standing(lead)
        if standing is not None and standing.open and standing.due is not None:
            self.agenda.at(standing.due + timedelta(seconds=250), self.sweeps)
        self.agenda.after(timedelta(seconds=250), self.sweeps)

    def resets(self) -> None:
        """A run goes on from an older turn."""
        lead = self.anybody().lead
        self.tell(f"reset {lead[-1]}")
        self.temporal.reset(lead)

    def loses_temporal(self) -> None:
        """Temporal's whole store is gone; it is rebuilt, or whoever is rung begins anew."""
        self.tell("Temporal is lost")
        self.temporal.runs.clear()
        for person in self.company.people:
            self.is_missed(person.lead)
        if self.dice.random() < 0.5:
            self.agenda.after(timedelta(minutes=self.dice.choice((1, 90))), self.rebuilds)

    def rebuilds(self) -> None:
        """`followup rebuild`."""
        for person in self.company.people:
            standing = self.store.standing(person.lead)
            if standing is not None and standing.open:
                turn = Turn(
                    lead_id=person.lead,
                    revision=standing.revision,
                    due=self.agenda.now,
                    stage=standing.stage,
                    state=standing.state,
                )
                self.temporal.start(turn)

    def workers_fail(self) -> None:
        """Nobody looks at anything for a while."""
        self.temporal.down_until = self.agenda.now + self.dice.choice((timedelta(minutes=5), timedelta(hours=7)))
        self.tell(f"all workers are down until {self.temporal.down_until}")

    def backs_up(self) -> None:
        """The database is backed up, and some time later restored to that."""
        self.backup = Backup(
            rows=self.store.backup(),
            seen=self.witness.seen.copied(),
            sent=dict(self.sent),
            revisions={s.lead: s.revision for p in self.company.people if (s := self.store.standing(p.lead))},
            deliveries=len(self.provider.journal),
        )
        self.agenda.after(timedelta(minutes=self.dice.choice((3, 60, 2000))), self.restores)

    def restores(self) -> None:
        """
        The database is an older one from here on, and all that came since is forgotten, but not by the people.

        A lead whose workflow has ended meanwhile, or has not heard of its last look, can have nothing to say to it.
        """
        backup = self.backup
        standings = [s for p in self.company.people if (s := self.store.standing(p.lead))]
        if (
            backup is None
            or self.temporal.is_at_work()
            or not all(self._knows_better(standing, backup) for standing in standings)
        ):
            return
        self.tell("the database is restored")
        self.weather.struck[RESTORED] += 1
        self.store.restore(backup.rows)
        self.witness.seen, self.sent = backup.seen, backup.sent
        commit = self.witness.committed()
        for standing in standings:
            if standing.revision > backup.revisions.get(standing.lead, 0):
                self.went_back.add(standing.lead)
                self.witness.forbid(standing.lead, "state_went_back", commit, ALL_CHANNELS)
        # What was delivered in a time that the records know nothing of has nothing to do with what comes after.
        del self.provider.journal[backup.deliveries :]

    def _knows_better(self, standing: Standing, backup: Backup) -> bool:
        """Whether Temporal would notice that the lead's row has become an older one."""
        revision, run = backup.revisions.get(standing.lead), self.temporal.runs.get(standing.lead)
        if revision == standing.revision:
            return True
        return (
            revision is not None and run is not None and run.activity is None and run.turn.revision == standing.revision
        )

    # --- the end

    def heals(self) -> None:
        """From here on nothing goes wrong, and whatever is missing is put back."""
        self.tell("healed")
        self.weather.clears()
        self.agenda.pass_until(self.temporal.down_until)
        for scope, name in ((Scope.ALL, ""), *((Scope.CHANNEL, c.value) for c in Channel)):
            self.store.switch(scope, name, on=True, now=self.agenda.now)
        for name in NAMES:
            self.store.switch(Scope.SEQUENCE, name, on=True, now=self.agenda.now)
        self.rebuilds()
        for seconds in SWEEPS:
            self.agenda.after(timedelta(seconds=seconds), self.sweeps)

    def evidence(self) -> Evidence:
        """What is known of it all."""
        rows = self.store.rows()
        return Evidence(
            until=self.agenda.now,
            deliveries=tuple(self.provider.journal),
            touches=rows.touches,
            inbox=rows.inbox,
            tasks=rows.tasks,
            posted=tuple(Posted(*name, sent.answered, sent.tried) for name, sent in self.sent.items()),
            barriers=self.witness.seen.barriers,
            leads=tuple(row for person in self.company.people if (row := self._lead_row(person.lead)) is not None),
            due=tuple(self.witness.seen.due),
        )

    def _lead_row(self, lead: LeadId) -> LeadRow | None:
        standing, run = self.store.standing(lead), self.temporal.runs.get(lead)
        if standing is None:
            return None
        activity = None if run is None else run.activity
        return LeadRow(
            lead=lead,
            state=standing.state,
            due=None if run is None or activity is not None else run.turn.due,
            why=standing.why if activity is None else activity.failure or "its look does not end",
            looked_at=self.agenda.now,
            failing=activity is not None,
        )


def read(letter: Letter) -> Event | Command | None:
    """What the letter says; None when nobody can read it."""
    about = {"number": 0, "id": letter.id, "occurred_at": letter.occurred_at}
    try:
        if letter.kind in tuple(Verb):
            data = CommandData.model_validate_json(letter.body)
            return Command.model_validate({**about, "verb": letter.kind, "by": letter.by or "crm", "data": data})
        told = EventData.model_validate_json(letter.body)
        return Event.model_validate({**about, "kind": letter.kind, "source": letter.source, "data": told})
    except ValidationError:
        return None


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
SCRAPS: Final = (
    ("note_added", "{}"),
    ("opted_out", '{"channel": "email"}'),
    ("replied", '{"reply": "positive"}'),
    ("stop", "{}"),
    ("nonsense", "{{"),
)
UNREADABLE: Final[tuple[dict[str, object], ...]] = ({"body": "{"}, {"kind": "sneezed"}, {"body": '{"channel": 7}'})

HAPPENINGS: Final[tuple[abc.Callable[[World, Person], None], ...]] = (
    *[World.person_works] * 4,
    *[World.steers] * 4,
    *[World.replies] * 3,
    *[World.asks_again] * 3,
    World.opts_out,
    World.opts_in,
    World.bounces,
    World.crm_moves,
    World.crm_moves,
    World.something,
    World.something,
    World.owner_moves,
    World.learns,
    World.repeats,
    World.switches,
    World.vanishes,
)
REACTIONS: Final = (
    World.replies,
    World.replies,
    World.objects,
    World.objects,
    World.opts_out,
    World.crm_moves,
    World.person_works,
)
DISASTERS: Final[dict[Fault, abc.Callable[[World], None]]] = {
    Fault.SIGNALLED: World.signals,
    Fault.RUN_TERMINATED: World.terminates,
    Fault.RUN_RESET: World.resets,
    Fault.TEMPORAL_LOST: World.loses_temporal,
    Fault.WORKERS_DOWN: World.workers_fail,
    Fault.DATABASE_RESTORED: World.backs_up,
}
