"""The words of the pipeline file."""

import pytest

from engine.authoring import business_days, elapsed, working
from engine.authoring.pipeline import pipeline, pipeline_stage, stage_rule
from engine.errors import SequenceInvalid
from engine.sequence.compiled import BusinessDays, Elapsed, Working
from engine.sequence.pipeline import PipelineStage, StageRule
from engine.sequence.written import seen_from_here
from engine.words import Stage

# mypy: disable-error-code="arg-type"
# Some mistakes here are made on purpose, for authors who run no type checker.

OURS = ("capture", "response", "nurture", "re_engage", "convert", "retain")


def rules(*names: str):
    return [stage_rule(name, owner="owner", enters="it is new", leaves="it is not") for name in names or OURS]


def test_a_pipeline_says_who_answers_for_a_stage_and_by_when():
    """SLA and owner role stand here, once, and not in every sequence."""
    mine = stage_rule(
        "response",
        owner="sdr",
        sla=working(hours=1),
        reassign=business_days(1),
        enters="the lead has asked us something",
        leaves="somebody spoke to the lead",
    )
    others = [rule for rule in rules() if rule.part.stage is not Stage.RESPONSE]
    assert pipeline(mine, *others).rule(Stage.RESPONSE) == StageRule(
        stage=Stage.RESPONSE,
        owner="sdr",
        sla=Working(minutes=60),
        reassign=BusinessDays(days=1),
        enters="the lead has asked us something",
        leaves="somebody spoke to the lead",
    )


def test_a_rule_has_the_times_of_the_house():
    """The manager after four working hours, another owner after a day."""
    rule = pipeline(*rules()).rule(Stage.CONVERT)
    assert (rule.sla, rule.reassign) == (Working(minutes=240), Elapsed(minutes=1440))


def test_a_pipeline_says_what_the_crm_means():
    """A stage of the CRM is ours by this map and nothing else."""
    found = pipeline(*rules(), pipeline_stage("Demo", is_stage="convert"), pipeline_stage("Won", is_stage="retain"))
    assert found.stages == (
        PipelineStage(name="Demo", stage=Stage.CONVERT),
        PipelineStage(name="Won", stage=Stage.RETAIN),
    )
    assert found.has("Demo")
    assert not found.has("demo")


@pytest.mark.parametrize(
    ("build", "code", "says"),
    [
        pytest.param(lambda: pipeline(*rules(), *rules("retain")), "SEQ040", "two rules", id="two rules for a stage"),
        pytest.param(lambda: pipeline(*rules("capture", "retain")), "SEQ041", "response, nurture", id="no rule"),
        pytest.param(
            lambda: pipeline(
                *rules(), pipeline_stage("Demo", is_stage="convert"), pipeline_stage("Demo", is_stage="nurture")
            ),
            "SEQ042",
            "'Demo' stands twice",
            id="a pipeline stage twice",
        ),
        pytest.param(
            lambda: stage_rule("retain", owner="owner", enters="", leaves="never"), "SEQ043", "enters", id="no words"
        ),
        pytest.param(lambda: pipeline("Demo"), "SEQ002", "a part of a pipeline", id="a name"),
        pytest.param(lambda: pipeline_stage("", is_stage="convert"), "SEQ001", "no pipeline stage", id="no name"),
        pytest.param(lambda: pipeline_stage("Demo", is_stage="demo"), "SEQ008", "no stage 'demo'", id="no such stage"),
        pytest.param(
            lambda: stage_rule("retain", owner="rosa@example.com", enters="a", leaves="b"),
            "SEQ001",
            "no name for a role",
            id="an address",
        ),
        pytest.param(
            lambda: stage_rule("retain", owner="owner", sla=elapsed(), enters="a", leaves="b"),
            "SEQ003",
            "a delay of nothing",
            id="at once",
        ),
        pytest.param(
            lambda: stage_rule("retain", owner="owner", sla=None, enters="a", leaves="b"),
            "SEQ002",
            "which sla takes",
            id="no delay",
        ),
    ],
)
def test_a_pipeline_that_cannot_be_meant_is_refused(build, code: str, says: str):
    """A stage without somebody who answers for it is where leads are forgotten."""
    with pytest.raises(SequenceInvalid, match=code) as caught:
        build()
    assert says in caught.value.what
    assert caught.value.where.startswith(f"{seen_from_here(__file__)}:")
