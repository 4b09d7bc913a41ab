"""What a provider's answer leads to: again soon, later, elsewhere, a person, or never."""

from datetime import timedelta

import pytest

from activities.look import Look
from adapters.records import DatabaseRecords
from engine.ports.providers import Message, ProviderError, Receipt, SenderFault, TryLater
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason
from engine.sequence.compiled import CalendarDays
from engine.words import Act, Channel, TouchKey, TouchState, Verb
from tests.activities.practice import MONDAY, Patient, Practice
from tests.support import provider as does
from tests.support.small_sequences import DAY, daily, email, sequence, stage, text

MINUTE = timedelta(minutes=1)


@pytest.fixture
def rosa(practice: Practice) -> Patient:
    """A lead whose first email is due now; a text and an email follow, a day apart."""
    practice.publishes(
        sequence("mixed", stage("nurture", email("one"), text("two", after=DAY), email("three", after=DAY)))
    )
    rosa = practice.captures()
    assert rosa.rings().act is Act.SEND_EMAIL
    return rosa


# --- certainly not sent: again, soon or later -------------------------------------------------------------------------


@pytest.mark.parametrize("after", [None, 7, 119])
def test_a_busy_provider_is_tried_again_by_temporal_while_that_is_quick(
    practice: Practice, rosa: Patient, after: int | None
) -> None:
    """The outcome is written before the retry is asked for, else the retry would meet its own open claim."""
    practice.provider.will(does.busy(after))
    with pytest.raises(TryLater) as raised:
        rosa.looks()
    assert raised.value.after == (None if after is None else timedelta(seconds=after))
    assert rosa.states == [("one", TouchState.RETRYABLE)]
    rosa.looks(tried_for=timedelta(seconds=after or 2))
    assert (rosa.received, rosa.touches[0].fence) == (["one"], 2)


@pytest.mark.parametrize(
    ("answer", "tried_for", "wait"),
    [
        (does.busy(120), 0 * MINUTE, 2 * MINUTE),
        (does.busy(3600), 0 * MINUTE, 60 * MINUTE),
        (does.busy(90), MINUTE, 1.5 * MINUTE),
        (does.busy(), 2 * MINUTE, 15 * MINUTE),
        (does.busy(1), 2 * MINUTE, 15 * MINUTE),
        (does.busy(3600), 3 * MINUTE, 60 * MINUTE),
        (does.unauthorised(), 0 * MINUTE, 60 * MINUTE),
        (does.busy(999_999_999), 0 * MINUTE, 60 * MINUTE),
    ],
    ids=[
        "asks for two minutes",
        "asks for an hour",
        "asks for longer than is left",
        "quick retries did not help",
        "quick retries did not help, and it says one second",
        "quick retries did not help, and it says an hour",
        "our account is at fault",
        "asks for thirty years",
    ],
)
def test_what_is_not_quick_waits_at_the_one_wait_point(
    practice: Practice, rosa: Patient, answer: does.Answer, tried_for: timedelta, wait: timedelta
) -> None:
    """A retry inside an activity hears no bell: a reply or a stop would wait behind it."""
    practice.provider.will(answer)
    turn = rosa.looks(tried_for=tried_for)
    assert (turn.due - MONDAY, turn.act) == (wait, Act.SEND_EMAIL)
    assert rosa.states == [("one", TouchState.DEFERRED)]
    assert rosa.row.hold == HoldReason.PROVIDER_BACKOFF
    rosa.lives(hours=2)
    assert rosa.received == ["one"]


