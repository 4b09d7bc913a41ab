"""What people read of a lead that waits: in the timer, on the activity that follows it, in its story, in `explain`."""

from datetime import time, timedelta

import pytest

from engine.life.circumstances import FieldValue
from engine.life.decide import decide
from engine.life.explain import explain
from engine.life.news import say_item
from engine.life.sentences import HOLDS, say_plan, say_when, say_zone, summary
from engine.life.turning import turn_of
from engine.reasons import HoldReason, IgnoreReason
from engine.sequence.compiled import BusinessDays, CalendarDays, Elapsed, Finish, Moment, Quiet, Start, Working
from engine.words import EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances, uncertain
from tests.support.sequences import call, email, goto, sequence, stage, task

MONDAY = at("2026-11-23 09:00")
WAIT = CalendarDays(days=2)
RENEWAL = (FieldValue(name="renewal", value="2026-12-31"),)
BEFORE = Moment(kind="before", field="renewal", days=14, at=time(10))


def captured(*steps, world=None, **more) -> Life:
    """A lead that has just come into a sequence of these steps."""
    rosa = Life(sequence(stage("nurture", *steps, **more), hours=ALWAYS), now=MONDAY, world=world)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def turned(rosa: Life):
    """The turn of the lead as it is now."""
    return turn_of(rosa.progress, decide(rosa.progress, rosa.now), rosa.now)


def paused(**until) -> Life:
    """A lead that a person paused, with a task that somebody has to do meanwhile."""
    rosa = captured(task("note", blocks=False), email("two", after=WAIT))
    rosa.commands(Verb.PAUSE, **until)
    return rosa


def doubtful() -> Life:
    """A lead of whose message nobody knows."""
    rosa = captured(email("one", after=Elapsed(minutes=1)), email("two", after=WAIT))
    rosa.provider = uncertain
    rosa.let_pass(minutes=1)
    return rosa


def asking() -> Life:
    """A lead that waits for an answer of ours."""
    rosa = captured(email("one"), email("two", after=WAIT))
    rosa.happens(EventKind.REPLIED, reply="question")
    return rosa


WAITS = [
    pytest.param(
        lambda: captured(email("one"), email("two", after=WAIT)),
        "email two on Wed 25 Nov 2026 09:00 New York time: the sequence first waits 2 days",
        "email two is due",
        id="an email",
    ),
    pytest.param(
        lambda: captured(email("one"), email("two", after=BusinessDays(days=1, at=time(9, 30)))),
        "email two on Tue 24 Nov 2026 09:30 New York time: the sequence first waits 1 working day",
        "email two is due",
        id="working days",
    ),
    pytest.param(
        lambda: captured(email("one"), email("two", after=Working(minutes=90))),
        "email two on Mon 23 Nov 2026 10:30 New York time: the sequence first waits 1 hour 30 minutes of sending hours",
        "email two is due",
        id="working hours",
    ),
    pytest.param(
        lambda: captured(email("one"), email("two", after=CalendarDays(days=0, at=time(17)))),
        "email two on Mon 23 Nov 2026 17:00 New York time: the sequence first waits for a later hour of the day",
        "email two is due",
        id="the same day",
    ),
    pytest.param(
        lambda: captured(email("one"), email("two", after=Quiet(delay=WAIT))),
        "email two on Wed 25 Nov 2026 09:00 New York time: the sequence first waits for 2 days of silence",
        "email two is due",
        id="quiet",
    ),
    pytest.param(
        lambda: captured(call("renewal-call", at=BEFORE), world=circumstances(fields=RENEWAL)),
        "call renewal-call opens on Thu 17 Dec 2026 10:00 New York time: that is 14 days before renewal at 10:00",
        "call renewal-call opens",
        id="a date",
    ),
    pytest.param(
        lambda: captured(email("one"), world=circumstances(all_switched_off=True)),
        "email one waits: sending is switched off; asked again on Tue 24 Nov 2026 09:00 New York time",
        "email one is due",
        id="switched off",
    ),
    pytest.param(
        lambda: captured(call("ring")),
        "waits for the owner: call ring, due Mon 23 Nov 2026 10:00 New York time; "
        "on Thu 26 Nov 2026 10:00 call ring is given up",
        "call ring is given up",
        id="a call",
    ),
    pytest.param(
        lambda: captured(email("one"), otherwise=Finish(after=WAIT)),
        "the sequence ends on Wed 25 Nov 2026 09:00 New York time: "
        "the steps of the stage are done, and then it waits 2 days",
        "the sequence ends",
        id="the end",
    ),
    pytest.param(
        lambda: captured(email("one"), otherwise=goto("convert", after=WAIT)),
        "convert begins on Wed 25 Nov 2026 09:00 New York time: "
        "the steps of the stage are done, and then it waits 2 days",
        "convert begins",
        id="the next stage",
    ),
    pytest.param(
        lambda: captured(email("one"), otherwise=Start(sequence="other", after=WAIT)),
        "other takes over on Wed 25 Nov 2026 09:00 New York time: "
        "the steps of the stage are done, and then it waits 2 days",
        "other takes over",
        id="another sequence",
    ),
    pytest.param(
        lambda: paused(until=MONDAY + timedelta(days=1)),
        "paused by ann until Tue 24 Nov 2026 09:00 New York time",
        "the pause by ann is over",
        id="paused",
    ),
    pytest.param(
        lambda: paused(until=MONDAY + timedelta(days=20)),
        "paused by ann until Sun 13 Dec 2026 09:00 New York time; on Thu 26 Nov 2026 10:00 task note is given up",
        "task note is given up",
        id="paused for longer than a task",
    ),
    pytest.param(
        doubtful,
        "on Mon 23 Nov 2026 09:01 New York time the provider is asked whether email one went out",
        "the provider is asked whether email one went out",
        id="in doubt",
    ),
    pytest.param(asking, "waits for the owner: an answer to the lead", "a routine look", id="an answer"),
]
"""A lead, what its timer says, and what the activity after the timer says."""

