"""
A thousand sleeping leads live through three deploys of the engine, one of them bad.

The workers are processes of their own, each from a changed copy of the tree. Every deploy wakes leads that slept
through it: tomorrow comes for them, in Temporal's own time.
"""

import asyncio
import json
from collections import Counter, abc
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen

import pytest
from sqlalchemy import func, select, update

from activities.look import Look
from adapters.records import DatabaseRecords
from adapters.tables import leads, ledger, outbox
from api.rebuilding import Asking, rebuild
from cli import child, process
from cli.temporal_server import LocalServer
from engine.life.turn import Glance
from engine.sequence.compiled import Sequence
from engine.words import Act, LeadId
from tests.chaos.sleepers import IN_TIME, fall_asleep, for_each, patiently, time_comes
from tests.support.builds import Build, Edit, build
from tests.support.house import House
from tests.support.likenesses import likenesses
from tests.support.postgres import fresh_database
from tests.support.shell import Shell
from tests.support.small_sequences import DAY, email, sequence, stage
from tests.support.waiting import until
from workflows.names import workflow_id

LEADS, WOKEN = 1000, 100
"""How many sleep, and how many of them each deploy wakes."""

A_MINUTE = timedelta(seconds=60)
"""What an alarm may take."""
ATTEMPTS = 3
"""Failed looks after which a lead is flagged."""

NAMES = 'return f"{current.kind} {current.id}"'
DECIDES = "    move = next(move for question"
BUG = '    raise LookupError(f"nobody at {progress.lead_id} expected this")\n' + DECIDES


def renamed(mark: str) -> Edit:
    """An engine by whose sentences one sees that it has decided."""
    return Edit("engine/life/deciding/steps.py", NAMES, f'return f"{{current.kind}} {{current.id}} by build {mark}"')


def mails() -> Sequence:
    """A mail after a day, and another a week later."""
    later = DAY.model_copy(update={"days": 7})
    return sequence("mails", stage("nurture", email("first", after=DAY), email("second", after=later)))


class Fleet:
    """What is deployed: at most one release at a time, and another one while the first is taken down."""

    def __init__(self, environment: dict[str, str], place: Path) -> None:
        self.environment = environment
        self.place = place
        self.running = ExitStack()

    async def deploys(self, release: Build) -> None:
        """The release's worker is at work, and the one before has gone."""
        before, self.running = self.running, ExitStack()
        worker: Popen[bytes] = release.worker(self.environment)
        self.running.callback(child.end, worker)
        await until(release.works, within=IN_TIME)
        await asyncio.to_thread(before.close)

    def followup(self, release: Build, *words: str) -> str:
        """What `followup` of this release says."""
        said = release.followup(*words, environment=self.environment)
        assert said.returncode == process.ExitCode.OK, said.stderr
        return said.stdout


async def asleep(house: House, count: int) -> list[LeadId]:
    """So many leads that wait for tomorrow's mail."""
    model = await house.capture(ring=False)
    records = DatabaseRecords(house.office.database, house.office.settings)
    Look(records, {}).at(Glance(lead_id=model.lead_id), Act.LOOK, datetime.now(UTC), timedelta(0))
    with house.office.database.transaction() as transaction:
        transaction.execute(update(leads).values(zone="America/Chicago"))
    return likenesses(house.office, [model.lead_id], count)


def received(house: House) -> Counter[str]:
    """How many messages each lead has got."""
    with house.office.database.reading() as transaction:
        found = select(ledger.c.lead).join(outbox, outbox.c.touch_key == ledger.c.touch_key)
        return Counter(transaction.execute(found).scalars())


async def decided_by(house: House, mark: str, whose: set[LeadId]) -> None:
    """Return as soon as it is their rows, and no others, that this build has written."""

    async def written() -> bool:
        with house.office.database.reading() as transaction:
            found = select(leads.c.id).where(leads.c.why.contains(f"by build {mark}"))
            return set(transaction.execute(found).scalars()) == whose

    await patiently(written)


