"""Room in a sequence, on either database: how many begin in a day, and one person of an account."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.tables import enrolments, places
from engine.reasons import EnrollRefusal, HoldReason
from engine.sequence.compiled import CalendarDays, Finish, Sequence, Start
from engine.words import LeadId, Verb
from tests.activities.practice import MONDAY, Patient, Practice
from tests.support.small_sequences import email, sequence, stage

DAY = timedelta(days=1)


def outreach(**changes: object) -> Sequence:
    """A mail, and two weeks of silence."""
    quiet = stage("nurture", email("cold"), otherwise=Finish(after=CalendarDays(days=14)))
    return sequence("outreach", quiet, **({"per_day": 2} | changes))


def captured(practice: Practice, count: int, **about: object) -> list[Patient]:
    """So many leads, each looked at a minute after the one before."""
    everybody = []
    for number in range(count):
        everybody.append(practice.captures(f"Lead{number}", **about))
        everybody[-1].catches_up()
        practice.now += timedelta(minutes=1)
    return everybody


def lives_on(practice: Practice, everybody: list[Patient], until: datetime) -> None:
    """Everybody is looked at whenever they are due, in the order of their moments."""
    while (lead := min(everybody, key=lambda one: one.turn.due)).turn.due <= until and not lead.turn.over:
        practice.now = max(practice.now, lead.turn.due)
        lead.looks()
    practice.now = max(practice.now, until)


def began(practice: Practice, name: str = "outreach") -> dict[LeadId, datetime]:
    """When each lead began in the sequence."""
    with practice.database.reading() as transaction:
        rows = transaction.execute(select(enrolments).where(enrolments.c.sequence == name))
        return {LeadId(row.lead): row.started_at for row in rows}


def line(practice: Practice) -> dict[LeadId, datetime]:
    """The place of each lead that waits."""
    with practice.database.reading() as transaction:
        return {LeadId(row.lead): row.slot_at for row in transaction.execute(select(places))}


def never_more_than(practice: Practice, most: int) -> bool:
    """Whether no rolling day saw more begin."""
    moments = sorted(began(practice).values())
    return all(later - first >= DAY for first, later in zip(moments, moments[most:], strict=False))


def test_so_many_begin_in_a_day_and_the_others_in_the_order_they_came(practice: Practice) -> None:
    """A list of a thousand names becomes a quiet stream, and nobody jumps the line."""
    practice.publishes(outreach())
    everybody = captured(practice, 7)
    assert len(began(practice)) == 2
    assert [lead.row.hold for lead in everybody[2:]] == [HoldReason.WAITING_CAPACITY] * 5
    lives_on(practice, everybody, MONDAY + 4 * DAY)
    order = sorted(began(practice), key=lambda lead: began(practice)[lead])
    assert order == [lead.lead_id for lead in everybody]
    assert never_more_than(practice, 2)
    assert max(began(practice).values()) == MONDAY + 3 * DAY, "the seventh on the fourth day"
    assert line(practice) == {}


def test_the_answer_to_a_command_says_until_when(practice: Practice) -> None:
    """Whoever enrolls somebody is told that it was heard."""
    practice.publishes(outreach(per_day=1, starts=()))
    first, second = captured(practice, 2)
    for lead in (first, second):
        lead.commanded(Verb.ENROLL, sequence="outreach")
        lead.rings()
    row = second.inbox[-1]
    assert (row.disposition, row.reason) == ("applied", None)
    assert row.detail == "outreach starts on Tue 24 Nov 2026 10:02 New York time: the sequence is full for today"
    second.lives(days=2)
    assert second.inbox[-1].detail.startswith("started outreach@")


def test_a_lead_that_is_looked_at_keeps_its_place(practice: Practice) -> None:
    """A reply, a note, a ring: none of them sends anybody to the end of the line."""
    practice.publishes(outreach(per_day=1))
    everybody = captured(practice, 4)
    before = line(practice)
    for lead in everybody[1:]:
        lead.hears("note_added")
        lead.rings()
        lead.rings()
    assert line(practice) == before
    assert sorted(before.values()) == [MONDAY + n * DAY for n in (1, 2, 3)]


def test_a_lead_that_is_enrolled_while_it_waits_keeps_its_place(practice: Practice) -> None:
    """To ask twice is neither a second place nor the end of the line."""
    practice.publishes(outreach(per_day=1))
    everybody = captured(practice, 4)
    everybody[1].commanded(Verb.ENROLL, sequence="outreach")
    everybody[1].rings()
    assert everybody[1].inbox[-1].detail.startswith("outreach starts on Tue 24 Nov 2026 10:00")
    assert line(practice) == {lead.lead_id: MONDAY + n * DAY for n, lead in enumerate(everybody[1:], start=1)}
    everybody[1].lives(days=2)
    assert (everybody[1].received, [row.reason for row in everybody[1].inbox]) == (["cold"], [None, None])


@pytest.mark.parametrize("leaving", ["stop", "erased", "merged"])
def test_a_place_that_is_given_up_is_there_for_the_next_one(practice: Practice, leaving: str) -> None:
    """Else one who has gone would keep the others waiting."""
    practice.publishes(outreach(per_day=1))
    _, gone = captured(practice, 2)
    if leaving == "stop":
        gone.commanded(Verb.STOP)
    else:
        gone.hears(leaving)
    gone.rings()
    assert line(practice) == {}
    (late,) = captured(practice, 1)
    assert line(practice) == {late.lead_id: MONDAY + DAY}


def test_looks_at_the_same_moment_give_no_place_away_twice(practice: Practice) -> None:
    """Each of them would count what the others have not committed yet."""
    practice.publishes(outreach())
    everybody = [practice.captures(f"Lead{number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda lead: lead.looks(), everybody))
    assert len(began(practice)) == 2
    assert sorted(line(practice).values()) == [MONDAY + n * DAY for n in (1, 1, 2, 2, 3, 3)]


def test_an_outage_does_not_end_in_a_burst(practice: Practice) -> None:
    """A worker that comes back after four days must not begin everybody's sequence in one minute."""
    practice.publishes(outreach())
    everybody = captured(practice, 10)
    practice.now = MONDAY + 4 * DAY
    for lead in reversed(everybody[2:]):
        lead.looks()
    assert len(began(practice)) == 4
    lives_on(practice, everybody, MONDAY + 9 * DAY)
    assert len(began(practice)) == 10
    assert never_more_than(practice, 2)


