"""Somebody uses Temporal directly, from its CLI: nothing of it is lost, and nothing of it stops a lead."""

import subprocess
from pathlib import Path

import pytest

from cli.temporal_server import LocalServer, find_server_binary
from tests.support.house import House, Someone
from tests.support.small_sequences import daily
from tests.support.waiting import until

SIGNALS = [
    pytest.param("ring", None, None, id="a ring without content is only a ring"),
    pytest.param("pause", '{"reason": "holiday"}', ("pause", "applied"), id="a verb with its data is a command"),
    pytest.param("stop", None, ("stop", "applied"), id="a verb without data is a command too"),
    pytest.param("replied", '{"channel": "email"}', ("replied", "applied"), id="an event kind is an event"),
    pytest.param("resume", '{"reason": "back"}', ("resume", "ignored"), id="a command that means nothing now is noted"),
    pytest.param("pause", '["not", "an", "object"]', ("pause", "dead_letter"), id="content of another shape is kept"),
    pytest.param("dance", '{"a": 1}', ("dance", "dead_letter"), id="a name nobody knows is kept"),
    pytest.param("replied", '{"returns_at": "soon"}', ("replied", "dead_letter"), id="a value of a wrong type is kept"),
]


@pytest.mark.parametrize(("name", "content", "expected"), SIGNALS)
async def test_what_is_signalled_by_hand_is_filed_with_its_disposition(
    temporal_server: LocalServer, tmp_path: Path, name: str, content: str | None, expected: tuple[str, str] | None
) -> None:
    """On-call types at three in the morning; the lead must survive whatever is typed."""
    async with House.open(temporal_server, f"sqlite:///{tmp_path / 'followup.sqlite'}", daily(3)) as house:
        rosa = await house.capture()
        before = len(rosa.inbox)
        revision = rosa.row.revision
        signal(temporal_server, rosa, name, content)
        await until(lambda: rosa.row.revision > revision)
        rows = rosa.inbox[before:]
        assert [(row.kind, row.disposition) for row in rows] == ([expected] if expected else [])
        assert (await rosa.handle.describe()).status is not None
        await rosa.let_pass(hours=1)
        assert rosa.received[:1] == ["day-0"]


async def test_a_dead_letter_is_a_flag_beside_the_lead_and_not_in_its_way(
    temporal_server: LocalServer, tmp_path: Path
) -> None:
    """One broken integration may not stop the follow-up of a single lead."""
    async with House.open(temporal_server, f"sqlite:///{tmp_path / 'followup.sqlite'}", daily(3)) as house:
        rosa = await house.capture()
        revision = rosa.row.revision
        signal(temporal_server, rosa, "dance", "{}")
        await until(lambda: rosa.row.revision > revision)
        assert (rosa.row.lead_state, "bad_event" in rosa.row.flag_detail) == ("waiting", True)
        await rosa.let_pass(days=4)
        assert rosa.received == ["day-0", "day-1", "day-2"]


def signal(server: LocalServer, rosa: Someone, name: str, content: str | None) -> None:
    """As a person at a shell would do it."""
    command = [
        str(find_server_binary(print)),
        *("workflow", "signal", "--address", server.address),
        *("--workflow-id", rosa.handle.id, "--name", name),
    ]
    if content is not None:
        command += ["--input", content]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
