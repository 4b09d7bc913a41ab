"""What comes in is kept once, numbered, and holds from its commit on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from adapters import inbox as inbox_adapter
from adapters import owners
from adapters.addresses import mail_address, phone_number
from adapters.bells import Bell
from adapters.inbox import Inbox
from adapters.leads import ExternalId, NewLead
from adapters.letters import Letter
from adapters.tables import json_text, leads
from engine.life.events import Command, Event
from engine.life.turn import Scrap
from engine.ports.records import Disposition, Unreadable
from engine.reasons import SkipReason
from engine.words import Channel, LeadId, Stage, Verb
from tests.adapters.world import BEN, MONDAY, ROSA, later
from tests.support.counting import counting

PHONE = phone_number("+1 212 555 0123", "US")


# --- once, and in order -----------------------------------------------------------------------------------------------


def test_rows_are_numbered_per_lead_in_the_order_they_were_committed(company):
    """The number is the order in which a look notes them."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    numbers = [company.hears(lead, "note_added").number for lead in (rosa, ben, rosa, rosa, ben)]
    assert numbers == [1, 1, 2, 3, 2]


def test_a_repeated_letter_changes_nothing_and_is_counted(company):
    """Webhooks repeat; one integrator counted 46 deliveries of one event."""
    rosa = company.captures(ROSA)
    first = company.hears(rosa, "opted_out", id="e1", channel="sms")
    again = company.hears(rosa, "opted_out", id="e1", channel="sms")
    assert (again.number, again.duplicate, again.conflict, again.ring) == (first.number, True, False, False)
    assert [row.duplicates for row in company.rows()] == [1]


def test_fifty_deliveries_at_once_are_one_row(company):
    """Providers retry in parallel when we answer slowly."""
    rosa = company.captures(ROSA)
    with ThreadPoolExecutor(10) as pool:
        filed = list(pool.map(lambda _: company.hears(rosa, "note_added", id="e1", source="crm"), range(50)))
    assert sum(not f.duplicate for f in filed) == 1
    assert [(row.number, row.duplicates) for row in company.rows()] == [(1, 49)]


def test_the_same_id_from_another_source_is_another_letter(company):
    """Two systems may both count from one."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "note_added", id="1", source="crm")
    assert not company.hears(rosa, "note_added", id="1", source="twilio").duplicate


def test_the_same_id_with_another_content_leaves_the_first_and_raises_a_flag(company):
    """Which of the two is true cannot be told; a person has to hear of it, once."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "owner_changed", id="e1", owner="ben")
    for _ in range(2):
        assert company.hears(rosa, "owner_changed", id="e1", owner="eve").conflict
    items = company.unapplied(rosa)
    assert [type(item) for item in items] == [Event, Unreadable]
    assert "another content" in items[1].detail
    assert company.lead(rosa).owner == "ben"


def test_the_order_of_keys_is_no_other_content(company):
    """Senders serialise the same event differently on a retry."""
    rosa = company.captures(ROSA)
    for body in ('{"channel": "sms", "reason": "x"}', '{"reason":"x","channel":"sms"}'):
        letter = Letter(source="crm", id="e1", kind="note_added", occurred_at=MONDAY, body=body)
        filed = company.inbox.receive(letter, rosa, MONDAY)
    assert (filed.duplicate, filed.conflict) == (True, False)


def test_crash_points_of_the_inbox_are_reached_around_its_commit(company):
    """A drill kills exactly before and exactly after the moment from which we answer "received"."""
    rosa = company.captures(ROSA)
    seen: list[tuple[str, int]] = []
    filing = Inbox(company.database, company.people, reached=lambda point: seen.append((point, len(company.rows()))))
    letter = Letter(source="crm", id="e1", kind="note_added", occurred_at=MONDAY)
    filing.receive(letter, rosa, MONDAY)
    assert seen == [("before_inbox_insert", 0), ("after_inbox_commit", 1)]


