"""Leads whose date has come: found by one pass over all leads, on either database, and filed once."""

from collections import abc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters import moments
from adapters.catalogue import Catalogue, publish
from adapters.moments import SOURCE, Reached
from adapters.release import Release
from engine.life.circumstances import FieldValue
from engine.life.wishes import Plan
from engine.sequence.compiled import Moment, OnMoment
from engine.words import LeadId
from tests.adapters.world import BEN, FIELDS, MONDAY, ROSA, Company
from tests.support.plans import asking, read_whole
from tests.support.small_sequences import email, sequence, stage

ZONE = "America/New_York"
DAY = timedelta(days=1)


def renewal(kind: str = "before", name: str = "renewal", **more: Any) -> Plan:
    """A sequence that starts ten days from the renewal."""
    start = OnMoment(moment=Moment.model_validate({"kind": kind, "field": "renewal_on", "days": 10}))
    written = sequence(name, stage("retain", email("renew")), **{"starts": (start,), **more})
    return Plan(version=f"{name}@{kind}{len(more)}", sequence=written)


@pytest.fixture
def publishes(company: Company) -> abc.Callable[..., None]:
    """Publish these sequences."""

    def published(*plans: Plan, at: datetime = MONDAY) -> None:
        with company.database.transaction() as transaction:
            publish(transaction, Release(plans=plans, templates=(), fields=FIELDS), "ana", "", at)

    return published


def renews(company: Company, on: str, **about: Any) -> LeadId:
    """A lead with a renewal."""
    fields = (FieldValue(name="renewal_on", value=on),)
    return company.captures(ROSA.model_copy(update={"fields": fields, "external_ids": (), **about}))


def found(company: Company, now: datetime = MONDAY, limit: int = 100) -> tuple[Reached, ...]:
    """Whose date has come."""
    with company.database.reading() as transaction:
        wanted = moments.starts(transaction, Catalogue())
        return moments.reached(transaction, wanted, ZONE, now, limit)


def files(company: Company, now: datetime = MONDAY) -> int:
    """One round; how many were told."""
    reached = found(company, now)
    for one in reached:
        company.inbox.receive(one.letter(now), one.lead_id, now)
    return len(reached)


@pytest.mark.parametrize(
    ("kind", "on", "open_"),
    [
        pytest.param("before", "2026-12-03", True, id="ten days before"),
        pytest.param("before", "2026-12-04", False, id="eleven days before"),
        pytest.param("before", "2026-11-24", True, id="told late"),
        pytest.param("before", "2026-11-23", True, id="on the day"),
        pytest.param("before", "2026-11-22", False, id="over"),
        pytest.param("before", "2026-12-03T09:59", True, id="with an hour that has come"),
        pytest.param("before", "2026-12-03T10:01", False, id="with an hour to come"),
        pytest.param("before", "2026-12-03T16:30:00+02:00", True, id="in another zone"),
        pytest.param("before", "20261203", True, id="written together"),
        pytest.param("before", "2026-W49-4", True, id="written as a week"),
        pytest.param("before", "9999-12-31", False, id="never"),
        pytest.param("before", "soon", False, id="no date"),
        pytest.param("before", "2026-12-03" + "x" * 90, False, id="no date, and long"),
        pytest.param("since", "2026-11-13", True, id="ten days after"),
        pytest.param("since", "2026-11-14", False, id="nine days after"),
        pytest.param("since", "2026-11-07", True, id="six days late"),
        pytest.param("since", "2026-11-05", False, id="eight days late"),
    ],
)
def test_a_date_that_has_come_is_found_however_it_is_written(company, publishes, kind, on, open_):
    """The database looks roughly, and what it finds is looked at exactly."""
    publishes(renewal(kind), at=MONDAY - 30 * DAY)
    lead = renews(company, on)
    assert [one.lead_id for one in found(company)] == ([lead] if open_ else [])


