"""
A thousand sleeping leads, at every place where one can rest, are moved to another structure by somebody who is killed.

Statement 23: each keeps its step, what it waits for is counted anew, whoever has no place stays, and nothing that was
sent is sent again.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter, abc
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowHandle

from activities.look import Look
from adapters import audit
from adapters import catalogue as shelf
from adapters.leads import NewLead
from adapters.letters import Letter
from adapters.outbox import Outbox
from adapters.records import DatabaseRecords
from adapters.tables import enrolments, inbox, leads, ledger
from adapters.views.lead import memory
from cli import process
from cli.temporal_server import LocalServer
from engine.life.turn import Glance
from engine.sequence.compiled import Branch, Case, FieldIs, Finish, Goto, Sequence, Step
from engine.words import Act, Channel, LeadId, Stage
from tests.chaos.sleepers import fall_asleep, for_each, patiently, time_comes
from tests.support.house import House, released
from tests.support.likenesses import likenesses
from tests.support.postgres import fresh_database
from tests.support.small_sequences import ALWAYS, DAY, call, email, sequence, stage
from workflows.names import workflow_id

LEADS, KILLED_AFTER = 1000, 250
"""How many sleep, and how many of them have their command when whoever moves them is killed."""

EVERY, HALF, SPAN = timedelta(hours=8), timedelta(hours=4), timedelta(days=13)
"""Models began so far apart, over the length of the whole sequence."""

TWO_DAYS = DAY.model_copy(update={"days": 2})
FOUR_DAYS = DAY.model_copy(update={"days": 4})
MAILS = {"one", "cold", "two", "last"}
GONE = "three"
PLACES = {*MAILS, GONE, "ring", "end of nurture"}
RENAMED = {"ring": "phone"}
NO_TIME = timedelta(0)
MOST_WAITS = 30
"""Of any lead, with the days on which a call is given up."""


def by_heat(name: str) -> Branch:
    """Everybody is cold here."""
    hot = FieldIs(field="heat", values=("hot",))
    return Branch(id=name, cases=(Case(condition=hot, steps=(email("hot"),)),), otherwise=(email("cold", after=DAY),))


def life(nurture: abc.Sequence[Step], convert: abc.Sequence[Step], wait: int) -> Sequence:
    """A life of two stages, so many days apart."""
    later = DAY.model_copy(update={"days": wait})
    return sequence(
        "life",
        stage("nurture", *nurture, otherwise=Goto(stage=Stage.CONVERT, after=later)),
        stage("convert", *convert, otherwise=Finish()),
        hours=ALWAYS,
    )


OLD = life(
    nurture=(
        email("one", after=DAY),
        by_heat("heat"),
        call("ring", after=DAY, give_up=DAY),
        email("two", after=TWO_DAYS),
    ),
    convert=(email("three", after=DAY), email("last", after=DAY)),
    wait=2,
)
NEW = OLD.model_copy(
    update={
        # Steps in another order and under another name, one gone, one new; and another stage before them.
        "stages": (
            stage("capture", email("zero"), otherwise=Goto(stage=Stage.NURTURE)),
            *life(
                nurture=(
                    email("two", after=FOUR_DAYS),
                    email("one", after=DAY),
                    call("phone", after=DAY, give_up=DAY),
                    email("new", after=DAY),
                    by_heat("heat"),
                ),
                convert=(email("last", after=TWO_DAYS), email("bye", after=DAY)),
                wait=3,
            ).stages,
        )
    }
)


class Desk:
    """Whoever types `followup sequence migrate` for this house."""

    WORDS = ("sequence", "migrate", "life", "--rename", "ring=phone")

    def __init__(self, server: LocalServer, database_url: str) -> None:
        self.environment = os.environ | {
            "FOLLOWUP_DATABASE_URL": database_url,
            "FOLLOWUP_ENVIRONMENT": "test",
            "TEMPORAL_ADDRESS": server.address,
        }

    def begins(self, *words: str) -> subprocess.Popen[bytes]:
        """The command, as a process of its own."""
        command = [sys.executable, "-m", "cli.main", *self.WORDS, *words, "-o", "json"]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    async def says(self, *words: str) -> Any:
        """What it says when it has come to its end."""
        running = self.begins(*words)
        out, errors = await asyncio.to_thread(running.communicate)
        assert running.returncode == process.ExitCode.OK, errors.decode()
        return json.loads(out)


@pytest.fixture
def records(postgres_url: str) -> abc.Iterator[str]:
    """An empty database as production has it."""
    with fresh_database(postgres_url) as url:
        yield url


async def test_statement_23_a_thousand_leads_are_moved_by_somebody_who_is_killed_half_way(
    temporal_server: LocalServer, records: str
) -> None:
    """Whoever begins again goes on; every lead is where the dry run said; nobody gets anything twice."""
    desk = Desk(temporal_server, records)
    async with House.built(temporal_server, records, OLD, sender_per_minute=100_000, sender_per_day=100_000) as house:
        old = version_of(house)
        models = alive(house, [lived(house, began) for began in beginnings()])
        assert {*places(house, models).values()} == PLACES
        everybody = likenesses(house.office, models, LEADS)
        at, had = places(house, everybody), sent(house, everybody)
        new = publishes(house, NEW)
        async with house.at_work():
            await fall_asleep(house)

            told = {LeadId(one["lead"]): one for one in await desk.says("--dry-run", "--each")}
            staying = {lead for lead in everybody if at[lead] == GONE}
            going = {*everybody} - staying
            assert {lead for lead, one in told.items() if one["stays"] == "no_counterpart"} == staying
            assert {lead for lead, one in told.items() if one["stays"] is None} == going
            assert commands(house) == {}

            killed = desk.begins("--yes", "--pace", "200")
            await patiently(lambda: _is(len(commands(house)) >= KILLED_AFTER))
            killed.kill()
            killed.communicate()
            assert len(commands(house)) < len(going)

            said = await desk.says("--yes", "--pace", "200", "--wait", "300")
            assert (said["waiting"], said["trouble"]) == (0, None)
            assert versions(house) == dict.fromkeys(going, new) | dict.fromkeys(staying, old)
            assert commands(house) == dict.fromkeys(going, 1)
            assert (await desk.says("--yes"))["moved"] == 0
            assert commands(house) == dict.fromkeys(going, 1)

            assert places(house, everybody) == {lead: RENAMED.get(place, place) for lead, place in at.items()}
            assert sent(house, everybody) == had
            messages = {lead: one["after"] for lead, one in told.items() if lead in going and at[lead] in MAILS}
            assert len(messages) > LEADS // 2
            assert due(house, messages) == {lead: datetime.fromisoformat(one["at"]) for lead, one in messages.items()}
            with house.office.database.reading() as transaction:
                entries = [one for one in audit.about(transaction, "sequence:life") if one.action == "migrated"]
            assert [one.reason for one in entries] == [f"to {new}"] * 3

            watched = everybody[: len(models)]
            await live_on(house, watched)
            assert alive(house, watched) == []
            have = sent(house, watched)
            assert max(times for steps in have.values() for times in steps.values()) == 1
            assert {step for steps in have.values() for step in steps} >= {"new", "bye", "three"}
            await for_each(everybody[len(models) :], lambda lead: handle(house, lead).terminate())


# --- the house --------------------------------------------------------------------------------------------------------


def beginnings() -> abc.Iterator[datetime]:
    """When the models began: so that nothing is due to any of them while this runs."""
    now = datetime.now(UTC)
    return (now - HALF - number * EVERY for number in range(SPAN // EVERY))


def lived(house: House, began: datetime) -> LeadId:
    """A lead that began then, and has lived until now as a worker would have had it live."""
    office, now = house.office, datetime.now(UTC)
    new = NewLead(source="form", emails=(f"model-{began:%d%H}@example.com",), phones=("+12125550111",))
    with office.database.transaction() as transaction:
        lead = office.people.capture(transaction, new, began).lead_id
        letter = Letter(source="form", id=f"captured-{lead}", kind="captured", occurred_at=began)
        office.inbox.file(transaction, letter, lead, began)
    records = DatabaseRecords(office.database, office.settings)
    look = Look(records, dict.fromkeys(Channel, Outbox(office.database)))
    turn = look.at(Glance(lead_id=lead), Act.LOOK, began, NO_TIME)
    while not turn.over and turn.due <= now:
        turn = look.at(Glance(lead_id=lead), turn.act, max(turn.due, began), NO_TIME)
    return lead


async def live_on(house: House, whose: abc.Sequence[LeadId]) -> None:
    """Their time passes until nobody of them has anything to wait for."""
    for _ in range(MOST_WAITS):
        waiting = due(house, alive(house, whose))
        if not waiting:
            return
        await time_comes(house, waiting)
        await patiently(partial(_have_been_looked_at, house, waiting))


async def _have_been_looked_at(house: House, waiting: abc.Mapping[LeadId, datetime]) -> bool:
    """Whether none of them waits for what it waited for."""
    now = due(house, waiting)
    return all(now[lead] != at for lead, at in waiting.items())


def handle(house: House, lead: LeadId) -> WorkflowHandle[Any, Any]:
    """The lead's run."""
    return house.client.get_workflow_handle(workflow_id(lead))


