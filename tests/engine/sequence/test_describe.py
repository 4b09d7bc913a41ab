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
- It does not start while a sequence higher in the catalogue runs for the lead, and no start is kept for later.
- When it starts, a lower one that runs for the lead ends.
- Messages leave in the name of the owner.
- Messages leave Monday to Friday 09:00 to 18:00, not on holidays, in the lead's time zone; what is due outside \
leaves when they open.
- Days and hours are the lead's, working time and due dates the owner's; working days are Monday to Friday without \
holidays; the day a wait begins is not counted.
- A wait counts from when the step before was sent, done, given up or left out; the first of a stage, from when the \
lead came in.
- A message more than 4 hours late is sent only if a person says so; closed hours do not make it late.
- The team that maintains this sequence: revops.

## Response

In this stage messages leave every day around the clock, also on holidays.

1. Branch office, decided at once: the first case that is true.
   - If it is inside opening hours:
      1. Text got-it: sent at once.
         - Words: speed-to-lead/got-it.
   - Otherwise:
      1. Email at-eight: sent at once.
         - Words: speed-to-lead/at-eight.
2. Call first-call for the owner: opens at once.
   - What to do: speed-to-lead/first-call.
   - Due after 5 minutes of working time.
   - If it is not done after 10 minutes of working time: whoever is on duty is told.
   - The next step waits until it is done, or closed as given up after 45 minutes of working time.

When all this is done: go on to nurture, 1 working day later.

While the lead is here:

- When the lead answers: go on to nurture.

## Nurture

Nothing is sent here.

When all this is done: the sequence ends as completed, 7 days later.

## At any time

- What is written for the stage that the lead is in comes first.
- When a meeting is booked: the sequence ends as goal met.
- When the lead answers, and its stage is silent on it: the sequence ends.
- When an answer may be a wish for no more messages, or is not clear or says that the person has left the company and \
its stage is silent on it: nothing is sent until a person decides.
- When the CRM moves the lead to another pipeline stage: go on to the stage that the pipeline map names for it; if \
the sequence has no such stage, it ends; capture changes nothing; where the map does not know it, nothing is sent \
until a person decides.
- When the deal is won: the sequence ends.
- When the deal is lost: the sequence ends.
- When a call ends in connected positive or connected negative: the sequence ends.
- The lead's answers become one task for the owner, due after 1 hour of working time.
- After a complaint no automatic message is sent any more; the manager is asked to answer.
- An out-of-office note is no answer: nothing is sent before the working day after the return, or for 7 days where \
it names none.
- Who opts out of emails gets none any more, who opts out of texts or calls gets neither; that ends the sequence only \
if no way to reach the lead is left.
- Texts wait for the legal hours where the lead lives; messages keep to the company's limits for one lead, by \
default 3 in 24 hours.
- No sequence changes the CRM's pipeline stage.
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
            life(gives_back=True), "- A lower one that runs for the lead pauses; when this one is completed,", id="back"
        ),
        pytest.param(life(sender="company"), "- Messages leave in the name of the company.", id="the company"),
        pytest.param(
            life(email("a"), after_human=elapsed(hours=1)),
            "- No automatic message leaves for 1 hour after one of us spoke with the lead, wrote to it or left a",
            id="after a person",
        ),
        pytest.param(
            life(email("a"), stale_after=working(hours=3)),
            "- A message more than 3 hours of sending hours late is left out; closed hours do not make it late.",
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
        pytest.param(
            life(email("a"), email("b", thread="a")), "   - Sent as a reply to a, if that was sent.", id="a thread"
        ),
        pytest.param(
            life(email("a", if_past="send")), "   - If that is past by then, or it is late: it is sent all", id="late"
        ),
        pytest.param(
            life(email("a", at=before(ends_on, days=3))), "1. Email a: sent 3 days before ends_on.", id="a moment"
        ),
        pytest.param(
            life(email("a", at=before(ends_on))),
            "   - It moves when ends_on does, and is left out when there is no ends_on.",
            id="a moment that moves",
        ),
        pytest.param(
            life(email("a", at=before(ends_on))),
            "   - If that is past by then, or it is late: it is left out.",
            id="past",
        ),
        pytest.param(
            life(email("a", at=before(ends_on)), name="response"),
            "   - If that is past by then, or it is late: a person is asked what to do.",
            id="past, in response",
        ),
        pytest.param(
            life(task("a", due=business_days(1, at="17:00"), blocks=False)),
            "   - Due 1 working day later, at 17:00.",
            id="due at a time",
        ),
        pytest.param(
            life(task("a", blocks=False)), "   - The next step does not wait for it; it is closed", id="nobody waits"
        ),
        pytest.param(
            life(task("a")),
            "   - The next step waits until it is done, or closed as given up 3 working days after it was due.",
            id="the default end",
        ),
        pytest.param(life(task("a")), "   - Nobody is told when it is late.", id="nobody to tell"),
        pytest.param(
            life(hours=window("Mon-Sun", "09:00-18:00")),
            "- Messages leave every day 09:00 to 18:00, also on holidays, in",
            id="hours that know no holidays",
        ),
        pytest.param(
            life(task("a", at=before(ends_on))),
            "   - If that is past by then: it opens at once.",
            id="a task that is past",
        ),
        pytest.param(
            life(when=[on("won", finish())]),
            "- What is written for the stage that the lead is in comes first.",
            id="first",
        ),
        pytest.param(life(), "- When the lead answers: the sequence ends.", id="what the engine does by itself"),
        pytest.param(life(), "- After a complaint no automatic message is sent", id="what always holds"),
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
            "   - Otherwise: the next step comes.",
            id="an empty arm",
        ),
        pytest.param(
            life(branch("b", case(open_now, email("a"), then=start("other")), otherwise=[])),
            "      Then hand over to the sequence other.",
            id="an arm that ends in an exit",
        ),
        pytest.param(
            life(otherwise=finish(after=quiet(calendar(days=14)))),
            "When all this is done: the sequence ends as completed, after 14 days without a word from the lead or",
            id="a quiet end",
        ),
        pytest.param(
            life(when=[on(reply("question"), carry_on())]),
            "- When the lead answers with a question: wait until somebody has answered the lead, then go on with",
            id="carrying on after an answer",
        ),
        pytest.param(
            life(when=[on("replied", carry_on())]),
            "- When the lead answers: wait until somebody has answered the lead, then go on with the rest",
            id="carrying on after any answer",
        ),
        pytest.param(
            life(when=[on("meeting_booked", carry_on())]),
            "- When a meeting is booked: go on as before.",
            id="carrying on after something else",
        ),
    ],
)
def test_a_description_says(text: str, line: str):
    """Nothing an author wrote may be left out of what is approved."""
    assert line in text


