"""Certainly not sent, or nobody knows: told apart over real sockets, as a provider's client must."""

import socket
import ssl
import struct
import threading
import time
from collections import abc
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from engine.ports.providers import (
    Message,
    OutcomeUnknown,
    Receipt,
    Refused,
    SenderFault,
    TryLater,
)
from engine.words import Channel, TouchKey
from tests.support import provider as does
from tests.support.provider import LOOPBACK, Answer, HttpProvider, ScriptedProvider

DEADLINE = timedelta(seconds=0.3)
KEY = TouchKey("touch-1")
HOUR = timedelta(hours=1)


@pytest.fixture
def channel(provider: ScriptedProvider) -> HttpProvider:
    """A channel to it with a short deadline."""
    return HttpProvider(provider.port, deadline=DEADLINE, connect_within=DEADLINE)


def message(send_by: timedelta = HOUR) -> Message:
    """A mail to Rosa."""
    now = datetime.now(UTC)
    return Message(
        touch_key=KEY,
        channel=Channel.EMAIL,
        to="rosa@example.com",
        sender="ana@example.com",
        subject="Hello",
        text="Hello, this is us.",
        send_by=now + send_by,
        valid_until=now + HOUR,
    )


# --- an answer that can be read ---------------------------------------------------------------------------------------


def test_an_accepted_message_has_the_providers_id(provider, channel):
    """The receipt is what callbacks refer to."""
    assert channel.send(message()) == Receipt(provider_id="m-touch-1")
    assert [one.marker for one in provider.accepted] == ["rosa@example.com: Hello, this is us."]


REFUSALS = {
    "429": (does.busy(), TryLater),
    "429 that is no JSON": (Answer(429, "slow down", accepts=False), TryLater),
    "400 of the provider": (does.refused("bad_content"), Refused),
    "422 with a code nobody knows": (Answer(422, {"code": 99999}, accepts=False), Refused),
    "401": (does.unauthorised(), SenderFault),
    "403 of the provider": (Answer(403, {"code": 20003}, accepts=False), SenderFault),
}
UNKNOWN = {
    "500": does.broken(500),
    "502": does.broken(502),
    "503 with Retry-After": Answer(503, {"code": 1}, headers=(("Retry-After", "1"),)),
    "500 after accepting": does.broken(accepts=True),
    "2xx that is no JSON": does.garbage(),
    "2xx without an id": Answer(200, {"sid": 1}),
    "2xx whose id is no text": Answer(200, {"id": 7}),
    "2xx with a JSON list": Answer(200, "[]"),
    "a redirect": Answer(307, {"code": 1}, headers=(("Location", "/elsewhere"),)),
    "403 of a proxy": does.proxy_page(),
    "401 of a proxy": does.proxy_page(401),
    "a reset": does.resets(),
    "a reset after accepting": does.resets(accepts=True),
    "a closed connection": does.closes(),
    "an answer that breaks off": does.torn(),
    "no answer at all": does.hangs(),
    "no answer after accepting": does.hangs(accepts=True),
    "an answer without end": does.drips(),
}


@pytest.mark.parametrize(("answer", "error"), REFUSALS.values(), ids=REFUSALS)
def test_what_the_provider_refuses_was_certainly_not_sent(provider, channel, answer, error):
    """Only a word of the provider's own proves that nothing left; then it may be tried again, or never."""
    provider.will(answer)
    with pytest.raises(error) as raised:
        channel.send(message())
    assert type(raised.value) is error
    assert (provider.requests, provider.accepted) == (1, [])


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN)
def test_whatever_else_comes_back_leaves_the_outcome_unknown_after_one_request(provider, channel, answer):
    """A second request after any of these is how people get the same message twice."""
    provider.will(answer)
    with pytest.raises(OutcomeUnknown):
        channel.send(message())
    assert provider.requests == 1


@pytest.mark.parametrize("effect", ["bad_recipient", "opted_out", "bad_content"])
def test_a_refusal_says_why(provider, channel, effect):
    """A dead address, an opt-out and a fault of ours are followed by different things."""
    provider.will(does.refused(effect))
    with pytest.raises(Refused) as raised:
        channel.send(message())
    assert raised.value.effect == effect


def test_retry_after_is_read_in_seconds_and_as_a_date(provider, channel):
    """A provider that says when is asked again then, and not before."""
    in_an_hour = format_datetime(datetime.now(UTC) + HOUR, usegmt=True)
    provider.will(*(does.busy(after) for after in (7, in_an_hour, "soon", "9" * 5000, None)))
    waits = []
    for _ in range(5):
        with pytest.raises(TryLater) as raised:
            channel.send(message())
        waits.append(raised.value.after)
    assert waits[0] == timedelta(seconds=7)
    assert waits[1] is not None
    assert abs(waits[1] - HOUR) < timedelta(seconds=10)
    assert waits[2:] == [None, None, None]