async def failing(shell: Shell) -> dict[str, str]:
    """Whom `followup stuck` names because their look fails, with the repair."""
    said = await asyncio.to_thread(shell, "stuck", "--limit", str(LEADS), "--no-temporal", "-o", "json")
    return {one["lead_id"]: one["repair"] for one in said.json if one["kind"] == "failing"}


@pytest.fixture
def records(postgres_url: str) -> abc.Iterator[str]:
    """An empty database as production has it."""
    with fresh_database(postgres_url) as url:
        yield url


async def test_a_thousand_sleeping_leads_live_through_three_deploys_one_of_them_bad(
    temporal_server: LocalServer, records: str, tmp_path: Path
) -> None:
    """A deploy is an ordinary day: what it breaks is seen within a minute, heals with the next, and loses nothing."""
    environment = {
        "FOLLOWUP_DATABASE_URL": records,
        "FOLLOWUP_ENVIRONMENT": "test",
        "FOLLOWUP_POSTAL_ADDRESS": "1 Invented Street, Nowhere",
        "FOLLOWUP_JITTER_SECONDS": "0",
        "FOLLOWUP_SENDER_PER_MINUTE": "100000",
        "FOLLOWUP_SENDER_PER_DAY": "100000",
        "FOLLOWUP_FAILING_ATTEMPTS": str(ATTEMPTS),
        "FOLLOWUP_GRACEFUL_SHUTDOWN_SECONDS": "1",
        "FOLLOWUP_STICKY_SECONDS": "1",
        "TEMPORAL_ADDRESS": temporal_server.address,
    }
    good, bad, mended = (
        build(tmp_path / "good", renamed("one")),
        build(tmp_path / "bad", Edit("engine/life/decide.py", DECIDES, BUG)),
        build(tmp_path / "mended", renamed("three")),
    )
    shell = Shell(**environment)
    fleet = Fleet(environment, tmp_path)
    async with House.built(temporal_server, records, mails()) as house:
        with ExitStack() as stack:
            stack.callback(lambda: fleet.running.close())
            everybody = await asleep(house, LEADS)
            first, second, third = (set(everybody[n * WOKEN : (n + 1) * WOKEN]) for n in range(3))

            await fleet.deploys(good)
            await fall_asleep(house)
            await time_comes(house, first)
            await decided_by(house, "one", first)

            seen = json.loads(await asyncio.to_thread(fleet.followup, bad, "engine", "diff", "-o", "json"))
            assert (seen["open"], seen["undecided"], len(seen["groups"])) == (LEADS, LEADS, 1)
            expected = "cannot be decided: LookupError in engine/life/decide.py, line "
            assert seen["groups"][0]["said"].startswith(expected)

            await fleet.deploys(bad)
            await time_comes(house, second)
            failed = datetime.now(UTC)

            unseen = sorted(second)

            async def visible() -> bool:
                while unseen and (run := await house.doorbell.run_of(unseen[-1])).failed:
                    assert run.error.startswith("LookupError: decide.py, line ")
                    unseen.pop()
                return not unseen

            async def named() -> bool:
                return (await failing(shell)).keys() == second

            await patiently(visible, within=A_MINUTE)
            await patiently(named, within=A_MINUTE)
            assert datetime.now(UTC) - failed < A_MINUTE
            repair = (await failing(shell))[min(second)]
            assert repair.startswith(f"followup temporal workflow describe -w lead-{min(second)} shows the error")
            assert received(house) == Counter(first)

            await fleet.deploys(mended)
            await decided_by(house, "three", second)
            await time_comes(house, third)
            await decided_by(house, "three", second | third)

            assert await failing(shell) == {}
            assert received(house) == Counter(first | second | third)
            assert await states_of_touches(house) == {"accepted": 3 * WOKEN}
            running = await rebuild(house.office, Asking(house.doorbell))
            assert (running.open, running.running) == (LEADS, LEADS)
            await for_each(everybody, lambda lead: house.client.get_workflow_handle(workflow_id(lead)).terminate())


async def states_of_touches(house: House) -> dict[str, int]:
    """How many rows of the ledger stand in each state."""
    with house.office.database.reading() as transaction:
        counted = select(ledger.c.state, func.count()).group_by(ledger.c.state)
        return {state: count for state, count in transaction.execute(counted)}
