"""
A provider of messages on loopback that answers as it is told, and the channel that speaks to it.

    with ScriptedProvider() as provider:
        provider.will(busy(after=1), ok())
        channel = HttpProvider(provider.port)
        ...
        assert len(provider.accepted) == 1

The provider keeps its own journal: what it accepted is what a person would have received, whatever we believe.
"""

import http.client
import json
import socket
import ssl
import struct
import threading
from collections import Counter, abc, deque
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, NamedTuple, Self

from pydantic import JsonValue
from pydantic_core import from_json

from engine.ports.providers import Message, OutcomeUnknown, Receipt, Refused, SenderFault, TryLater
from engine.words import TouchKey

LOOPBACK = "127.0.0.1"
PATIENCE = 10
DRIP_EVERY = 0.02
DRIPS = 200
"""Longer than any deadline of a test, so that a client without one is seen and not waited for."""
LONGEST_ANSWER = 64 * 1024
LONGEST_NUMBER = 9
"""Digits of a Retry-After that are believed; more is nonsense."""

Effect = Literal["bad_recipient", "opted_out", "bad_content"]
CODES: dict[Effect, int] = {"bad_recipient": 21211, "opted_out": 21610, "bad_content": 21617}
EFFECTS: dict[JsonValue, Effect] = {code: effect for effect, code in CODES.items()}


# --- what the provider may do -----------------------------------------------------------------------------------------


class Answer(NamedTuple):
    """What the provider does with one request."""

    status: int = 200
    body: JsonValue = None
    """JSON, or text as it is; None is the ordinary answer."""
    accepts: bool = True
    """Whether the message is really on its way, whatever the answer says."""
    headers: tuple[tuple[str, str], ...] = ()
    manner: Literal["answers", "ponders", "hangs", "resets", "closes", "drips", "tears"] = "answers"


def ok() -> Answer:
    """Accepted, and said so."""
    return Answer()


def ponders() -> Answer:
    """Accepted, and said so once `may_answer` is set."""
    return Answer(manner="ponders")


def busy(after: object = None) -> Answer:
    """429, with a Retry-After if one is given."""
    headers = () if after is None else (("Retry-After", str(after)),)
    return Answer(429, {"code": 20429, "message": "too many requests"}, accepts=False, headers=headers)


def refused(effect: Effect) -> Answer:
    """Refused for good, with the provider's own code."""
    return Answer(400, {"code": CODES[effect], "message": effect}, accepts=False)


def unauthorised() -> Answer:
    """Our account is at fault."""
    return Answer(401, {"code": 20003, "message": "authenticate"}, accepts=False)


def broken(status: int = 500, *, accepts: bool = False) -> Answer:
    """A 5xx, of which nobody can know what happened before it."""
    return Answer(status, {"code": 20500, "message": "internal error"}, accepts=accepts)


def hangs(*, accepts: bool = False) -> Answer:
    """No answer at all."""
    return Answer(accepts=accepts, manner="hangs")


def resets(*, accepts: bool = False) -> Answer:
    """A TCP reset in place of an answer."""
    return Answer(accepts=accepts, manner="resets")


def closes(*, accepts: bool = False) -> Answer:
    """The connection is closed in place of an answer."""
    return Answer(accepts=accepts, manner="closes")


def drips() -> Answer:
    """Accepted, and said so, one byte at a time and not to the end."""
    return Answer(manner="drips")


def torn() -> Answer:
    """Accepted, and the answer breaks off in the middle."""
    return Answer(manner="tears")


def garbage() -> Answer:
    """Accepted, and a page of somebody else's in place of the answer."""
    return Answer(200, "<html>welcome to the hotel's network</html>")


def proxy_page(status: int = 403) -> Answer:
    """A refusal that is not the provider's."""
    return Answer(status, "<html>denied by policy</html>", accepts=False)


# --- the provider -----------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """A request as it began, or a message as it was accepted."""

    touch_key: TouchKey
    marker: str
    """To whom and what, in plain words, so that a duplicate shows even under another key."""
    at: datetime
    valid_until: datetime | None = None
    """The latest moment at which it may be released; None when the request does not say."""


