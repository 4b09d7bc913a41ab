"""Nothing is stuck unseen: each kind is found when it is there, not a moment earlier, and by one statement."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from adapters.tables import inbox, leads, ledger, tasks
from adapters.views.stuck import Kind, Patience, Stuck, stuck
from engine.ports.providers import Message, Receipt, TryLater
from engine.reasons import ReviewReason
from engine.words import Act, LeadId, TouchKey
from tests.adapters.world import BEN, MONDAY, ROSA, Company, later
from tests.support.counting import counting
from tests.support.looking import lives, looks, publishes_a_wait

PATIENCE = Patience()
SECOND = timedelta(seconds=1)


def found(company: Company, now: datetime = MONDAY, limit: int = 100) -> tuple[Stuck, ...]:
    with company.database.reading() as transaction:
        return stuck(transaction, now, PATIENCE, limit)


def kinds(company: Company, now: datetime = MONDAY) -> list[tuple[str, str | None]]:
    return [(one.kind.value, one.lead_id) for one in found(company, now)]


def change(company: Company, lead: LeadId, **columns: object) -> None:
    with company.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == lead).values(columns))


@pytest.fixture
def rosa(company: Company) -> LeadId:
    """A lead that waits for the next three days, as it should."""
    publishes_a_wait(company)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    lives(company, rosa)
    return rosa


def opens_task(company: Company, lead: LeadId, due: datetime) -> None:
    row = {"task_key": "call-1", "lead": lead, "kind": "call", "to_role": "owner", "owner": "ana", "due": due}
    rest = {"blocks": True, "why": "call Rosa", "state": "open", "opened_at": MONDAY}
    with company.database.transaction() as transaction:
        transaction.execute(insert(tasks).values(row | rest))


def test_a_lead_that_waits_for_a_moment_to_come_is_not_stuck(company, rosa):
    """An alarm that rings for healthy leads is switched off, and then it misses the sick ones."""
    assert kinds(company) == []
    assert kinds(company, later(days=2)) == []


def test_a_lead_that_should_have_been_looked_at_is_overdue(company, rosa):
    """Whatever the cause, a lead nobody looks at is a lead nobody answers."""
    change(company, rosa, next_due=MONDAY, why="wait for news")
    assert kinds(company, MONDAY + PATIENCE.overdue) == []
    (one,) = found(company, MONDAY + PATIENCE.overdue + SECOND)
    assert (one.kind, one.lead_id, one.since, one.detail) == (Kind.OVERDUE, rosa, MONDAY, "wait for news")


def test_a_lead_that_is_over_is_never_stuck(company, rosa):
    """Its columns still hold the last look's."""
    change(company, rosa, open=False, next_due=MONDAY)
    assert kinds(company, later(days=9)) == []


def test_a_lead_that_no_address_is_left_for_is_told_for_a_week(company, rosa):
    """A mistyped address that bounced would end an enquiry, and nobody would ever hear of it."""
    change(company, rosa, open=False, lead_state="over.no_channel_left", looked_at=MONDAY, why="no address is left")
    assert kinds(company) == [(Kind.UNREACHABLE, rosa)]
    assert kinds(company, later(days=8)) == []
    change(company, rosa, lead_state="over.opted_out")
    assert kinds(company) == []


def test_a_look_that_keeps_failing_is_told_from_a_flag(company, rosa):
    """The one needs a fix in the code, the other a glance at an event."""
    change(company, rosa, flagged_since=MONDAY, flag_detail="ValueError", failing_attempts=5)
    assert [(one.kind, one.detail) for one in found(company)] == [(Kind.FAILING, "ValueError")]
    change(company, rosa, flagged_since=MONDAY, flag_detail="bad_event: kind", failing_attempts=0)
    assert [(one.kind, one.detail) for one in found(company)] == [(Kind.FLAGGED, "bad_event: kind")]


def test_a_parked_lead_is_listed_with_the_moment_it_was_parked(company, rosa):
    """The age of a Review is what its alarm is about; the lead's own age says nothing."""
    company.hears(rosa, "replied", later(hours=2), channel="email", reply="unclear")
    lives(company, rosa, later(hours=3))
    (one,) = found(company, later(hours=4))
    assert (one.kind, one.lead_id, one.reason, one.since) == (Kind.REVIEW, rosa, "review.unclear_reply", later(hours=3))


@pytest.mark.parametrize("reason", ReviewReason)
def test_every_review_is_listed(company, reason):
    """A new reason must not be the one that nobody sees."""
    ben = company.captures(BEN)
    change(company, ben, lead_state=f"review.{reason.value}")
    assert kinds(company) == [("review", ben)]


def test_what_came_in_and_was_not_applied_is_told_once_per_lead(company, rosa):
    """A reply that nobody noted lets the next message go out."""
    company.hears(rosa, "replied", later(minutes=1), channel="email", reply="positive")
    company.hears(rosa, "note_added", later(minutes=2))
    assert kinds(company, later(minutes=1) + PATIENCE.unapplied) == []
    (one,) = found(company, later(minutes=1) + PATIENCE.unapplied + SECOND)
    assert (one.kind, one.lead_id, one.since, one.detail) == (Kind.UNAPPLIED, rosa, later(minutes=1), "1")
    assert found(company, later(minutes=9))[0].detail == "2"


