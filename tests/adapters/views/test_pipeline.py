"""The CRM's stages that came in."""

from adapters.views.pipeline import stages_seen
from tests.adapters.world import BEN, ROSA


def test_stages_are_named_once_and_what_cannot_be_read_names_none(company):
    """Doctor compares them with the pipeline; a renamed stage in the CRM is found before a lead is parked for it."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    company.hears(rosa, "stage_changed", pipeline_stage="Proposal")
    company.hears(ben, "stage_changed", pipeline_stage="Proposal")
    company.hears(ben, "stage_changed", pipeline_stage="Archived")
    company.hears(ben, "stage_changed", version="not a number")
    company.hears(ben, "note_added", pipeline_stage="Elsewhere")
    with company.database.reading() as transaction:
        assert stages_seen(transaction) == ("Archived", "Proposal")