# --- read strictly ----------------------------------------------------------------------------------------------------


def test_events_and_commands_come_back_as_what_they_are(company):
    """The look notes typed facts, not JSON."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "replied", channel="sms", reply="question", something_new=1)
    company.hears(rosa, "pause", reason="holiday", source="operator")
    event, command = company.unapplied(rosa)
    assert isinstance(event, Event) and event.data.reply == "question"
    assert isinstance(command, Command) and (command.verb, command.by) == (Verb.PAUSE, "ana")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("note_added", '{"channel": "carrier pigeon"}', id="a channel we do not have"),
        pytest.param("task_done", '{"callback_at": "2026-11-23T10:00:00"}', id="a moment without a zone"),
        pytest.param("became_famous", "{}", id="an unknown kind"),
        pytest.param("note_added", "[1, 2]", id="no object"),
        pytest.param("note_added", '{"reason": NaN', id="no JSON"),
        pytest.param("note_added", "[" * 100_000, id="a bomb"),
        pytest.param("note_added", '{"reason": "' + "x" * 300_000 + '"}', id="far too long"),
        pytest.param("note_added", '{"reason": "\\ud800"}', id="half a character"),
    ],
)
def test_what_nobody_can_read_is_a_row_all_the_same(company, kind, body):
    """A poisoned event must neither stop the lead nor vanish."""
    rosa = company.captures(ROSA)
    letter = Letter(source="crm", id="e1", kind=kind, occurred_at=MONDAY, body=body)
    assert company.inbox.receive(letter, rosa, MONDAY).number == 1
    (item,) = company.unapplied(rosa)
    assert isinstance(item, Unreadable)
    assert item.detail


@pytest.mark.parametrize("body", ['{"channel": "all"}', '"STOP"', "null", ""])
def test_an_opt_out_nobody_can_read_closes_every_channel_from_its_commit_on(company, body):
    """That it is one is certain; which channel was meant is not."""
    rosa = company.captures(ROSA)
    letter = Letter(source="crm", id="e1", kind="opted_out", occurred_at=MONDAY, body=body)
    company.inbox.receive(letter, rosa, MONDAY)
    closed = company.closed("rosa@example.com") | company.closed(PHONE.address)
    assert closed == dict.fromkeys(Channel, SkipReason.CHANNEL_SUPPRESSED)


def test_the_reason_of_an_unreadable_row_does_not_quote_it(company):
    """Details are shown in the Temporal UI."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "note_added", channel="canary-4711")
    company.hears(rosa, "replied", channel="canary-4711")
    note, reply = company.unapplied(rosa)
    assert "canary" not in note.detail + reply.unread


def test_a_marked_row_is_never_noted_again_and_keeps_its_answer(company):
    """The row is where whoever commanded reads what came of it."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "enroll", id="request-1", source="operator", sequence="greeting")
    with company.database.transaction() as transaction:
        inbox_adapter.answer_row(transaction, rosa, 1, "already_enrolled", "it runs since Monday")
        inbox_adapter.mark(transaction, rosa, 1, Disposition(kind="applied"), later(seconds=1))
        assert inbox_adapter.unapplied(transaction, rosa, 10) == ()
        found = inbox_adapter.answer(transaction, "operator", "request-1")
    assert found is not None
    assert (found.disposition, found.reason, found.detail) == ("applied", "already_enrolled", "it runs since Monday")
    assert found.applied_at == later(seconds=1)


# --- whose it is ------------------------------------------------------------------------------------------------------


def test_letters_find_their_lead_by_the_names_others_have_for_it(company):
    """A CRM knows its own id, a provider an address."""
    rosa = company.captures(ROSA)
    for to in (rosa, ExternalId(system="crm", id="4711"), PHONE, mail_address("ROSA@example.com")):
        assert company.hears(to, "note_added").lead_id == rosa


def test_a_letter_for_nobody_we_know_waits_for_its_lead(company):
    """The reply may overtake the capture."""
    to = ExternalId(system="crm", id="9000")
    assert company.hears(to, "replied", channel="email").lead_id is None
    assert company.hears(LeadId("no-such-lead"), "note_added").lead_id is None
    lead = company.captures(BEN.model_copy(update={"external_ids": (to,)}), later(hours=1))
    assert company.inbox.match_unmatched(later(hours=2), 100) == (Bell(lead, Stage.CAPTURE),)
    assert company.inbox.match_unmatched(later(hours=2), 100) == ()
    assert [item.number for item in company.unapplied(lead)] == [1]


def test_after_a_day_nobody_waits_any_more(company):
    """What was never anybody's is shown as such."""
    company.hears(ExternalId(system="crm", id="9000"), "won")
    company.inbox.match_unmatched(later(hours=25), 100)
    assert [row.disposition for row in company.rows()] == ["unmatched"]


