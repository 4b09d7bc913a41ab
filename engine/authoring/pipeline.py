"""
The words of `sequences/pipeline.py`: what the CRM's pipeline stages mean, and who answers for our stages by when.

    PIPELINE = pipeline(
        stage_rule("response", owner="owner", sla=working(hours=4), enters="…", leaves="…"),
        …,
        pipeline_stage("Qualifying", is_stage="response"),
        …,
    )
"""

from engine.authoring.refusals import (
    SIMPLE_DELAYS,
    WRITE_A_SIMPLE_DELAY,
    here,
    must_be,
    must_be_pipeline_stage,
    must_be_role,
    must_be_simple_delay,
    must_be_told,
    must_be_word,
    must_be_written,
)
from engine.authoring.vocabulary import StageName
from engine.sequence.compiled import Elapsed, SimpleDelay, Working
from engine.sequence.pipeline import Pipeline, PipelineStage, StageRule
from engine.sequence.written import Place, Written, invalid
from engine.words import Stage

__all__ = ["pipeline", "pipeline_stage", "stage_rule"]

FOUR_WORKING_HOURS = Working(minutes=4 * 60)
WRITE_A_PART = 'write stage_rule("response", …) or pipeline_stage("Demo", is_stage="convert")'
ONE_DAY = Elapsed(minutes=24 * 60)


def stage_rule(
    stage: StageName,
    *,
    owner: str,
    enters: str,
    leaves: str,
    sla: SimpleDelay = FOUR_WORKING_HOURS,
    reassign: SimpleDelay = ONE_DAY,
) -> Written[StageRule]:
    """
    Who answers for a stage, and by when.

    `owner` is a role; after `sla` without an action the manager is to be told, after `reassign` another owner to take
    the lead. For now people read this: nobody is told or relieved by it before a later release.
    `enters` and `leaves` say when a lead belongs here, so that two people would judge alike.
    """
    place = here()
    must_be_word(stage, Stage, "stage", place)
    must_be_role(owner, "role", place)
    for delay, what in ((sla, "sla"), (reassign, "reassign")):
        must_be(delay, SIMPLE_DELAYS, f"a delay, which {what} takes", place, WRITE_A_SIMPLE_DELAY)
        must_be_simple_delay(delay, what, place)
    for text, what in ((enters, "enters"), (leaves, "leaves")):
        must_be_told(text, f"when a lead {what} stage {stage!r}", place)
    rule = StageRule(stage=Stage(stage), owner=owner, sla=sla, reassign=reassign, enters=enters, leaves=leaves)
    return Written(rule, place)


def pipeline_stage(name: str, *, is_stage: StageName) -> Written[PipelineStage]:
    """A stage of the CRM's pipeline, as the CRM spells it, and the stage of ours that it means."""
    place = here()
    must_be_pipeline_stage(name, place)
    must_be_word(is_stage, Stage, "stage", place)
    return Written(PipelineStage(name=name, stage=Stage(is_stage)), place)


def pipeline(*parts: Written[StageRule | PipelineStage]) -> Pipeline:
    """One rule for each of the six stages, and every stage of the CRM's pipeline."""
    place = here()
    for part in parts:
        must_be_written(part, (StageRule, PipelineStage), "a part of a pipeline", place, WRITE_A_PART)
    return Pipeline(rules=_one_per_stage(parts, place), stages=_each_once(parts))


def _one_per_stage(parts: tuple[Written[StageRule | PipelineStage], ...], place: Place) -> tuple[StageRule, ...]:
    rules: dict[Stage, StageRule] = {}
    for part in parts:
        if isinstance(part.part, StageRule):
            if part.part.stage in rules:
                raise invalid("SEQ040", f"stage {str(part.part.stage)!r} has two rules", part.place, "keep one of them")
            rules[part.part.stage] = part.part
    missing = [stage for stage in Stage if stage not in rules]
    if missing:
        raise invalid("SEQ041", f"no rule for: {', '.join(missing)}", place, f'write stage_rule("{missing[0]}", …)')
    return tuple(rules[stage] for stage in Stage)


def _each_once(parts: tuple[Written[StageRule | PipelineStage], ...]) -> tuple[PipelineStage, ...]:
    stages: dict[str, PipelineStage] = {}
    for part in parts:
        if isinstance(part.part, PipelineStage):
            if part.part.name in stages:
                raise invalid(
                    "SEQ042", f"pipeline stage {part.part.name!r} stands twice", part.place, "keep one of them"
                )
            stages[part.part.name] = part.part
    return tuple(stages.values())
