"""
Killed anywhere: what is claimed is never called again, what went out is found, and what cannot be proven is a task.

One test for each moment at which a process may die; the provider's own journal is the judge.
"""

from collections import abc
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from adapters import ledger
from adapters.database import AnyRow
from adapters.ledger import Evidence
from adapters.tables import leads
from adapters.tables import ledger as ledger_table
from engine.life.turn import Glance
from engine.ports.providers import TryLater
from engine.reasons import ReviewReason
from engine.words import Act, TouchState, Verb
from tests.activities.practice import MONDAY, NO_TIME, Patient, Practice
from tests.support import provider as does
from tests.support.small_sequences import DAY, WEEKDAYS, daily, email, sequence, stage
from workflows.pace import Pace

ACCEPTED, IN_FLIGHT, LOST, UNCERTAIN = (
    TouchState.ACCEPTED,
    TouchState.IN_FLIGHT,
    TouchState.LOST,
    TouchState.UNCERTAIN,
)


@pytest.fixture
def rosa(practice: Practice) -> Patient:
    """A lead whose first email is due now."""
    practice.publishes(daily(2))
    rosa = practice.captures()
    assert rosa.rings().act is Act.SEND_EMAIL
    return rosa


# --- the three commits ------------------------------------------------------------------------------------------------


def test_killed_before_the_claim_it_is_as_if_nothing_had_been(practice: Practice, rosa: Patient) -> None:
    """Nothing is written, so the next attempt decides anew and sends once."""
    before = rosa.row
    rosa.dies("before_write")
    assert (rosa.row, rosa.states, practice.provider.requests) == (before, [], 0)
    rosa.catches_up()
    assert rosa.received == ["day-0"]


@pytest.mark.parametrize("point", ["after_claim", "after_last_byte", "after_response"])
def test_killed_between_the_commits_it_is_never_called_again(practice: Practice, rosa: Patient, point: str) -> None:
    """The three look alike to whoever comes next, so none of them may be taken for unsent."""
    rosa.dies(point)
    requests = practice.provider.requests
    assert rosa.states == [("day-0", IN_FLIGHT)]
    turn = rosa.looks()
    assert (turn.act, rosa.states) == (Act.RECONCILE, [("day-0", UNCERTAIN)])
    rosa.lives(hours=1)
    assert practice.provider.requests == requests


@pytest.mark.parametrize("point", ["after_last_byte", "after_response"])
def test_what_had_left_before_the_kill_is_found_and_the_lead_goes_on(
    practice: Practice, rosa: Patient, point: str
) -> None:
    """The provider knows it: no person is bothered, and nobody gets it twice."""
    rosa.dies(point)
    rosa.lives(minutes=1)
    assert rosa.states == [("day-0", ACCEPTED)]
    rosa.lives(days=20)
    assert (rosa.received, rosa.tasks) == (["day-0", "day-1"], [])
    assert practice.provider.doubles == {}


def test_what_had_not_left_before_the_kill_is_given_to_a_person(practice: Practice, rosa: Patient) -> None:
    """Nobody can prove that it is not on its way: a person decides, and is told which message it is."""
    rosa.dies("after_claim")
    turn = rosa.lives(minutes=20)
    assert (turn.state, rosa.states) == (f"review.{ReviewReason.OUTCOME_UNPROVEN}", [("day-0", LOST)])
    assert [(task.kind, task.touch_key) for task in rosa.tasks] == [("proof", rosa.key_of("day-0"))]
    assert practice.provider.requests == 0


@pytest.mark.parametrize(("disposition", "received"), [("sent", ["day-1"]), ("not_sent", ["day-0", "day-1"])])
def test_a_persons_proof_decides_what_the_lead_gets(
    practice: Practice, rosa: Patient, disposition: str, received: list[str]
) -> None:
    """Sent: it counts and the lead goes on. Not sent: it goes out under a key of its own."""
    rosa.dies("after_claim")
    rosa.lives(minutes=20)
    first = rosa.key_of("day-0")
    rosa.hears("task_done", task_key=rosa.tasks[0].task_key, disposition=disposition)
    rosa.rings()
    rosa.lives(days=20)
    assert (rosa.received, rosa.tasks) == (received, [])
    assert all(one.touch_key != first for one in practice.provider.accepted)
    assert practice.provider.doubles == {}


