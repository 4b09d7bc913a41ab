"""What people command, on a real worker: kept, rung, and answered from the row."""

import json
from collections import abc
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from cli import process
from tests.adapters.world import BEN, ROSA
from tests.support.desk import Desk, OpenDesk
from tests.support.house import Someone
from tests.support.small_sequences import email, sequence, stage
from tests.support.waiting import until

DAYS = {"kind": "calendar", "days": 3}


@pytest.fixture
def at_desk(desk: OpenDesk) -> abc.Callable[[], AbstractAsyncContextManager[tuple[Desk, Someone]]]:
    """Somebody at a shell, and one lead in a sequence of two stages; a gift starts only by hand."""
    talk = stage("nurture", email("hello"), email("news", after=DAYS), email("more", after=DAYS))
    won = {"trigger": {"kind": "event", "event": "won"}, "response": {"kind": "goto", "stage": "convert"}}
    life = sequence("life", talk, stage("convert", email("offer", after=DAYS)), when=(won,))
    gift = sequence("gift", stage("as_is", email("gift", after=DAYS)), starts=())

    @asynccontextmanager
    async def opened() -> abc.AsyncIterator[tuple[Desk, Someone]]:
        async with desk(life, gift) as here:
            rosa = await here.house.capture()
            await until(lambda: rosa.received == ["hello"] and rosa.touches == {"hello": "accepted"})
            yield here, rosa

    return opened


async def test_a_pause_is_answered_once_the_lead_has_looked(at_desk):
    """Whoever pauses a lead must know that nothing more leaves, not that a request was taken."""
    async with at_desk() as (desk, rosa):
        said = await desk.commands(
            "lead", "pause", rosa.lead_id, "--reason", "on holiday", "--until", "+3d", "-o", "json"
        )
        assert said.code == 0
        assert (said.json["disposition"], said.json["reason"], said.json["rung"]) == ("applied", None, True)
        assert rosa.row.lead_state == "paused"
        assert (rosa.inbox[-1].source, rosa.inbox[-1].by) == ("operator", "ann")
        assert (await desk.commands("lead", "resume", rosa.lead_id)).stdout == "resume: applied\n"
        assert rosa.row.lead_state == "waiting"


async def test_every_command_reaches_the_lead(at_desk):
    """One wrong verb on the way from the shell to the engine would be found by nobody else."""
    async with at_desk() as (desk, rosa):
        for words in (["skip", "--step", "news"], ["jump", "--stage", "convert"], ["reassign", "--owner", "rep-2"]):
            said = await desk.commands("lead", words[0], rosa.lead_id, *words[1:], "-o", "json")
            assert (said.code, said.json["kind"], said.json["disposition"]) == (0, words[0], "applied")
        assert (rosa.row.stage, rosa.row.owner) == ("convert", "rep-2")
        assert (await desk.commands("lead", "stop", rosa.lead_id, "--reason", "bought elsewhere")).code == 0
        assert (rosa.row.open, rosa.row.lead_state) == (False, "over.stopped_by_person")
        said = await desk.commands("lead", "enroll", rosa.lead_id, "gift")
        assert said.stdout.splitlines()[0] == "enroll: applied"
        assert rosa.row.sequence == "gift"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["retry"], "retry: ignored (not_parked)", id="nothing to try again"),
        pytest.param(["resume"], "resume: ignored (not_paused)", id="nothing to go on with"),
        pytest.param(["jump", "--stage", "retain"], "jump: ignored (no_such_stage)", id="a stage it has not"),
        pytest.param(["skip", "--step", "offer"], "skip: ignored (no_such_step)", id="a step it does not stand before"),
        pytest.param(["enroll", "life"], "enroll: refused (already_enrolled)", id="a sequence that runs"),
    ],
)
async def test_a_command_that_changes_nothing_fails_and_says_why(at_desk, words, told):
    """ "Done" would be believed."""
    async with at_desk() as (desk, rosa):
        said = await desk.commands("lead", words[0], rosa.lead_id, *words[1:])
        assert (said.code, said.stdout.splitlines()[0]) == (process.ExitCode.FAILED, told)


