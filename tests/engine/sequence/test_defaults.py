"""What the engine does by itself, told only as far as it can happen in this sequence."""

from engine.life.noting_tasks import ENDS
from engine.reasons import ReplyClass
from engine.sequence.compiled import (
    Ask,
    AskAnswer,
    CarryOn,
    Elapsed,
    Finish,
    Goto,
    OnEntered,
    OnEvent,
    OnReply,
    OutcomeIs,
    Reaction,
    Sequence,
    Trigger,
)
from engine.sequence.defaults import always, by_itself
from engine.words import EventKind, Stage
from tests.support.small_sequences import call, email, sequence, stage

REPLIED = OnEvent(event=EventKind.REPLIED)
WON = OnEvent(event=EventKind.WON)
QUESTION = OnReply(reply=ReplyClass.QUESTION)
UNCLEAR = OnReply(reply=ReplyClass.UNCLEAR)
LOST = OnEntered(pipeline_stage="Lost")
TALKED = OnEvent(event=EventKind.CALL_CONNECTED)


def on(trigger: Trigger) -> tuple[Reaction, ...]:
    return (Reaction(trigger=trigger, response=CarryOn()),)


def line(of: Sequence, about: str) -> str | None:
    """The one line that speaks of it; None when there is none."""
    found = [said for said in (*by_itself(of), *always(of)) if about in said]
    assert len(found) < 2, found
    return found[0] if found else None


def test_every_answer_ends_a_sequence_that_says_nothing():
    """The plainest line of all."""
    assert line(sequence("life", stage("nurture")), "the lead answers") == "when the lead answers: the sequence ends"


def test_whoever_writes_for_one_kind_of_answer_leaves_the_others_to_the_engine():
    """And says so, since a reader would take the two lines for a contradiction."""
    above = sequence("life", stage("nurture"), when=on(QUESTION))
    inside = sequence("life", stage("nurture", when=on(QUESTION)))
    both = sequence("life", stage("nurture", when=on(QUESTION)), when=on(QUESTION))
    assert [line(of, "the lead answers") for of in (above, inside, both)] == [
        "when the lead answers, and no line above speaks of it: the sequence ends",
        "when the lead answers, and its stage is silent on it: the sequence ends",
        "when the lead answers, and neither its stage nor a line above speaks of it: the sequence ends",
    ]


def test_a_reaction_to_one_pipeline_stage_leaves_the_others_to_the_map():
    """The line above is the exception."""
    said = line(sequence("life", stage("nurture"), when=on(LOST)), "the CRM moves")
    assert said is not None
    assert said.startswith("when the CRM moves the lead to another pipeline stage, and no line above speaks of it: ")


def test_what_is_written_for_everything_of_a_kind_leaves_nothing():
    """In the sequence, or in every stage of it."""
    everywhere = sequence("life", stage("nurture", when=on(REPLIED)), stage("convert", when=on(REPLIED)))
    assert line(sequence("life", stage("nurture"), when=on(REPLIED)), "the lead answers") is None
    assert line(everywhere, "the lead answers") is None


def test_an_answer_that_nobody_understands_waits_for_a_person_unless_something_is_written_for_it():
    """One that may be a wish for no more messages always does."""
    person = "nothing is sent until a person decides"
    wish = "when an answer may be a wish for no more messages"
    unclear, left = "is not clear", "says that the person has left the company"
    plain = sequence("life", stage("nurture"))
    written = sequence("life", stage("nurture"), when=on(UNCLEAR))
    any_answer = sequence("life", stage("nurture"), when=on(REPLIED))
    in_one_stage = sequence("life", stage("nurture", when=on(REPLIED)), stage("convert"))
    assert [line(of, wish) for of in (plain, written, any_answer, in_one_stage)] == [
        f"{wish}, or {unclear} or {left}: {person}",
        f"{wish}, or {left}: {person}",
        f"{wish}: {person}",
        f"{wish}, or {unclear} or {left} and its stage is silent on it: {person}",
    ]


def test_a_deal_that_is_won_means_something_else_in_each_kind_of_sequence():
    """It takes a lead to retain where there is such a stage, and nobody from there."""
    assert line(sequence("life", stage("nurture"), stage("retain")), "won") == "when the deal is won: go on to retain"
    assert line(sequence("life", stage("nurture")), "won") == "when the deal is won: the sequence ends"
    assert line(sequence("life", stage("as_is")), "won") == (
        "when the deal is won: the sequence ends, unless the lead is in retain already"
    )
    assert line(sequence("life", stage("retain")), "won") is None
    assert line(sequence("life", stage("nurture"), when=on(WON)), "won") is None


def test_the_crm_takes_a_lead_only_where_the_sequence_can_have_it():
    """Back to capture it takes nobody."""
    ends = "the sequence ends, unless the pipeline map takes it for"
    person = "where the map does not know it, nothing is sent until a person decides"
    goes = "go on to the stage that the pipeline map names for it"
    assert [
        (line(sequence("life", *stages), "the CRM moves") or "").partition(": ")[2]
        for stages in (
            (stage("nurture"),),
            (stage("capture"),),
            (stage("as_is"),),
            (stage("nurture"), stage("convert")),
            tuple(stage(name) for name in Stage),
        )
    ] == [
        f"{ends} nurture or capture; {person}",
        f"{ends} capture; {person}",
        f"{ends} the stage the lead is in or capture; {person}",
        f"{goes}; if the sequence has no such stage, it ends; capture changes nothing; {person}",
        f"{goes}; capture changes nothing; {person}",
    ]


def test_a_call_ends_the_sequence_by_the_results_that_nothing_is_written_for():
    """The results are named, so that nobody has to guess what counts as a clear yes."""
    yes, no = ENDS
    asks = email("thanks", only_if=OutcomeIs(step="ring", outcomes=(yes,)))
    assert line(sequence("life", stage("nurture")), "a call ends") is None
    assert line(sequence("life", stage("nurture", call("ring"))), "a call ends") == (
        "when a call ends in connected positive or connected negative: the sequence ends"
    )
    assert line(sequence("life", stage("nurture", call("ring"), asks)), "a call ends") == (
        "when a call ends in connected negative: the sequence ends"
    )
    assert line(sequence("life", stage("nurture", call("ring"), call("again"), asks)), "a call ends") == (
        "when a call ends in connected positive or connected negative, and nothing is written for that: "
        "the sequence ends"
    )
    assert line(sequence("life", stage("nurture", call("ring")), when=on(TALKED)), "a call ends") == (
        "when a call ends in connected negative: the sequence ends"
    )
    every = email("thanks", only_if=OutcomeIs(step="ring", outcomes=(yes, no)))
    assert line(sequence("life", stage("nurture", call("ring"), every)), "a call ends") is None


def test_an_answer_is_a_task_unless_a_question_of_the_sequence_understands_it():
    """Where nothing is asked, nothing is said of questions."""
    question = Ask(
        id="size",
        template="life/size",
        saves="size",
        answers=(AskAnswer(value="small", words=("small",)),),
        wait=Elapsed(minutes=60),
        no_answer=Goto(stage=Stage.NURTURE),
    )
    task = "the lead's answers become one task for the owner, due after 1 hour of working time"
    assert line(sequence("life", stage("nurture")), "one task") == task
    asking = sequence("life", stage("nurture", question, otherwise=Finish()))
    assert line(asking, "one task") == f"{task}, unless a question understands them"