BEFORE = Moment(kind="before", field="renewal", days=14, at=time(10))


@pytest.mark.parametrize(("rosa", "why", "then"), WAITS)
def test_a_wait_says_what_it_waits_for_and_why(rosa, why, then):
    """Somebody who has never seen the code reads a timer, and knows."""
    turn = turned(rosa())
    assert (turn.why, turn.then, turn.zone) == (why, then, "New York time")


@pytest.mark.parametrize(("rosa", "why", "then"), WAITS)
def test_explain_says_what_the_timer_says(rosa, why, then):
    """Two texts about one wait would sooner or later be two answers."""
    lead = rosa()
    assert f"Next: {turned(lead).why}." in explain(lead.progress, lead.now).lines


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/New_York", "New York time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("EST5EDT", "EST5EDT"),
    ],
)
def test_a_zone_is_named_as_people_call_it(zone, said):
    """A time without a zone is read in the reader's own."""
    assert say_zone(zone) == said
    assert say_when(MONDAY, zone).endswith(f" {said}")


def test_a_summary_is_one_line():
    """It is a bar in a picture."""
    assert summary("one\ntwo   three") == "one two three"


COMMANDS = [
    (Verb.ENROLL, {"sequence": "win-back"}, "ann enrolls the lead in win-back"),
    (Verb.PAUSE, {}, "ann pauses it"),
    (Verb.PAUSE, {"until": MONDAY + timedelta(days=1)}, "ann pauses it until Tue 24 Nov 2026 09:00"),
    (Verb.RESUME, {}, "ann resumes it"),
    (Verb.RETRY, {}, "ann lets it try again"),
    (Verb.SKIP, {}, "ann skips two"),
    (Verb.SKIP, {"step": "three"}, "ann skips three"),
    (Verb.JUMP, {"stage": "re_engage", "step": "hello"}, "ann moves it to re-engage, hello"),
    (Verb.REASSIGN, {"owner": "rep-2"}, "ann makes rep-2 its owner"),
    (Verb.STOP, {}, "ann stops it"),
]


class TestNews:
    """The story says what came in, not only what was done about it."""

    @pytest.mark.parametrize(("verb", "data", "told"), COMMANDS, ids=lambda part: str(part)[:12])
    def test_a_command_says_who_and_what_and_never_why(self, verb, data, told):
        """A history cannot be edited, and a reason may be about anybody's health."""
        rosa = captured(email("one"), email("two", after=WAIT))
        command = rosa.command(verb, reason="her mother is ill", **data)
        assert say_item(rosa.progress, command) == told

    @pytest.mark.parametrize(
        ("kind", "data", "told"),
        [
            (EventKind.CAPTURED, {}, "the lead is captured"),
            (EventKind.REPLIED, {"reply": "question"}, "the lead answers with a question"),
            (EventKind.REPLIED, {}, "the lead answers"),
            (EventKind.STAGE_CHANGED, {"pipeline_stage": "Proposal"}, 'the CRM moves the lead into "Proposal"'),
            (
                EventKind.STAGE_CHANGED,
                {"pipeline_stage": "Mrs Miller"},
                "the CRM moves the lead to another pipeline stage",
            ),
            (EventKind.LOST, {"reason": "Mrs Miller is ill"}, "the deal is lost"),
            (EventKind.TASK_DONE, {"task_key": "t", "disposition": "no_answer"}, "a task is done"),
        ],
    )
    def test_an_event_says_what_happened_in_words_of_ours(self, kind, data, told):
        """What a CRM writes may be anything; only names that the company has configured are repeated."""
        rosa = captured(email("one"))
        assert say_item(rosa.progress, rosa.event(kind, **data)) == told

    def test_a_task_that_is_closed_says_which_and_how(self):
        """ "A task is done" leaves out what everybody wants to know."""
        rosa = captured(call("ring"))
        key = rosa.progress.tasks[0].task.task_key
        done = rosa.event(EventKind.TASK_DONE, task_key=key, disposition="no_answer")
        assert say_item(rosa.progress, done) == "call ring: no answer"

    def test_what_changes_nothing_says_so(self):
        """Else somebody waits for its effect."""
        rosa = captured(email("one"), email("two", after=WAIT))
        said = say_item(rosa.progress, rosa.command(Verb.RESUME), IgnoreReason.NOT_PAUSED)
        assert said == "ann resumes it; this changes nothing (not paused)"


def test_a_step_without_a_delay_comes_as_planned():
    """There is nothing to wait for, and a sentence all the same."""
    assert say_plan(email("hello", after=None)) == HOLDS[HoldReason.STEP_DELAY]
