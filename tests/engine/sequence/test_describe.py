"""A sequence in plain English."""

from typing import Literal

import pytest

from engine.authoring import (
    any_of,
    becomes,
    before,
    branch,
    business_days,
    by_hand,
    calendar,
    call,
    can,
    carry_on,
    case,
    elapsed,
    email,
    field,
    finish,
    goto,
    on,
    open_now,
    quiet,
    reply,
    sequence,
    since,
    sms,
    stage,
    start,
    task,
    window,
    working,
)
from engine.sequence.compiled import Ask, AskAnswer, Elapsed, Finish, Message, Sequence, StagePlan, Variant, Window
from engine.sequence.describe import Description, describe, description_of
from engine.words import Stage

ends_on = field.date("ends_on")
heat = field.number("heat")
vip = field.flag("vip")

SPEED_TO_LEAD = sequence(
    "speed-to-lead",
    stage(
        "response",
        branch("office", case(open_now, sms("got-it")), otherwise=[email("at-eight")]),
        call(
            "first-call",
            due=working(minutes=5),
            escalate={"on_duty": working(minutes=10)},
            give_up=working(minutes=45),
        ),
        otherwise=goto("nurture", after=business_days(1)),
        when=[on("replied", goto("nurture"))],
        hours=window("Mon-Sun", "00:00-24:00"),
    ),
    stage("nurture", otherwise=finish(after=calendar(days=7))),
    maintainer="revops",
    starts=["captured"],
    only_if=vip.is_(True),
    when=[on("meeting_booked", finish("goal_met"))],
).part

TOLD = """\
# speed-to-lead

- It starts when a lead is captured.
- It also starts when another sequence hands a lead over to it, or when a person enrolls one.
- It starts only if vip is yes.
- A lead runs through it once in its life.
- While a sequence that stands above it in the catalogue runs for the lead, it does not start.
- When it starts, the one below it that runs for the lead ends.
- Messages leave in the name of the owner.
- Messages leave Monday to Friday 09:00 to 18:00, not on holidays, in the lead's time zone; what is due outside waits.
- Days and times of day are those of the lead; working days are Monday to Friday without holidays.
- A delay counts from the moment the step before was done, given up or left out.
- The delay of the first step of a stage counts from the moment the lead enters the stage.
- Once a person of ours was in touch with the lead, nothing is sent for 2 working days, but in the stage response.
- A message that comes more than 4 hours late in the stage response is sent only if a person says so; one that comes \
more than 5 working days late elsewhere is left out.
- It is looked after by revops.

## Response

Here messages leave instead: every day around the clock, also on holidays.

1. Branch office, decided at once: the first case that is true.
   - If it is inside opening hours:
      1. Text got-it: sent at once.
         - Words: speed-to-lead/got-it.
   - Otherwise:
      1. Email at-eight: sent at once.
         - Words: speed-to-lead/at-eight.
2. Call first-call for the owner: asked for at once.
   - What to do: speed-to-lead/first-call.
   - Due within 5 minutes of working time of the owner.
   - If it is not done within 10 minutes of working time of the owner: whoever is on duty is told.
   - If it is not done within 45 minutes of working time of the owner: given up, and the next step comes.
   - The next step waits until it is done or given up.

When all this is done: go on to nurture, 1 working day later.

While the lead is here:

- When the lead answers: go on to nurture.

## Nurture

Nothing is sent here.

When all this is done: end as completed, 7 days later.

## At any time

- What the stage that the lead is in says comes first.
- When a meeting is booked: end as goal met.
- When the lead answers, and neither its stage nor a line above speaks of it: everything stops.
- When the CRM moves the lead to another pipeline stage, and neither its stage nor a line above speaks of it: the \
lead goes to the stage that this means, or the sequence ends if it has no such stage; where it means nothing to us, \
a person is asked.
- When the deal is won, and neither its stage nor a line above speaks of it: the lead goes to retain, or the \
sequence ends if it has no such stage.
- When the deal is lost, and neither its stage nor a line above speaks of it: the sequence ends.
- When a call ends in a clear yes or no, and nothing is written here for it: everything stops.
- Every answer of the lead becomes one task for the owner, due within 1 hour of working time, whatever else happens.
- Who complains hears nothing more, whatever is written here; the manager is asked to answer.
- Where an answer may mean that somebody wants no more messages, a person decides.
- An out-of-office note is no answer: nothing is sent before the working day after the return, or for 7 days where \
it names none.
- Who opts out of a channel hears nothing there any more.
- Texts and calls wait for the legal hours where the lead lives, and messages keep to the limits for one lead.
"""


def test_a_sequence_is_told_as_it_will_happen():
    """A manager approves from this text alone, so it is pinned word for word."""
    assert describe(SPEED_TO_LEAD) == TOLD


def test_machines_get_the_name_beside_the_text():
    """A list of descriptions is told apart by it."""
    assert description_of(SPEED_TO_LEAD) == Description(name="speed-to-lead", description=TOLD)