def test_an_opt_out_waits_for_its_lead_for_ever(company):
    """No means no, also when the lead is imported a year later."""
    to = ExternalId(system="crm", id="9000")
    company.hears(to, "opted_out", channel="email")
    company.hears(to, "won")
    company.inbox.match_unmatched(later(hours=25), 100)
    ben = company.captures(BEN.model_copy(update={"external_ids": (to,)}), later(days=365))
    company.inbox.match_unmatched(later(days=365), 100)
    assert [row.kind for row in company.rows() if row.lead == ben] == ["opted_out"]
    assert [row.disposition for row in company.rows()] == [None, "unmatched"]
    assert company.closed("ben@example.com") == {Channel.EMAIL: SkipReason.CHANNEL_SUPPRESSED}


def test_a_clock_that_is_ahead_gives_nobody_up(company):
    """One worker two days ahead sweeps once; the others know how fresh the row is."""
    to = ExternalId(system="crm", id="9000")
    company.hears(to, "won")
    company.inbox.match_unmatched(later(days=2), 100)
    ben = company.captures(BEN.model_copy(update={"external_ids": (to,)}), later(minutes=5))
    assert company.inbox.match_unmatched(later(minutes=6), 100) == (Bell(ben, Stage.CAPTURE),)
    assert [(row.disposition, row.applied_at) for row in company.rows()] == [(None, None)]


def test_whoever_becomes_known_is_given_what_was_filed_before_and_nothing_of_others(company):
    """It is all there before the first look."""
    ben, other = ExternalId(system="crm", id="9000"), ExternalId(system="crm", id="9001")
    company.hears(ben, "opted_out", channel="email")
    company.hears(mail_address("ben@example.com"), "note_added")
    company.hears(other, "note_added")
    with company.database.transaction() as transaction:
        known = BEN.model_copy(update={"external_ids": (ben,)})
        lead = company.people.capture(transaction, known, MONDAY).lead_id
        assert company.inbox.match(transaction, {lead}, MONDAY) == {lead}
        assert company.inbox.match(transaction, {lead}, MONDAY) == frozenset()
    assert [(row.lead, row.number) for row in company.rows()] == [(lead, 1), (lead, 2), (None, None)]
    assert company.closed("ben@example.com") == {Channel.EMAIL: SkipReason.CHANNEL_SUPPRESSED}


def test_a_row_that_cannot_be_kept_keeps_nobody_from_becoming_known(company):
    """Whoever asks today must not be turned away for what a CRM wrote yesterday."""
    to = ExternalId(system="crm", id="9000")
    endless = "".join(f"{number:x}" for number in range(20_000))  # nothing that PostgreSQL could compress away
    company.hears(to, "owner_changed", id="poison", owner=endless)
    company.hears(to, "opted_out", channel="email")
    with company.database.transaction() as transaction:
        known = BEN.model_copy(update={"external_ids": (to,)})
        lead = company.people.capture(transaction, known, MONDAY).lead_id
        transaction.execute(update(leads).where(leads.c.id == lead).values(said_at={"owner": "canary"}))
        company.inbox.match(transaction, {lead}, MONDAY)
    assert [row.kind for row in company.rows() if row.lead == lead] == ["opted_out"]
    company.inbox.match_unmatched(later(minutes=1), 100)
    assert [row.disposition for row in company.rows()] == ["dead_letter", None]


