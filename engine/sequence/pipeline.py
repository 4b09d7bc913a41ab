"""What the CRM's pipeline means to us, and who answers for each stage by when."""

from engine.frozen import Frozen
from engine.sequence.compiled import SimpleDelay
from engine.words import Stage


class StageRule(Frozen):
    """
    What one stage asks of the people behind it.

    Source: Building Your Lead Management Framework from Scratch (Klozeo).
    """

    stage: Stage
    owner: str
    """The role that answers for leads in this stage."""
    sla: SimpleDelay
    """From assignment; after it the manager is told."""
    reassign: SimpleDelay
    """From assignment; after it another owner takes the lead, at the next working moment."""
    enters: str
    """When a lead belongs here, so that two people would judge alike."""
    leaves: str
    """When it does not any more."""


class PipelineStage(Frozen):
    """A stage of the CRM's pipeline and the stage of ours that it means."""

    name: str
    stage: Stage


class Pipeline(Frozen):
    """One rule per stage of ours, and every pipeline stage of the CRM with the stage it means."""

    rules: tuple[StageRule, ...]
    stages: tuple[PipelineStage, ...]

    def rule(self, stage: Stage) -> StageRule:
        """The rule of a stage; every stage has one."""
        return next(rule for rule in self.rules if rule.stage == stage)

    def has(self, pipeline_stage: str) -> bool:
        """Whether the CRM has a pipeline stage of this name."""
        return any(stage.name == pipeline_stage for stage in self.stages)
