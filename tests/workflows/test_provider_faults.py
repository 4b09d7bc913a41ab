"""Every fault of a provider, from the workflow's timer to the socket and back: at most one message, and no dead end."""

import asyncio
from collections import abc
from datetime import timedelta
from pathlib import Path

import pytest

from activities.look import Look
from adapters.records import DatabaseRecords
from cli.temporal_server import LocalServer
from engine.words import Channel
from tests.support import provider as does
from tests.support.house import House, Someone
from tests.support.provider import HttpProvider, ScriptedProvider
from tests.support.small_sequences import daily
from tests.support.waiting import until

DEADLINE = timedelta(seconds=0.5)


class Wired:
    """A house whose every channel goes over HTTP to a provider that does what it is told."""

    def __init__(self, house: House, provider: ScriptedProvider) -> None:
        self.house = house
        self.provider = provider

    async def capture(self, *answers: does.Answer) -> Someone:
        """A lead whose first message is answered so."""
        self.provider.will(*answers)
        return await self.house.capture()


@pytest.fixture
async def wired(temporal_server: LocalServer, tmp_path: Path) -> abc.AsyncIterator[Wired]:
    """A house at work, and its provider."""
    with ScriptedProvider() as provider:
        async with House.built(temporal_server, records(tmp_path), daily(2)) as house:
            async with house.at_work(look_over(house, provider, DEADLINE)):
                yield Wired(house, provider)


def records(directory: Path) -> str:
    """A database whose kind does not matter here."""
    return f"sqlite:///{directory / 'followup.sqlite'}"


def look_over(
    house: House, provider: ScriptedProvider, deadline: timedelta, retry_within: timedelta = timedelta(minutes=2)
) -> Look:
    """A look whose every channel goes over HTTP."""
    office = house.office
    channel = HttpProvider(provider.port, deadline=deadline)
    records = DatabaseRecords(office.database, office.settings)
    return Look(records, dict.fromkeys(Channel, channel), retry_within=retry_within)


async def test_a_busy_provider_is_tried_again_and_gets_it_once(wired: Wired) -> None:
    """A 429 is an ordinary wait: Temporal's own retry, and no trace of trouble."""
    rosa = await wired.capture(does.busy(), does.busy(1))
    await until(lambda: wired.provider.requests == 3)
    await rosa.let_pass(days=20)
    assert rosa.row.lead_state == "over.completed"
    assert (len(wired.provider.accepted), wired.provider.doubles) == (2, {})


async def test_a_provider_that_asks_for_an_hour_gets_it(wired: Wired) -> None:
    """The lead waits at its one wait point; the second mail waits with it."""
    rosa = await wired.capture(does.busy(3600))
    await until(lambda: rosa.row.hold == "provider_backoff")
    await rosa.let_pass(minutes=59)
    assert wired.provider.requests == 1
    await rosa.let_pass(days=20)
    assert (len(wired.provider.accepted), wired.provider.doubles) == (2, {})


async def test_a_provider_that_stays_busy_is_left_alone_for_a_while(
    temporal_server: LocalServer, tmp_path: Path
) -> None:
    """Each attempt tells the next when the first one was: only so do quick retries come to an end."""
    with ScriptedProvider() as provider:
        provider.will(*[does.busy(1)] * 100)
        async with House.built(temporal_server, records(tmp_path), daily(2)) as house:
            async with house.at_work(look_over(house, provider, DEADLINE, retry_within=timedelta(seconds=3))):
                rosa = await house.capture()
                await until(lambda: provider.requests == 2)  # so Temporal knows what became of the first
                assert (await house.doorbell.run_of(rosa.lead_id)).error == ""  # nothing for `explain` to be alarmed by
                await until(lambda: rosa.touches == {"day-0": "deferred"})
        assert 2 <= provider.requests <= 4


async def test_a_dead_address_is_left_alone(wired: Wired) -> None:
    """No channel is left that the sequence uses: it ends, and nobody hammers the address."""
    rosa = await wired.capture(does.refused("bad_recipient"))
    await until(lambda: rosa.touches == {"day-0": "rejected"})
    await rosa.let_pass(days=20)
    assert not rosa.row.open
    assert (wired.provider.requests, wired.provider.accepted) == (1, [])


async def test_a_message_that_is_refused_for_our_own_fault_parks_the_lead(wired: Wired) -> None:
    """A person mends it, and the lead goes on where it was."""
    rosa = await wired.capture(does.refused("bad_content"))
    await until(lambda: rosa.row.lead_state == "review.provider_rejected")
    assert [task.kind for task in rosa.tasks] == ["problem"]
    await rosa.let_pass(days=3)
    assert wired.provider.requests == 1


@pytest.mark.parametrize(
    "answer",
    [does.hangs(accepts=True), does.broken(accepts=True), does.resets(accepts=True), does.garbage()],
    ids=["timeout", "500", "reset", "garbage"],
)
async def test_what_was_accepted_without_an_answer_is_found(wired: Wired, answer: does.Answer) -> None:
    """The provider has it and we do not know: we ask, and never send again."""
    rosa = await wired.capture(answer)
    await until(lambda: rosa.touches == {"day-0": "uncertain"})
    await rosa.let_pass(minutes=1)
    assert rosa.touches == {"day-0": "accepted"}
    await rosa.let_pass(days=20)
    assert rosa.row.lead_state == "over.completed"
    assert (len(wired.provider.accepted), wired.provider.doubles) == (2, {})


async def test_what_cannot_be_proven_becomes_a_task_and_goes_on_from_there(wired: Wired) -> None:
    """A reset before the message was read: nobody can tell, so a person says it, and only then it goes out."""
    rosa = await wired.capture(does.resets())
    await until(lambda: rosa.touches == {"day-0": "uncertain"})
    await rosa.let_pass(minutes=20)
    assert (rosa.row.lead_state, rosa.touches) == ("review.outcome_unproven", {"day-0": "lost"})
    assert ([task.kind for task in rosa.tasks], wired.provider.requests) == (["proof"], 1)
    await rosa.closes("not_sent")
    await until(lambda: len(wired.provider.accepted) == 1)
    await rosa.let_pass(days=20)
    assert rosa.row.lead_state == "over.completed"
    assert (len(wired.provider.accepted), wired.provider.doubles) == (2, {})


async def test_a_reply_is_heard_in_the_middle_of_a_back_off(wired: Wired) -> None:
    """The activity is not waiting for the provider; the lead is, and it has ears."""
    rosa = await wired.capture(does.busy(7200))
    await until(lambda: rosa.row.hold == "provider_backoff")
    await rosa.happens("replied", channel="email", reply="positive")
    await rosa.let_pass(days=10)
    assert (wired.provider.accepted, [task.kind for task in rosa.tasks]) == ([], ["answer"])


async def test_a_worker_that_is_told_to_stop_finishes_what_it_is_sending(
    temporal_server: LocalServer, tmp_path: Path
) -> None:
    """Every deploy stops workers: a send that is cut off is one that nobody can be sure of."""
    patience = timedelta(seconds=4)
    with ScriptedProvider() as provider:
        provider.will(does.ponders())
        async with House.built(
            temporal_server, records(tmp_path), daily(2), graceful_shutdown_seconds=patience.total_seconds()
        ) as house:
            async with house.at_work(look_over(house, provider, deadline=patience)):
                rosa = await house.capture()
                await until(lambda: provider.requests == 1)
                asyncio.get_running_loop().call_later(0.3, provider.may_answer.set)  # while the workers are stopping
            assert rosa.touches == {"day-0": "accepted"}
