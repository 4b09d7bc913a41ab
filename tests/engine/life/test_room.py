"""Room in a sequence: `per_day` lets leads wait for their turn, `one_contact_per_account` keeps colleagues apart."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from engine.life.explain import explain
from engine.life.wishes import Entry, Plan
from engine.reasons import EnrollRefusal, HoldReason, StopReason
from engine.sequence.compiled import Finish, OnEvent, Reaction, Start
from engine.words import EventKind, Verb
from tests.support.life import Life, at
from tests.support.sequences import days, email, on_event, sequence, stage

MONDAY = at("2026-11-23 09:00")
TUESDAY = at("2026-11-24 10:00")
OUTREACH = sequence(stage("nurture", email("cold"), otherwise=Finish(after=days(7))), name="outreach", per_day=5)


def full_until(moment: datetime = TUESDAY) -> Callable[[str], Entry]:
    """The sequence has room then, and whoever waits keeps that place."""
    return lambda name: Entry(sequence=name, free_at=moment)


def waiting(*plans: Plan, kind: EventKind = EventKind.CAPTURED) -> Life:
    """A lead for whom the outreach has no room before Tuesday."""
    rosa = Life(*(plans or (OUTREACH,)), now=MONDAY)
    rosa.entry = full_until()
    rosa.happens(kind)
    return rosa


def running(rosa: Life) -> str | None:
    """What runs."""
    return None if rosa.progress.enrolment is None else rosa.progress.enrolment.plan.sequence.name


def test_a_lead_for_whom_there_is_no_room_waits_and_is_not_refused():
    """Yesterday's list must not be forgotten because it was long."""
    rosa = waiting()
    assert (running(rosa), rosa.progress.refusal) == (None, None)
    assert rosa.waits_because is HoldReason.WAITING_CAPACITY
    assert not rosa.progress.over
    rosa.let_pass(hours=24)
    assert rosa.sent == []
    rosa.let_pass(hours=2)
    assert (running(rosa), rosa.sent_at("cold")) == ("outreach", [TUESDAY])
    assert rosa.progress.queues == frozenset()


def test_whoever_asks_why_is_told_until_when():
    """A lead that waits without a reason looks forgotten."""
    told = explain(waiting().progress, MONDAY)
    assert told.next_move == "outreach starts on Tue 24 Nov 2026 10:00 New York time: the sequence is full for today"
    assert told.at == TUESDAY
    assert [hold.because for hold in told.holds] == [HoldReason.WAITING_CAPACITY]
    assert sum("full for today" in line for line in told.lines) == 1


def test_a_lead_with_a_task_is_told_of_its_place_too():
    """What people have to do hides nothing."""
    rosa = waiting()
    rosa.happens(EventKind.REPLIED, reply="question", channel="email")
    assert rosa.tasks == ["answer"]
    assert "outreach starts on Tue 24 Nov 2026 10:00" in explain(rosa.progress, MONDAY).next_move
    rosa.let_pass(hours=26)
    assert running(rosa) == "outreach"


def test_a_place_is_asked_for_anew_when_its_moment_comes():
    """After an outage a hundred moments have come at once; the records say whose turn it is."""
    rosa = waiting()
    rosa.entry = full_until(TUESDAY + timedelta(days=1))
    rosa.let_pass(hours=26)
    assert running(rosa) is None
    rosa.let_pass(hours=24)
    assert (running(rosa), rosa.sent_at("cold")) == ("outreach", [TUESDAY + timedelta(days=1)])


def test_all_refusals_are_asked_anew_when_the_moment_comes():
    """Whoever has opted out meanwhile is not written to because of yesterday's place."""
    rosa = waiting()
    rosa.happens(EventKind.OPTED_OUT)
    rosa.let_pass(hours=26)
    assert running(rosa) is None
    assert rosa.progress.refusal is not None
    assert rosa.progress.refusal.because is EnrollRefusal.OPTED_OUT


def test_a_long_line_makes_no_start_too_old():
    """It came in time; that we let it wait is not its fault."""
    plan = sequence(stage("nurture", email("cold")), name="outreach", per_day=1, starts=(on_event("proposal_viewed"),))
    rosa = Life(plan, now=MONDAY)
    rosa.entry = full_until(MONDAY + timedelta(days=20))
    rosa.happens(EventKind.PROPOSAL_VIEWED)
    rosa.let_pass(days=21)
    assert rosa.sent == ["cold"]