class Overdoing:
    """A provider whose first answer asks for a time that no calendar has."""

    def __init__(self, first: ProviderError) -> None:
        self.answers = [first]

    def send(self, message: Message) -> Receipt:
        """The error, then a receipt."""
        if self.answers:
            raise self.answers.pop()
        return Receipt(provider_id="p-1")

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        """It has nothing."""
        return None


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (TryLater("429", after=timedelta.max), 60 * MINUTE),
        (SenderFault("401", after=timedelta.max), 24 * 60 * MINUTE),
        (SenderFault("401", after=timedelta(seconds=-5)), 0 * MINUTE),
    ],
    ids=["a busy one for ever", "our account for ever", "our account, in the past"],
)
def test_no_provider_makes_a_lead_wait_for_ever(
    practice: Practice, rosa: Patient, error: ProviderError, wait: timedelta
) -> None:
    """A number that somebody has miscounted may not cost a lead, nor fail its look."""
    practice.look = Look(
        DatabaseRecords(practice.database, practice.settings), dict.fromkeys(Channel, Overdoing(error))
    )
    assert rosa.looks().due - MONDAY == wait
    rosa.lives(hours=25)
    assert rosa.state_of("one") is TouchState.ACCEPTED


def test_a_person_need_not_wait_for_the_end_of_a_back_off(practice: Practice, rosa: Patient) -> None:
    """Whoever has mended the account, or heard that the provider is well, says so with `retry`."""
    practice.provider.will(does.busy(3600))
    rosa.looks()
    rosa.commanded(Verb.RETRY)
    rosa.rings()
    assert (rosa.inbox[-1].disposition, rosa.turn.due) == ("applied", MONDAY)
    rosa.looks()
    assert rosa.received == ["one"]


def test_a_reply_is_heard_while_a_provider_makes_us_wait(practice: Practice, rosa: Patient) -> None:
    """The person answered on another way meanwhile: what waits never leaves."""
    practice.provider.will(does.busy(3600))
    rosa.looks()
    rosa.hears("replied", channel="email", reply="positive")
    rosa.rings()
    rosa.lives(days=10)
    assert rosa.received == []
    assert [past.because for past in rosa.progress.past] == [StopReason.REPLIED]


def test_a_provider_that_never_lets_us_in_is_asked_until_the_touch_is_too_old(practice: Practice) -> None:
    """Nothing is lost and nothing hammers: a lead waits, and after days the message is left out with its reason."""
    practice.publishes(sequence("late", stage("nurture", email("one"), text("two", after=CalendarDays(days=9)))))
    rosa = practice.captures()
    rosa.rings()
    practice.provider.will(*[does.busy(8 * 3600)] * 300)
    rosa.lives(days=9)
    assert _outcomes(rosa) == [("one", f"skipped.{SkipReason.TOO_LATE}")]
    # Every hour of five business days, from a Monday over Thanksgiving and a weekend, whatever it asks for.
    assert (rosa.received, practice.provider.requests) == ([], 193)


# --- refused for good -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "because"),
    [("bad_recipient", SkipReason.ADDRESS_BOUNCED), ("opted_out", SkipReason.CHANNEL_SUPPRESSED)],
)
def test_a_dead_or_closed_address_is_suppressed_and_the_lead_goes_on_elsewhere(
    practice: Practice, rosa: Patient, effect: does.Effect, because: SkipReason
) -> None:
    """The provider knows before we do; the address is closed for every lead that has it, and nobody is asked."""
    practice.provider.will(does.refused(effect))
    rosa.looks()
    assert rosa.states == [("one", TouchState.REJECTED)]
    assert rosa.closed == {Channel.EMAIL: because}
    rosa.lives(days=3)
    assert (rosa.received, rosa.tasks) == (["two"], [])
    assert _outcomes(rosa) == [("one", f"skipped.{because}"), ("two", "sent"), ("three", f"skipped.{because}")]
    assert practice.provider.requests == 2


def test_what_was_refused_at_the_provider_does_not_go_to_another_address_of_the_lead(practice: Practice) -> None:
    """Whoever unsubscribed there has two mailboxes, and has left both."""
    practice.publishes(daily(3))
    rosa = practice.captures(emails=("rosa.one@example.com", "rosa.two@example.com"))
    rosa.rings()
    practice.provider.will(does.refused("opted_out"))
    rosa.looks()
    rosa.lives(days=4)
    assert (rosa.received, practice.provider.requests) == ([], 1)


