"""What a change of a sequence changes, in words."""

import pytest
from hypothesis import given, settings

from engine.life.wishes import Plan, TemplateRef
from engine.reasons import ReplyClass
from engine.sequence.changes import changes_of
from engine.sequence.compiled import (
    AgainIfInactive,
    Ask,
    AskAnswer,
    Branch,
    Can,
    Case,
    Condition,
    Escalation,
    Finish,
    Goto,
    Moment,
    OnEvent,
    OnReply,
    Reaction,
    Sequence,
    Step,
    Working,
)
from engine.words import Channel, EventKind, Stage
from tests.support.small_sequences import ALWAYS, DAY, HOUR, WEEKDAYS, call, email, sequence, stage, text
from tests.support.strategies import catalogues

TEXTS, MAILS = Can(channel=Channel.SMS), Can(channel=Channel.EMAIL)
QUESTION = OnReply(reply=ReplyClass.QUESTION)


def plan(of: Sequence, **digests: str) -> Plan:
    refs = tuple(TemplateRef(name=name.replace("__", "/", 1) + ".email", digest=d) for name, d in digests.items())
    return Plan(version="life@0", sequence=of, templates=refs)


def told(before: Sequence, after: Sequence) -> list[tuple[str, str]]:
    """The kinds and clauses of what changed."""
    return [(change.kind, change.clause) for change in changes_of(plan(before), plan(after))]


def life(*steps: Step, **more: object) -> Sequence:
    return sequence("life", stage("nurture", *steps, **more))


def forked(*cases: Case, otherwise: tuple[Step, ...] = ()) -> Branch:
    return Branch(id="fork", cases=cases, otherwise=otherwise)


def asked(condition: Condition, *inside: Step) -> Case:
    return Case(condition=condition, steps=inside)


def ask(*words: str, **more: object) -> Ask:
    answers = (AskAnswer(value="small", words=words), AskAnswer(value="large", words=("large",)))
    plain = {
        "id": "size",
        "template": "t/size",
        "saves": "size",
        "answers": answers,
        "wait": HOUR,
        "no_answer": Finish(),
    }
    return Ask.model_validate(plain | more)


