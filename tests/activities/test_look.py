"""A look: one short transaction to decide and claim, one call at most, one short transaction to remember."""

from collections.abc import Callable
from datetime import timedelta
from itertools import chain, repeat

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from activities.look import safe
from activities.sitting import MOST_MOVES
from adapters import ledger
from adapters.database import AnyRow, Database, DatabaseUnavailable
from adapters.tables import enrolments, leads
from engine.errors import FollowupError
from engine.life.turn import Glance, Scrap
from engine.reasons import ReviewReason, StopReason
from engine.sequence.compiled import FieldKnown, Goto, OnEvent
from engine.words import Act, EventKind, LeadId, Stage, TouchState, Verb
from tests.activities.practice import MONDAY, NO_TIME, Practice, ReadOnly
from tests.support import provider as does
from tests.support.counting import counting
from tests.support.provider import ScriptedProvider
from tests.support.small_sequences import DAY, HOUR, WEEKDAYS, call, daily, email, sequence, stage

STATEMENTS = {"a ring": 7, "an email": 21, "a hold": 13, "a look-up": 16}
"""What each kind of look asks of a database of either kind; begin and commit are not counted."""

LOCKS = {"an email": 1, "a hold": 1}
"""What PostgreSQL is asked beside: it has many writers, and a place in a sender's line is taken by one at a time."""

TRANSACTIONS = {"a ring": 1, "an email": 2, "a hold": 1, "a look-up": 2}


def stopwatch(*shown: timedelta) -> Callable[[], float]:
    """Shows these times, one after the other, and then goes on showing the last."""
    times = chain(shown, repeat(shown[-1]))
    return lambda: next(times).total_seconds()


# --- what it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", STATEMENTS)
def test_a_look_costs_one_transaction_and_a_call_one_more(
    database: Database, provider: ScriptedProvider, what: str
) -> None:
    """More would be a queue of our own, fewer cannot be safe, and every statement is paid for a million times."""
    practice = Practice(database, provider, sender_per_day=1 if what == "a hold" else 100)
    practice.publishes(daily(2))
    practice.captures("Ben").catches_up()  # what never changes is read once per process
    rosa = practice.captures()
    rosa.rings()
    if what == "a look-up":
        provider.will(does.broken(accepts=True))
        practice.now = rosa.looks().due
    with counting(database) as cost:
        rosa.looks(Act.LOOK if what == "a ring" else None)
    told = "\n".join(statement.replace("\n", " ")[:120] for statement in cost.statements)
    locks = LOCKS.get(what, 0) if database.kind == "postgresql" else 0
    assert (cost.transactions, len(cost.statements)) == (TRANSACTIONS[what], STATEMENTS[what] + locks), told


def test_a_touch_is_decided_gated_and_claimed_in_one_transaction(practice: Practice) -> None:
    """Between a stop that was seen and a claim that is written there must be no moment in which another stop fits."""
    practice.publishes(daily(2))
    rosa = practice.captures()
    rosa.rings()
    before = rosa.row.revision
    with counting(practice.database) as cost:
        rosa.dies("after_claim")
    assert cost.transactions == 1
    assert rosa.states == [("day-0", TouchState.IN_FLIGHT)]
    assert rosa.row.revision == before + 1
    assert [touch.step for touch in rosa.progress.open_touches] == ["day-0"]


def test_a_process_that_stood_still_goes_by_the_clock_as_it_is_then(practice: Practice) -> None:
    """Its attempt began at five to six; it is nine when it goes on, and nobody is written to at night."""
    practice.publishes(sequence("office", stage("nurture", email("one"), hours=WEEKDAYS)))
    practice.now = MONDAY + timedelta(hours=7, minutes=55)
    rosa = practice.captures()
    assert rosa.rings().act is Act.SEND_EMAIL
    practice.look.stopwatch = stopwatch(timedelta(), timedelta(hours=3))
    turn = rosa.looks()
    assert (rosa.received, rosa.states) == ([], [])
    assert turn.due == MONDAY + timedelta(hours=23)