@pytest.mark.parametrize(
    ("verb", "kind"), [(Verb.STOP, None), (None, EventKind.ERASED), (None, EventKind.MERGED), (None, EventKind.DELETED)]
)
def test_who_is_stopped_gives_the_place_up(verb: Verb | None, kind: EventKind | None):
    """A place nobody takes keeps the next one waiting for nothing."""
    rosa = waiting()
    if verb is not None:
        rosa.commands(verb)
    if kind is not None:
        rosa.happens(kind)
    assert (rosa.progress.queues, rosa.progress.over) == (frozenset(), True)
    rosa.let_pass(days=3)
    assert rosa.sent == []


def test_a_sequence_above_takes_the_lead_and_its_place_is_free():
    """Whoever asks us for something is no longer on a list."""
    inbound = sequence(stage("response", email("got-it")), name="inbound", starts=(on_event("call_missed"),))
    rosa = waiting(inbound, OUTREACH)
    rosa.happens(EventKind.CALL_MISSED)
    assert (rosa.sent, rosa.progress.queues) == (["got-it"], frozenset())
    rosa.let_pass(days=3)
    assert "cold" not in rosa.sent


def test_a_sequence_below_has_the_lead_until_the_place_is_there():
    """The line is no reason to leave a lead with nothing."""
    below = sequence(
        stage("nurture", email("news"), email("more", after=days(9))), name="news", starts=(on_event("call_missed"),)
    )
    rosa = waiting(OUTREACH, below)
    rosa.happens(EventKind.CALL_MISSED)
    assert (running(rosa), rosa.progress.queues) == ("news", frozenset({"outreach"}))
    rosa.let_pass(days=2)
    assert (running(rosa), rosa.ended) == ("outreach", [StopReason.SUPERSEDED])


def test_the_same_event_again_is_one_place_in_the_line():
    """Somebody who sends a form five times is one lead."""
    rosa = waiting()
    for _ in range(4):
        rosa.happens(EventKind.CAPTURED)
    assert len(rosa.progress.wishes) == 1
    rosa.let_pass(days=2)
    assert (rosa.sent, rosa.progress.enrolments, rosa.opened) == (["cold"], 1, [])


def test_an_event_that_starts_something_else_is_not_held_up_by_the_line():
    """A lead in one line is not deaf."""
    other = sequence(stage("nurture", email("welcome")), name="welcome", starts=(on_event("paid"),))
    rosa = waiting(OUTREACH, other)
    rosa.happens(EventKind.PAID)
    assert rosa.sent == ["welcome"]


def test_a_person_who_enrolls_waits_like_everybody():
    """A list of a thousand names, enrolled by hand, is what the number is for."""
    rosa = Life(sequence(stage("nurture", email("cold")), name="outreach", per_day=5, starts=()), now=MONDAY)
    rosa.entry = full_until()
    rosa.commands(Verb.ENROLL, sequence="outreach")
    rosa.commands(Verb.ENROLL, sequence="outreach")
    assert (running(rosa), len(rosa.progress.wishes)) == (None, 1)
    rosa.let_pass(days=2)
    assert rosa.sent == ["cold"]


def test_a_queue_that_is_lifted_lets_the_lead_in_when_its_moment_comes():
    """What a new version says of room is what counts then."""
    rosa = waiting()
    rosa.catalogue = (sequence(stage("nurture", email("cold")), name="outreach"),)
    rosa.let_pass(days=2)
    assert rosa.sent == ["cold"]


# --- handing over -----------------------------------------------------------------------------------------------------


def handing_over() -> Life:
    """A lead whose first sequence is at its end, and hands over to one that is full."""
    booked = Reaction(trigger=OnEvent(event=EventKind.PROPOSAL_SENT), response=Finish(reason="goal_met"))
    first = sequence(
        stage("response", email("hello"), otherwise=Start(sequence="outreach")), name="first", when=(booked,)
    )
    rosa = Life(
        first, OUTREACH.model_copy(update={"sequence": OUTREACH.sequence.model_copy(update={"starts": ()})}), now=MONDAY
    )
    rosa.entry = full_until()
    rosa.happens(EventKind.CAPTURED)
    return rosa


def test_a_lead_that_is_handed_over_waits_in_the_sequence_it_is_in():
    """It is not left with nothing: an answer, a stop and every reaction of that sequence still hold."""
    rosa = handing_over()
    move = rosa.look()
    assert (running(rosa), rosa.waits_because) == ("first", HoldReason.WAITING_CAPACITY)
    assert move.why == "outreach takes over on Tue 24 Nov 2026 10:00 New York time: the sequence is full for today"
    rosa.let_pass(hours=26)
    assert (running(rosa), rosa.sent, rosa.ended) == ("outreach", ["hello", "cold"], ["handed_over"])
    assert rosa.progress.queues == frozenset()