def test_a_row_that_cannot_be_kept_is_a_dead_letter_of_its_lead_and_keeps_nobody_waiting(company):
    """One event of one CRM must not end the sweep of every worker."""
    known, other = ExternalId(system="crm", id="9000"), ExternalId(system="crm", id="9001")
    company.hears(known, "owner_changed", id="poison", owner="canary")
    company.hears(other, "note_added", id="next")
    ben = company.captures(BEN.model_copy(update={"external_ids": (known,)}))
    rosa = company.captures(ROSA.model_copy(update={"external_ids": (other,)}))
    with company.database.transaction() as transaction:  # what its effects trip over; nobody foresees them all
        transaction.execute(update(leads).where(leads.c.id == ben).values(said_at={"owner": "canary"}))
    assert company.inbox.match_unmatched(later(hours=1), 100) == (Bell(rosa, Stage.CAPTURE),)
    poison = company.rows()[0]
    assert (poison.lead, poison.number, poison.disposition) == (ben, 1, "dead_letter")
    assert (poison.detail, poison.applied_at) == ("what it says cannot be kept: ValueError", later(hours=1))
    assert company.inbox.match_unmatched(later(hours=1), 100) == ()


def test_a_value_that_no_index_can_take_is_not_taken_for_a_database_that_is_away(company):
    """It would be tried again every minute of a day, and every row behind it with it."""
    to = ExternalId(system="crm", id="9000")
    endless = "".join(f"{number:x}" for number in range(20_000))  # nothing that PostgreSQL could compress away
    company.hears(to, "owner_changed", id="poison", owner=endless)
    company.hears(to, "note_added", id="next")
    company.captures(BEN.model_copy(update={"external_ids": (to,)}))
    company.inbox.match_unmatched(later(hours=1), 100)
    assert [row.number for row in company.rows()] == [1, 2]


def test_rows_that_have_no_lead_yet_are_found_by_one_statement_and_not_read(company):
    """Ten thousand letters for nobody must not be read every minute, nor cost a transaction each."""
    for number in range(20):
        company.hears(ExternalId(system="crm", id=f"nobody-{number}"), "note_added", reason="x" * 1000)
    with counting(company.database) as cost:
        assert company.inbox.match_unmatched(later(hours=1), 100) == ()
    assert (cost.transactions, len(cost.statements)) == (1, 2)
    assert not any("body" in statement for statement in cost.statements)


def test_rows_are_matched_in_the_order_they_came_and_the_rest_in_the_next_round(company):
    """Their numbers are the order in which the look notes them."""
    to = ExternalId(system="crm", id="9000")
    for number in range(3):
        company.hears(to, "note_added", id=f"n{number}")
    ben = company.captures(BEN.model_copy(update={"external_ids": (to,)}))
    assert company.inbox.match_unmatched(later(hours=1), 2) == (Bell(ben, Stage.CAPTURE),)
    assert [(row.event_id, row.number) for row in company.rows()] == [("n0", 1), ("n1", 2), ("n2", None)]
    company.inbox.match_unmatched(later(hours=1), 2)
    assert [row.number for row in company.rows()] == [1, 2, 3]