class ScriptedProvider:
    """An HTTP server of its own thread; every request takes the next answer of the script, or `ok`."""

    def __init__(self) -> None:
        self.began: list[Asked] = []
        self.accepted: list[Asked] = []
        self.asked_about: list[TouchKey] = []
        self.connections = 0
        self.blind_for = 0
        """So many look-ups find nothing: the provider's own list lags behind."""
        self.may_answer = threading.Event()
        self.closing = threading.Event()
        self._script: deque[Answer] = deque()
        self._look_ups: deque[Answer] = deque()
        self._lock = threading.Condition()
        self._server = _Server((LOOPBACK, 0), _Handler)
        self._server.provider = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def port(self) -> int:
        """Where it listens, on the loopback address."""
        return self._server.server_port

    def will(self, *answers: Answer) -> None:
        """Answer the next messages so."""
        self._script.extend(answers)

    def will_tell(self, *answers: Answer) -> None:
        """Answer the next look-ups so."""
        self._look_ups.extend(answers)

    def script(self) -> tuple[Answer, ...]:
        """What it was told to answer and has not answered yet."""
        return tuple(self._script)

    def clears(self) -> None:
        """Answer as usual from now on."""
        self._script.clear()
        self._look_ups.clear()

    @property
    def requests(self) -> int:
        """How many messages were posted, whatever became of them."""
        return len(self.began)

    @property
    def doubles(self) -> dict[str, int]:
        """Touches and markers that were accepted more than once: there must be none, ever."""
        counted = Counter([one.touch_key for one in self.accepted] + [one.marker for one in self.accepted])
        return {name: times for name, times in counted.items() if times > 1}

    def knows(self, touch_key: TouchKey) -> bool:
        """Whether a look-up finds the message now."""
        with self._lock:
            self.asked_about.append(touch_key)
            if self.blind_for:
                self.blind_for -= 1
                return False
            return any(one.touch_key == touch_key for one in self.accepted)

    def take(self, message: dict[str, JsonValue]) -> Answer:
        """Journal a request and, unless the script refuses it, its acceptance; returns what to do."""
        first_line = str(message["text"]).partition("\n")[0]
        until = message.get("valid_until")
        asked = Asked(
            touch_key=TouchKey(str(message["touch_key"])),
            marker=f"{message['to']}: {first_line}",
            at=datetime.now(UTC),
            valid_until=None if until is None else datetime.fromisoformat(str(until)),
        )
        with self._lock:
            self.began.append(asked)
            answer = self._script.popleft() if self._script else ok()
            if answer.accepts:
                self.accepted.append(asked)
            self._lock.notify_all()
        return answer

    def forgets(self) -> None:
        """Begin anew: an empty journal and no script."""
        for kept in (self.began, self.accepted, self.asked_about, self._script, self._look_ups):
            kept.clear()

    def awaits(self, requests: int) -> None:
        """Return once so many messages have been posted. Raises: TimeoutError."""
        with self._lock:
            if not self._lock.wait_for(lambda: len(self.began) >= requests, timeout=PATIENCE):
                raise TimeoutError(f"{len(self.began)} requests came, {requests} were expected")

    def tell(self, touch_key: TouchKey) -> Answer:
        """The answer to a look-up."""
        if self._look_ups:
            return self._look_ups.popleft()
        return ok() if self.knows(touch_key) else Answer(404, {"code": 20404, "message": "not found"})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # each request is waited for at the end, so that no socket is left behind
    provider: ScriptedProvider

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that cut the connection is what many a test is about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    abrupt = False

    def setup(self) -> None:
        """A connection."""
        super().setup()
        self.server.provider.connections += 1

    def do_POST(self) -> None:
        """A message."""
        length = int(self.headers["Content-Length"])
        message = json.loads(self.rfile.read(length))
        self._do(self.server.provider.take(message), message["touch_key"])

    def do_GET(self) -> None:
        """A look-up."""
        touch_key = TouchKey(self.path.rpartition("/")[2])
        self._do(self.server.provider.tell(touch_key), touch_key)

    def log_message(self, format: str, *args: object) -> None:
        """The journal is enough."""

    def finish(self) -> None:
        """Close the connection, as a reset where one was asked for."""
        if not self.abrupt:
            super().finish()
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def _do(self, answer: Answer, touch_key: TouchKey) -> None:
        self.close_connection = True
        body = answer.body if answer.body is not None else {"id": f"m-{touch_key}"}
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        match answer.manner:
            case "answers":
                self._answer(answer, content, len(content))
            case "ponders":
                self.server.provider.may_answer.wait(PATIENCE)
                self._answer(answer, content, len(content))
            case "hangs":
                self.server.provider.closing.wait()
            case "resets":
                self.abrupt = True
            case "closes":
                pass
            case "drips":
                self._drip(answer, content)
            case "tears":
                self._answer(answer, content[: len(content) // 2], len(content))

    def _answer(self, answer: Answer, content: bytes, length: int) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def _drip(self, answer: Answer, content: bytes) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Length", str(LONGEST_ANSWER))
        self.end_headers()
        with suppress(OSError):
            for _ in range(DRIPS):
                if self.server.provider.closing.wait(DRIP_EVERY):
                    return
                self.wfile.write(content[:1])


# --- the channel ------------------------------------------------------------------------------------------------------


class HttpProvider:
    """
    A channel over HTTP: a fresh connection for every request, one deadline for the whole of it, and no retry.

    What is certainly not sent is told from what nobody knows as providers.md 3.3 does.
    """

    def __init__(
        self,
        port: int,
        *,
        host: str = LOOPBACK,
        connect_within: timedelta = timedelta(seconds=2),
        deadline: timedelta = timedelta(seconds=2),
        secure: ssl.SSLContext | None = None,
        clock: abc.Callable[[], datetime] = lambda: datetime.now(UTC),
        reached: abc.Callable[[str], None] = lambda point: None,
    ) -> None:
        self._host = host
        self._port = port
        self._connect_within = connect_within
        self._deadline = deadline
        self._secure = secure
        self._clock = clock
        self._reached = reached

    def send(self, message: Message) -> Receipt:
        """The provider's receipt. Raises: TryLater, Refused, SenderFault or OutcomeUnknown."""
        content = message.model_dump_json(include={"touch_key", "to", "sender", "subject", "text", "valid_until"})
        with self._connected() as connection:
            if self._clock() > message.send_by:
                raise TryLater("too late for the first byte: the worker was held up after its claim")
            try:
                reply = self._exchanged(connection, "POST", "/messages", content)
            except (OSError, http.client.HTTPException) as error:
                raise OutcomeUnknown(f"the provider did not answer: {type(error).__name__}") from error
        return _receipt(reply, self._clock())

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        """The receipt when the provider knows this touch. Raises: TryLater."""
        with self._connected() as connection:
            try:
                reply = self._exchanged(connection, "GET", f"/messages/{touch_key}")
            except (OSError, http.client.HTTPException) as error:
                raise TryLater(f"the provider cannot be asked now: {type(error).__name__}") from error
        if reply.status == http.HTTPStatus.NOT_FOUND and reply.told:
            return None
        provider_id = reply.told.get("id")
        if not reply.succeeded or not isinstance(provider_id, str):
            raise TryLater(f"the provider cannot be asked now: {reply.status}")
        return Receipt(provider_id=provider_id)

    @contextmanager
    def _connected(self) -> abc.Iterator[http.client.HTTPConnection]:
        """A connection without a byte on it. Whatever fails up to here has sent nothing."""
        seconds = self._connect_within.total_seconds()
        if self._secure is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=seconds)
        else:
            connection = http.client.HTTPSConnection(self._host, self._port, timeout=seconds, context=self._secure)
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise TryLater(f"the provider cannot be reached: {type(error).__name__}") from error
        try:
            yield connection
        finally:
            connection.close()

    def _exchanged(
        self, connection: http.client.HTTPConnection, method: str, path: str, content: str | None = None
    ) -> "_Reply":
        sock = connection.sock
        sock.settimeout(self._deadline.total_seconds())
        # A timeout of the socket begins anew with every byte; only this one is for the whole.
        cut = threading.Timer(self._deadline.total_seconds(), _shut, [sock])
        cut.start()
        try:
            connection.request(method, path, content, {"Connection": "close"})
            if content is not None:
                self._reached("after_last_byte")
            answer = connection.getresponse()
            with answer:
                return _Reply(answer.status, _told(answer.read(LONGEST_ANSWER)), answer.headers.get("Retry-After"))
        finally:
            cut.cancel()
            cut.join()


class _Reply(NamedTuple):
    status: int
    told: dict[str, JsonValue]
    """The JSON object of the provider; empty when it is no word of theirs."""
    retry_after: str | None

    @property
    def succeeded(self) -> bool:
        return http.HTTPStatus.OK <= self.status < http.HTTPStatus.MULTIPLE_CHOICES


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _told(content: bytes) -> dict[str, JsonValue]:
    try:
        found = from_json(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _receipt(reply: _Reply, now: datetime) -> Receipt:
    provider_id = reply.told.get("id")
    if reply.succeeded and isinstance(provider_id, str):
        return Receipt(provider_id=provider_id)
    if reply.status == http.HTTPStatus.TOO_MANY_REQUESTS:
        raise TryLater("the provider is busy", after=_wait(reply.retry_after, now))
    if not reply.told or not http.HTTPStatus.BAD_REQUEST <= reply.status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
        raise OutcomeUnknown(f"the provider answered {reply.status}")
    if reply.status in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN):
        raise SenderFault(f"the provider does not let us in: {reply.status}")
    code = reply.told.get("code")
    raise Refused(f"the provider refused it: {code}", effect=EFFECTS.get(code, "bad_content"))


def _wait(retry_after: str | None, now: datetime) -> timedelta | None:
    """Retry-After in seconds, or as the date that RFC 9110 allows as well; None when it says neither."""
    if retry_after is None:
        return None
    if retry_after.isdecimal() and len(retry_after) <= LONGEST_NUMBER:
        return timedelta(seconds=int(retry_after))
    try:
        return max(timedelta(0), parsedate_to_datetime(retry_after).astimezone(UTC) - now)
    except ValueError:
        return None