@pytest.mark.parametrize("standstill", [(0, 40, 40), (0, 0, 40)], ids=["before the claim", "while it was sent"])
def test_a_delay_counts_from_the_sending_not_from_the_attempt(practice: Practice, standstill: tuple[int, ...]) -> None:
    """The process stood still for forty minutes; two messages an hour apart still leave an hour apart."""
    practice.publishes(sequence("two", stage("response", email("one"), email("two", after=HOUR))))
    rosa = practice.captures()
    rosa.rings()
    practice.look.stopwatch = stopwatch(*(timedelta(minutes=minutes) for minutes in standstill))
    sent = practice.now + timedelta(minutes=40)
    assert rosa.looks().due == sent + timedelta(hours=1)


def test_no_transaction_is_open_while_the_provider_is_called(practice: Practice) -> None:
    """A slow provider must not hold a lead's row, nor a connection of the pool."""
    practice.publishes(daily(1))
    rosa = practice.captures()
    rosa.rings()
    held: list[str] = []

    def reached(point: str) -> None:
        if point == "after_last_byte":
            with practice.database.transaction() as transaction:
                held.append(str(ledger.touch(transaction, rosa.key_of("day-0"))))

    practice.look = practice.look_of(reached)
    rosa.looks()
    assert len(held) == 1
    assert rosa.states == [("day-0", TouchState.ACCEPTED)]


# --- who has the last word --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data", "ends"),
    [
        ("replied", {"channel": "email", "reply": "positive"}, StopReason.REPLIED),
        ("opted_out", {}, StopReason.OPTED_OUT),
        ("stage_changed", {"pipeline_stage": "Won"}, StopReason.STAGE_CHANGED),
        ("erased", {}, StopReason.LEAD_ERASED),
        ("stop", {}, StopReason.STOPPED_BY_PERSON),
        ("pause", {}, None),
    ],
)
def test_statement_06_a_stop_filed_before_the_claim_always_wins(
    practice: Practice, kind: str, data: dict[str, object], ends: StopReason | None
) -> None:
    """The send is due and its activity has begun: whatever was committed by then still keeps the message in."""
    practice.publishes(daily(2))
    rosa = practice.captures()
    assert rosa.rings().act is Act.SEND_EMAIL
    if kind in (Verb.STOP, Verb.PAUSE):
        rosa.commanded(Verb(kind))
    else:
        rosa.hears(kind, **data)
    rosa.looks(Act.SEND_EMAIL)
    assert practice.provider.requests == 0
    assert [past.because for past in rosa.progress.past] == ([] if ends is None else [ends])
    assert (rosa.progress.pause is not None) is (ends is None)


def test_statement_06_a_stop_filed_after_the_claim_loses_one_touch_and_no_more(practice: Practice) -> None:
    """What is under way cannot be called back; it is recorded as sent, and followed by nothing."""
    practice.publishes(daily(3))
    rosa = practice.captures()
    rosa.rings()

    def replies(point: str) -> None:
        if point == "after_claim":
            rosa.hears("replied", channel="email", reply="positive")

    practice.look = practice.look_of(replies)
    rosa.looks()
    rosa.rings()
    rosa.lives(days=20)
    assert rosa.received == ["day-0"]
    assert [task.kind for task in rosa.tasks] == ["answer"]


def test_a_look_whose_channel_is_not_due_sends_nothing(practice: Practice) -> None:
    """After a ring nothing leaves before the activity that is named after it: on-call reads the truth."""
    practice.publishes(daily(1))
    rosa = practice.captures()
    for act in (Act.LOOK, Act.CREATE_TASK, Act.RECONCILE, Act.SEND_SMS, Act.PLACE_CALL):
        turn = rosa.looks(act)
        assert (turn.act, turn.due) == (Act.SEND_EMAIL, MONDAY)
    assert practice.provider.requests == 0


