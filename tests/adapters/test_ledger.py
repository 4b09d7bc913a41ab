"""The ledger: one call per claim, evidence never lost, no state ever lowered."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import permutations
from threading import Barrier

import pytest
from sqlalchemy import select

from adapters import ledger
from adapters.ledger import Evidence, Letterhead, Limit, merge
from adapters.tables import ledger as ledger_table
from engine.life.moves import Send
from engine.ports.providers import Message
from engine.words import Channel, LeadId, Stage, TouchKey, TouchState
from tests.adapters.world import BEN, MONDAY, ROSA, Company, later

HEAD = Letterhead(sender="ana@example.com", to_hash="h-rosa", domain="example.com")
ACCEPTED, IN_FLIGHT, UNCERTAIN = TouchState.ACCEPTED, TouchState.IN_FLIGHT, TouchState.UNCERTAIN


def send(key: str = "t1", **changes: object) -> Send:
    whole = {
        "touch_key": key,
        "channel": "email",
        "enrolment": 1,
        "plan": 0,
        "stage": Stage.RESPONSE,
        "visit": 1,
        "step": "hello",
        "occurrence": 0,
        "version": "greeting@1",
        "template": "greeting/hello",
        "send_by": later(hours=8),
        "why": "it is due",
    }
    return Send.model_validate(whole | changes)


def message(key: str = "t1") -> Message:
    return Message(
        touch_key=TouchKey(key),
        channel=Channel.EMAIL,
        to="rosa@example.com",
        sender="ana@example.com",
        subject="Hello Rosa",
        text="Hi Rosa",
        send_by=MONDAY,
        valid_until=later(hours=8),
    )


class Book:
    """The ledger of one lead, a transaction per word."""

    def __init__(self, company: Company, lead: LeadId) -> None:
        self.company = company
        self.lead = lead

    def claims(self, key: str = "t1", now: datetime = MONDAY) -> int | None:
        with self.company.database.transaction() as transaction:
            return ledger.claim(transaction, self.lead, send(key), message(key), HEAD, now)

    def settles(self, state: TouchState, fence: int = 1, detail: str = "", key: str = "t1") -> bool:
        with self.company.database.transaction() as transaction:
            return ledger.settle(transaction, TouchKey(key), fence, state, detail, later(seconds=1))

    def hears(self, state: TouchState, provider_id: str | None = None, key: str = "t1") -> LeadId | None:
        evidence = Evidence(touch_key=TouchKey(key), state=state, at=later(seconds=5), provider_id=provider_id)
        with self.company.database.transaction() as transaction:
            return ledger.record(transaction, evidence)

    def keeps_back(self, state: TouchState, detail: str, key: str = "t1", slot_at: datetime | None = None) -> None:
        with self.company.database.transaction() as transaction:
            ledger.keep_back(transaction, self.lead, send(key), state, detail, MONDAY, head=HEAD, slot_at=slot_at)

    def state(self, key: str = "t1") -> TouchState:
        with self.company.database.reading() as transaction:
            found = ledger.touch(transaction, TouchKey(key))
        assert found is not None
        return found.state

    def column(self, name: str, key: str = "t1") -> object:
        with self.company.database.reading() as transaction:
            chosen = select(ledger_table.c[name]).where(ledger_table.c.touch_key == key)
            return transaction.execute(chosen).scalar_one()


@pytest.fixture
def book(company: Company) -> Book:
    return Book(company, company.captures(ROSA))


# --- one call per claim -----------------------------------------------------------------------------------------------


def test_a_claim_is_written_before_anybody_may_call(book):
    """A crash after the call must find the touch in the ledger."""
    assert book.claims() == 1
    assert book.state() is IN_FLIGHT
    assert (book.column("subject"), book.column("body"), book.column("to_hash")) == ("Hello Rosa", "Hi Rosa", "h-rosa")


@pytest.mark.parametrize(
    "state",
    [state for state in TouchState if state not in ledger.CLAIMABLE],
    ids=lambda state: state.value,
)
def test_what_was_claimed_or_settled_is_never_claimed_again(book, state):
    """Never twice: whatever became of the touch, no second call follows from it."""
    book.claims()
    if state is TouchState.SUPPRESSED:
        book.keeps_back(state, "opted out", key="t2")
        assert book.claims("t2") is None
        return
    if state is not IN_FLIGHT:
        book.settles(state)
    assert book.claims(now=later(hours=1)) is None


@pytest.mark.parametrize("state", ledger.CLAIMABLE, ids=lambda state: state.value)
def test_what_certainly_did_not_leave_may_be_claimed_again_under_the_next_fence(book, state):
    """A busy provider must not cost a lead its message."""
    book.claims()
    assert book.settles(state, detail="429")
    assert book.claims(now=later(minutes=1)) == 2
    assert book.column("attempt_started_at") == later(minutes=1)


def test_of_two_claims_at_once_exactly_one_wins_two_hundred_times_over(book):
    """Two attempts of one look may run at once; only one may call."""
    together = Barrier(2)

    def claim(key):
        together.wait()
        return book.claims(key)

    with ThreadPoolExecutor(2) as pool:
        for n in range(200):
            first, second = pool.submit(claim, f"race-{n}"), pool.submit(claim, f"race-{n}")
            assert Counter([first.result(), second.result()]) == {1: 1, None: 1}


# --- outcomes ---------------------------------------------------------------------------------------------------------


def test_an_outcome_needs_the_fence_of_its_claim(book):
    """A worker that was paused for minutes must not write over the attempt that followed it."""
    book.claims()
    book.settles(TouchState.RETRYABLE)
    book.claims(now=later(minutes=1))
    assert not book.settles(TouchState.REJECTED, fence=1)
    assert book.state() is IN_FLIGHT
    assert book.settles(TouchState.REJECTED, fence=2)


def test_acceptance_is_recorded_whatever_the_fence(book):
    """What the provider has taken was taken, however late we hear of it."""
    book.claims()
    book.settles(TouchState.RETRYABLE)
    book.claims(now=later(minutes=1))
    assert not book.settles(ACCEPTED, fence=1, detail="SM1")
    assert (book.state(), book.column("provider_id")) == (ACCEPTED, "SM1")


def test_a_late_acceptance_settles_what_was_uncertain(book):
    """Evidence ends the doubt."""
    book.claims()
    book.settles(UNCERTAIN)
    assert book.settles(ACCEPTED, detail="SM1")
    assert book.state() is ACCEPTED


@pytest.mark.parametrize("settled", [TouchState.LOST, TouchState.REJECTED, TouchState.RETRYABLE])
def test_a_doubt_that_comes_late_unsettles_nothing(book, settled):
    """A look-up that was held up for minutes says "uncertain" of a touch that has ended: nobody would ask again."""
    book.claims()
    book.settles(UNCERTAIN)
    book.settles(settled, detail="settled")
    book.settles(UNCERTAIN, detail="the provider does not know it")
    assert (book.state(), book.column("detail")) == (settled, "settled")


def test_what_waits_when_the_lead_is_over_is_suppressed_and_says_why(book):
    """Whoever counts what is still to be sent would count it for ever."""
    book.keeps_back(TouchState.DEFERRED, "sender_limit", slot_at=later(minutes=5))
    book.claims("t2")
    book.settles(TouchState.RETRYABLE, key="t2")
    book.claims("t3")
    with book.company.database.transaction() as transaction:
        ledger.give_up(transaction, book.lead, "replied", later(hours=1))
    assert [book.state(key) for key in ("t1", "t2", "t3")] == [TouchState.SUPPRESSED, TouchState.SUPPRESSED, IN_FLIGHT]
    assert (book.column("detail"), book.column("slot_at")) == ("replied", None)


@pytest.mark.parametrize(("because", "fence"), [("renamed", 1), ("no_consent", None)])
def test_what_was_left_out_is_claimed_only_when_its_step_has_its_name_again(book, because, fence):
    """A version that was taken back must not end in a Review; whatever else was left out stays so."""
    book.keeps_back(TouchState.DEFERRED, "sender_limit")
    book.keeps_back(TouchState.SUPPRESSED, because)
    assert book.claims() == fence


def test_what_a_callback_wrote_is_never_lowered_by_our_own_outcome(book):
    """The callback may be faster than our own transaction."""
    book.claims()
    book.hears(TouchState.DELIVERED, "SM1")
    book.settles(ACCEPTED, detail="SM1")
    book.settles(UNCERTAIN)
    assert book.state() is TouchState.DELIVERED


WORDS = (ACCEPTED, TouchState.SENT, TouchState.UNDELIVERED, TouchState.DELIVERED, TouchState.READ)


def test_callbacks_in_any_order_end_in_the_same_state():
    """Providers deliver their reports out of order."""
    for words in permutations(WORDS):
        state = IN_FLIGHT
        for word in words:
            state = merge(state, word)
        assert state is TouchState.READ


@pytest.mark.parametrize(
    ("known", "said", "expected"),
    [
        pytest.param("undelivered", "delivered", "delivered", id="proof of delivery outranks a failure"),
        pytest.param("delivered", "bounced", "delivered", id="a late failure changes nothing"),
        pytest.param("bounced", "undelivered", "bounced", id="of two failures the first stands"),
        pytest.param("lost", "delivered", "delivered", id="even what was given up may turn up"),
        pytest.param("uncertain", "accepted", "accepted", id="a word ends the doubt"),
        pytest.param("accepted", "uncertain", "accepted", id="doubt is no word"),
    ],
)
def test_a_word_of_the_provider_never_lowers_the_state(known, said, expected):
    """The table is the lattice of states."""
    assert merge(TouchState(known), TouchState(said)) is TouchState(expected)


def test_a_callback_for_a_touch_we_do_not_know_is_nobodys(book):
    """Another system may share the account."""
    assert book.hears(TouchState.DELIVERED, key="unknown") is None
    book.claims()
    assert book.hears(TouchState.DELIVERED) == book.lead


def test_the_history_tells_the_story_and_stays_short(book):
    """46 repeats of one callback must not become 46 entries for ever."""
    book.claims()
    for _ in range(100):
        book.hears(TouchState.SENT)
    book.hears(TouchState.DELIVERED)
    history = book.column("history")
    assert isinstance(history, list)
    assert len(history) == ledger.HISTORY_KEPT
    assert [history[0]["state"], history[-1]["state"]] == ["in_flight", "delivered"]


def test_the_gate_never_writes_over_a_claim(book):
    """A deferral decided on old knowledge must not free a touch that may have left."""
    book.claims()
    book.keeps_back(TouchState.DEFERRED, "quiet_hours")
    assert book.state() is IN_FLIGHT


def test_a_deferral_repeated_is_one_row(book):
    """A lead may be held every morning for a week."""
    for _ in range(3):
        book.keeps_back(TouchState.DEFERRED, "outside_window")
    assert book.state() is TouchState.DEFERRED
    assert book.claims() == 1


def test_a_thread_answers_only_what_really_left(book):
    """`Re:` to a mail nobody got is worse than a new subject."""
    book.keeps_back(TouchState.SUPPRESSED, "opted out", key="t0")
    book.claims("t1")
    with book.company.database.reading() as transaction:
        assert ledger.sent(transaction, TouchKey("t0")) is None
        found = ledger.sent(transaction, TouchKey("t1"))
    assert found is not None
    assert found.subject == "Hello Rosa"


# --- limits -----------------------------------------------------------------------------------------------------------

TWO_A_MINUTE = Limit(most=2, window=timedelta(minutes=1))


def free_at(book: Book, now: datetime, key: str = "next", queued: bool = False) -> datetime:
    with book.company.database.reading() as transaction:
        return ledger.free_at(transaction, "sender", HEAD.sender, TWO_A_MINUTE, now, queued=queued, but=TouchKey(key))


def test_a_limit_is_a_rolling_window(book):
    """Calendar minutes would let four leave within two seconds."""
    assert free_at(book, MONDAY) == MONDAY
    book.claims("t1", MONDAY)
    assert free_at(book, later(seconds=10)) == later(seconds=10)
    book.claims("t2", later(seconds=10))
    assert free_at(book, later(seconds=20)) == later(seconds=60)
    assert free_at(book, later(seconds=61)) == later(seconds=61)


def test_what_never_left_takes_no_place(book):
    """A rejected or deferred message does not use the sender's allowance."""
    for key in ("t1", "t2"):
        book.claims(key)
        book.settles(TouchState.REJECTED, key=key)
    assert free_at(book, later(seconds=1)) == later(seconds=1)