A, B, C = email("a"), email("b", after=DAY), call("c")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            life(A), life(A, B), [("added", "email b: sent 1 day later (new, in nurture)")], id="a step is added"
        ),
        pytest.param(life(A, B), life(A), [("removed", "email b is gone (was in nurture)")], id="a step is removed"),
        pytest.param(
            life(A, B),
            life(A, email("b2", after=DAY)),
            [
                ("added", "email b2: sent 1 day later (new, in nurture)"),
                ("removed", "email b is gone (was in nurture)"),
            ],
            id="a new name is a new step",
        ),
        pytest.param(
            life(A, B, C),
            life(B, C, A),
            [("moved", "email a comes after c (was: first)")],
            id="a step moves, and those it passes do not",
        ),
        pytest.param(
            life(A, forked(asked(TEXTS, B))),
            life(A, B, forked(asked(TEXTS))),
            [
                (
                    "moved",
                    "email b stands in nurture (was in nurture, branch fork, if the lead can be reached by text)",
                ),
            ],
            id="a step moves out of a branch",
        ),
        pytest.param(
            life(B),
            life(email("b", after=HOUR)),
            [("delay", "email b: sent 1 hour later (was: sent 1 day later)")],
            id="a delay changes",
        ),
        pytest.param(
            life(B),
            life(email("b", at=Moment(kind="before", field="visit_on", days=1))),
            [
                (
                    "delay",
                    "email b: sent 1 day before visit_on; it moves when visit_on does, and is left out when there is "
                    "no visit_on; if that is past by then, or it is late: it is left out (was: sent 1 day later)",
                )
            ],
            id="a date takes the place of a delay, which is one change",
        ),
        pytest.param(
            life(A),
            life(email("a", only_if=TEXTS)),
            [("guard", "email a: only if the lead can be reached by text; else it is left out (new)")],
            id="a guard is added",
        ),
        pytest.param(
            life(email("a", only_if=TEXTS)),
            life(A),
            [("guard", "email a: no longer: only if the lead can be reached by text; else it is left out")],
            id="a guard is removed",
        ),
        pytest.param(
            life(A),
            life(email("a", template="t/other")),
            [("words", "email a: words: t/other (was: words: t/a)")],
            id="a step takes other words",
        ),
        pytest.param(
            life(C),
            life(call("c", due=Working(minutes=30), escalate=(Escalation(role="manager", after=HOUR),))),
            [
                (
                    "step",
                    "call c for the owner: due after 30 minutes of working time "
                    "(was: due after 1 hour of working time)",
                ),
                (
                    "step",
                    "call c for the owner: if it is not done after 1 hour: the manager is told "
                    "(was: nobody is told when it is late)",
                ),
            ],
            id="a call is due sooner, and somebody is told",
        ),
        pytest.param(
            life(A),
            life(text("a")),
            [("step", "text a: sent at once (was: email a: sent at once)")],
            id="a mail becomes a text",
        ),
        pytest.param(
            life(ask("small")),
            life(ask("small", "little")),
            [
                (
                    "step",
                    'question size by text: an answer with "small" or "little": size is set to small, and the next '
                    'step comes (was: an answer with "small": size is set to small, and the next step comes)',
                ),
            ],
            id="a word more for an answer",
        ),
        pytest.param(
            life(forked(asked(TEXTS, A))),
            life(forked(asked(MAILS, A))),
            [
                (
                    "guard",
                    "branch fork: if the lead can be reached by email (was: if the lead can be reached by text)",
                )
            ],
            id="a case asks something else, and its steps stay where they are",
        ),
        pytest.param(
            life(forked(asked(TEXTS, A))),
            life(forked(asked(TEXTS, A), asked(MAILS))),
            [("added", "branch fork: if the lead can be reached by email (new)")],
            id="a case is added",
        ),
        pytest.param(
            life(forked(asked(TEXTS, A), asked(MAILS))),
            life(forked(asked(MAILS), asked(TEXTS, A))),
            [("guard", "branch fork: its cases are asked in another order")],
            id="cases change places",
        ),
        pytest.param(
            life(forked(Case(condition=TEXTS))),
            life(forked(Case(condition=TEXTS, then=Finish()))),
            [
                (
                    "exit",
                    "branch fork: if the lead can be reached by text: the sequence ends as completed "
                    "(was: on behind the branch)",
                )
            ],
            id="an arm leads out",
        ),
        pytest.param(
            life(otherwise=Finish()),
            life(otherwise=Finish(after=DAY)),
            [
                (
                    "exit",
                    "stage nurture: when all is done: the sequence ends as completed, 1 day later "
                    "(was: the sequence ends as completed)",
                )
            ],
            id="a stage ends otherwise",
        ),
        pytest.param(
            life(hours=None),
            life(hours=WEEKDAYS),
            [
                (
                    "hours",
                    "stage nurture: messages leave Monday to Friday 09:00 to 18:00 (was: in the hours of the sequence)",
                )
            ],
            id="a stage has hours of its own",
        ),
        pytest.param(
            life(),
            life(when=(Reaction(trigger=QUESTION, response=Finish()),)),
            [
                (
                    "reactions",
                    "stage nurture: when the lead answers with a question: the sequence ends as completed (new)",
                )
            ],
            id="a reaction is added",
        ),
        pytest.param(
            sequence("life", stage("nurture"), when=(Reaction(trigger=QUESTION, response=Finish()),)),
            sequence("life", stage("nurture")),
            [
                (
                    "reactions",
                    "at any time: no longer: when the lead answers with a question: the sequence ends as completed",
                )
            ],
            id="a reaction of the sequence is removed",
        ),
        pytest.param(
            life(),
            sequence("life", stage("nurture"), starts=(OnEvent(event=EventKind.WON),)),
            [("starts", "it starts when the deal is won (was: it starts when a lead is captured)")],
            id="it starts otherwise",
        ),
        pytest.param(
            life(),
            sequence("life", stage("nurture"), hours=ALWAYS, again=AgainIfInactive()),
            [
                (
                    "hours",
                    "messages leave every day around the clock, also on holidays (was: messages leave Monday to Friday "
                    "09:00 to 18:00, not on holidays, in the lead's time zone; what is due outside leaves when they "
                    "open)",
                ),
                (
                    "rule",
                    "a lead may run through it again whenever it is not in it "
                    "(was: a lead runs through it once in its life)",
                ),
            ],
            id="hours and rules of the sequence",
        ),
        pytest.param(
            sequence("life", stage("response"), stage("nurture")),
            sequence("life", stage("nurture"), stage("convert")),
            [("added", "stage convert is new"), ("removed", "stage response is gone")],
            id="stages come and go",
        ),
    ],
)
def test_every_difference_is_a_clause(before: Sequence, after: Sequence, expected: list[tuple[str, str]]):
    """Whoever approves a change reads what is so now, and what was."""
    assert told(before, after) == expected


def test_other_words_under_the_same_name_are_told_where_they_are_sent():
    """The steps are the same, and the lead still hears something else."""
    of = life(A, B)
    (change,) = changes_of(plan(of, t__a="1", t__b="2"), plan(of, t__a="1", t__b="3"))
    assert (change.kind, change.step, change.clause) == ("words", "b", "the words of email b changed (t/b.email)")


def test_without_the_texts_nobody_claims_that_they_changed():
    """A compiled sequence alone does not carry its words."""
    of = life(A)
    assert changes_of(plan(of), plan(of, t__a="1")) == ()


def test_a_change_says_where_it_is():
    """So that a picture or a list of leads can be put beside it."""
    before = sequence("life", stage("response", A), stage("nurture", B))
    after = sequence("life", stage("response", A, otherwise=Goto(stage=Stage.NURTURE)), stage("nurture", email("b")))
    assert [(change.stage, change.step) for change in changes_of(plan(before), plan(after))] == [
        ("response", None),
        ("nurture", "b"),
    ]


def test_a_stage_that_moves_is_told_and_its_steps_are_not():
    """They are where they were, in their stage."""
    one, two = stage("response", A), stage("nurture", B)
    assert [kind for kind, _ in told(sequence("life", one, two), sequence("life", two, one))] == ["moved"]


@settings(max_examples=150, deadline=None)
@given(catalogues())
def test_no_difference_goes_untold(plans: tuple[Plan, ...]):
    """A change that nobody is told of is one that nobody approved."""
    for before in plans:
        assert changes_of(before, before) == ()
        for after in plans:
            assert (changes_of(before, after) == ()) is (before.sequence == after.sequence)
