"""Experiments: words tested against each other, and leads that get nothing to compare the others with."""

from collections import Counter

import pytest

from engine.life.experiments import held_out, is_held_out, variant_for
from engine.life.moves import Send
from engine.life.wishes import Plan
from engine.reasons import SkipReason
from engine.sequence.compiled import Message, Step, Variant
from engine.words import EventKind, LeadId, Verb
from tests.support.life import Life, at
from tests.support.sequences import call, days, email, on_event, sequence, stage

MONDAY = at("2026-11-23 09:00")
MANY = [LeadId(f"lead-{number}") for number in range(2000)]


def trying(short: int, *, version: str = "1") -> Plan:
    """Two mails: the first in short words for so many percent of the leads, the second the same for all."""
    words = tuple(
        Variant(name=name, template=f"life/hello.{name}", share=share)
        for name, share in (("short", short), ("long", 100 - short))
    )
    hello = email("hello").model_copy(update={"variants": words})
    plan = sequence(stage("nurture", hello, email("news", after=days(1))))
    return plan.model_copy(update={"version": f"life@{version}"})


def begun(lead: LeadId, *plans: Plan) -> Life:
    """That lead, just captured."""
    rosa = Life(*plans, now=MONDAY)
    rosa.progress = rosa.progress.model_copy(update={"lead_id": lead})
    rosa.happens(EventKind.CAPTURED)
    return rosa


def words(rosa: Life) -> list[tuple[str, str]]:
    """The words and the template of every mail that left."""
    return [(move.variant, move.template) for _, move in rosa.moves if isinstance(move, Send)]


def test_statement_29_the_same_lead_gets_the_same_words_after_a_deploy_and_after_new_shares():
    """Who has read the short mail must not be counted among those who read the long one."""
    for lead in MANY[:20]:
        rosa = begun(lead, trying(50))
        first = words(rosa)
        assert words(begun(lead, trying(50, version="2"))) == first
        rosa.commands(Verb.STOP)
        rosa.catalogue = (trying(99 if first[0][0] == "long" else 1, version="3"), *rosa.catalogue)
        rosa.let_pass(days=2)
        rosa.happens(EventKind.CAPTURED)
        assert words(rosa) == [*first, *first]


def test_words_that_are_no_longer_tested_are_dealt_anew():
    """A lead cannot keep a template that nobody writes any more."""
    rosa = begun(MANY[0], trying(50))
    other = tuple(Variant(name=name, template=f"life/hello.{name}", share=50) for name in ("kind", "plain"))
    plan = trying(50, version="2")
    changed = plan.sequence.stages[0].steps[0].model_copy(update={"variants": other})
    rosa.catalogue = (with_first_step(plan, changed), *rosa.catalogue)
    rosa.commands(Verb.STOP)
    rosa.let_pass(days=2)
    rosa.happens(EventKind.CAPTURED)
    assert words(rosa)[-1][0] in {"kind", "plain"}
    assert [arm.variant for arm in rosa.progress.arms] == [words(rosa)[-1][0]]


@pytest.mark.parametrize("share", [10, 50, 90])
def test_words_reach_the_share_that_was_written(share):
    """Else an interval around the answers would be wrong."""
    plan = trying(share)
    step = plan.sequence.stages[0].steps[0]
    rosa = begun(MANY[0], plan)
    assert isinstance(step, Message)
    assert rosa.progress.enrolment is not None
    everybody = [rosa.progress.model_copy(update={"lead_id": lead, "arms": ()}) for lead in MANY]
    dealt = Counter(variant_for(progress, rosa.progress.enrolment, step) for progress in everybody)
    assert abs(dealt[step.variants[0]] / len(MANY) - share / 100) < 0.04


def test_who_is_held_out_says_nothing_about_the_words_of_any_step():
    """A step may have any name, and the two draws must not lean on each other."""
    plan = trying(50)
    step = plan.sequence.stages[0].steps[0].model_copy(update={"id": "holdout"})
    rosa = begun(MANY[0], plan)
    assert isinstance(step, Message)
    assert rosa.progress.enrolment is not None
    out = [lead for lead in MANY if held_out(lead, holding_out(50).sequence)]
    dealt = [rosa.progress.model_copy(update={"lead_id": lead, "arms": ()}) for lead in out]
    short = sum(variant_for(progress, rosa.progress.enrolment, step) == step.variants[0] for progress in dealt)
    assert 0.4 < short / len(out) < 0.6


def test_a_message_without_a_test_has_its_own_template():
    """The second mail is the same for everybody."""
    rosa = begun(MANY[0], trying(50))
    rosa.let_pass(days=2)
    assert words(rosa)[1] == ("", "life/news")


# --- held out ---------------------------------------------------------------------------------------------------------