def test_a_handed_over_lead_waits_in_its_old_sequence(practice: Practice) -> None:
    """It ends when the new one begins, and not a day before."""
    hello = stage("response", email("hello"), otherwise=Start(sequence="outreach"))
    practice.publishes(sequence("first", hello), outreach(per_day=1, starts=()))
    first, second = captured(practice, 2)
    assert (first.row.sequence, second.row.sequence) == ("outreach", "first")
    assert second.row.hold == HoldReason.WAITING_CAPACITY
    second.lives(days=1, minutes=5)
    assert (second.row.sequence, line(practice)) == ("outreach", {})


# --- one of an account ------------------------------------------------------------------------------------------------


def test_statement_31_of_two_colleagues_asked_at_once_one_is_written_to(practice: Practice) -> None:
    """Both would begin if each looked only at what the other has committed."""
    practice.publishes(outreach(per_day=None, one_contact_per_account=True))
    for number in range(6):
        pair = [practice.captures(name, account=f"acme-{number}") for name in ("Ana", "Ben")]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda lead: lead.looks(), pair))
        (refused,) = [lead for lead in pair if lead.progress.enrolment is None]
        row = refused.inbox[0]
        assert (row.reason, [task.kind for task in refused.tasks]) == (EnrollRefusal.ACCOUNT_BUSY, ["enquiry"])
        assert row.detail == "outreach did not start: a colleague at the same account hears from us already"


def test_a_colleague_in_another_sequence_that_says_so_counts_too(practice: Practice) -> None:
    """It is the account that hears from one of us, whichever sequence that is."""
    practice.publishes(alone("outreach"), alone("offers"))
    ana = enrolled(practice, "outreach", "Ana")
    ben = enrolled(practice, "offers", "Ben")
    assert (ana.received, ben.received) == (["outreach"], [])
    assert ben.inbox[-1].reason == EnrollRefusal.ACCOUNT_BUSY
    ana.hears("replied", reply="question", channel="email")
    ana.rings()
    assert enrolled(practice, "offers", "Carl").received == ["offers"], "her sequence is over"


@pytest.mark.parametrize("account", [None, "other"])
def test_nobody_waits_for_a_stranger(practice: Practice, account: str | None) -> None:
    """A lead without an account has no colleagues we know of."""
    practice.publishes(outreach(per_day=None, one_contact_per_account=True))
    practice.captures("Ana", account=None if account is None else "acme").catches_up()
    ben = practice.captures("Ben", account=account)
    ben.catches_up()
    assert ben.received == ["cold"]


def test_a_colleague_in_a_sequence_that_writes_to_everybody_keeps_nobody_out(practice: Practice) -> None:
    """Only who asks to be alone is alone."""
    practice.publishes(alone("outreach"), alone("news", one_contact_per_account=False))
    enrolled(practice, "news", "Ana")
    assert enrolled(practice, "outreach", "Ben").received == ["outreach"]


def test_a_lead_that_runs_through_it_again_is_not_its_own_colleague(practice: Practice) -> None:
    """Its last time is over, and it is one person."""
    practice.publishes(outreach(per_day=None, one_contact_per_account=True, again={"kind": "if_inactive"}))
    ana = practice.captures("Ana", account="acme")
    ana.lives(days=15)
    ana.hears("captured")
    ana.rings()
    ana.lives(days=1)
    assert ana.received == ["cold", "cold"]


def alone(name: str, **changes: object) -> Sequence:
    """A mail of the sequence's name to one person of an account, who is enrolled by hand."""
    quiet = stage("nurture", email(name), otherwise=Finish(after=CalendarDays(days=14)))
    return sequence(name, quiet, **({"one_contact_per_account": True, "starts": ()} | changes))


def enrolled(practice: Practice, into: str, name: str) -> Patient:
    """Somebody at Acme whom a person enrolls."""
    lead = practice.captures(name, account="acme")
    lead.commanded(Verb.ENROLL, sequence=into)
    lead.catches_up()
    return lead