# --- what holds from the commit on ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        pytest.param("opted_out", {"channel": "sms"}, {"sms", "voice"}, id="STOP"),
        pytest.param("replied", {"channel": "sms", "reply": "opt_out"}, {"sms", "voice"}, id="STOP in a sentence"),
        pytest.param("opted_out", {}, {"sms", "voice"}, id="on no channel, so on all"),
        pytest.param("task_done", {"disposition": "do_not_call"}, {"sms", "voice"}, id="do not call"),
        pytest.param("replied", {"channel": "sms", "reply": "question"}, set(), id="a question"),
    ],
)
def test_an_opt_out_suppresses_the_address_at_once(company, kind, data, expected):
    """Between the commit and the next look another lead's touch could leave to the same address."""
    rosa = company.captures(ROSA)
    company.hears(rosa, kind, **data)
    assert company.closed("+12125550123") == dict.fromkeys(map(Channel, expected), SkipReason.CHANNEL_SUPPRESSED)


def test_an_opt_out_covers_every_address_of_the_lead_on_that_channel(company):
    """Whoever says STOP on one phone does not want to be texted on the other."""
    rosa = company.captures(ROSA.model_copy(update={"phones": ("+1 212 555 0123", "+1 212 555 0124")}))
    company.hears(PHONE, "opted_out", channel="sms")
    assert set(company.closed("+12125550124")) == {Channel.SMS, Channel.VOICE}
    assert company.closed("rosa@example.com") == {}
    assert company.lead(rosa).addresses


def test_a_bounce_closes_the_address_it_is_about_and_no_other(company):
    """Rosa's second address may work."""
    rosa = company.captures(ROSA.model_copy(update={"emails": ("rosa@example.com", "diaz@example.com")}))
    company.hears(rosa, "bounced", channel="email", address_hash=company.people.hash("diaz@example.com"))
    assert company.closed("diaz@example.com") == {Channel.EMAIL: SkipReason.ADDRESS_BOUNCED}
    assert company.closed("rosa@example.com") == {}


SECOND = "rosa.second@example.com"


@pytest.mark.parametrize("dead", [False, True], ids=["refused", "refused, and dead since"])
@pytest.mark.parametrize("by_form", [True, False], ids=["in a form", "by the CRM"])
def test_a_further_address_does_not_undo_a_refusal(company, by_form, dead):
    """The person said no, not the mailbox; nobody but the person takes it back."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "opted_out", channel="email")
    if dead:
        company.hears(rosa, "bounced", later(minutes=1), channel="email")
    if by_form:
        company.captures(ROSA.model_copy(update={"emails": (SECOND,)}), later(hours=1))
    else:
        company.hears(rosa, "fields_changed", later(hours=1), email=SECOND)
    assert company.closed(SECOND) == {Channel.EMAIL: SkipReason.CHANNEL_SUPPRESSED}
    company.hears(mail_address(SECOND), "opted_in", later(hours=2), channel="email")
    assert company.closed(SECOND) == {}


def test_a_further_address_is_open_where_a_phone_was_refused_or_a_mailbox_is_dead(company):
    """A refusal is of a channel; and who moves to a new mailbox may be written to there."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "opted_out", channel="sms")
    company.hears(rosa, "bounced", channel="email")
    company.hears(rosa, "fields_changed", later(hours=1), email=SECOND, phone="+1 212 555 0199")
    assert company.closed(SECOND) == {}
    assert set(company.closed("+12125550199")) == {Channel.SMS, Channel.VOICE}