async def _is(so: bool) -> bool:
    return so


def publishes(house: House, sequence: Sequence) -> str:
    """What runs from now on; its version."""
    release = released(sequence)
    with house.office.database.transaction() as transaction:
        shelf.publish(transaction, release, "ana", "", datetime.now(UTC))
    return release.plans[0].version


# --- what is read -----------------------------------------------------------------------------------------------------


def version_of(house: House) -> str:
    """What runs."""
    with house.office.database.reading() as transaction:
        return shelf.published(transaction).plans[0].version


def alive(house: House, whose: abc.Collection[LeadId]) -> list[LeadId]:
    """Those of them that are in the sequence still."""
    found = versions(house)
    return [lead for lead in whose if lead in found]


def places(house: House, whose: abc.Iterable[LeadId]) -> dict[LeadId, str]:
    """Where each of them rests."""
    found = {}
    with house.office.database.reading() as transaction:
        for lead in whose:
            progress = memory(transaction, lead)
            assert progress is not None
            assert progress.enrolment is not None
            found[lead] = progress.enrolment.cursor.step or f"end of {progress.enrolment.stage_plan.name}"
    return found


def due(house: House, whose: abc.Collection[LeadId]) -> dict[LeadId, datetime]:
    """When each of them is looked at next."""
    with house.office.database.reading() as transaction:
        rows = transaction.execute(select(leads.c.id, leads.c.next_due).where(leads.c.id.in_(whose)))
        return {LeadId(row.id): row.next_due for row in rows}


def versions(house: House) -> dict[LeadId, str]:
    """What each lead in flight is on."""
    with house.office.database.reading() as transaction:
        in_flight = enrolments.c.ended_at.is_(None)
        rows = transaction.execute(select(enrolments.c.lead, enrolments.c.version).where(in_flight))
        return {LeadId(row.lead): row.version for row in rows}


def sent(house: House, whose: abc.Collection[LeadId]) -> dict[LeadId, Counter[str]]:
    """Which steps each of them was sent, and how often."""
    found = {lead: Counter[str]() for lead in whose}
    with house.office.database.reading() as transaction:
        for row in transaction.execute(select(ledger.c.lead, ledger.c.step).where(ledger.c.state == "accepted")):
            if row.lead in found:
                found[LeadId(row.lead)][row.step] += 1
    return found


def commands(house: House) -> Counter[str]:
    """How many commands to move each lead has in its Inbox."""
    with house.office.database.reading() as transaction:
        return Counter(transaction.execute(select(inbox.c.lead).where(inbox.c.kind == "migrate")).scalars())
