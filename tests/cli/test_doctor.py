"""`followup doctor`, as it is run on the worst day: its lines, its document, its exit codes."""

from contextlib import suppress

import pytest
from temporalio.service import RPCError

from cli import process
from tests.support.small_sequences import email, sequence, stage


async def test_a_house_at_work_is_well(desk):
    """Exit code 0 with a worker on every queue; the Outbox is worth a word, not a failure."""
    async with desk(sequence("life", stage("nurture", email("hello")))) as here:
        async for sleeper in here.house.client.list_workflows("ExecutionStatus = 'Running'"):
            # Leads of other tests on this server have their rows elsewhere: strangers, as doctor would say.
            with suppress(RPCError):
                await here.house.client.get_workflow_handle(sleeper.id).terminate()
        await here.house.capture()
        said = await here.types("doctor", "-o", "json")
        levels = {finding["check"]: finding["level"] for finding in said.json}
        assert said.code == 0
        assert set(levels) == {
            *("python", "tzdata", "settings", "providers", "database", "migrations", "pipeline_map"),
            *("temporal", "namespace", "search_attributes", "pollers", "workflows"),
        }
        assert {check for check, level in levels.items() if level == "warn"} <= {"tzdata", "providers"}
        assert "fail" not in levels.values()


def test_what_does_not_answer_is_code_4(shell, company):
    """A monitor that pages somebody for an unreachable server pages somebody else than for a wrong setting."""
    said = shell("doctor")
    assert said.code == process.ExitCode.UNREACHABLE
    lines = said.stdout.splitlines()
    failed = next(number for number, line in enumerate(lines) if line.startswith("fail  temporal"))
    assert lines[failed + 1].strip().startswith("next: start it")
    assert any(line.startswith("ok    database ") for line in lines)


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_what_is_wrong_is_code_1(shell, temporal_server, form):
    """And every finding is a document, the good ones too."""
    here = {"TEMPORAL_ADDRESS": temporal_server.address, "FOLLOWUP_DATABSE_URL": "x"}
    said = shell("doctor", "-o", form, **here)
    assert said.code == process.ExitCode.FAILED
    findings = said.json if form == "json" else said.lines
    told = {finding["check"]: finding["level"] for finding in findings}
    assert (told["settings"], told["python"]) == ("fail", "ok")


def test_the_flag_chooses_the_profile(shell, company, tmp_path):
    """Staging is examined from a laptop that is connected to something else."""
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.staging]\naddress = "127.0.0.1:2"\n')
    here = {"TEMPORAL_CONFIG_FILE": str(file), "TEMPORAL_ADDRESS": None}
    said = shell("doctor", "--profile", "staging", "-o", "json", **here)
    temporal = next(finding for finding in said.json if finding["check"] == "temporal")
    assert "127.0.0.1:2" in temporal["found"]
