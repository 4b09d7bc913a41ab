"""Somebody signals a lead's workflow directly: whatever comes, the lead is unharmed and the content is in the Inbox."""

from collections import abc
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.service import RPCError

from adapters.letters import SIGNAL
from cli.temporal_server import LocalServer
from tests.support.house import House, Someone
from tests.support.small_sequences import daily
from tests.support.waiting import until
from tests.workflows.cli import temporal


@pytest.fixture
async def rosa(temporal_server: LocalServer, tmp_path: Path) -> abc.AsyncIterator[Someone]:
    """A lead that waits for its second email."""
    async with House.open(temporal_server, f"sqlite:///{tmp_path / 'followup.sqlite'}", daily(3)) as house:
        someone = await house.capture()
        await until(lambda: someone.received == ["day-0"])
        yield someone


def settled(rosa: Someone) -> list[tuple[str, str]]:
    """What came by signal and was looked at, and what became of it."""
    return [(row.kind, row.disposition) for row in rosa.inbox if row.source == SIGNAL and row.disposition]


async def unharmed(rosa: Someone) -> None:
    """The lead goes on as if nothing had been said."""
    assert (await rosa.handle.describe()).status is WorkflowExecutionStatus.RUNNING
    await rosa.let_pass(days=20)
    assert rosa.received == ["day-0", "day-1", "day-2"]
    assert rosa.row.lead_state == "over.completed"


async def test_a_verb_with_json_typed_at_the_command_line_works(
    temporal_server: LocalServer, tmp_path: Path, rosa: Someone
) -> None:
    """On-call has the Temporal UI and its command line before it has anything of ours."""
    signal = ("signal", "-w", rosa.handle.id, "--name")
    said = await temporal(temporal_server, tmp_path, *signal, "pause", "--input", '{"reason": "holiday", "by": "ann"}')
    assert said.code == 0, said.output
    await until(lambda: rosa.row.lead_state == "paused")
    await rosa.let_pass(days=5)
    assert rosa.received == ["day-0"]
    assert rosa.progress.pause is not None
    assert rosa.progress.pause.by == "ann"
    await temporal(temporal_server, tmp_path, *signal, "resume", "--input", "{}")
    await until(lambda: rosa.row.lead_state == "waiting")
    assert settled(rosa) == [("pause", "applied"), ("resume", "applied")]
    await unharmed(rosa)


async def test_a_verb_without_input_counts_and_a_ring_is_only_a_ring(
    temporal_server: LocalServer, tmp_path: Path, rosa: Someone
) -> None:
    """To a handler with one argument a signal without input would fail every task of the lead from then on."""
    looked = rosa.row.revision
    signal = ("signal", "-w", rosa.handle.id, "--name")
    for name in ("ring", "pause", "resume", "whatever"):
        said = await temporal(temporal_server, tmp_path, *signal, name)
        assert said.code == 0, said.output
        await until(lambda: rosa.row.revision > looked)
    await until(lambda: len(settled(rosa)) == 3)
    assert settled(rosa) == [("pause", "applied"), ("resume", "applied"), ("whatever", "dead_letter")]
    await unharmed(rosa)


@pytest.mark.parametrize(
    ("encoding", "content", "disposition"),
    [
        ("json/plain", '["a", 1]', "dead_letter"),
        ("json/plain", "null", "dead_letter"),
        ("binary/plain", "{broken", "dead_letter"),
        ("nobody/knows", "{broken", "dead_letter"),
        ("nobody/knows", '{"reason": "x"}', "applied"),
        ("json/protobuf", "{}", "applied"),
    ],
)
async def test_content_is_read_whatever_it_says_it_is_and_put_aside_when_nobody_can(
    temporal_server: LocalServer, tmp_path: Path, rosa: Someone, encoding: str, content: str, disposition: str
) -> None:
    """A typed handler would drop it without a word."""
    signal = ("signal", "-w", rosa.handle.id, "--name", "note_added", "--input", content)
    said = await temporal(temporal_server, tmp_path, *signal, "--input-meta", f"encoding={encoding}")
    assert said.code == 0, said.output
    await until(lambda: settled(rosa) == [("note_added", disposition)])
    assert (rosa.row.flagged_since is not None) is (disposition == "dead_letter")
    await unharmed(rosa)


async def test_input_that_is_no_json_does_not_even_leave_the_command_line(
    temporal_server: LocalServer, tmp_path: Path, rosa: Someone
) -> None:
    """Whoever mistypes is told so at once."""
    said = await temporal(temporal_server, tmp_path, "signal", "-w", rosa.handle.id, "--name", "pause", "-i", "{broken")
    assert said.code != 0
    assert "JSON" in said.output
    assert settled(rosa) == []
    await unharmed(rosa)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("call_missed", [1, [2], "three"]),
        ("no such thing", [{"a": 1}]),
        ("näme with ☃ in it", [{}]),
        ("pause", [b"\xff\xfe"]),
        ("pause", [{"reason": "x" * 100_000}]),
        ("jump", [{"stage": "heaven"}]),
    ],
)
async def test_signals_nobody_ever_meant_harm_nobody(rosa: Someone, name: str, content: list[object]) -> None:
    """Another program signals by mistake; every argument is a row with a reason."""
    await rosa.handle.signal(name, args=content)
    await until(lambda: [found for _, found in settled(rosa)] == ["dead_letter"] * len(content))
    await unharmed(rosa)


async def test_an_answer_or_an_opt_out_that_nobody_can_read_still_ends_sending(rosa: Someone) -> None:
    """Whatever else is wrong with it: no message leaves after a no because somebody's program spelt it badly."""
    await rosa.handle.signal("opted_out", args=[7])
    await until(lambda: settled(rosa) == [("opted_out", "applied")])
    await rosa.handle.result()  # the run has ended: nobody is left who could send
    assert rosa.received == ["day-0"]
    assert rosa.row.lead_state == "over.opted_out"


async def test_the_same_signal_twice_is_one_row(rosa: Someone) -> None:
    """A finger slips, a client retries: a pause is a pause."""
    for _ in range(3):
        await rosa.handle.signal("note_added", {"id": "n-1", "reason": "called, no answer"})
    await until(lambda: rosa.inbox[-1].duplicates == 2)
    assert settled(rosa) == [("note_added", "applied")]
    await unharmed(rosa)


async def test_queries_and_updates_nobody_knows_do_no_harm(rosa: Someone) -> None:
    """A lead is asked by tools that were written for other workflows."""
    with pytest.raises(WorkflowQueryFailedError):
        await rosa.handle.query("progress")
    with pytest.raises((WorkflowUpdateFailedError, RPCError)):
        await rosa.handle.execute_update("pause", {"reason": "x"})
    assert settled(rosa) == []
    await unharmed(rosa)


async def test_a_whole_conversation_of_nonsense_leaves_one_run(rosa: Someone) -> None:
    """A hundred rings and scraps at once are a handful of looks."""
    for number in range(100):
        await rosa.handle.signal(
            "ring" if number % 3 else "note_added", *([] if number % 3 else [{"id": f"n{number}"}])
        )
    await until(lambda: settled(rosa) == [("note_added", "applied")] * 34)
    await unharmed(rosa)
