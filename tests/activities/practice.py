"""Looks at leads without Temporal: a real database, a real socket to a scripted provider, and the test's own clock."""

from collections import abc
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import Connection, Executable, select

from activities.look import CrashPoint, Look, safe
from adapters import catalogue as shelf
from adapters.database import AnyRow, Database
from adapters.drafting import Drafting
from adapters.inbox import Filed, Inbox
from adapters.leads import NewLead, People
from adapters.letters import OPERATOR, Letter
from adapters.records import DatabaseRecords
from adapters.release import Release, TemplateText
from adapters.suppression import Consent, standings
from adapters.tables import audit, inbox, json_text, leads, ledger, tasks
from adapters.templates import digest_of
from adapters.views.lead import memory
from engine.life.progress import Progress
from engine.life.turn import Glance, Scrap, Turn
from engine.life.wishes import Plan, TemplateRef
from engine.ports.providers import TryLater
from engine.reasons import SkipReason
from engine.sequence.compiled import Sequence
from engine.sequence.pipeline import Pipeline
from engine.sequence.version import version_of
from engine.words import Act, Channel, LeadId, TouchKey, TouchState, Verb
from tests.support.house import released, settings
from tests.support.life import PIPELINE
from tests.support.provider import HttpProvider, ScriptedProvider

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""Ten in the morning in New York, a working day."""

NO_TIME = timedelta(0)
MOST_LOOKS = 60
numbers = count(1)


class Died(BaseException):
    """The process is gone: nothing after it runs, and no `except Exception` hears of it."""


class Practice:
    """A small company whose leads are looked at by hand."""

    def __init__(self, database: Database, provider: ScriptedProvider, **changes: object) -> None:
        self.database = database
        self.settings = settings("sqlite:///unused", **changes)
        self.provider = provider
        self.people = People(self.settings.address_key, self.settings.org_country)
        self.inbox = Inbox(database, self.people)
        self.now = MONDAY
        self.look = self.look_of(safe)

    def publishes(self, *sequences: Sequence) -> None:
        """These sequences run, highest first, with a plain template for every step."""
        self.puts_out(released(*sequences).model_copy(update={"pipeline": Pipeline(rules=(), stages=PIPELINE)}))

    def puts_out(self, release: Release) -> None:
        """This release runs."""
        with self.database.transaction() as transaction:
            shelf.publish(transaction, release, "ana", "", self.now)

    def look_of(self, crash_point: CrashPoint, drafting: Drafting | None = None) -> Look:
        """A worker's look; its every channel is the scripted provider."""
        records = DatabaseRecords(self.database, self.settings, drafting=drafting, reached=crash_point)
        channel = HttpProvider(self.provider.port, deadline=timedelta(seconds=0.5), reached=crash_point)
        return Look(records, dict.fromkeys(Channel, channel), crash_point=crash_point)

    def captures(self, name: str = "Rosa", **about: object) -> "Patient":
        """Somebody asks, with an address and consent for everything."""
        number = next(numbers)
        plain: dict[str, object] = {
            "source": "web_form",
            "first_name": name,
            "emails": (f"{name.lower()}{number}@example.com",),
            "phones": (f"+1212555{number % 100 + 100:04d}",),
            "zone": "America/New_York",
            "region": "NY",
            "country": "US",
            "consents": tuple(
                Consent(channel=channel, basis="form", source="test", at=self.now) for channel in Channel
            ),
        }
        with self.database.transaction() as transaction:
            lead = self.people.capture(transaction, NewLead.model_validate(plain | about), self.now).lead_id
            self.inbox.file(transaction, letter("captured", self.now, {}), lead, self.now)
            self.inbox.match(transaction, {lead}, self.now)
        return Patient(self, lead)


