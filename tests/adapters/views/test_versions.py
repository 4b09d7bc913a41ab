"""Who is in which version is counted, and found page by page, on either database."""

from sqlalchemy import insert

from adapters.tables import enrolments, leads
from adapters.views.versions import Traveller, in_flight, travellers
from engine.words import LeadId
from tests.adapters.world import MONDAY, Company


def enrols(company: Company, lead: str, *versions: str, over: bool = False) -> None:
    """The lead is in these versions, or was."""
    ended = {"ended_at": MONDAY, "because": "completed"} if over else {}
    with company.database.transaction() as transaction:
        transaction.execute(insert(leads).values(id=lead, created_at=MONDAY))
        for number, version in enumerate(versions, start=1):
            whose = {"lead": lead, "number": number, "sequence": version.partition("@")[0], "version": version}
            transaction.execute(insert(enrolments).values(**whose, started_at=MONDAY, why="a test", **ended))


def test_only_those_who_are_in_it_now_are_counted_also_where_it_stands_interrupted(company: Company):
    """A lead that is over is nobody's concern; one that is interrupted will go on in its version."""
    enrols(company, "ann", "life@1")
    enrols(company, "ben", "life@1", "urgent@1")
    enrols(company, "eve", "life@1", over=True)
    with company.database.reading() as transaction:
        assert in_flight(transaction) == {"life@1": 2, "urgent@1": 1}


def test_pages_leave_nobody_out_and_name_nobody_twice(company: Company):
    """Whoever is left out keeps words that were taken back."""
    for number in range(7):
        enrols(company, f"lead-{number}", "life@1" if number % 2 else "life@2", "urgent@1")
    found: list[Traveller] = []
    with company.database.reading() as transaction:
        while page := travellers(transaction, ("life@1", "life@2"), found[-1] if found else None, 2):
            found += page
    assert sorted(one.lead_id for one in found) == [LeadId(f"lead-{number}") for number in range(7)]
    assert found[0] == Traveller("life@1", LeadId("lead-1"), 1)