def test_a_further_address_is_open_to_whoever_came_back_at_another(company):
    """The person's last word is a yes."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "opted_out", channel="email")
    company.hears(rosa, "opted_in", later(hours=1), channel="email")
    company.hears(rosa, "fields_changed", later(hours=2), email=SECOND)
    assert company.closed(SECOND) == {}


def test_of_two_who_share_a_mailbox_the_refusal_of_one_leaves_the_other_s_own_open(company):
    """Who of them refused is not known: the shared mailbox is closed for both, and nothing else of him who has more."""
    office = "office@example.com"
    leo = company.captures(NewLead(source="web_form", emails=("leo@example.com",)))
    company.hears(leo, "fields_changed", email=office)
    eve = company.captures(NewLead(source="web_form", emails=("eve@example.com",)))
    company.hears(eve, "fields_changed", email=office)
    company.hears(eve, "opted_out", later(hours=1), channel="email")
    company.hears(leo, "fields_changed", later(hours=2), email="leo.new@example.com")
    assert company.closed(office) == {Channel.EMAIL: SkipReason.CHANNEL_SUPPRESSED}
    assert company.closed("leo@example.com") == company.closed("leo.new@example.com") == {}


def test_an_opt_out_from_an_unknown_number_suppresses_it_for_whoever_comes_later(company):
    """The law asks who was told to stop, not whether we knew them."""
    company.hears(PHONE, "opted_out", channel="sms")
    company.captures(ROSA, later(days=1))
    assert set(company.closed("+12125550123")) == {Channel.SMS, Channel.VOICE}


def test_only_the_person_lifts_an_opt_out(company):
    """No import, no CRM and no operator may."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "opted_out", channel="sms")
    company.captures(ROSA, later(hours=1))
    company.hears(rosa, "fields_changed", later(hours=1), phone="+1 212 555 0123")
    assert set(company.closed("+12125550123")) == {Channel.SMS, Channel.VOICE}
    company.hears(PHONE, "opted_in", later(hours=2), channel="sms")
    assert company.closed("+12125550123") == {}


def test_an_opt_in_does_not_revive_a_dead_address(company):
    """Wanting mail does not make the mailbox exist."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "bounced", channel="email")
    company.hears(rosa, "opted_in", later(hours=1), channel="email")
    assert company.closed("rosa@example.com") == {Channel.EMAIL: SkipReason.ADDRESS_BOUNCED}


@pytest.mark.parametrize("late_first", [True, False], ids=["the newer arrives first", "the older arrives first"])
def test_of_stop_and_start_the_later_one_counts_in_whatever_order_they_arrive(company, late_first):
    """Webhooks come in any order; the person's last word is what counts."""
    rosa = company.captures(ROSA)
    said = [("opted_out", later(hours=1)), ("opted_in", later(hours=2))]
    for kind, at in reversed(said) if late_first else said:
        company.hears(rosa, kind, at, channel="sms")
    assert company.closed("+12125550123") == {}


@pytest.mark.parametrize("ahead", [timedelta(minutes=4), timedelta(hours=2), timedelta(days=3650)])
def test_a_yes_from_the_future_is_taken_back_by_any_later_no(company, ahead):
    """One clock that is wrong must not make every opt-out of the next ten years an old one."""
    rosa = company.captures(ROSA)
    yes = Letter(source="crm", id="yes", kind="opted_in", occurred_at=MONDAY + ahead, body='{"channel": "sms"}')
    company.inbox.receive(yes, rosa, MONDAY)
    company.hears(rosa, "opted_out", later(minutes=1), channel="sms")
    assert set(company.closed(PHONE.address)) == {Channel.SMS, Channel.VOICE}


def test_what_is_dated_in_the_future_is_corrected_by_what_is_said_next(company):
    """A CRM that once writes a wrong year must be able to mend it before that year."""
    rosa = company.captures(ROSA)
    far = Letter(
        source="crm",
        id="far",
        kind="fields_changed",
        occurred_at=later(days=3650),
        body=json_text({"zone": "Asia/Tokyo", "owner": "ben", "fields": {"heat": "cold"}}),
    )
    company.inbox.receive(far, rosa, MONDAY)
    mended = {"zone": "America/New_York", "owner": "ana", "fields": {"heat": "hot"}}
    company.hears(rosa, "fields_changed", later(minutes=6), **mended)
    known = company.lead(rosa)
    assert (known.zone, known.owner) == ("America/New_York", "ana")
    assert [field.value for field in known.fields if field.name == "heat"] == ["hot"]


