"""Every string that Temporal sees, named once, with its inverse where there is one."""

from temporalio.common import SearchAttributeKey

from engine.words import Act, LeadId

WORKFLOW = "Lead"
RING = "ring"
SNAPSHOT = "snapshot"

LEADS_QUEUE = "leads"
"""Workflows: looks are decided elsewhere, so a worker of this queue needs neither database nor providers."""

QUEUES = {
    Act.LOOK: "crm",
    Act.CREATE_TASK: "crm",
    Act.RECONCILE: "crm",
    Act.SEND_EMAIL: "send-email",
    Act.SEND_SMS: "send-sms",
    Act.PLACE_CALL: "send-voice",
}
"""Where each activity type runs: one queue per channel, so that a slow provider delays nobody else."""

LEAD_STAGE = SearchAttributeKey.for_keyword("LeadStage")
LEAD_STATE = SearchAttributeKey.for_keyword("LeadState")
SEARCH_ATTRIBUTES = (LEAD_STAGE, LEAD_STATE)

_PREFIX = "lead-"


def workflow_id(lead_id: LeadId) -> str:
    """The id of the lead's workflow."""
    return _PREFIX + lead_id


def lead_id_of(workflow_id: str) -> LeadId:
    """The lead a workflow is of. Raises ValueError for an id that is no lead's."""
    if not workflow_id.startswith(_PREFIX):
        raise ValueError(f"{workflow_id!r} is not the workflow id of a lead")
    return LeadId(workflow_id.removeprefix(_PREFIX))