def test_tasks_and_stages_need_no_activity_of_their_own(practice: Practice) -> None:
    """What only the database carries out happens in the look that decides it."""
    practice.publishes(sequence("calls", stage("response", call("talk"), email("after", after=DAY))))
    rosa = practice.captures()
    turn = rosa.rings()
    assert [task.step for task in rosa.tasks] == ["talk"]
    assert (turn.stage, turn.state, turn.act) == ("response", "task", Act.CREATE_TASK)


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        ("call_missed", [("low", "superseded")]),
        ("erased", [("low", "lead_erased")]),
        ("opted_out", [("low", "opted_out")]),
    ],
)
def test_every_end_of_an_enrolment_is_written_down(practice: Practice, kind: str, ends: list[tuple[str, str]]) -> None:
    """Reports count ends; one that another sequence brought about is an end like any other."""
    practice.publishes(
        sequence("high", stage("nurture", email("high-1")), starts=(OnEvent(event=EventKind.CALL_MISSED),)),
        sequence("low", stage("nurture", email("low-1"), email("low-2", after=DAY))),
    )
    rosa = practice.captures()
    rosa.catches_up()
    rosa.hears(kind)
    rosa.rings()
    assert _ends(practice) == ends


def test_an_interrupted_enrolment_ends_with_the_person(practice: Practice) -> None:
    """Whoever opts out has left all of them, not only the one on top."""
    practice.publishes(
        sequence("high", stage("nurture", email("high-1")), starts=(), gives_back=True),
        sequence("low", stage("nurture", email("low-1"), email("low-2", after=DAY))),
    )
    rosa = practice.captures()
    rosa.catches_up()
    rosa.commanded(Verb.ENROLL, sequence="high")
    rosa.rings()
    assert _ends(practice) == []
    rosa.hears("opted_out")
    rosa.rings()
    assert _ends(practice) == [("high", "opted_out"), ("low", "opted_out")]


# --- a lead that is not there, or not what it was ---------------------------------------------------------------------


def test_a_run_that_never_began_and_has_no_lead_ends(practice: Practice) -> None:
    """Somebody started a workflow under a mistyped id: it must not look for nobody for ever."""
    glance = Glance(lead_id=LeadId("nobody"), scraps=(Scrap(name="pause", body="{}"),))
    turn = practice.look.at(glance, Act.LOOK, MONDAY, NO_TIME)
    assert (turn.over, turn.state) == (True, f"over.{StopReason.LEAD_ERASED}")


@pytest.mark.parametrize("act", [Act.LOOK, Act.SEND_EMAIL])
def test_an_empty_database_ends_no_life(practice: Practice, act: Act) -> None:
    """It is lost, or another one: what the workflow remembers is all that is left, and is kept until a row is back."""
    glance = Glance(lead_id=LeadId("rosa"), revision=7)
    with pytest.raises(FollowupError, match="is this the right database") as refused:
        practice.look.at(glance, act, MONDAY, NO_TIME)
    assert refused.value.code == "DBS010"
    with practice.database.transaction() as transaction:  # an older backup takes its place
        transaction.execute(insert(leads).values(id="rosa", created_at=MONDAY))
    turn = practice.look.at(glance, act, MONDAY, NO_TIME)
    assert (turn.over, turn.state) == (False, f"review.{ReviewReason.STATE_WENT_BACK}")


def test_a_lead_that_is_lost_while_the_provider_is_asked_is_not_over(practice: Practice) -> None:
    """The second transaction finds nobody: the attempt fails, and the next one too, until the row is back."""
    practice.publishes(daily(1))
    rosa = practice.captures()
    rosa.rings()

    def forgets(point: str) -> None:
        if point == "after_response":
            with practice.database.transaction() as transaction:
                _forget(transaction, rosa.lead_id)

    practice.look = practice.look_of(forgets)
    with pytest.raises(FollowupError) as refused:
        rosa.looks()
    assert refused.value.code == "DBS010"


def test_a_lead_that_was_erased_is_over_and_keeps_its_row(practice: Practice) -> None:
    """The row is what tells an erased lead from a lost one: its run ends well, and a later ring ends well too."""
    practice.publishes(daily(2))
    rosa = practice.captures()
    rosa.rings()
    rosa.hears("erased")
    assert rosa.rings().over
    assert rosa.rings().over