def holding_out(share: int, *starts: str) -> Plan:
    """A mail, a call and a mail; that many percent of the leads get none of them."""
    steps = email("hello"), call("ring", after=days(1)), email("news", after=days(1))
    return sequence(stage("nurture", *steps), holdout=share, starts=tuple(map(on_event, starts or ("captured",))))


def first_of(plan: Plan, *, held_out: bool) -> Life:
    """The first lead that is, or is not, held out of it."""
    return next(
        rosa
        for rosa in (begun(lead, plan) for lead in MANY)
        if rosa.progress.enrolment is not None and rosa.progress.enrolment.held_out is held_out
    )


def test_statement_30_who_is_held_out_gets_nothing_and_runs_to_the_end():
    """No mail, no call and no task; the end is counted like everybody's."""
    rosa = first_of(holding_out(20), held_out=True)
    rosa.let_pass(days=9)
    assert (rosa.sent, rosa.opened, rosa.ended) == ([], [], ["completed"])
    skips = [m.change.because for _, m in rosa.moves if m.kind == "record" and m.change.kind == "step_skipped"]
    assert skips == [SkipReason.HELD_OUT] * 3


def test_statement_30_no_other_trigger_lets_a_lead_in_that_is_held_out():
    """Asking again, or being enrolled by a person, must not mix the two sides."""
    plan = holding_out(20, "captured", "meeting_no_show")
    rosa = first_of(plan, held_out=True)
    rosa.let_pass(days=9)
    rosa.happens(EventKind.MEETING_NO_SHOW)
    rosa.let_pass(days=9)
    rosa.commands(Verb.ENROLL, sequence="life")
    rosa.let_pass(days=9)
    assert (rosa.sent, rosa.opened, rosa.progress.enrolments) == ([], [], 3)


def test_whoever_looks_at_a_lead_that_is_held_out_is_told_so():
    """Else silence looks like a fault."""
    rosa = first_of(holding_out(20), held_out=True)
    assert rosa.progress.enrolment is not None
    assert "gets nothing" in rosa.progress.enrolment.why
    assert rosa.look().why.startswith("call ring will be left out on Tue 24 Nov 2026 09:00")


@pytest.mark.parametrize(("before", "after", "held_out"), [(0, 50, False), (10, 50, False), (50, 10, True)])
def test_a_lead_that_begins_again_stays_on_its_side_whatever_the_share_is_by_then(before, after, held_out):
    """Who has had the messages is no longer somebody to compare with, and who has had none must not get half."""
    sides = [begins_again(lead, before, after) for lead in MANY[:60]]
    changed = [first for first, second in sides if first is not second]
    assert changed == []
    assert held_out in [first for first, _ in sides]


def test_where_nobody_is_held_out_any_more_everybody_gets_it():
    """The comparison is over, and the sequence is worth having."""
    assert not any(second for _, second in (begins_again(lead, 50, 0) for lead in MANY[:60]))


def test_who_was_held_out_before_that_was_remembered_is_where_the_hash_says():
    """Leads are older than the field, and their side is what it always was."""
    rosa = first_of(holding_out(50), held_out=True)
    rosa.let_pass(days=9)
    past = tuple(past.model_copy(update={"held_out": None}) for past in rosa.progress.past)
    assert is_held_out(rosa.progress.model_copy(update={"past": past}), holding_out(50).sequence)
    assert '"held_out"' not in past[0].model_dump_json()


def begins_again(lead: LeadId, before: int, after: int) -> tuple[bool, bool]:
    """Whether the lead is held out, and again once that share has become this one."""
    rosa = begun(lead, holding_out(before))
    assert rosa.progress.enrolment is not None
    first = rosa.progress.enrolment.held_out
    rosa.commands(Verb.STOP)
    rosa.let_pass(days=9)
    changed = holding_out(after)
    rosa.catalogue = (changed, *(plan for plan in rosa.catalogue if plan.sequence.name != changed.sequence.name))
    rosa.commands(Verb.ENROLL, sequence=changed.sequence.name)
    assert rosa.progress.enrolment is not None
    assert rosa.progress.enrolments == 2
    return first, rosa.progress.enrolment.held_out


def test_a_larger_share_takes_others_and_keeps_who_was_held_out():
    """A change of the share must not let go whom it held out before."""
    few = {lead for lead in MANY if held_out(lead, holding_out(10).sequence)}
    more = {lead for lead in MANY if held_out(lead, holding_out(30).sequence)}
    assert few < more
    assert abs(len(few) / len(MANY) - 0.1) < 0.03


def with_first_step(plan: Plan, message: Step) -> Plan:
    """The plan with another message at its beginning."""
    first = plan.sequence.stages[0]
    first = first.model_copy(update={"steps": (message, *first.steps[1:])})
    return plan.model_copy(update={"sequence": plan.sequence.model_copy(update={"stages": (first,)})})