async def test_a_retry_of_what_nobody_has_mended_says_that_the_lead_is_parked_still(at_desk):
    """ "Applied" alone would be believed, and the next who looks would be the customer."""
    async with at_desk() as (desk, rosa):
        await rosa.happens("stage_changed", pipeline_stage="Archived", version=1)
        said = await desk.commands("lead", "retry", rosa.lead_id)
        assert "parked still, or again: " in said.stdout
        assert "Archived" in said.stdout
        assert rosa.row.lead_state == "review.unmapped_stage"
        await rosa.happens("stage_changed", pipeline_stage="New", version=2)
        assert rosa.row.lead_state == "waiting"


async def test_the_same_request_twice_is_one_row_and_the_same_answer(at_desk):
    """A script that is run again must not skip two steps."""
    async with at_desk() as (desk, rosa):
        skip = ("lead", "skip", rosa.lead_id, "--request", "req-1", "-o", "json")
        first, again = (await desk.commands(*skip)).json, (await desk.commands(*skip)).json
        assert {**first, "duplicate": True, "rung": False} == again
        assert [row.kind for row in rosa.inbox] == ["captured", "skip"]
        other = await desk.commands("lead", "stop", rosa.lead_id, "--request", "req-1", "-o", "json")
        assert (other.code, other.error["code"]) == (process.ExitCode.FAILED, "CMD001")
        assert rosa.row.open


async def test_an_event_is_answered_with_what_became_of_it(at_desk):
    """Applied, ignored with its reason, or a mistake: three different next steps for whoever reports it."""
    async with at_desk() as (desk, rosa):
        at = ("--at", "2026-01-01T00:00Z", "--id", "crm-1", "-o", "json")
        won = await desk.commands("lead", "signal", rosa.lead_id, "won", *at)
        assert (won.code, won.json["disposition"], won.json["request"]) == (0, "applied", "crm-1")
        assert rosa.row.stage == "convert"
        automatic = await desk.commands("lead", "signal", rosa.lead_id, "replied", "channel=email", "reply=automatic")
        assert (automatic.code, automatic.stdout) == (0, "replied: ignored (automatic_mail)\n")


async def test_explain_knows_whether_the_workflow_runs(at_desk):
    """An open lead without a workflow waits for nothing."""
    async with at_desk() as (desk, rosa):
        said = (await desk.types("lead", "explain", rosa.lead_id, "-o", "json")).json
        assert (said["run"], said["unapplied"]) == ({"running": True, "failed": 0, "error": ""}, [])
        await rosa.handle.terminate("lost")
        assert (await desk.types("lead", "explain", rosa.lead_id, "-o", "json")).json["run"]["running"] is False


def test_without_a_worker_a_command_is_accepted_and_says_so(company, shell, temporal_server):
    """The row is kept and will be applied; calling that a failure would make people send it again."""
    rosa = company.captures(ROSA)
    here = {"TEMPORAL_ADDRESS": temporal_server.address}
    said = shell("lead", "pause", rosa, "--wait", "0.1", "--request", "req-1", **here)
    assert said.code == 0
    assert said.stdout.splitlines()[0] == "pause: accepted, not looked at yet"
    assert f"followup lead explain {rosa}" in said.stdout and "req-1" in said.stdout
    again = shell("lead", "pause", rosa, "--wait", "0", "--request", "req-1", "-o", "json", **here)
    assert (again.code, again.json["disposition"], again.json["duplicate"]) == (0, None, True)
    assert [row.disposition for row in company.rows()] == [None]


