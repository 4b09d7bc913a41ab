"""What Temporal sees of a look: its name, its clock, and the one exception that is no failure."""

import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, update
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment

from activities.registered import LeadActivities, all_of
from adapters.tables import leads
from engine.life.progress import SCHEMA_VERSION
from engine.life.turn import Glance, Turn
from engine.words import Act, TouchState
from tests.activities.practice import MONDAY, Patient, Practice, ReadOnly
from tests.support import provider as does
from tests.support.small_sequences import daily
from workflows.names import QUEUES

REGISTERED = (Act.LOOK, Act.SEND_EMAIL, Act.SEND_SMS, Act.PLACE_CALL, Act.CREATE_TASK, Act.RECONCILE)
QUOTES = "it was " + "rosa@example.com"
NEW_YORK = timezone(timedelta(hours=-5))


@pytest.fixture
def rosa(practice: Practice) -> Patient:
    """A lead whose first email is due now."""
    practice.publishes(daily(2))
    rosa = practice.captures()
    rosa.rings()
    return rosa


def run(
    rosa: Patient,
    act: Act = Act.SEND_EMAIL,
    *,
    attempt: int = 1,
    started: datetime = MONDAY,
    queued_for: timedelta = timedelta(0),
    first_attempt: datetime | None = None,
    flag_after: int = 5,
) -> Turn:
    """One attempt, as a worker makes it."""
    environment = ActivityEnvironment()
    environment.info = replace(
        environment.info,
        attempt=attempt,
        started_time=started,
        scheduled_time=started - queued_for,
        heartbeat_details=[first_attempt.isoformat()] if first_attempt else [],
    )
    activities = LeadActivities(rosa.practice.look, flag_after=flag_after)
    turn: Turn = environment.run(getattr(activities, act.value), Glance(lead_id=rosa.lead_id))
    return turn


def flag(rosa: Patient) -> object:
    """What the lead is flagged for."""
    row = rosa.row
    assert (row.flagged_since is None) is (row.flag_detail is None)
    return row.flag_detail


def breaks(point: str) -> None:
    """A bug in the middle of a look."""
    if point == "before_write":
        raise ZeroDivisionError(QUOTES)


def test_every_activity_type_is_registered_once_and_has_a_queue(practice: Practice) -> None:
    """A type that nobody takes would leave its leads waiting without an error."""
    assert [one.__name__ for one in all_of(LeadActivities(practice.look))] == [act.value for act in REGISTERED]
    assert set(REGISTERED) == set(Act) == set(QUEUES)


@pytest.mark.parametrize("act", list(Act))
def test_every_activity_type_is_the_same_look(rosa: Patient, act: Act) -> None:
    """The name says what is due and picks the queue; the row says what happens."""
    turn = run(rosa, act)
    assert rosa.received == (["day-0"] if act is Act.SEND_EMAIL else [])
    assert turn.lead_id == rosa.lead_id


def test_the_clock_of_a_look_is_temporals_record_of_its_start(rosa: Patient) -> None:
    """The machine's own clock is wrong under time skipping, and on every retry."""
    assert abs(datetime.now(UTC) - MONDAY) > timedelta(hours=1)
    turn = run(rosa, started=MONDAY.astimezone(NEW_YORK))
    assert rosa.touches[0].attempt_started_at == MONDAY
    assert (turn.due - MONDAY, turn.due.tzinfo) == (timedelta(days=1), UTC)


def test_a_touch_worth_a_quick_retry_is_no_failure(practice: Practice, rosa: Patient) -> None:
    """Temporal waits as long as the provider says, and nobody is alarmed."""
    practice.provider.will(does.busy(7))
    with pytest.raises(ApplicationError) as raised:
        run(rosa)
    error = raised.value
    assert (error.type, error.next_retry_delay, error.non_retryable) == ("NotSent", timedelta(seconds=7), False)
    assert error.category is ApplicationErrorCategory.BENIGN
    assert rosa.states == [("day-0", TouchState.RETRYABLE)]


