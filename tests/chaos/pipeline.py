"""What the stages of the drill's pipeline mean."""

from typing import get_args

from engine.authoring import working
from engine.authoring.pipeline import pipeline, pipeline_stage, stage_rule
from engine.authoring.vocabulary import StageName

PIPELINE = pipeline(
    *(
        stage_rule(
            name, owner="owner", sla=working(hours=4), enters="The drill begins here.", leaves="The drill goes on."
        )
        for name in get_args(StageName)
    ),
    pipeline_stage("New", is_stage="capture"),
    pipeline_stage("Contacted", is_stage="response"),
    pipeline_stage("Delayed", is_stage="nurture"),
    pipeline_stage("Cold", is_stage="re_engage"),
    pipeline_stage("Talking", is_stage="convert"),
    pipeline_stage("Won", is_stage="retain"),
)