@pytest.mark.parametrize(
    ("zone", "owner", "hours"),
    [("Asia/Tokyo", None, 0), (None, "ana", 14), (None, None, 14), ("No/Where", "ana", 14)],
    ids=["the lead's", "the owner's", "ours", "no zone at all"],
)
def test_a_date_comes_in_the_zone_the_lead_lives_in(company, publishes, zone, owner, hours):
    """Nine in the morning is not one moment."""
    publishes(renewal())
    renews(company, "2026-12-03", zone=zone, owner=owner)
    nine_in_tokyo = datetime(2026, 11, 23, tzinfo=UTC)
    assert found(company, nine_in_tokyo + timedelta(hours=hours))
    assert not found(company, nine_in_tokyo + timedelta(hours=hours, seconds=-1))


def test_a_date_is_told_once_whatever_runs_twice(company, publishes):
    """Two workers look at once, and one of them crashes."""
    publishes(renewal())
    lead = renews(company, "2026-12-03")
    [one] = found(company)
    first = company.inbox.receive(one.letter(MONDAY), lead, MONDAY)
    again = company.inbox.receive(one.letter(MONDAY + DAY), lead, MONDAY + DAY)
    assert (first.duplicate, again.duplicate, again.conflict) == (False, True, False)
    assert found(company) == ()
    assert [(row.source, row.kind) for row in company.rows()] == [(SOURCE, "moment_reached")]


def test_a_date_that_moves_is_another_moment(company, publishes):
    """The renewal of next year is one of its own; `again` decides what comes of it."""
    publishes(renewal())
    lead = renews(company, "2026-12-03")
    assert files(company) == 1
    company.hears(lead, "fields_changed", fields={"renewal_on": "2026-12-02"})
    assert files(company) == 1
    assert files(company) == 0


def test_each_sequence_is_told_for_itself(company, publishes):
    """Two sequences wait for one date."""
    publishes(renewal(), renewal(name="upsell"))
    renews(company, "2026-12-03")
    assert {one.start.sequence for one in found(company)} == {"renewal", "upsell"}


def test_an_edit_of_the_sequence_tells_nobody_again(company, publishes):
    """Whoever has had this renewal does not get it anew because a word was changed."""
    publishes(renewal())
    renews(company, "2026-12-03")
    assert files(company) == 1
    publishes(renewal(sender="company"))
    assert files(company) == 0


def test_what_was_reached_before_the_start_was_published_starts_nothing(company, publishes):
    """Publishing must not write to everybody whose date was last week; a later edit moves nothing."""
    publishes(renewal("since"), at=MONDAY)
    renews(company, "2026-11-12")
    fresh = renews(company, "2026-11-14", emails=("new@example.com",), phones=())
    publishes(renewal("since", sender="company"), at=MONDAY + 2 * DAY)
    assert [one.lead_id for one in found(company, MONDAY + 2 * DAY)] == [fresh]


def test_so_many_are_told_in_one_round_and_the_rest_in_the_next(company, publishes):
    """Fifty thousand renewals on one day are a queue and no burst."""
    publishes(renewal())
    for number in range(5):
        renews(company, "2026-12-03", emails=(f"lead{number}@example.com",), phones=())
    told = []
    while one_round := found(company, limit=2):
        told.append(len(one_round))
        for one in one_round:
            company.inbox.receive(one.letter(MONDAY), one.lead_id, MONDAY)
    assert told == [2, 2, 1]


def test_nothing_is_asked_of_the_leads_where_nothing_starts_at_a_date(company, publishes):
    """A company that has no such sequence pays nothing."""
    company.captures(BEN)
    with asking(company.database) as asked:
        assert found(company) == ()
    assert not any("FROM leads" in statement for statement, _ in asked.statements)


def test_one_pass_reads_the_leads_and_the_inbox_by_its_index(company, publishes):
    """However many sequences wait for dates."""
    publishes(renewal(), renewal(name="upsell"), renewal("since", name="thanks"))
    renews(company, "2026-12-03")
    with asking(company.database) as asked:
        found(company)
    passes = [statement for statement, _ in asked.statements if "leads.fields" in statement]
    assert len(passes) == 1
    assert "inbox" not in read_whole(company.database, asked)