def test_a_new_owner_holds_at_once_unless_the_news_is_old(company):
    """Tasks and senders follow the owner; an old event must not bring an old owner back."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "reassign", later(hours=2), owner="ben", source="operator")
    company.hears(rosa, "owner_changed", later(hours=1), owner="eve")
    assert company.lead(rosa).owner == "ben"


def test_an_absent_owner_is_absent_until_he_is_back(company):
    """Nobody is written to in the name of somebody on holiday."""
    rosa = company.captures(ROSA)

    def absent_until() -> datetime | None:
        with company.database.reading() as transaction:
            ana = owners.read(transaction, "ana")
        return None if ana is None else ana.absent_until

    company.hears(rosa, "owner_absent", until=later(days=5).isoformat())
    assert absent_until() == later(days=5)
    company.hears(rosa, "owner_back", later(days=2))
    assert absent_until() is None


def test_declared_fields_change_and_others_do_not(company):
    """Conditions know declared fields only; a value that a field cannot have would make every condition false."""
    rosa = company.captures(ROSA)
    said = {"heat": "cold", "budget": 900, "vip": True, "renewal_on": "2027-03-01", "shoe_size": 39}
    company.hears(rosa, "fields_changed", later(hours=1), fields=said, last_name="Diaz", zone="America/Chicago")
    company.hears(rosa, "fields_changed", later(hours=2), fields={"heat": "tepid", "budget": "much"})
    known = company.lead(rosa)
    assert {field.name: field.value for field in known.fields} == {
        "heat": "cold",
        "budget": 900,
        "vip": True,
        "renewal_on": "2027-03-01",
    }
    assert (known.last_name, known.zone) == ("Diaz", "America/Chicago")


def test_an_old_change_does_not_undo_a_newer_one(company):
    """Each field on its own: the old event may still be news about another."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "fields_changed", later(hours=2), fields={"heat": "cold"})
    company.hears(rosa, "fields_changed", later(hours=1), fields={"heat": "hot", "budget": 5})
    assert {field.name: field.value for field in company.lead(rosa).fields} == {"heat": "cold", "budget": 5}


def test_a_new_address_is_used_first_and_an_impossible_one_changes_nothing(company):
    """The newest address somebody gave is the one they read."""
    rosa = company.captures(ROSA)
    company.hears(rosa, "fields_changed", email="new@example.com", phone="not a phone")
    assert [a.address for a in company.lead(rosa).addresses if a.kind == "email"] == [
        "new@example.com",
        "rosa@example.com",
    ]


# --- rings ------------------------------------------------------------------------------------------------------------


def test_a_ring_of_a_clock_that_went_ahead_silences_nobody(company):
    """What a machine half an hour ahead has rung for says nothing about the answer that comes now."""
    rosa = company.captures(ROSA)
    assert company.hears(rosa, "note_added", later(minutes=30)).ring
    assert company.hears(rosa, "note_added", MONDAY).ring


def test_rings_are_few_while_a_row_waits_and_none_is_forgotten(company):
    """20,000 rows must not be 20,000 signals; a row that comes after a look has read needs its own ring."""
    rosa = company.captures(ROSA)
    assert company.hears(rosa, "note_added", MONDAY).ring
    assert not company.hears(rosa, "note_added", later(milliseconds=100)).ring
    assert company.hears(rosa, "note_added", later(milliseconds=250)).ring
    with company.database.transaction() as transaction:
        for number in (1, 2, 3):
            inbox_adapter.mark(transaction, rosa, number, Disposition(kind="applied"), later(milliseconds=260))
    assert company.hears(rosa, "note_added", later(milliseconds=300)).ring


