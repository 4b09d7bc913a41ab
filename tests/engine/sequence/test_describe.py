"""A sequence in plain English."""

from typing import Literal

import pytest

from engine.authoring import (
    any_of,
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
- It starts only if vip is yes.
- A lead runs through it once in its life.
- Messages leave in the name of the owner.
- Messages leave Monday to Friday 09:00 to 18:00, in the lead's time zone; what is due outside waits.
- Days and times of day are those of the lead.
- A delay counts from the moment the step before was done, given up or left out; the first one, from entering.
- Once a person of ours was in touch with the lead, nothing is sent for 2 working days, except in response.
- A message that is late by more than 4 hours in response, or 5 working days elsewhere, is not sent unasked.
- It is looked after by revops.

## Response

Here messages leave every day around the clock instead.

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
   - If it is not done within 45 minutes of working time of the owner: given up.
   - Nothing else is done until then.

When all this is done: go on to nurture, 1 working day later.

While the lead is here:

- When the lead answers: go on to nurture.

## Nurture

Nothing is sent here.

When all this is done: end as completed, 7 days later.

## At any time

- When a meeting is booked: end as goal met.
- When the lead answers and nothing else is written here for it: everything stops.
- When the CRM moves the lead to another pipeline stage and nothing else is written here for it: \
the lead goes to the stage that this means, or the sequence ends if it has none.
- When the deal is won and nothing else is written here for it: \
the lead goes to retain, or the sequence ends if it has none.
- When the deal is lost and nothing else is written here for it: the sequence ends.
- When a call ends in a clear yes or no and nothing is written here for it: everything stops.
- Every answer of the lead becomes one task for the owner, whatever else happens.
- Who opts out of a channel hears nothing there any more, and texts and calls keep to the legal hours.
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
            life(gives_back=True), "- It interrupts what runs for the lead, and gives the lead back", id="back"
        ),
        pytest.param(life(sender="company"), "- Messages leave in the name of the company.", id="the company"),
        pytest.param(life(after_human=elapsed(hours=1)), "nothing is sent for 1 hour, except", id="after a person"),
        pytest.param(
            life(stale_after=working(hours=3)), "late by more than 3 hours of sending hours is not", id="stale"
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
            life(task("a")), "   - If it is not done 3 working days after it was due: given up.", id="the default end"
        ),
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
    """Questions, approvals and variants are not offered to authors yet, and are in the compiled form."""
    ask = Ask(
        id="how-big",
        template="life/how-big",
        after=Elapsed(minutes=5),
        saves="size",
        answers=(AskAnswer(value="small", words=("small",)), AskAnswer(value="large", words=("large",))),
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
    assert "   - Its answer is kept as size: small or large." in text
    assert "   - Without an answer 1 hour later: end as completed." in text
    assert "   - It waits until a person has approved it." in text
    assert "   - It is sent in 2 variants: a for 30 and b for 70." in text
