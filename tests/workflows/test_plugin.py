"""The plugin: what a codec is given hides everything a lead's history says, and the lead lives as without it."""

import base64
from collections import abc
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import PayloadCodec
from temporalio.worker import Replayer

from cli.temporal_server import LocalServer
from engine.life.turn import Glance, Turn
from engine.words import Act
from tests.workflows.conftest import Clock, Script, turn, working
from workflows.lead import LeadWorkflow
from workflows.names import SNAPSHOT
from workflows.pace import Pace
from workflows.plugin import LeadPlugin

SAID = "rosa@example.com"


class Mirrored(PayloadCodec):
    """Nobody reads it by chance; what is tested is where a codec is used, not how well it encrypts."""

    async def encode(self, payloads: abc.Sequence[Payload]) -> list[Payload]:
        """Each payload as one that says nothing."""
        return [
            Payload(metadata={"encoding": b"test/mirrored"}, data=base64.b64encode(payload.SerializeToString())[::-1])
            for payload in payloads
        ]

    async def decode(self, payloads: abc.Sequence[Payload]) -> list[Payload]:
        """The payloads as they were."""
        return [Payload.FromString(base64.b64decode(payload.data[::-1])) for payload in payloads]


async def test_a_codec_hides_turns_summaries_signals_and_errors_and_changes_no_life(
    temporal_server: LocalServer,
) -> None:
    """A history cannot be edited: what stands in it must be unreadable to whoever has no key, errors included."""
    plugin = LeadPlugin(codec=Mirrored(), pace=Pace(first_retry=timedelta(milliseconds=50)))
    clock = Clock(await Client.connect(temporal_server.address, plugins=[plugin]))
    async with working(clock.client, _stumbling()):
        handle = await clock.start(turn(why=f"email to {SAID} is due"), own_time=False)
        await handle.signal("replied", {"text": SAID})
        await handle.result()
        told: Turn = await handle.query(SNAPSHOT, result_type=Turn)
    history = await handle.fetch_history()
    assert set(told.story.splitlines()) == {f"- wrote to {SAID}"}  # once or twice: the signal may come during the look
    assert SAID not in str(history.events)
    await Replayer(workflows=[LeadWorkflow], plugins=[plugin]).replay_workflow(history)


def _stumbling() -> Script:
    """The first look fails with an error that quotes the person."""
    asked: list[Act] = []

    def answer(glance: Glance, act: Act, now: datetime) -> Turn:
        asked.append(act)
        if len(asked) == 1:
            raise ValueError(f"cannot write to {SAID}")
        return turn(glance.lead_id, due=datetime.now(UTC), story=f"- wrote to {SAID}", over=True)

    return Script(answer)
