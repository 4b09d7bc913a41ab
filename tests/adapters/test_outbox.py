"""The Outbox is a provider like any other, and refuses the one mistake we promise not to make."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from adapters.database import Database
from adapters.outbox import Outbox, messages
from engine.errors import FollowupError
from engine.ports.providers import OutcomeUnknown, Provider, TryLater
from engine.words import Channel, TouchKey
from tests.adapters.test_ledger import message
from tests.adapters.world import MONDAY, later


def identity(moment: datetime) -> datetime:
    return moment


def test_a_message_is_kept_and_found_again(database):
    """Whoever tries the product must see what would have been sent."""
    provider: Provider = Outbox(database, clock=lambda: MONDAY)
    receipt = provider.send(message())
    assert provider.look_up(TouchKey("t1")) == receipt
    assert provider.look_up(TouchKey("t2")) is None
    with database.reading() as transaction:
        (kept,) = messages(transaction)
    assert (kept.to, kept.channel, kept.text, kept.at) == ("rosa@example.com", Channel.EMAIL, "Hi Rosa", MONDAY)


def test_a_second_message_for_one_touch_is_loud(database):
    """It must never happen; if it does, nobody may miss it."""
    provider = Outbox(database, clock=lambda: MONDAY)
    provider.send(message())
    with pytest.raises(FollowupError) as refused:
        provider.send(message())
    assert refused.value.code == "DBS007"


def test_a_crash_after_the_last_byte_finds_the_message_kept(database):
    """That is what the point is for: it has left, and nobody has heard so."""
    kept: list[object] = []

    def reached(point: str) -> None:
        assert point == "after_last_byte"
        kept.append(provider.look_up(TouchKey("t1")))

    provider = Outbox(database, clock=lambda: MONDAY, reached=reached)
    assert kept == [] and provider.send(message()) == kept[0]


def test_a_worker_that_wakes_up_late_does_not_send(database):
    """A paused process must not text somebody at night."""
    provider = Outbox(database, clock=lambda: later(seconds=1))
    with pytest.raises(TryLater):
        provider.send(message())
    assert provider.look_up(TouchKey("t1")) is None


def test_an_outbox_that_does_not_answer_leaves_the_outcome_open():
    """The same rules as for a provider far away: nobody knows, so nobody sends again."""
    nowhere = Outbox(Database("postgresql+psycopg://app@127.0.0.1:1/followup"), clock=lambda: MONDAY)
    with pytest.raises(OutcomeUnknown):
        nowhere.send(message())
    with pytest.raises(TryLater):
        nowhere.look_up(TouchKey("t1"))


def test_the_newest_message_is_shown_first(database):
    """Somebody who watches a demo looks at the top."""
    for n in range(3):
        at = MONDAY - timedelta(hours=n)
        Outbox(database, clock=partial(identity, at)).send(message(f"t{n}"))
    with database.reading() as transaction:
        assert [kept.touch_key for kept in messages(transaction, limit=2)] == ["t0", "t1"]
