"""`followup stuck`: what needs a person, and the command that repairs it."""

import asyncio
import re

import pytest
from sqlalchemy import update

from adapters.tables import leads
from adapters.views.stuck import Kind
from api.stuck import REPAIRS
from cli import process
from engine.reasons import ReviewReason
from tests.adapters.world import BEN, ROSA, Company, later
from tests.cli.test_main import VERBS
from tests.support.shell import Shell
from tests.support.small_sequences import email, sequence, stage
from tests.support.waiting import until_so


@pytest.fixture
def sick(company: Company) -> tuple[str, str]:
    """A lead parked for a person, and one that nobody looked at when it was due."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    with company.database.transaction() as transaction:
        parked = {"lead_state": "review.missing_token", "why": "the message needs values that are missing"}
        transaction.execute(update(leads).where(leads.c.id == rosa).values(parked))
        transaction.execute(update(leads).where(leads.c.id == ben).values(next_due=later(days=-3650)))
    return rosa, ben


def test_what_is_stuck_is_told_with_its_repair(shell, sick):
    """On-call reads the kind, and copies the command."""
    rosa, ben = sick
    first, what, repair = shell("stuck").stdout.splitlines()[:3]
    assert first.startswith(f"overdue  lead {ben}  ")
    assert (what, repair) == (
        "  waiting",
        f"  next: followup doctor; then followup temporal workflow describe -w lead-{ben}",
    )
    told = {one["kind"]: one for one in shell("stuck", "-o", "json").json}
    assert (told["review"]["lead_id"], told["review"]["reason"]) == (rosa, "review.missing_token")
    assert told["review"]["repair"].startswith(f"followup lead retry {rosa}")
    assert [one["kind"] for one in shell("stuck", "-o", "jsonl").lines] == list(told)


def test_the_exit_code_is_an_alarm_only_where_it_was_asked_for(shell, company, sick):
    """A cron job wants it, a person at a shell does not."""
    assert shell("stuck", "--no-temporal").code == 0
    assert shell("stuck", "--no-temporal", "--exit-code").code == process.ExitCode.FAILED


def test_nothing_stuck_is_no_alarm(shell, records_url):
    """The empty answer is the good one."""
    said = shell("stuck", "--exit-code", "--no-temporal")
    assert (said.code, said.stdout, said.stderr) == (0, "", "nothing is stuck\n")
    assert shell("stuck", "--no-temporal", "-o", "json").json == []


def test_without_temporal_nobody_says_that_nothing_is_stuck(shell, records_url):
    """Half an answer that reads like a whole one sends on-call home."""
    said = shell("stuck")
    assert (said.code, said.stdout) == (process.ExitCode.UNREACHABLE, "")
    assert ("TMP001" in said.stderr, "nothing is stuck" in said.stderr) == (True, False)
    told = shell("stuck", "-o", "json")
    assert (told.code, told.json, told.error["code"]) == (process.ExitCode.UNREACHABLE, [], "TMP001")


async def test_a_namespace_that_is_not_there_is_no_peace_either(desk):
    """A mistyped name must not look like a quiet night."""
    async with desk(sequence("life", stage("nurture", email("hello")))) as here:
        told = await asyncio.to_thread(here.shell, "stuck", "-o", "json", TEMPORAL_NAMESPACE="nowhere")
        assert (told.code, told.error["code"]) == (process.ExitCode.UNREACHABLE, "TMP004")


def test_temporal_being_away_does_not_hide_what_the_records_know(shell, sick):
    """When everything is down, the list is needed most."""
    said = shell("stuck")
    assert (said.code, "overdue" in said.stdout) == (process.ExitCode.UNREACHABLE, True)
    assert "Temporal was not asked" in said.stderr


async def test_an_open_lead_without_a_workflow_is_found_and_rebuilt(desk):
    """Somebody terminated it in the UI; the database knows that it is open, and one command brings it back."""
    day = {"kind": "elapsed", "minutes": 1440}
    async with desk(sequence("life", stage("nurture", email("hello"), email("news", after=day)))) as here:
        rosa, ben = await here.house.capture("Rosa"), await here.house.capture("Ben")
        assert (await here.types("stuck", "-o", "json")).json == []
        await rosa.handle.terminate("by mistake")

        async def found() -> bool:
            lost = [one["lead_id"] for one in (await here.types("stuck", "-o", "json")).json if one["kind"] == "no_run"]
            return lost == [rosa.lead_id]

        await until_so(found)
        assert (await here.types("rebuild", "--dry-run", "-o", "json")).json == sums(open=2, missing=1, running=1)
        assert (await here.types("rebuild", "-o", "json")).json == sums(open=2, started=1, running=1)
        assert (await here.types("rebuild", "-o", "json")).json == sums(open=2, running=2)
        assert (await here.types("stuck", "-o", "json")).json == []
        assert "applied" in (await here.commands("lead", "pause", rosa.lead_id)).stdout
        assert ben.row.lead_state == "waiting"


async def test_a_workflow_whose_lead_has_no_row_is_the_first_thing_to_know(desk, tmp_path):
    """Somebody deleted the file and made a new one: "nothing is stuck" would send on-call home."""
    day = {"kind": "elapsed", "minutes": 1440}
    async with desk(sequence("life", stage("nurture", email("hello", after=day)))) as here:
        rosa = await here.house.capture("Rosa")
        elsewhere = {"FOLLOWUP_DATABASE_URL": f"sqlite:///{tmp_path / 'another.sqlite'}"}
        there = Shell(**here.shell.variables | elsewhere)
        assert there("database", "upgrade").code == 0

        async def found() -> bool:
            lost = (await asyncio.to_thread(there, "stuck", "-o", "json")).json
            return [(one["kind"], one["lead_id"]) for one in lost] == [("no_row", rosa.lead_id)]

        await until_so(found)
        assert (await here.types("stuck", "-o", "json")).json == []


def sums(**counts: int) -> dict[str, int]:
    return {"open": 0, "started": 0, "missing": 0, "running": 0, "failed": 0} | counts


def test_rebuild_needs_temporal(shell, company):
    """Nothing can be started where nobody answers."""
    company.captures(ROSA)
    said = shell("rebuild", "-o", "json")
    assert (said.code, said.stdout, said.error["code"]) == (process.ExitCode.UNREACHABLE, "", "TMP001")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_repair(kind):
    """A finding without a next step is a worry, not a help."""
    assert REPAIRS[kind]


def test_every_repair_names_commands_and_reasons_that_exist():
    """A runbook that names a command of last year costs minutes when they are dearest."""
    for reason, repair in REPAIRS.items():
        assert reason in tuple(Kind) or reason.removeprefix("review.") in tuple(ReviewReason)
        for group, verb in re.findall(r"followup (\w+)(?: (\w+))?", repair):
            assert group in (*VERBS, "temporal") or f"{group} {verb}" in VERBS, repair
