"""
A world of one seed: a company, its leads, everything that happens to them, and everything that goes wrong.

    world = World(seed, MemoryStore())
    evidence = world.lives()
    assert breaks(evidence) == ()

The look is the real one, on real records or on those in memory; only time, Temporal, the provider and the people are
played. The same seed lives the same life on every store.
"""

from collections import abc
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from activities.look import Look
from adapters.switches import Scope
from engine.life.moves import Send
from engine.ports.records import Draft
from engine.words import Channel, LeadId
from tests.simulation.disasters import DISASTERS, Disasters
from tests.simulation.people import People
from tests.simulation.post import Post
from tests.simulation.provider import Provider
from tests.simulation.setting import Part, Setting
from tests.simulation.store import Store
from tests.simulation.weather import SHARE, Fault
from tests.simulation.witnessed import WitnessedRecords
from tests.support.evidence import Due, Evidence, InboxRow, LeadRow, Posted
from tests.support.strategies import NAMES

SPANS: Final = (timedelta(hours=3), timedelta(days=1), timedelta(days=4), timedelta(days=9))
"""How long a script may take."""
MOST_HAPPENINGS: Final = 3
"""Per lead, beside what follows from them."""
QUIET_AFTER: Final = timedelta(minutes=40)
"""Everything healed, nothing is left to do after so long: the last look-up comes a quarter of an hour after a claim."""
HUSHED_FOR: Final = timedelta(minutes=5)
"""At the very end nobody reacts to anything any more: what was handed in last is noted by then."""
SWEEPS: Final = (150, 600)
"""Seconds after the healing at which the sweep goes round."""


class World(Part):
    """One company and everybody around it."""

    def __init__(self, seed: int, store: Store, *, telling: bool = False, share: float = SHARE) -> None:
        super().__init__(Setting(seed, store, telling=telling, share=share))
        setting = self.setting
        self.provider = Provider(
            self.agenda, self.weather, self.dice, self.witness, setting.reached, self.temporal.attempt
        )
        self.post = Post(setting)
        self.people = People(setting, self.post)
        self.disasters = Disasters(setting, self.post, self.provider)
        self.provider.calls_back = self.people.hears_back
        self.provider.is_read = self.people.is_read
        self.points = setting.points
        self.story = setting.story
        store.opens(self.company, lambda: self.agenda.now, setting.reached)
        records = WitnessedRecords(
            store.records,
            self.witness,
            attempt=self.temporal.attempt,
            before=self.before_a_transaction,
            at_commit=self.at_a_commit,
            afterwards=self.after_a_commit,
            spoil=self.spoil,
        )
        self.temporal.look = Look(
            records, dict.fromkeys(Channel, self.provider), crash_point=setting.reached, stopwatch=setting.seconds
        )

    def lives(self) -> Evidence:
        """Everything happens, everything heals, and then it is quiet."""
        end = self.plans()
        self.agenda.pass_until(end)
        self.heals()
        self.agenda.pass_until(self.agenda.now + QUIET_AFTER)
        self.people.hushed = True
        self.agenda.pass_until(self.agenda.now + HUSHED_FOR)
        evidence = self.evidence()
        self.store.leaves()
        return evidence

    def plans(self) -> datetime:
        """Who asks when, and when something happens; returns the end of the script."""
        span = self.dice.choice(SPANS)
        for person in self.company.people:
            asks = self.company.opens_at + span * self.dice.random() * 0.1
            self.agenda.at(asks, partial(self.people.asks, person))
            for _ in range(self.dice.randrange(1, MOST_HAPPENINGS + 1)):
                when = self.company.opens_at + span * self.dice.random()
                self.agenda.at(when, partial(self.people.happens_to, person))
        for fault, happening in DISASTERS.items():
            often = fault is Fault.DATABASE_RESTORED  # mostly nothing has changed since the backup
            if self.weather.prevails(fault) if often else self.weather.strikes(fault):
                self.agenda.at(self.company.opens_at + span * self.dice.random(), partial(happening, self.disasters))
        return self.company.opens_at + span

    def before_a_transaction(self) -> None:
        """Before the lock: the process may stand still, the database may be away."""
        self.setting.reached("before_lock")
        self.setting.may_fail(Fault.DATABASE_AWAY)

    def at_a_commit(self) -> None:
        """Everything is written, nothing is committed."""
        self.setting.may_fail(Fault.COMMIT_FAILS)

    def after_a_commit(self) -> None:
        """Everything is committed, and whoever waits for it may not hear of it."""
        self.setting.may_fail(Fault.COMMIT_UNHEARD)

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

    def heals(self) -> None:
        """From here on nothing goes wrong, and whatever is missing is put back."""
        self.setting.tell("healed")
        self.weather.clears()
        self.agenda.pass_until(self.temporal.down_until)
        for scope, name in ((Scope.ALL, ""), *((Scope.CHANNEL, c.value) for c in Channel)):
            self.store.switch(scope, name, on=True, now=self.agenda.now)
        for name in NAMES:
            self.store.switch(Scope.SEQUENCE, name, on=True, now=self.agenda.now)
        self.disasters.rebuilds()
        for seconds in SWEEPS:
            self.agenda.after(timedelta(seconds=seconds), self.post.sweeps)

    def evidence(self) -> Evidence:
        """What is known of it all."""
        rows = self.store.rows()
        return Evidence(
            until=self.agenda.now,
            deliveries=tuple(self.provider.journal),
            touches=rows.touches,
            inbox=tuple(self._judged(row) for row in rows.inbox),
            tasks=rows.tasks,
            posted=tuple(Posted(*name, sent.answered, sent.tried) for name, sent in self.post.sent.items()),
            barriers=self.witness.seen.barriers,
            leads=tuple(row for person in self.company.people if (row := self._lead_row(person.lead)) is not None),
            earlier=tuple(self.disasters.earlier),
            due=(*self.witness.seen.due.values(), *self._never_sent()),
        )

    def _judged(self, row: InboxRow) -> InboxRow:
        """The row, and whether it can be as it says."""
        if row.disposition != "ignored" or row.lead is None:
            return row
        is_so = self.witness.may_be_ignored((row.source, row.event_id), LeadId(row.lead), row.reason)
        return row._replace(is_so=is_so)

    def _never_sent(self) -> abc.Iterator[Due]:
        """What a lead that is over was still going to send."""
        for lead, stand in self.witness.seen.stands.items():
            standing = self.store.standing(lead)
            if standing is not None and standing.state.startswith("over."):
                yield Due(lead, "/".join(map(str, (lead, *stand.place))), None)

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
            failing=activity is not None,
        )