def life(*steps, name: Literal["nurture", "response"] = "nurture", otherwise=None, when=(), **more) -> str:
    plan = stage(name, *steps, otherwise=otherwise or finish(), when=when)
    return describe(sequence("life", plan, maintainer="ops", **more).part)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(life(), "- It starts when another sequence hands a lead over to it", id="nothing starts it"),
        pytest.param(life(starts=[by_hand("offer")]), '- It starts when a person presses "offer".', id="a button"),
        pytest.param(
            life(again="if_inactive"), "- A lead may run through it again whenever it is not in it.", id="again"
        ),
        pytest.param(
            life(again=elapsed(minutes=20)), "- A lead may run through it again 20 minutes after it ended.", id="after"
        ),
        pytest.param(
            life(gives_back=True), "- That one goes on, that much later, when this one ends without a yes,", id="back"
        ),
        pytest.param(life(sender="company"), "- Messages leave in the name of the company.", id="the company"),
        pytest.param(
            life(after_human=elapsed(hours=1)), "nothing is sent for 1 hour, but in the stage", id="after a person"
        ),
        pytest.param(
            life(stale_after=working(hours=3)),
            "comes more than 3 hours of sending hours late is left out; in the",
            id="stale",
        ),
        pytest.param(
            life(email("a", after=working(hours=2))), "1. Email a: sent 2 hours of sending hours later.", id="sending"
        ),
        pytest.param(
            life(email("a", only_if=any_of(can("sms"), open_now))),
            "   - Only if the lead can be reached by text, or it is inside opening hours; else it is left out.",
            id="a guard",
        ),
        pytest.param(life(email("a"), email("b", thread="a")), "   - It continues the thread of a.", id="a thread"),
        pytest.param(life(email("a", if_past="send")), "   - If that is past or it is late: it is sent all", id="late"),
        pytest.param(
            life(email("a", at=before(ends_on, days=3))), "1. Email a: sent 3 days before ends_on.", id="a moment"
        ),
        pytest.param(
            life(email("a", at=before(ends_on))),
            "   - It moves when ends_on does, and is left out when there is no ends_on.",
            id="a moment that moves",
        ),
        pytest.param(
            life(email("a", at=before(ends_on))), "   - If that is past or it is late: it is left out.", id="past"
        ),
        pytest.param(
            life(email("a", at=before(ends_on)), name="response"),
            "   - If that is past or it is late: a person is asked what to do.",
            id="past, in response",
        ),
        pytest.param(
            life(task("a", due=business_days(1, at="17:00"), blocks=False)),
            "   - Due 1 working day later at 17:00.",
            id="due at a time",
        ),
        pytest.param(life(task("a", blocks=False)), "   - Nothing waits for it.", id="a task nobody waits for"),
        pytest.param(
            life(task("a")),
            "   - If it is not done 3 working days after it was due: given up, and the next step comes.",
            id="the default end",
        ),
        pytest.param(life(task("a")), "   - If it is late: nobody else is told.", id="nobody to tell"),
        pytest.param(
            life(hours=window("Mon-Sun", "09:00-18:00")),
            "- Messages leave every day 09:00 to 18:00, also on holidays, in",
            id="hours that know no holidays",
        ),
        pytest.param(
            life(email("a"), when=[on("won", finish())]),
            "- When the lead answers, and its stage is silent on it: everything stops.",
            id="what the engine does where a stage says nothing",
        ),
        pytest.param(
            life(when=[on("won", finish())]), "- What the stage that the lead is in says comes first.", id="first"
        ),
        pytest.param(life(), "- When the lead answers: everything stops.", id="what the engine does by itself"),
        pytest.param(
            life(task("a", proposes="Lost")),
            '   - It proposes the pipeline stage "Lost", which only a person sets.',
            id="a proposal",
        ),
        pytest.param(
            life(branch("b", case(open_now, then=start("other")), otherwise=[])),
            "   - If it is inside opening hours: hand over to the sequence other.",
            id="an arm that is an exit",
        ),
        pytest.param(
            life(branch("b", case(open_now, then=start("other")), otherwise=[])),
            "   - Otherwise: nothing, and on.",
            id="an empty arm",
        ),
        pytest.param(
            life(branch("b", case(open_now, email("a"), then=start("other")), otherwise=[])),
            "      Then hand over to the sequence other.",
            id="an arm that ends in an exit",
        ),
        pytest.param(
            life(otherwise=finish(after=quiet(calendar(days=14)))),
            "When all this is done: end as completed, after 14 days without a word from the lead or from us.",
            id="a quiet end",
        ),
        pytest.param(
            life(when=[on(reply("question"), carry_on())]),
            "- When the lead answers with a question: wait until somebody has answered the lead, then go on where",
            id="carrying on after an answer",
        ),
        pytest.param(
            life(when=[on("replied", carry_on())]),
            "- When the lead answers: wait until somebody has answered the lead, then go on where it was.",
            id="carrying on after any answer",
        ),
        pytest.param(
            life(when=[on("meeting_booked", carry_on())]),
            "- When a meeting is booked: go on where it was.",
            id="carrying on after something else",
        ),
    ],
)
def test_a_description_says(text: str, line: str):
    """Nothing an author wrote may be left out of what is approved."""
    assert line in text