class Patient:
    """A lead, looked at as its workflow would: with the turn of the look before."""

    def __init__(self, practice: Practice, lead_id: LeadId) -> None:
        self.practice = practice
        self.lead_id = lead_id
        self.turn = Turn(lead_id=lead_id, due=practice.now)

    # --- what happens

    def hears(self, kind: str, **data: object) -> Filed:
        """Something is filed in the lead's Inbox."""
        return self.practice.inbox.receive(letter(kind, self.practice.now, data), self.lead_id, self.practice.now)

    def commanded(self, verb: Verb, **data: object) -> Filed:
        """A person's command is filed."""
        told = letter(verb.value, self.practice.now, data).model_copy(update={"source": OPERATOR, "by": "ann"})
        return self.practice.inbox.receive(told, self.lead_id, self.practice.now)

    def looks(
        self,
        act: Act | None = None,
        *,
        dying_at: str = "",
        tried_for: timedelta = NO_TIME,
        scraps: tuple[Scrap, ...] = (),
        again: bool = False,
    ) -> Turn:
        """One attempt of the look that is due; it may die at a crash point."""
        glance = Glance(lead_id=self.lead_id, revision=self.turn.revision, scraps=scraps)
        look = self.practice.look_of(_dying_at(dying_at)) if dying_at else self.practice.look
        self.turn = look.at(glance, act or self.turn.act, self.practice.now, tried_for, again=again)
        return self.turn

    def dies(self, at: str, act: Act | None = None) -> None:
        """An attempt of the look that is due dies at this point."""
        requests = self.practice.provider.requests
        try:
            self.looks(act, dying_at=at)
        except Died:
            if at == "after_last_byte":  # what is on the wire arrives
                self.practice.provider.awaits(requests + 1)
            return
        raise AssertionError(f"no look comes to {at}")

    def rings(self) -> Turn:
        """The bell rang."""
        return self.looks(Act.LOOK)

    def catches_up(self) -> Turn:
        """Everything that is due by now, as the workflow and its retries would do it."""
        for _ in range(MOST_LOOKS):
            if self.turn.over or self.turn.due > self.practice.now:
                return self.turn
            try:
                self.looks()
            except TryLater as later:
                self.practice.now += later.after or timedelta(seconds=2)
        raise AssertionError(f"there is always something due: {self.turn}")

    def lives(self, **duration: float) -> Turn:
        """Time passes, and the lead is looked at whenever it is due."""
        end = self.practice.now + timedelta(**duration)
        while not self.catches_up().over and self.turn.due <= end:
            self.practice.now = max(self.turn.due, self.practice.now)
        self.practice.now = max(end, self.practice.now)
        return self.turn

    # --- what can be seen

    @property
    def row(self) -> AnyRow:
        """The lead's row."""
        with self.practice.database.reading() as transaction:
            return transaction.execute(select(leads).where(leads.c.id == self.lead_id)).one()

    @property
    def progress(self) -> Progress:
        """The lead's memory."""
        with self.practice.database.reading() as transaction:
            remembered = memory(transaction, self.lead_id)
        assert remembered is not None
        return remembered

    @property
    def inbox(self) -> abc.Sequence[AnyRow]:
        """Every Inbox row, in order."""
        return self._rows(select(inbox).where(inbox.c.lead == self.lead_id).order_by(inbox.c.number))

    @property
    def touches(self) -> abc.Sequence[AnyRow]:
        """The ledger, in the order it was decided."""
        return self._rows(select(ledger).where(ledger.c.lead == self.lead_id).order_by(ledger.c.decided_at))

    @property
    def states(self) -> list[tuple[str, str]]:
        """Each touch's step and state."""
        return [(row.step, row.state) for row in self.touches]

    def state_of(self, step: str) -> TouchState:
        """The state of the step's last touch."""
        return TouchState([row.state for row in self.touches if row.step == step][-1])

    def key_of(self, step: str) -> TouchKey:
        """The key of the step's last touch."""
        return TouchKey([row.touch_key for row in self.touches if row.step == step][-1])

    @property
    def tasks(self) -> abc.Sequence[AnyRow]:
        """Open tasks."""
        return self._rows(select(tasks).where((tasks.c.lead == self.lead_id) & (tasks.c.state == "open")))

    @property
    def noted(self) -> list[str]:
        """What the engine wrote into the audit trail about this lead."""
        mine = select(audit).where(audit.c.object == f"lead:{self.lead_id}").order_by(audit.c.id)
        return [row.action for row in self._rows(mine)]

    @property
    def received(self) -> list[str]:
        """What the person has really got."""
        keys = {row.touch_key: row.step for row in self.touches}
        return [keys[one.touch_key] for one in self.practice.provider.accepted if one.touch_key in keys]

    @property
    def closed(self) -> dict[Channel, SkipReason]:
        """Channels on which an address of the lead's must not be used, and why."""
        with self.practice.database.reading() as transaction:
            hashes = [row.to_hash for row in self.touches if row.to_hash]
            return {one.channel: one.closed for one in standings(transaction, hashes) if one.closed}

    def _rows(self, query: Executable) -> abc.Sequence[AnyRow]:
        with self.practice.database.reading() as transaction:
            return transaction.execute(query).all()


class ReadOnly:
    """A database that cannot be written after so many transactions, as when its disk is full."""

    def __init__(self, database: Database, *, after: int) -> None:
        self._database = database
        self._left = after

    def __enter__(self) -> None:
        self._database.watch("begin", self._began)

    def __exit__(self, *_: object) -> None:
        self._left = 1  # a connection of the pool may remember
        with self._database.reading():
            pass
        self._database.unwatch("begin", self._began)

    def _began(self, connection: Connection) -> None:
        self._left -= 1
        if self._database.kind == "postgresql":
            connection.exec_driver_sql(f"SET TRANSACTION READ {'WRITE' if self._left >= 0 else 'ONLY'}")
        else:
            connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if self._left >= 0 else 'ON'}")


def letter(kind: str, at: datetime, data: abc.Mapping[str, object]) -> Letter:
    """A letter of the CRM's; data may hold moments, which become text."""
    plain = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in data.items()}
    return Letter(source="crm", id=f"e{next(numbers)}", kind=kind, occurred_at=at, body=json_text(plain))


def release_saying(sequence: Sequence, **texts: str) -> Release:
    """A release of one sequence in which the templates of these steps read so."""
    plain = released(sequence)
    written = {f"t/{step}.email": TemplateText(digest=digest_of(text), text=text) for step, text in texts.items()}
    refs = tuple(
        TemplateRef(name=ref.name, digest=written[ref.name].digest) if ref.name in written else ref
        for ref in plain.plans[0].templates
    )
    plan = Plan(version=version_of(sequence, refs), sequence=sequence, templates=refs)
    return plain.model_copy(update={"plans": (plan,), "templates": (*plain.templates, *written.values())})


def _dying_at(point: str) -> CrashPoint:
    def reached(name: str) -> None:
        if name == point:
            raise Died(point)

    return reached