def test_quick_retries_end_two_minutes_after_the_first_attempt(practice: Practice, rosa: Patient) -> None:
    """Then the lead waits where it can hear the bell."""
    practice.provider.will(does.busy(), does.busy())
    with pytest.raises(ApplicationError):
        run(rosa, attempt=2, first_attempt=MONDAY - timedelta(seconds=119))
    turn = run(rosa, attempt=9, first_attempt=MONDAY - timedelta(seconds=120))
    assert turn.due == MONDAY + timedelta(minutes=15)


def test_what_a_look_waited_in_the_queue_is_no_attempt(practice: Practice, rosa: Patient) -> None:
    """Else a busy hour puts every first response off by a quarter of an hour at the first "too many"."""
    practice.provider.will(does.busy())
    with pytest.raises(ApplicationError):
        run(rosa, queued_for=timedelta(minutes=3))


def test_a_lead_whose_look_keeps_failing_is_flagged_until_it_succeeds(practice: Practice, rosa: Patient) -> None:
    """`stuck` has to name it; what the error said may be personal, so only its kind is kept."""
    ordinary = practice.look
    practice.look = practice.look_of(breaks)
    for attempt in range(1, 5):
        with pytest.raises(ApplicationError, match="breaks"):
            run(rosa, attempt=attempt)
    assert flag(rosa) is None
    with pytest.raises(ApplicationError, match="breaks"):
        run(rosa, attempt=5)
    assert flag(rosa) == "ZeroDivisionError"
    practice.look = ordinary
    run(rosa, attempt=6)
    assert flag(rosa) is None


def test_what_an_unexpected_error_says_stays_with_us(
    practice: Practice, rosa: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    """It may quote a person, and no history can be edited; where it happened is what mends it."""
    practice.look = practice.look_of(breaks)
    with pytest.raises(ApplicationError) as raised:
        run(rosa)
    told = "".join(traceback.format_exception(raised.value)) + caplog.text
    assert (raised.value.type, raised.value.non_retryable) == ("ZeroDivisionError", False)
    assert "test_registered.py" in raised.value.message
    assert "in breaks" in raised.value.message
    assert "look.failed" in told
    assert QUOTES not in told


def test_the_number_of_attempts_is_a_setting(practice: Practice, rosa: Patient) -> None:
    """A demo shows in seconds what production waits minutes for."""
    practice.look = practice.look_of(breaks)
    with pytest.raises(ApplicationError, match="breaks"):
        run(rosa, attempt=1, flag_after=1)
    assert flag(rosa) == "ZeroDivisionError"


def test_a_provider_that_is_busy_flags_nobody(practice: Practice, rosa: Patient) -> None:
    """It is an ordinary wait, however often it is repeated."""
    practice.provider.will(does.busy())
    with pytest.raises(ApplicationError):
        run(rosa, attempt=50)
    assert flag(rosa) is None


def test_a_memory_of_a_newer_engine_fails_the_attempt_and_is_left_alone(practice: Practice, rosa: Patient) -> None:
    """A worker of the release before says why, retries, and is replaced; nothing leaves meanwhile."""
    with practice.database.transaction() as transaction:
        newer = func.replace(leads.c.progress, f'"schema_version":{SCHEMA_VERSION}', '"schema_version":999')
        transaction.execute(update(leads).values(progress=newer))
    with pytest.raises(ApplicationError, match="newer") as refused:
        run(rosa, attempt=5)
    assert refused.value.type == "DBS004"
    assert practice.provider.requests == 0
    assert flag(rosa) == "FollowupError"


def test_an_error_that_cannot_even_be_flagged_is_still_the_one_that_is_shown(practice: Practice, rosa: Patient) -> None:
    """While the database is away it fails twice; on-call must read the first one."""
    practice.look = practice.look_of(breaks)
    with ReadOnly(practice.database, after=1), pytest.raises(ApplicationError, match="breaks"):
        run(rosa, attempt=5)
    assert flag(rosa) is None