def test_whoever_waits_stands_in_line(book):
    """A thousand leads released at nine must not all come back a minute later, and again, and again."""
    for key in ("t1", "t2"):
        book.claims(key)
    given = []
    for n in range(5):
        slot = free_at(book, later(seconds=1), key=f"w{n}")
        book.keeps_back(TouchState.DEFERRED, "sender_limit", key=f"w{n}", slot_at=slot)
        given.append(slot)
    minute = timedelta(minutes=1)
    assert given == [MONDAY + minute] * 2 + [MONDAY + 2 * minute] * 2 + [MONDAY + 3 * minute]


def test_whose_turn_has_come_does_not_go_to_the_end_again(book):
    """Otherwise the last in line never leaves."""
    for key in ("t1", "t2"):
        book.claims(key)
    book.keeps_back(TouchState.DEFERRED, "sender_limit", key="mine", slot_at=later(minutes=1))
    for n in range(4):
        book.keeps_back(TouchState.DEFERRED, "sender_limit", key=f"w{n}", slot_at=later(minutes=2 + n // 2))
    due = later(minutes=1)
    assert free_at(book, due, key="mine", queued=True) == due


def test_another_sender_has_a_limit_of_its_own(book):
    """One busy owner must not hold up another."""
    other = Book(book.company, book.company.captures(BEN))
    for key in ("t1", "t2"):
        other.claims(key)
    with book.company.database.reading() as transaction:
        free = ledger.free_at(
            transaction,
            "sender",
            "ben@example.com",
            TWO_A_MINUTE,
            MONDAY,
            queued=False,
            but=TouchKey("x"),
        )
    assert free == MONDAY