# --- the deadline and the first byte ----------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [does.hangs(), does.drips()], ids=["hanging", "dripping"])
def test_the_deadline_is_for_the_whole_request(provider, channel, answer):
    """A server that sends a byte now and then holds a client with a read timeout for ever."""
    provider.will(answer)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        channel.send(message())
    assert DEADLINE.total_seconds() <= time.monotonic() - began < 2


def test_a_worker_that_wakes_too_late_sends_nothing(provider, channel):
    """A paused process must not send hours later what was claimed then."""
    with pytest.raises(TryLater):
        channel.send(message(send_by=-timedelta(seconds=1)))
    assert provider.began == []


def test_the_time_to_begin_is_checked_after_the_connection_stands():
    """Connecting may itself be what took too long."""
    asked = []

    def clock() -> datetime:
        asked.append("the time")
        return datetime.now(UTC)

    with closing(socket.socket()) as taken:
        taken.bind((LOOPBACK, 0))
        channel = HttpProvider(taken.getsockname()[1], clock=clock)
        with pytest.raises(TryLater):
            channel.send(message())
    assert asked == []


def test_every_message_has_a_connection_of_its_own(provider, channel):
    """A connection kept open may be closed by the peer just as it is used again, and that looks like a reset."""
    for _ in range(3):
        channel.send(message())
    assert provider.connections == 3


# --- what fails before a byte can leave -------------------------------------------------------------------------------


def nobody_listens() -> abc.Iterator[HttpProvider]:
    """A port that refuses."""
    with closing(socket.socket()) as taken:
        taken.bind((LOOPBACK, 0))
        yield HttpProvider(taken.getsockname()[1], connect_within=DEADLINE)


def nobody_answers() -> abc.Iterator[HttpProvider]:
    """A port whose queue is full, so that connecting takes for ever."""
    with closing(socket.socket()) as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen(0)
        with closing(socket.create_connection(listener.getsockname())):
            yield HttpProvider(listener.getsockname()[1], connect_within=DEADLINE)


def no_such_host() -> abc.Iterator[HttpProvider]:
    """A name that cannot be resolved, on a machine without a network either."""
    yield HttpProvider(9, host="fe80::1%nowhere", connect_within=DEADLINE)


def no_tls() -> abc.Iterator[HttpProvider]:
    """A server that does not speak TLS."""
    with _peer(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        yield HttpProvider(port, secure=ssl.create_default_context(), connect_within=DEADLINE)


@pytest.mark.parametrize("broken", [nobody_listens, nobody_answers, no_such_host, no_tls])
def test_what_fails_while_connecting_was_certainly_not_sent(broken):
    """These are worth a quick retry: it cannot become a second message."""
    with contextmanager(broken)() as channel, pytest.raises(TryLater) as raised:
        channel.send(message())
    assert raised.value.after is None


def test_a_reset_before_the_whole_message_is_read_is_not_known_to_be_harmless():
    """It surfaces while we write, and yet the provider may have read enough."""
    with _peer(_reset) as port, pytest.raises(OutcomeUnknown):
        HttpProvider(port, deadline=DEADLINE).send(message().model_copy(update={"text": "x" * 5_000_000}))


# --- asking -----------------------------------------------------------------------------------------------------------


def test_a_look_up_finds_what_was_accepted_although_nobody_said_so(provider, channel):
    """This is how a lost answer is told from a lost message."""
    provider.will(does.resets(accepts=True))
    with pytest.raises(OutcomeUnknown):
        channel.send(message())
    assert channel.look_up(KEY) == Receipt(provider_id="m-touch-1")


def test_a_look_up_that_finds_nothing_says_so(provider, channel):
    """Not found is an answer, and another one than no answer."""
    provider.will(does.hangs())
    with pytest.raises(OutcomeUnknown):
        channel.send(message())
    assert channel.look_up(KEY) is None


def test_a_provider_whose_list_lags_knows_it_later(provider, channel):
    """Absence proves nothing for a while."""
    channel.send(message())
    provider.blind_for = 2
    assert [channel.look_up(KEY) is not None for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize("answer", [*UNKNOWN.values(), does.busy(), does.unauthorised()])
def test_a_look_up_that_cannot_be_answered_proves_nothing(provider, channel, answer):
    """A page of a proxy, or none at all, must not read as not found."""
    provider.will_tell(answer)
    with pytest.raises(TryLater):
        channel.look_up(KEY)


# --- peers ------------------------------------------------------------------------------------------------------------


@contextmanager
def _peer(does: abc.Callable[[socket.socket], None]) -> abc.Iterator[int]:
    """A socket that does this with the one connection it gets."""
    with closing(socket.create_server((LOOPBACK, 0))) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(10)
                does(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