@pytest.mark.parametrize("act", [Act.LOOK, Act.SEND_EMAIL])
def test_a_lead_that_went_back_is_parked_and_nothing_leaves(practice: Practice, act: Act) -> None:
    """The database was restored: what left since then is not in it, so a person looks before anything goes again."""
    practice.publishes(daily(3))
    rosa = practice.captures()
    rosa.rings()
    rosa.turn = rosa.turn.model_copy(update={"revision": 50})
    turn = rosa.looks(act)
    assert turn.state == f"review.{ReviewReason.STATE_WENT_BACK}"
    assert turn.revision > 50
    rosa.lives(days=10)
    assert practice.provider.requests == 0
    assert rosa.noted == ["parked"]


def test_a_person_who_has_looked_lets_a_lead_that_went_back_go_on(practice: Practice) -> None:
    """`retry` is the way out, and the row is the newer one again from then on."""
    practice.publishes(daily(2))
    rosa = practice.captures()
    rosa.rings()
    rosa.turn = rosa.turn.model_copy(update={"revision": 50})
    rosa.rings()
    rosa.commanded(Verb.RETRY)
    rosa.rings()
    rosa.lives(days=20)
    assert rosa.received == ["day-0", "day-1"]
    assert rosa.noted == ["parked"]


def test_what_the_ledger_knows_is_not_sent_again_after_a_restore(practice: Practice) -> None:
    """Only the lead's row was restored: the touch that left since then stands in the ledger, and that is believed."""
    practice.publishes(daily(2))
    rosa = practice.captures()
    rosa.rings()
    old = rosa.row
    rosa.looks()
    with practice.database.transaction() as transaction:
        _restore(transaction, old)
    rosa.rings()
    rosa.commanded(Verb.RETRY)
    rosa.rings()
    rosa.lives(days=20)
    assert rosa.received == ["day-0", "day-1"]
    assert practice.provider.doubles == {}


# --- a database that fails --------------------------------------------------------------------------------------------


def test_a_claim_that_cannot_be_written_calls_nobody(practice: Practice) -> None:
    """A provider called before the record is written is called again and again while the disk is full."""
    practice.publishes(daily(1))
    rosa = practice.captures()
    rosa.rings()
    before = rosa.row
    with ReadOnly(practice.database, after=0), pytest.raises(DatabaseUnavailable):
        rosa.looks()
    assert practice.provider.requests == 0
    assert (rosa.row, rosa.states) == (before, [])
    rosa.catches_up()
    assert rosa.received == ["day-0"]


def test_an_outcome_that_cannot_be_written_is_asked_for_and_never_sent_again(practice: Practice) -> None:
    """The provider said yes and the database is gone: the next attempt knows only that it must not call."""
    practice.publishes(daily(1))
    rosa = practice.captures()
    rosa.rings()
    with ReadOnly(practice.database, after=1), pytest.raises(DatabaseUnavailable):
        rosa.looks()
    assert rosa.state_of("day-0") is TouchState.IN_FLIGHT
    rosa.lives(minutes=5)
    assert rosa.state_of("day-0") is TouchState.ACCEPTED
    assert practice.provider.requests == 1


# --- what nobody planned ----------------------------------------------------------------------------------------------


def test_an_unexpected_error_commits_nothing_and_heals_with_the_fix(practice: Practice) -> None:
    """The attempt fails where on-call sees it, and what it had noted is there for the next one."""
    practice.publishes(daily(1))
    rosa = practice.captures()
    rosa.rings()
    rosa.hears("note_added")
    before = rosa.row
    practice.look = practice.look_of(_broken)
    with pytest.raises(ZeroDivisionError):
        rosa.looks()
    assert [row.disposition for row in rosa.inbox] == ["applied", None]
    assert (rosa.row, rosa.states) == (before, [])
    practice.look = practice.look_of(safe)
    rosa.lives(minutes=1)
    assert [row.disposition for row in rosa.inbox] == ["applied", "applied"]
    assert rosa.received == ["day-0"]


def test_every_part_of_a_turn_stays_small(practice: Practice) -> None:
    """It is in every history event of every look, for years."""
    practice.publishes(daily(12))
    rosa = practice.captures()
    sizes = []
    while not rosa.turn.over:
        practice.now = max(practice.now, rosa.turn.due)
        sizes.append(len(rosa.looks().model_dump_json()))
    assert max(sizes) < 1500, sizes
    assert practice.now - MONDAY < timedelta(days=40)