def test_a_sequence_that_ignores_people_of_ours_does_not_promise_to_wait():
    """What is switched off must not be told as if it held."""
    assert "in touch" not in life(after_human=elapsed())
    assert "in touch" not in life(after_human=working())


def test_what_is_written_for_an_event_is_told_instead_of_the_default():
    """Two lines for one event would leave the reader guessing."""
    text = describe(SPEED_TO_LEAD)
    assert text.count("When a meeting is booked") == 1


def test_what_stored_sequences_may_have_is_told_too():
    """Approvals are not offered to authors yet, and are in the compiled form."""
    ask = Ask(
        id="how-big",
        template="life/how-big",
        after=Elapsed(minutes=5),
        saves="size",
        answers=(AskAnswer(value="small", words=("1", "small")), AskAnswer(value="large", words=("large",))),
        wait=Elapsed(minutes=60),
        no_answer=Finish(),
    )
    offer = Message(
        kind="email",
        id="offer",
        template="life/offer",
        approve=True,
        variants=(Variant(name="a", template="life/a", share=30), Variant(name="b", template="life/b", share=70)),
    )
    plan = StagePlan(name=Stage.NURTURE, steps=(ask, offer), otherwise=Finish())
    text = describe(Sequence(name="life", stages=(plan,), maintainer="ops", hours=Window(blocks=())))
    assert "1. Question how-big by text: sent 5 minutes later." in text
    assert '   - An answer with "1" or "small": size is small, and on; nobody has to read it.' in text
    assert "   - An answer that says none of this, or more, is read by a person like any other." in text
    assert "   - Without an answer for 1 hour: end as completed." in text
    assert "   - If it cannot be sent: nothing, and on." in text
    assert "- An answer that has the words of an open question is none for a person; every other one is." in text
    assert "   - The owner is asked when its time has come, and has 1 working day." in text
    assert "   - Words: life/a for 30 of 100 leads and life/b for 70 of 100 leads, always the same for a lead." in text


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (
            becomes(heat.at_least(70)),
            "- It starts when it becomes true that heat is 70 or more; "
            "a lead of whom that is true from the first has to change.",
        ),
        (
            before(ends_on, days=30),
            "- It starts when it is 30 days before ends_on, and for who is nearer to it then, until that date is over.",
        ),
        (since(ends_on, days=7), "- It starts when it is 7 days after ends_on, for dates that come once this runs."),
    ],
    ids=["a change", "before a date", "since a date"],
)
def test_a_start_says_whom_it_takes_and_whom_not(start, told):
    """Who approves it must know whether the leads of yesterday are meant."""
    assert told in life(starts=[start])


def test_who_reads_a_message_first_is_told_with_the_time_they_have():
    """A manager approves a sequence whose messages somebody else approves."""
    told = {name: _told_of_an_approval(name) for name in (Stage.RESPONSE, Stage.NURTURE, "as_is")}
    asked = "   - The owner is asked when its time has come, and has"
    assert f"{asked} 1 hour of working time." in told[Stage.RESPONSE]
    assert f"{asked} 1 working day." in told[Stage.NURTURE]
    assert f"{asked} 1 hour of working time in response, else 1 working day." in told["as_is"]
    assert "   - If nobody has released it 3 working days after that: it is left out." in told[Stage.NURTURE]


def _told_of_an_approval(name: Stage | Literal["as_is"]) -> str:
    offer = Message(kind="email", id="offer", template="life/offer", approve=True)
    plan = StagePlan(name=name, steps=(offer,), otherwise=Finish())
    return describe(Sequence(name="life", stages=(plan,), maintainer="ops", hours=Window(blocks=())))


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"per_day": 50}, "- It takes at most 50 leads in any 24 hours; the others wait for their turn, in the order"),
        ({"per_day": 1}, "- It takes at most 1 lead in any 24 hours; the others"),
        ({"one_contact_per_account": True}, "- A lead does not start while a colleague at the same account is in it,"),
    ],
)
def test_who_does_not_begin_at_once_is_told(limit: dict[str, object], told: str):
    """Whoever waits for a lead to be written to looks here for why."""
    plan = StagePlan(name=Stage.NURTURE, steps=(), otherwise=Finish())
    plain = {"name": "life", "stages": (plan,), "maintainer": "ops", "hours": Window(blocks=())}
    assert told in describe(Sequence.model_validate(plain | limit))
    assert told not in describe(Sequence.model_validate(plain))


def test_a_holdout_is_told_before_anything_else_is_believed():
    """Whoever approves it has to know that some leads get nothing."""
    plan = StagePlan(name=Stage.NURTURE, steps=(), otherwise=Finish())
    text = describe(Sequence(name="life", stages=(plan,), maintainer="ops", hours=Window(blocks=()), holdout=10))
    assert "- 10 of 100 leads get nothing from it, always the same ones, to compare the others with." in text
