"""What the CRM's pipeline means in the cookbook's company; its stages are called as in the shipped catalogue."""

from engine.authoring import calendar, working
from engine.authoring.pipeline import pipeline, pipeline_stage, stage_rule

PIPELINE = pipeline(
    stage_rule(
        "capture",
        owner="on_duty",
        sla=working(minutes=30),
        enters="Somebody turned to us, on any channel.",
        leaves="They know that we heard them, and somebody of ours answers for them.",
    ),
    stage_rule(
        "response",
        owner="owner",
        sla=working(hours=4),
        enters="They asked, and nobody of ours has talked to them yet.",
        leaves="We have talked, or tried twice on the phone and once in writing.",
    ),
    stage_rule(
        "nurture",
        owner="owner",
        sla=working(hours=8),
        enters="They may become customers, and not this month.",
        leaves="They answer, or everything useful is sent.",
    ),
    stage_rule(
        "re_engage",
        owner="owner",
        sla=working(hours=8),
        enters="Nothing was heard for weeks, or they have left us.",
        leaves="They answer, or we let them go.",
    ),
    stage_rule(
        "convert",
        owner="owner",
        sla=working(hours=4),
        enters="We are talking about a demo, a proposal or a contract.",
        leaves="It is won, lost with a reason, or put off.",
    ),
    stage_rule(
        "retain",
        owner="owner",
        sla=working(hours=8),
        reassign=calendar(days=3),
        enters="They have signed.",
        leaves="The contract has ended.",
    ),
    pipeline_stage("New Opportunity", is_stage="capture"),
    pipeline_stage("Qualifying", is_stage="convert"),
    pipeline_stage("Demo", is_stage="convert"),
    pipeline_stage("Proposal Pending", is_stage="convert"),
    pipeline_stage("Negotiating", is_stage="convert"),
    pipeline_stage("Won", is_stage="retain"),
    pipeline_stage("Delayed", is_stage="nurture"),
    pipeline_stage("Unable to Contact", is_stage="re_engage"),
    pipeline_stage("Lost", is_stage="re_engage"),
)