def _ends(practice: Practice) -> list[tuple[str, str]]:
    over = select(enrolments).where(enrolments.c.ended_at.is_not(None)).order_by(enrolments.c.sequence)
    with practice.database.reading() as transaction:
        return [(row.sequence, row.because) for row in transaction.execute(over)]


def _broken(point: str) -> None:
    if point == "before_write":
        raise ZeroDivisionError("a bug")


def _forget(transaction: Connection, lead_id: LeadId) -> None:
    transaction.execute(delete(leads).where(leads.c.id == lead_id))


def _restore(transaction: Connection, row: AnyRow) -> None:
    transaction.execute(update(leads).where(leads.c.id == row.id).values(**row._mapping))


# --- more to do than one look may do ----------------------------------------------------------------------------------

UNMET = FieldKnown(field="nothing")


@pytest.mark.parametrize("asked", ["enroll", "by_hand"])
def test_more_wishes_than_one_look_may_answer_are_answered_by_the_next(practice: Practice, asked: str) -> None:
    """A script that presses every button there is must not end the lead's looks."""
    practice.publishes(daily(2))
    rosa = practice.captures()
    rosa.catches_up()
    for number in range(MOST_MOVES + 5):
        if asked == "enroll":
            rosa.commanded(Verb.ENROLL, sequence=f"unpublished-{number}")
        else:
            rosa.hears("by_hand", name=f"button-{number}")
    turn = rosa.rings()
    assert (turn.due, turn.act, turn.over) == (practice.now, Act.LOOK, False)
    rosa.catches_up()
    assert rosa.progress.wishes == ()
    answered = {(row.disposition, row.reason) for row in rosa.inbox[1:]}
    assert answered == {("applied", "sequence_closed" if asked == "enroll" else None)}
    rosa.lives(days=2)
    assert rosa.received == ["day-0", "day-1"]


def test_more_steps_than_one_look_may_leave_out_are_left_out_by_the_next(practice: Practice) -> None:
    """A long sequence of which nothing fits comes to its end; it is no fault of anybody's."""
    steps = (email(f"step-{number}", only_if=UNMET) for number in range(MOST_MOVES + 5))
    practice.publishes(sequence("long", stage("nurture", *steps)))
    rosa = practice.captures()
    assert rosa.rings().due == practice.now
    assert rosa.catches_up().due > practice.now
    running = rosa.progress.enrolment
    assert running is not None
    assert (running.cursor.step, len(running.outcomes)) == (None, MOST_MOVES + 5)


def test_a_lead_that_goes_round_in_circles_fails_where_somebody_sees_it(practice: Practice) -> None:
    """Nobody can publish such a sequence; if one is there, looks that save each round would go on for ever unseen."""
    practice.publishes(
        sequence(
            "round",
            stage("nurture", email("one", only_if=UNMET), otherwise=Goto(stage=Stage.RE_ENGAGE)),
            stage("re_engage", email("two", only_if=UNMET), otherwise=Goto(stage=Stage.NURTURE)),
        )
    )
    rosa = practice.captures()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="in circles"):
            rosa.rings()
    assert rosa.row.revision == 0


def test_a_sequence_that_is_asked_for_twice_before_anybody_looks_is_asked_for_once(practice: Practice) -> None:
    """Two people press the same button: both are answered, and only the first one's wish waits."""
    practice.publishes(sequence("other", stage("nurture", email("one")), starts=()), daily(3))
    rosa = practice.captures()
    rosa.lives(days=1)
    for name in ("other", "other", "unpublished", "unpublished"):
        rosa.commanded(Verb.ENROLL, sequence=name)
    rosa.rings()
    answers = [(row.disposition, row.reason) for row in rosa.inbox[1:]]
    assert answers[0] == ("applied", None)
    assert answers[1] == answers[3] == ("ignored", "already_asked")
    assert answers[2] == ("applied", "sequence_closed")
    assert all(row.detail for row in rosa.inbox[1:])