class Away:
    """A provider whose account is closed for an hour."""

    def send(self, message: Message) -> Receipt:
        """Certainly not sent."""
        raise TryLater("no credit left", after=timedelta(hours=1))

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        """It knows nothing."""
        return None


def test_a_message_that_its_provider_does_not_take_is_listed_while_the_lead_waits_for_it(company):
    """Nothing is lost and nothing leaves; only a person can pay the bill."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    looks(company, rosa)
    looks(company, rosa, Act.SEND_EMAIL, provider=Away())
    (one,) = found(company)
    assert (one.kind, one.lead_id, one.reason, one.since) == (Kind.BACKOFF, rosa, "provider_backoff", MONDAY)
    assert "no credit left" in one.detail
    lives(company, rosa, later(hours=2))
    assert kinds(company) == []


@pytest.mark.parametrize("state", ["uncertain", "in_flight"])
def test_a_touch_of_which_nobody_knows_the_end_is_listed(company, rosa, state):
    """Only a person or the provider can say whether it went out, and it is never sent again."""
    claimed = {"state": state, "attempt_started_at": MONDAY}
    with company.database.transaction() as transaction:
        transaction.execute(update(ledger).where(ledger.c.lead == rosa).values(claimed))
    assert kinds(company, MONDAY + PATIENCE.uncertain) == []
    (one,) = found(company, MONDAY + PATIENCE.uncertain + SECOND)
    assert (one.kind, one.lead_id, one.reason, one.detail) == (Kind.UNCERTAIN, rosa, state, "hello")
    assert one.subject is not None


def test_a_task_past_its_time_is_listed_with_its_key(company, rosa):
    """The repair is to do it, and the key is what `task complete` asks for."""
    opens_task(company, rosa, MONDAY)
    assert kinds(company) == []
    (one,) = found(company, MONDAY + SECOND)
    assert (one.kind, one.lead_id, one.reason, one.subject) == (Kind.LATE_TASK, rosa, "call", "call-1")


def test_what_could_not_be_read_is_told_for_a_week(company, rosa):
    """It cannot be repaired in place, so it must not stand in the list for ever."""
    company.hears(rosa, "teleported", id="odd")
    lives(company, rosa)
    letters = [one for one in found(company) if one.kind is Kind.DEAD_LETTER]
    assert [(one.lead_id, one.reason, one.subject) for one in letters] == [(rosa, "teleported", "crm:odd")]
    later_on = [one.kind for one in found(company, MONDAY + PATIENCE.told_for + SECOND)]
    assert Kind.DEAD_LETTER not in later_on


def test_what_belongs_to_nobody_is_listed_while_it_may_be_matched_and_after(company):
    """The CRM thinks that we know; only adding the lead makes it true."""
    company.hears(ROSA.external_ids[0], "replied", id="early")
    assert kinds(company, MONDAY) == []
    (one,) = found(company, later(minutes=6))
    assert (one.kind, one.lead_id, one.subject, one.detail) == (Kind.UNMATCHED, None, "crm:early", "crm")
    company.inbox.match_unmatched(later(days=2), 100)
    assert kinds(company, later(days=3)) == [("unmatched", None)]
    assert kinds(company, later(days=8)) == []


def test_the_worst_stands_first_and_the_oldest_of_a_kind(company, rosa):
    """On-call starts at the top."""
    ben = company.captures(BEN)
    change(company, rosa, next_due=later(hours=1))
    change(company, ben, failing_attempts=5, flagged_since=MONDAY, next_due=later(days=1))
    opens_task(company, rosa, MONDAY)
    with company.database.transaction() as transaction:
        transaction.execute(insert(inbox).values(odd(ben, 1, MONDAY)))
    told = kinds(company, later(hours=2))
    assert told == [("failing", ben), ("overdue", rosa), ("unapplied", ben), ("late_task", rosa)]


def odd(lead: LeadId, number: int, at: datetime) -> dict[str, object]:
    row = {"lead": lead, "number": number, "source": "crm", "event_id": f"x{number}", "kind": "note_added"}
    return row | {"occurred_at": at, "received_at": at, "body": "{}", "digest": "0"}


def test_a_thousand_sick_leads_of_one_kind_do_not_hide_another(company, rosa):
    """After an outage everything is overdue, and the one lead that fails for another reason matters most."""
    for _ in range(3):
        ben = company.captures(BEN.model_copy(update={"emails": (f"ben{_}@example.com",)}))
        change(company, ben, failing_attempts=5, flagged_since=MONDAY, next_due=later(hours=2))
    change(company, rosa, next_due=MONDAY)
    told = [one.kind.value for one in found(company, later(hours=1), limit=2)]
    assert told == ["failing", "failing", "overdue"]


def test_it_is_one_statement(company, rosa):
    """Ten questions one after another would see ten different states of the same database."""
    with counting(company.database) as cost:
        found(company)
    assert len(cost.statements) == 1
