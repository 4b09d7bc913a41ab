"""Why has this lead not been contacted? Answered for any lead, from its memory alone."""

from datetime import timedelta

from engine.life.circumstances import ChannelState
from engine.life.explain import explain
from engine.life.receipts import BadEvent
from engine.reasons import HoldReason
from engine.sequence.compiled import OnByHand
from engine.words import Channel, EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances, uncertain
from tests.support.sequences import call, days, email, minutes, sequence, sms, stage, task

MONDAY = at("2026-11-23 09:00")


def captured(*steps, world=None, **more) -> Life:
    """A lead that has just come into a sequence of these steps."""
    rosa = Life(sequence(stage("nurture", *steps), **{"hours": ALWAYS, **more}), now=MONDAY, world=world)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def said(rosa: Life) -> str:
    """The whole answer."""
    return explain(rosa.progress, rosa.now).text()


def test_statement_35_a_running_lead_shows_its_next_step_its_moment_and_the_whole_chain_of_holds():
    """Nobody has to guess what the engine waits for."""
    rosa = Life(sequence(stage("nurture", email("one"), email("two", after=days(5)))), now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    answer = explain(rosa.progress, rosa.now)
    assert answer.at == at("2026-11-30 09:00")
    assert [hold.because for hold in answer.holds] == [HoldReason.STEP_DELAY, HoldReason.CLOSED_DAY]
    assert "two" in answer.next_move
    assert "life@000000000001 since Mon 23 Nov 2026 09:00, started because the lead is captured" in answer.text()
    chain = (
        "Next: email two on Mon 30 Nov 2026 09:00 New York time: the sequence first waits 120 hours, "
        "and then it waits for a day with sending hours.",
        "Held until Sat 28 Nov 2026 09:00: the sequence plans a wait here.",
        "Held until Mon 30 Nov 2026 09:00: it waits for a day with sending hours.",
    )
    assert answer.lines[1:4] == chain
    assert answer.lines[-1] == "All times are New York time."
    assert answer.wakes == ("a reply, a stage change in the CRM or any other event wakes it at once",)


def test_statement_35_a_held_lead_says_what_holds_it():
    """Switched off is an answer, too."""
    rosa = captured(email("one"), world=circumstances(all_switched_off=True))
    assert "sending is switched off" in said(rosa)


def test_statement_35_a_paused_lead_says_by_whom_and_what_would_wake_it():
    """A person may resume it."""
    rosa = captured(email("one"), email("two", after=days(2)))
    rosa.commands(Verb.PAUSE)
    answer = explain(rosa.progress, rosa.now)
    assert answer.at == MONDAY + timedelta(days=30)
    assert "Next: paused by ann; a person is asked on Wed 23 Dec 2026 09:00 New York time, unless" in answer.text()
    assert "Paused by ann on Mon 23 Nov 2026 09:00, without an end" in answer.text()
    assert "a person may resume it sooner" in answer.wakes


def test_statement_35_a_parked_lead_says_what_is_asked_and_how_to_answer():
    """The ways out of a review are named."""
    rosa = captured(email("one"), email("two", after=days(2)))
    rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Something else")
    answer = explain(rosa.progress, rosa.now)
    assert answer.at is None
    assert "Parked on Mon 23 Nov 2026 09:00: the CRM's stage has no meaning here (Something else)" in answer.text()
    assert "a person decides with retry, skip, jump, stop, reassign or enroll" in answer.wakes


def test_statement_35_a_parked_lead_with_an_open_task_says_when_it_is_looked_at():
    """Its task may come due before anybody decides."""
    rosa = captured(call("ring"))
    rosa.happens(EventKind.REPLIED, reply="unclear")
    answer = explain(rosa.progress, rosa.now)
    assert answer.at is not None
    assert "closing an open task wakes it" in answer.wakes
    assert "Parked on Mon 23 Nov 2026 09:00: the lead wrote something unclear" in answer.text()


def test_statement_35_an_open_task_says_who_is_asked_and_until_when():
    """A person is the reason, and has a name and a time."""
    rosa = captured(call("ring"))
    text = said(rosa)
    assert "The owner is asked for call ring, due Mon 23 Nov 2026 10:00" in text
    assert "given up on Thu 26 Nov 2026 10:00" in text


def test_statement_35_a_task_that_is_about_to_be_asked_is_named():
    """Between two transactions the truth is told too."""
    rosa = captured(email("one"), email("two", after=days(2)))
    rosa.note_event(EventKind.REPLIED, reply="question")
    assert "About to be asked of the owner: the lead wrote to us" in said(rosa)


def test_statement_35_an_answer_that_is_owed_has_no_end():
    """Nobody gives up an answer."""
    rosa = Life(now=MONDAY)
    rosa.happens(EventKind.REPLIED, reply="question")
    text = said(rosa)
    assert "no sequence runs" in text
    assert "given up" not in text


def test_statement_35_a_refused_lead_says_why_nothing_started():
    """ "Why did he not enter?" has an answer."""
    once = sequence(
        stage("nurture", email("one")), name="once", again={"kind": "once"}, starts=(OnByHand(name="once"),)
    )
    rosa = Life(once, now=MONDAY)
    rosa.happens(EventKind.BY_HAND, name="once")
    rosa.happens(EventKind.BY_HAND, name="once")
    assert "The sequence once did not start on Mon 23 Nov 2026 09:00: a lead runs through it only once" in said(rosa)
    rosa.commands(Verb.ENROLL, sequence="draft")
    assert "it takes nobody (it is not published)" in said(rosa)


def test_statement_35_a_stopped_lead_says_what_ended_and_what_would_wake_it():
    """Over is a state with a reason."""
    rosa = captured(email("one"))
    answer = explain(rosa.progress, rosa.now)
    assert answer.at is None
    assert "every step is done and nobody answered" in answer.text()
    assert answer.wakes == ("only something new from the lead or the CRM, or a person who enrolls it, wakes it",)


def test_statement_35_a_lead_that_is_gone_says_that_nothing_wakes_it():
    """Erased is erased."""
    rosa = captured(email("one"), email("two", after=days(2)))
    rosa.happens(EventKind.ERASED)
    assert explain(rosa.progress, rosa.now).wakes == ("nothing wakes this lead any more",)


def test_statement_35_an_end_that_is_decided_is_what_comes_next():
    """A look is on its way."""
    rosa = captured(email("one"), email("two", after=days(2)))
    rosa.note_event(EventKind.REPLIED, reply="positive")
    answer = explain(rosa.progress, rosa.now)
    assert answer.at == MONDAY


def test_statement_35_an_interrupted_sequence_is_named():
    """Both are part of the answer."""
    lower = sequence(stage("nurture", email("one"), email("two", after=days(9))), name="lower")
    upper = sequence(
        stage("as_is", email("offer", after=minutes(5))),
        name="upper",
        gives_back=True,
        starts=(OnByHand(name="offer"),),
    )
    rosa = Life(upper, lower, now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    rosa.happens(EventKind.BY_HAND, name="offer")
    assert "Interrupted until that is over: lower@000000000001" in said(rosa)


def test_statement_35_a_touch_in_doubt_and_what_was_flagged_are_named():
    """Nobody has to look into another table."""
    rosa = captured(email("one", after=minutes(1)), email("two", after=days(2)))
    rosa.provider = uncertain
    rosa.let_pass(minutes=1)
    rosa.note(BadEvent(number=8))
    rosa.note(BadEvent(number=9))
    text = said(rosa)
    assert "Nobody knows yet whether email one went out; it is never sent again blindly" in text
    assert "Flagged: an event could not be read (Inbox row 9, 2 times)" in text


def test_statement_35_a_step_that_was_left_out_says_why():
    """ "Why did she not get the text?" is asked as often as "why not yet?"."""
    silent = circumstances(channels=tuple(ChannelState(channel=channel) for channel in (Channel.EMAIL, Channel.VOICE)))
    rosa = captured(email("one"), sms("hint"), email("two", after=days(2)), world=silent)
    assert "Hint was left out on Mon 23 Nov 2026 09:00: there is no address." in said(rosa)


def test_statement_35_a_parked_lead_whose_task_comes_due_says_so():
    """Both happen to it, and the task does not wait for the decision."""
    rosa = captured(call("ring"))
    rosa.happens(EventKind.REPLIED, reply="unclear")
    assert "On Thu 26 Nov 2026 10:00 New York time call ring is given up." in said(rosa)


def test_statement_35_a_task_beside_the_sequence_is_named_with_the_next_step():
    """What comes next is the step, not the task."""
    rosa = captured(task("note", blocks=False), email("two", after=days(1)))
    rosa.note(BadEvent(number=9))
    answer = explain(rosa.progress, rosa.now)
    assert "two" in answer.next_move
    assert "Flagged: an event could not be read (Inbox row 9)" in answer.text()