def test_when_temporal_is_away_a_command_is_filed_and_that_is_no_failure(company, shell):
    """What is filed is applied; a script that took it for lost would command twice."""
    rosa = company.captures(ROSA)
    said = shell("lead", "stop", rosa, "-o", "json")
    assert (said.code, said.json["disposition"], said.json["rung"]) == (0, None, False)
    assert said.json["trouble"].startswith("it is filed, but Temporal cannot be reached (127.0.0.1:1)")
    assert json.loads(said.stderr) == {"warning": said.json["trouble"]}
    assert [row.kind for row in company.rows()] == ["stop"]
    told = shell("lead", "pause", company.captures(BEN))
    assert (told.code, told.stdout.splitlines()[0]) == (0, "pause: accepted, not looked at yet")
    assert told.stderr.startswith("warning: it is filed, but")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(["jump", "LEAD"], "name a --stage, a --step or both", id="a jump to nowhere"),
        pytest.param(["pause", "LEAD", "--until", "soon"], "'soon' is no moment", id="a time that is none"),
        pytest.param(["pause", "LEAD", "--until", "+3d", "--request", "r"], "with --request, name", id="a moving end"),
        pytest.param(["reassign", "LEAD"], "Missing option '--owner'.", id="nobody to reassign to"),
        pytest.param(["signal", "LEAD", "exploded"], "Invalid value for 'KIND'", id="a kind there is not"),
        pytest.param(["signal", "LEAD", "replied", "mood=good"], "replied knows no 'mood'", id="a name there is not"),
        pytest.param(["signal", "LEAD", "replied", "reply=great"], "reply: Input should be", id="a value there is not"),
        pytest.param(["signal", "LEAD", "replied", "reply"], "'reply' is no pair", id="half a pair"),
        pytest.param(
            ["signal", "LEAD", "replied", "--data", "[1]"], "this is no JSON object", id="JSON that is a list"
        ),
        pytest.param(["signal", "LEAD", "replied", "a=1", "--data", "{}"], "write either", id="both ways"),
        pytest.param(
            ["signal", "LEAD", "fields_changed", "email=nobody"],
            "this is no mail address",
            id="an address that is none",
        ),
        pytest.param(
            ["signal", "LEAD", "fields_changed", "phone=12"], "this is no phone number", id="a number that is none"
        ),
        pytest.param(
            ["signal", "LEAD", "replied", "--field", "heat=hot"], "only fields_changed", id="a field elsewhere"
        ),
    ],
)
def test_what_means_nothing_is_refused_before_anything_is_kept(company, shell, words, what):
    """A typing mistake in an event would be dropped in silence by the engine, which is tolerant for machines."""
    company.captures(ROSA)
    said = shell("lead", *(word.replace("LEAD", "crm:4711") for word in words), "-o", "json")
    assert said.code == process.ExitCode.USAGE
    assert what in said.error["what"]
    assert company.rows() == []


def test_fields_that_change_are_read_as_they_were_declared(company, shell):
    """Written as text, a flag would never be true again."""
    rosa = company.captures(ROSA)
    shell("lead", "signal", rosa, "fields_changed", "company=Díaz", "--field", "vip=yes", "--field", "budget=9")
    assert company.lead(rosa).company == "Díaz"
    fields = {field.name: field.value for field in company.lead(rosa).fields}
    assert fields == {"heat": "hot", "vip": True, "budget": 9}


async def test_an_opt_out_of_somebody_unknown_is_kept_and_holds(at_desk):
    """Whoever writes "never contact me" is obeyed before anybody has found out who it is."""
    async with at_desk() as (desk, _):
        said = await desk.commands("lead", "signal", "stranger@example.com", "opted_out")
        assert (said.code, "accepted, for somebody unknown" in said.stdout) == (0, True)
        later = await desk.house.capture("Late", emails=("stranger@example.com",), phones=())
        assert [row.reason for row in later.inbox if row.kind == "captured"] == ["opted_out"]
        assert later.received == []
        slip = await desk.commands("lead", "signal", "strangr@example.com", "replied", "-o", "json")
        assert (slip.code, slip.error["code"]) == (process.ExitCode.FAILED, "LED001")
        nobody = await desk.commands("lead", "signal", "no address at all", "opted_out", "-o", "json")
        assert (nobody.code, nobody.error["code"]) == (process.ExitCode.FAILED, "LED001")