def test_killed_after_the_outcome_is_committed_the_next_attempt_only_reports_it(
    practice: Practice, rosa: Patient
) -> None:
    """Temporal never heard of it; the row did."""
    rosa.dies("after_outcome_commit")
    assert rosa.states == [("day-0", ACCEPTED)]
    turn = rosa.looks()
    assert (turn.act, practice.provider.requests) == (Act.SEND_EMAIL, 1)
    assert turn.due > practice.now


# --- others who know something ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [TouchState.DELIVERED, TouchState.UNDELIVERED, TouchState.BOUNCED])
def test_a_callback_that_comes_before_the_outcome_is_never_lowered(
    practice: Practice, rosa: Patient, said: TouchState
) -> None:
    """Providers call back before they answer."""

    def calls_back(point: str) -> None:
        if point == "after_response":
            _calls_back(practice, rosa, said)

    practice.look = practice.look_of(calls_back)
    rosa.looks()
    assert rosa.states == [("day-0", said)]
    assert rosa.progress.open_touches == ()


@pytest.mark.parametrize("said", [TouchState.DELIVERED, TouchState.UNDELIVERED, TouchState.BOUNCED])
def test_a_callback_proves_what_a_dead_attempt_cannot(practice: Practice, rosa: Patient, said: TouchState) -> None:
    """Whatever became of it, it had been accepted: nobody is asked, neither the provider nor a person."""
    rosa.dies("after_response")
    _calls_back(practice, rosa, said)
    rosa.looks()
    assert rosa.states == [("day-0", said)]
    assert (rosa.progress.open_touches, practice.provider.asked_about) == ((), [])


def test_a_callback_that_comes_while_a_touch_is_in_doubt_saves_the_look_up(practice: Practice, rosa: Patient) -> None:
    """Evidence is looked for in our own ledger first."""
    rosa.dies("after_response")
    rosa.looks()
    _calls_back(practice, rosa, TouchState.SENT)
    rosa.lives(minutes=1)
    assert (rosa.state_of("day-0"), practice.provider.asked_about) == (TouchState.SENT, [])


def test_a_second_attempt_beside_a_slow_first_one_never_calls(practice: Practice, rosa: Patient) -> None:
    """The first attempt's time is over for Temporal, and its thread is still alive."""
    second = Patient(practice, rosa.lead_id)
    second.turn = rosa.turn
    _while_it_waits(practice, second.looks)
    rosa.looks()
    assert (second.turn.act, practice.provider.requests) == (Act.RECONCILE, 1)


def test_the_late_yes_of_a_zombie_is_evidence(practice: Practice, rosa: Patient) -> None:
    """It is recorded although nobody waits for it, and the lead goes on without a look-up."""
    second = Patient(practice, rosa.lead_id)
    second.turn = rosa.turn
    _while_it_waits(practice, second.looks)
    rosa.looks()
    assert (rosa.states, rosa.progress.open_touches) == ([("day-0", ACCEPTED)], ())
    second.lives(days=20)
    assert (rosa.received, practice.provider.asked_about) == (["day-0", "day-1"], [])


def test_a_yes_that_comes_after_all_hope_was_lost_closes_the_task(practice: Practice, rosa: Patient) -> None:
    """A person has been asked for a proof; here it is."""
    second = Patient(practice, rosa.lead_id)
    second.turn = rosa.turn
    practice.provider.blind_for = 100

    def gives_up() -> None:
        second.lives(minutes=20)
        assert [task.kind for task in second.tasks] == ["proof"]

    _while_it_waits(practice, gives_up)
    rosa.looks()
    assert (rosa.states, rosa.tasks) == ([("day-0", ACCEPTED)], [])
    rosa.lives(days=20)
    assert rosa.received == ["day-0", "day-1"]


def test_the_late_no_of_a_zombie_frees_the_touch(practice: Practice, rosa: Patient) -> None:
    """It knows for certain that nothing left, and only it can know."""
    second = Patient(practice, rosa.lead_id)
    second.turn = rosa.turn
    practice.provider.will(does.busy())
    _while_it_waits(practice, second.looks)
    with pytest.raises(TryLater):
        rosa.looks()
    assert rosa.states == [("day-0", TouchState.RETRYABLE)]
    second.lives(minutes=20)
    assert (rosa.received, practice.provider.doubles) == (["day-0"], {})


