"""
What the CRM's pipeline means to us, and who answers for a lead in each stage by when.

The stages on the left of `pipeline_stage` are spelled as the CRM spells them. A move there, by a person, moves the lead
here; a name that is missing here stops the lead until somebody says what it means.

Qualifying is convert and not response: a rep who moves a card there has talked to the lead, and in response it would
be called and sent the prices once more.
"""

from engine.authoring import calendar, working
from engine.authoring.pipeline import pipeline, pipeline_stage, stage_rule

PIPELINE = pipeline(
    stage_rule(
        "capture",
        owner="on_duty",
        sla=working(minutes=30),
        enters="Somebody asked us for something, on any channel.",
        leaves="The enquiry is acknowledged and has an owner, or we are not the right people for it.",
    ),
    stage_rule(
        "response",
        owner="owner",
        sla=working(hours=4),
        enters="The lead has an owner and nobody of ours has talked to it yet.",
        leaves="We have talked, or tried twice on the phone and once by text.",
    ),
    stage_rule(
        "nurture",
        owner="owner",
        sla=working(hours=8),
        enters="We may be right for the lead, and it is not ready or did not answer.",
        leaves="It answers or books a visit, or every useful mail is sent and it stays quiet.",
    ),
    stage_rule(
        "re_engage",
        owner="owner",
        sla=working(hours=8),
        enters="Nothing was heard for weeks, and nobody said no.",
        leaves="It answers or books a visit, or it is let go.",
    ),
    stage_rule(
        "convert",
        owner="owner",
        sla=working(hours=4),
        enters="We are talking: there is a question, a visit or a proposal, and the decision is open.",
        leaves="The deal is won, lost with a reason, or put off to a later date.",
    ),
    stage_rule(
        "retain",
        owner="owner",
        sla=working(hours=8),
        reassign=calendar(days=3),
        enters="The deal is won.",
        leaves="The maintenance plan is renewed or has ended, or the customer asks for something new.",
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