def test_what_the_sequence_wrote_comes_before_the_place():
    """The proposal that was sent meanwhile is what the first sequence waited for."""
    rosa = handing_over()
    rosa.happens(EventKind.PROPOSAL_SENT)
    assert (rosa.ended, rosa.progress.queues) == (["goal_met"], frozenset())
    rosa.let_pass(days=2)
    assert rosa.sent == ["hello"]


def test_an_answer_while_it_waits_ends_the_sequence_and_gives_the_place_up():
    """Somebody who answers is not put on a list."""
    rosa = handing_over()
    rosa.happens(EventKind.REPLIED, reply="positive", channel="email")
    assert (rosa.ended, rosa.progress.queues, rosa.tasks) == (["replied"], frozenset(), ["answer"])


def test_a_pause_keeps_a_lead_that_waits_for_its_hand_over():
    """The place may come and go; nothing begins for a lead that a person has paused."""
    rosa = handing_over()
    rosa.commands(Verb.PAUSE)
    rosa.let_pass(days=2)
    rosa.look()
    assert running(rosa) == "first"
    rosa.entry = lambda name: Entry(sequence=name)
    rosa.commands(Verb.RESUME)
    assert running(rosa) == "outreach"


# --- one of an account ------------------------------------------------------------------------------------------------


def test_a_lead_whose_colleague_is_written_to_is_refused_and_nobody_is_named():
    """Two people of one company who compare their mails are two people lost."""
    alone = sequence(stage("nurture", email("cold")), name="outreach", one_contact_per_account=True)
    rosa = Life(alone, now=MONDAY)
    rosa.entry = lambda name: Entry(sequence=name, account_busy=True)
    rosa.happens(EventKind.CAPTURED)
    refusal = rosa.progress.refusal
    assert refusal is not None
    assert (refusal.because, refusal.detail) == (EnrollRefusal.ACCOUNT_BUSY, "")
    assert rosa.tasks == ["enquiry"], "an enquiry is never lost"


def test_a_sequence_that_writes_to_everybody_takes_the_lead_instead():
    """The next sequence of the catalogue is asked, as after any refusal."""
    alone = sequence(stage("nurture", email("cold")), name="outreach", one_contact_per_account=True)
    everybody = sequence(stage("nurture", email("news")), name="news")
    rosa = Life(alone, everybody, now=MONDAY)
    rosa.entry = lambda name: Entry(sequence=name, account_busy=True)
    rosa.happens(EventKind.CAPTURED)
    assert (rosa.sent, rosa.tasks) == (["news"], [])


def test_nobody_reads_other_leads_for_a_sequence_without_limits():
    """Every event of every lead would wait for a lock."""
    asked: list[str] = []

    def entry(name: str) -> Entry:
        asked.append(name)
        return Entry(sequence=name)

    rosa = Life(sequence(stage("nurture", email("news"))), now=MONDAY)
    rosa.entry = entry
    rosa.happens(EventKind.CAPTURED)
    assert (rosa.sent, asked) == (["news"], [])


def test_a_memory_without_a_place_reads_as_it_always_did():
    """A release that knows no lines reads every lead that stands in none."""
    rosa = Life(OUTREACH, now=MONDAY)
    rosa.note_event(EventKind.CAPTURED)
    written = rosa.progress.model_dump_json()
    assert "not_before" not in written.replace('"not_before":[]', "")
    assert "queued_for" not in written


def test_whoever_is_enrolled_for_later_begins_then_and_only_once():
    """A person lets fifty a day begin: who is asked for twice keeps the first day."""
    rosa = Life(OUTREACH, now=MONDAY)
    rosa.commands(Verb.ENROLL, sequence="outreach", until=TUESDAY)
    rosa.commands(Verb.ENROLL, sequence="outreach", until=TUESDAY + timedelta(days=3))
    assert (running(rosa), rosa.waits_because) == (None, HoldReason.WAITING_CAPACITY)
    rosa.let_pass(days=6)
    assert running(rosa) == "outreach"
    assert rosa.sent == ["cold"]
    assert rosa.moves[0][0] >= TUESDAY


def test_whoever_answers_before_the_day_still_begins_then_and_a_stop_calls_it_off():
    """A stop is a person's last word on what was wanted."""
    rosa = Life(OUTREACH, now=MONDAY)
    rosa.commands(Verb.ENROLL, sequence="outreach", until=TUESDAY)
    rosa.commands(Verb.STOP)
    rosa.let_pass(days=3)
    assert running(rosa) is None


def test_a_day_that_has_passed_is_now():
    """A command that was filed late."""
    rosa = Life(OUTREACH, now=MONDAY)
    rosa.commands(Verb.ENROLL, sequence="outreach", until=MONDAY - timedelta(days=1))
    assert running(rosa) == "outreach"