def test_a_sequence_that_ignores_people_of_ours_does_not_promise_to_wait():
    """What is switched off must not be told as if it held."""
    assert "one of us spoke" not in life(email("a"), after_human=elapsed())
    assert "one of us spoke" not in life(email("a"), after_human=working())


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        pytest.param(("nurture",), ("a message more than 5 working days late is left out",), id="never in response"),
        pytest.param(
            ("response",), ("a message more than 4 hours late is sent only if a person says so",), id="in response only"
        ),
        pytest.param(
            ("response", "nurture"),
            (
                "left a voicemail, except in response",
                "a message more than 5 working days late is left out; "
                "in response one more than 4 hours late is sent only if a person says so",
            ),
            id="in both",
        ),
        pytest.param(("as_is",), ("left a voicemail, except in response", "; in response one more than 4"), id="as is"),
    ],
)
def test_the_stage_response_is_spoken_of_only_where_a_lead_may_be_in_it(
    stages: tuple[Literal["response", "nurture", "as_is"], ...], told: tuple[str, ...]
):
    """A manager looks for a stage that is named, and doubts the rest when there is none."""
    plans = [stage(name, email(f"in-{number}"), otherwise=finish()) for number, name in enumerate(stages)]
    text = describe(sequence("life", *plans, maintainer="ops").part).lower()
    assert [clause for clause in told if clause not in text] == []
    assert ("in response" in text) is (len(told) > 1)


def test_a_sequence_that_only_asks_people_says_nothing_of_messages_that_are_held_or_late():
    """There are none."""
    text = life(task("a"))
    assert "No automatic message leaves" not in text
    assert "hours do not make it late" not in text


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
    assert '   - An answer with "1" or "small": size is set to small, and the next step comes.' in text
    assert (
        "   - Any other answer is read by a person; so is one that fits several of these, asks back or has over" in text
    )
    assert "   - Without an answer for 1 hour: the sequence ends as completed." in text
    assert "   - If it cannot be sent, the next step comes." in text
    assert "   - The owner is asked when its time has come, and has 1 working day." in text
    assert "   - Words: life/a for 30 of 100 leads and life/b for 70 of 100 leads, always the same for a lead." in text


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (
            becomes(heat.at_least(70)),
            "- It starts when it becomes true that heat is 70 or more; "
            "a lead of whom that has always been true does not start.",
        ),
        (
            before(ends_on, days=30),
            "- It starts 30 days before ends_on, or at once for a lead that is nearer to that date, but not after it.",
        ),
        (
            since(ends_on, days=7),
            "- It starts 7 days after ends_on, but not for a lead for whom that was before this was published.",
        ),
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
        ({"one_contact_per_account": True}, "- It takes only one person of a customer's company at a time,"),
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
