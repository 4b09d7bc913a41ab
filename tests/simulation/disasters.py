"""What happens to the machines of a world."""

from collections import abc
from datetime import timedelta
from typing import Final, NamedTuple

from engine.life.turn import Scrap, Turn
from engine.words import LeadId, Stage, Verb
from tests.simulation.company import Person
from tests.simulation.post import Post, Sent
from tests.simulation.provider import Provider
from tests.simulation.setting import Part, Setting
from tests.simulation.store import Standing
from tests.simulation.weather import Fault
from tests.simulation.witness import ALL_CHANNELS, Seen
from tests.support.evidence import Evidence

RESTORED: Final = "the database was really restored"
DECIDES: Final = (Verb.RETRY, Verb.RETRY, Verb.RETRY, Verb.SKIP, Verb.RESUME, Verb.JUMP, Verb.STOP)
"""What people do about a lead that a restore has set back."""
SCRAPS: Final = (
    ("note_added", "{}"),
    ("opted_out", '{"channel": "email"}'),
    ("replied", '{"reply": "positive"}'),
    ("stop", "{}"),
    ("nonsense", "{{"),
)


class Backup(NamedTuple):
    """The database as it was once, and what else belongs to that moment."""

    rows: object
    seen: Seen
    sent: dict[tuple[str, str], Sent]
    revisions: dict[LeadId, int]
    deliveries: int


class Disasters(Part):
    """Runs ended and reset, stores lost and restored, workers that are all down."""

    def __init__(self, setting: Setting, post: Post, provider: Provider) -> None:
        super().__init__(setting)
        self.post = post
        self.provider = provider
        self.backup: Backup | None = None
        self.earlier: list[Evidence] = []
        """What was known before a restore."""

    def anybody(self) -> Person:
        """Some lead."""
        return self.dice.choice(self.company.people)

    def signals(self) -> None:
        """Somebody signals content to Temporal, as the page of a lead there invites to."""
        for _ in range(3):
            person = self.anybody()
            name, body = self.dice.choice(SCRAPS)
            self.setting.tell(f"signal to {person.lead[-1]}: {name} {body}")
            self.temporal.signal(person.lead, Scrap(name=name, body=body))

    def terminates(self) -> None:
        """A run is ended where it stands."""
        lead = self.anybody().lead
        self.setting.tell(f"terminated {lead[-1]}")
        self.temporal.terminate(lead)
        self.is_forgotten(lead)
        self.is_missed(lead)

    def is_forgotten(self, lead: LeadId) -> None:
        """Whether a run that knew more than a restored row was the last to know it (what is not promised)."""
        standing, run = self.store.standing(lead), self.temporal.runs.get(lead)
        if standing is not None and (run is None or run.turn.revision <= standing.revision):
            self.witness.nobody_remembers(lead)

    def is_missed(self, lead: LeadId) -> None:
        """The sweep finds an open lead that nobody looked at when it was due."""
        standing = self.store.standing(lead)
        if standing is not None and standing.open and standing.due is not None:
            self.agenda.at(standing.due + timedelta(seconds=250), self.post.sweeps)
        self.agenda.after(timedelta(seconds=250), self.post.sweeps)

    def resets(self) -> None:
        """A run goes on from an older turn."""
        lead = self.anybody().lead
        self.setting.tell(f"reset {lead[-1]}")
        self.temporal.reset(lead)
        self.is_forgotten(lead)

    def loses_temporal(self) -> None:
        """Temporal's whole store is gone; it is rebuilt, or whoever is rung begins anew."""
        self.setting.tell("Temporal is lost")
        self.temporal.runs.clear()
        for person in self.company.people:
            self.is_forgotten(person.lead)
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
        self.setting.tell(f"all workers are down until {self.temporal.down_until}")

    def backs_up(self) -> None:
        """The database is backed up, and some time later restored to that."""
        self.backup = Backup(
            rows=self.store.backup(),
            seen=self.witness.seen.copied(),
            sent=dict(self.post.sent),
            revisions={s.lead: s.revision for p in self.company.people if (s := self.store.standing(p.lead))},
            deliveries=len(self.provider.journal),
        )
        self.agenda.after(timedelta(minutes=self.dice.choice((3, 60, 2000))), self.restores)

    def restores(self) -> None:
        """
        The database is an older one from here on, and all that came since is forgotten, but not by the people, and not
        by the provider.

        A lead whose workflow has ended meanwhile, or has not heard of its last look, can have nothing to say to it.
        """
        backup = self.backup
        standings = [s for p in self.company.people if (s := self.store.standing(p.lead))]
        if (
            backup is None
            or self.weather.is_fine
            or self.temporal.is_at_work()
            or not all(self._knows_better(standing, backup) for standing in standings)
        ):
            return
        self.setting.tell("the database is restored")
        self.weather.struck[RESTORED] += 1
        journal = self.provider.journal
        self.earlier.append(Evidence(self.agenda.now, deliveries=tuple(journal), barriers=self.witness.seen.barriers))
        journal[backup.deliveries :] = [
            delivery._replace(forgotten=True, claimed_after=None) for delivery in journal[backup.deliveries :]
        ]
        self.store.restore(backup.rows)
        self.witness.goes_back(backup.seen)
        self.post.sent = backup.sent
        commit = self.witness.committed()
        for standing in standings:
            if standing.revision > backup.revisions.get(standing.lead, 0):
                self.witness.forbid(standing.lead, "state_went_back", commit, ALL_CHANNELS)
                self.is_decided(self.witness.people[standing.lead])

    def is_decided(self, person: Person) -> None:
        """Some time after a restore somebody says how the lead goes on, as the runbook asks."""
        verb, delay = self.dice.choice(DECIDES), timedelta(minutes=self.dice.choice((1, 30, 600)))
        data = {"stage": self.dice.choice(tuple(Stage))} if verb is Verb.JUMP else {}
        self.agenda.after(delay, lambda: self.post.commands(person, verb, **data))

    def _knows_better(self, standing: Standing, backup: Backup) -> bool:
        """Whether Temporal would notice that the lead's row has become an older one."""
        revision, run = backup.revisions.get(standing.lead), self.temporal.runs.get(standing.lead)
        if revision == standing.revision:
            return True
        return (
            revision is not None and run is not None and run.activity is None and run.turn.revision == standing.revision
        )


DISASTERS: Final[dict[Fault, abc.Callable[[Disasters], None]]] = {
    Fault.SIGNALLED: Disasters.signals,
    Fault.RUN_TERMINATED: Disasters.terminates,
    Fault.RUN_RESET: Disasters.resets,
    Fault.TEMPORAL_LOST: Disasters.loses_temporal,
    Fault.WORKERS_DOWN: Disasters.workers_fail,
    Fault.DATABASE_RESTORED: Disasters.backs_up,
}