def test_a_zombie_that_was_overtaken_can_write_nothing_but_evidence(practice: Practice, rosa: Patient) -> None:
    """Its fence is an older one: what it says of a claim that is no longer its own is history."""
    practice.provider.will(does.busy())
    with pytest.raises(TryLater):
        rosa.looks()
    rosa.dies("after_claim")
    with practice.database.transaction() as transaction:
        for state in (TouchState.RETRYABLE, TouchState.UNCERTAIN, TouchState.REJECTED):
            assert not ledger.settle(transaction, rosa.key_of("day-0"), 1, state, "late", practice.now)
    assert rosa.states == [("day-0", IN_FLIGHT)]
    assert rosa.touches[0].fence == 2


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["after_lookup", "after_reconcile_commit"])
def test_killed_while_asking_it_asks_again(practice: Practice, rosa: Patient, point: str) -> None:
    """A look-up only reads: it may be repeated as often as somebody dies of it."""
    practice.provider.will(does.broken(accepts=True))
    practice.now = rosa.looks().due
    rosa.dies(point)
    rosa.catches_up()
    assert rosa.states == [("day-0", ACCEPTED)]
    assert practice.provider.requests == 1


@pytest.mark.parametrize("dying_at", ["", "after_lookup"], ids=["answered", "killed"])
@pytest.mark.parametrize("what", ["stop", "pause", "replied", "opted_out", "won"])
def test_what_comes_in_while_the_provider_is_asked_counts_for_ever(
    practice: Practice, rosa: Patient, what: str, dying_at: str
) -> None:
    """Its row is marked in the transaction that asks, so nobody would ever read it again."""
    practice.provider.will(does.broken(accepts=True))
    practice.now = rosa.looks().due
    if what in tuple(Verb):
        rosa.commanded(Verb(what))
    else:
        rosa.hears(what)
    if dying_at:
        rosa.dies(dying_at)
    else:
        rosa.looks()
    rosa.lives(days=20)
    assert rosa.received == ["day-0"]
    assert rosa.states == [("day-0", ACCEPTED)]


def test_a_look_up_that_fails_is_asked_again_in_its_time(practice: Practice, rosa: Patient) -> None:
    """A provider that is down for a minute is no proof of anything."""
    practice.provider.will(does.broken(accepts=True))
    practice.provider.will_tell(does.broken(), does.garbage())
    rosa.looks()
    rosa.lives(minutes=12)
    assert rosa.states == [("day-0", ACCEPTED)]
    assert (practice.provider.requests, len(rosa.tasks)) == (1, 0)


def test_a_provider_that_can_never_be_asked_leaves_nothing_in_between(practice: Practice, rosa: Patient) -> None:
    """When asking has come to its end the ledger says so, and a person has the task."""
    practice.provider.will(does.hangs())
    practice.provider.will_tell(*[does.broken()] * 10)
    rosa.looks()
    turn = rosa.lives(minutes=20)
    assert (turn.state, rosa.states) == (f"review.{ReviewReason.OUTCOME_UNPROVEN}", [("day-0", LOST)])
    assert [task.kind for task in rosa.tasks] == ["proof"]


def test_a_list_that_lags_is_asked_until_it_knows(practice: Practice, rosa: Patient) -> None:
    """Absence proves nothing in the first minutes."""
    practice.provider.will(does.resets(accepts=True))
    practice.provider.blind_for = 3
    rosa.looks()
    rosa.lives(minutes=20)
    assert rosa.states == [("day-0", ACCEPTED)]
    assert len(practice.provider.asked_about) == 4


# --- Temporal that begins anew ----------------------------------------------------------------------------------------


def test_a_reset_or_a_second_run_repeats_looks_and_no_touch(practice: Practice, rosa: Patient) -> None:
    """Every turn there ever was is looked at once more, in order and out of it: the row is newer and wins."""
    turns = [rosa.turn]
    while not rosa.turn.over:
        practice.now = max(practice.now, rosa.turn.due)
        turns.append(rosa.looks())
    row = rosa.row
    for turn in [*turns, *reversed(turns)]:
        glance = Glance(lead_id=rosa.lead_id, revision=turn.revision)
        assert practice.look.at(glance, turn.act, practice.now, NO_TIME).over
    assert rosa.received == ["day-0", "day-1"]
    assert rosa.row.lead_state == row.lead_state


def test_what_a_restored_database_has_forgotten_is_asked_about_before_it_is_sent(practice, rosa: Patient) -> None:
    """Temporal knows no revision of a look that never ended, so only the provider can say that it has the message."""
    before = rosa.row
    rosa.dies("after_response")
    _restores(practice, before)
    rosa.looks(again=True)
    assert (practice.provider.asked_about, rosa.received) == ([rosa.key_of("day-0")], ["day-0"])
    assert rosa.states == [("day-0", ACCEPTED)]