def test_a_letter_that_comes_again_rings_while_nobody_has_noted_it(company):
    """Whoever filed it first may have been killed before the ring, and the sender tries again."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    said = company.hears(rosa, "note_added", MONDAY, id="e1")
    assert not company.hears(rosa, "note_added", later(milliseconds=100), id="e1").ring
    assert company.hears(rosa, "note_added", later(seconds=5), id="e1").ring
    assert not company.hears(ben, "note_added", later(seconds=6), id="e1").ring, "it is not about him"
    with company.database.transaction() as transaction:
        inbox_adapter.mark(transaction, rosa, said.number, Disposition(kind="applied"), later(seconds=7))
    assert not company.hears(rosa, "note_added", later(seconds=10), id="e1").ring


# --- what is signalled directly ---------------------------------------------------------------------------------------


def test_content_in_a_signal_becomes_a_row(company):
    """Somebody used the Temporal UI: what he meant must happen, and be seen."""
    rosa = company.captures(ROSA)
    company.signals(
        rosa,
        Scrap(name="pause", body='{"reason": "holiday", "by": "ana"}'),
        Scrap(name="replied", body='[{"id": "m1", "occurred_at": "2026-11-23T14:00:00Z", "data": {"channel": "sms"}}]'),
        Scrap(name="skip", body=""),
    )
    pause, replied, skip = company.unapplied(rosa)
    assert isinstance(pause, Command) and (pause.by, pause.data.reason) == ("ana", "holiday")
    assert isinstance(replied, Event) and replied.data.channel is Channel.SMS
    assert (replied.id, replied.occurred_at) == (f"{rosa}/m1", MONDAY - timedelta(hours=1))
    assert isinstance(skip, Command) and skip.verb is Verb.SKIP


@pytest.mark.parametrize(
    "scrap",
    [
        pytest.param(Scrap(name="pause", body="please"), id="no JSON"),
        pytest.param(Scrap(name="pause", body='{"occurred_at": "yesterday"}'), id="no moment"),
        pytest.param(Scrap(name="pause", body='{"until": "soon"}'), id="no such content"),
        pytest.param(Scrap(name="sing", body="{}"), id="no such verb"),
        pytest.param(Scrap(name="\x00\n", body="\x00"), id="no name at all"),
    ],
)
def test_a_signal_nobody_understands_is_a_row_too(company, scrap):
    """It must neither fail the look nor be lost."""
    rosa = company.captures(ROSA)
    company.signals(rosa, scrap)
    assert [type(item) for item in company.unapplied(rosa)] == [Unreadable]


def test_the_same_scrap_is_one_row_when_a_look_is_tried_again_and_another_on_another_day(company):
    """A retried look is handed the same scraps; a second pause next week is a second pause."""
    rosa = company.captures(ROSA)
    pause = Scrap(name="pause", body="{}")
    company.signals(rosa, pause)
    company.signals(rosa, pause, now=later(seconds=20))
    company.signals(rosa, pause, now=later(days=7))
    assert [row.number for row in company.rows()] == [1, 2]


def test_a_scrap_that_names_itself_is_the_same_whenever_it_comes(company):
    """Whoever cares can make a signal idempotent."""
    rosa = company.captures(ROSA)
    for body in ('{"id": "p1"}', '{"occurred_at": "2026-11-23T14:00:00Z"}'):
        for days in (0, 7):
            company.signals(rosa, Scrap(name="pause", body=body), now=later(days=days))
    assert len(company.rows()) == 2


@pytest.mark.parametrize("name", ["halt-7", "h" * 200])
def test_a_signal_that_names_itself_reaches_every_lead_it_is_sent_to(company, name):
    """A batch stop says the same id to all of them; it must not stop the first one only."""
    rosa, ben = company.captures(ROSA), company.captures(BEN)
    for lead in (rosa, ben, rosa, ben):
        company.signals(lead, Scrap(name="stop", body=json_text({"id": name, "by": "ana"})))
    assert [(row.lead, row.kind, row.duplicates) for row in company.rows()] == [(rosa, "stop", 1), (ben, "stop", 1)]


def test_one_address_of_several_leads_means_the_one_we_wrote_to_last(company):
    """A couple may share a mailbox; the answer belongs to the conversation we began."""
    rosa = company.captures(ROSA)
    company.captures(NewLead(source="web_form", first_name="Leo", external_ids=(ExternalId(system="crm", id="2"),)))
    assert company.hears(mail_address("rosa@example.com"), "replied", channel="email").lead_id == rosa