def test_a_refusal_of_a_text_closes_every_robocall(practice: Practice) -> None:
    """Texts and automated calls are one scope of an opt-out."""
    practice.publishes(sequence("texts", stage("nurture", text("one"), email("two", after=DAY))))
    rosa = practice.captures()
    rosa.rings()
    practice.provider.will(does.refused("opted_out"))
    rosa.looks()
    assert set(rosa.closed) == {Channel.SMS, Channel.VOICE}
    rosa.lives(days=10)
    assert rosa.received == ["two"]


def test_a_message_that_is_refused_for_our_own_fault_asks_a_person_once(practice: Practice, rosa: Patient) -> None:
    """It is no fault of the lead's: somebody mends the template or the account, and says what is to become of it."""
    practice.provider.will(does.refused("bad_content"))
    turn = rosa.looks()
    assert turn.state == f"review.{ReviewReason.PROVIDER_REJECTED}"
    assert [task.kind for task in rosa.tasks] == ["problem"]
    assert rosa.states == [("one", TouchState.REJECTED)]
    rosa.lives(days=5)
    assert (practice.provider.requests, len(rosa.tasks), rosa.noted) == (1, 1, ["parked"])


@pytest.mark.parametrize(("verb", "received"), [(Verb.RETRY, ["one", "two"]), (Verb.SKIP, ["two"])])
def test_what_a_person_decides_about_it_is_done(
    practice: Practice, rosa: Patient, verb: Verb, received: list[str]
) -> None:
    """A retry is a touch of its own, since the first one is refused for ever."""
    practice.provider.will(does.refused("bad_content"))
    rosa.looks()
    rosa.commanded(verb)
    rosa.rings()
    rosa.lives(days=1, hours=1)
    assert (rosa.received, rosa.tasks) == (received, [])
    assert practice.provider.doubles == {}


# --- nobody knows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [does.hangs(accepts=True), does.broken(accepts=True), does.garbage()])
def test_an_accepted_message_whose_answer_is_lost_is_found(
    practice: Practice, rosa: Patient, answer: does.Answer
) -> None:
    """Timeouts and errors after the fact are the commonest way to send twice."""
    practice.provider.will(answer)
    turn = rosa.looks()
    assert (turn.act, rosa.states) == (Act.RECONCILE, [("one", TouchState.UNCERTAIN)])
    assert rosa.row.hold is None or rosa.row.hold == HoldReason.RECONCILING
    rosa.lives(days=10)
    assert rosa.received == ["one", "two", "three"]
    assert (practice.provider.doubles, rosa.noted) == ({}, [])


@pytest.mark.parametrize("answer", [does.hangs(), does.broken(), does.resets(), does.closes()])
def test_a_message_nobody_can_prove_is_never_sent_again_by_itself(
    practice: Practice, rosa: Patient, answer: does.Answer
) -> None:
    """At most once, with a task that everybody sees."""
    practice.provider.will(answer)
    rosa.looks()
    turn = rosa.lives(days=5)
    assert turn.state == f"review.{ReviewReason.OUTCOME_UNPROVEN}"
    assert rosa.states == [("one", TouchState.LOST)]
    assert practice.provider.requests == 1
    assert [task.kind for task in rosa.tasks] == ["proof"]


def test_nothing_else_leaves_while_a_touch_is_in_doubt(practice: Practice, rosa: Patient) -> None:
    """The second mail of a thread must not arrive before, or instead of, the first."""
    practice.provider.will(does.hangs())
    rosa.looks()
    rosa.lives(minutes=10)
    assert practice.provider.requests == 1
    assert [touch.step for touch in rosa.progress.open_touches] == ["one"]


def _outcomes(patient: Patient) -> list[tuple[str, str]]:
    running = patient.progress.enrolment
    return [] if running is None else [(done.step, done.outcome) for done in running.outcomes]