def test_a_provider_that_is_too_busy_to_be_asked_is_asked_again(practice: Practice, rosa: Patient) -> None:
    """That nobody could ask proves nothing: the next attempt knows no more than the one before."""
    before = rosa.row
    rosa.dies("after_last_byte")
    _restores(practice, before)
    practice.provider.will_tell(does.busy(after=1))
    with pytest.raises(TryLater):
        rosa.looks(again=True)
    rosa.looks(again=True)
    assert (practice.provider.doubles, rosa.states) == ({}, [("day-0", ACCEPTED)])


def test_what_was_forgotten_is_asked_about_though_the_hours_have_closed_since(practice: Practice) -> None:
    """The next morning is another activity, whose first attempt knows nothing of the one that died."""
    practice.publishes(sequence("office", stage("nurture", email("one"), email("two", after=DAY), hours=WEEKDAYS)))
    practice.now = MONDAY.replace(hour=22, minute=58)  # the hours close at six in New York
    rosa = practice.captures()
    rosa.rings()
    before = rosa.row
    rosa.dies("after_last_byte")
    _restores(practice, before)
    practice.now += timedelta(minutes=5)
    assert rosa.looks(again=True).due > practice.now
    practice.now = rosa.turn.due
    rosa.looks()
    assert (practice.provider.doubles, rosa.states) == ({}, [("one", ACCEPTED)])


def test_what_was_forgotten_is_asked_about_though_its_time_to_send_was_over(practice, rosa: Patient) -> None:
    """A database that is away for hours outlives the activity, and only how late it is tells the next one."""
    before, turn = rosa.row, rosa.turn
    rosa.dies("after_last_byte")
    _restores(practice, before)
    practice.now += Pace().send_within + timedelta(minutes=1)
    rosa.turn = turn
    rosa.looks(Act.LOOK)
    rosa.looks()
    assert (practice.provider.doubles, rosa.states) == ({}, [("day-0", ACCEPTED)])


def test_who_comes_in_time_asks_nobody(practice: Practice, rosa: Patient) -> None:
    """A question for each message would be a second request for each message."""
    rosa.lives(days=2)
    assert (practice.provider.asked_about, rosa.received) == ([], ["day-0", "day-1"])


def test_an_attempt_that_outlives_a_restore_says_so(practice: Practice, rosa: Patient) -> None:
    """It would write its outcome over the older memory, and nobody would know that anything is missing."""
    before = rosa.row

    _while_it_waits(practice, lambda: _restores(practice, before))
    turn = rosa.looks()
    assert turn.state == f"review.{ReviewReason.STATE_WENT_BACK}"
    assert turn.revision > before.revision


def test_a_retry_asks_nothing_where_the_ledger_remembers(practice: Practice, rosa: Patient) -> None:
    """A provider that is busy is not asked twice as much for it."""
    practice.provider.will(does.busy(after=1), does.ok())
    with pytest.raises(TryLater):
        rosa.looks()
    rosa.looks(again=True)
    assert (practice.provider.asked_about, rosa.received) == ([], ["day-0"])


def test_two_messages_of_one_life_never_share_a_key(practice: Practice) -> None:
    """The key is what the provider is asked about: it must mean one message."""
    practice.publishes(sequence("twins", stage("nurture", email("one"), email("two", after=DAY))))
    for name in ("Rosa", "Ben"):
        practice.captures(name).lives(days=10)
    keys = [one.touch_key for one in practice.provider.accepted]
    assert len(keys) == len(set(keys)) == 4
    assert practice.provider.doubles == {}


def _restores(practice: Practice, before: AnyRow) -> None:
    """The database is as it was before the lead's last look."""
    with practice.database.transaction() as transaction:
        transaction.execute(delete(ledger_table))
        transaction.execute(update(leads).values(before._asdict()))


def _calls_back(practice: Practice, patient: Patient, state: TouchState) -> None:
    """The provider's callback, as its webhook writes it."""
    key = patient.key_of("day-0")
    evidence = Evidence(touch_key=key, state=state, at=practice.now, provider_id=f"m-{key}")
    with practice.database.transaction() as transaction:
        ledger.record(transaction, evidence)


def _while_it_waits(practice: Practice, happens: abc.Callable[[], object]) -> None:
    """Let this happen once, while the next attempt has its answer and has not written it down."""
    ordinary = practice.look
    waiting = iter([happens])

    def reached(point: str) -> None:
        if point == "after_response":
            for other in waiting:
                practice.look = ordinary
                other()

    practice.look = practice.look_of(reached)
