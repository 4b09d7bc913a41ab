"""A lead's book, worked on by the real look: what is committed, what it costs, and who wins a race."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import func, select, update

from activities.look import Look
from adapters import inbox, ledger, outbox, tasks
from adapters.catalogue import publish
from adapters.database import Transaction
from adapters.drafting import Drafting
from adapters.leads import NewLead
from adapters.letters import Letter
from adapters.outbox import Outbox
from adapters.records import DatabaseRecords
from adapters.release import Release
from adapters.suppression import Consent
from adapters.tables import audit, enrolments, json_text, leads, metadata, stage_changes
from adapters.tables import ledger as ledger_table
from engine.errors import FollowupError
from engine.gate import GateFacts
from engine.life.moves import PostponeTask
from engine.life.progress import SCHEMA_VERSION
from engine.life.turn import Glance, Scrap, Turn
from engine.ports.providers import Message, Receipt, Refused, TryLater
from engine.ports.records import Disposition, Draft, LeadBook, Records
from engine.reasons import SkipReason
from engine.sequence.compiled import Elapsed, HumanTask
from engine.sequence.compiled import Message as MessageStep
from engine.words import Act, Channel, LeadId, Stage, TouchKey, TouchState
from tests.adapters.test_ledger import send
from tests.adapters.world import BEN, MONDAY, ROSA, SETTINGS, Company, later, message, release
from tests.support.counting import counting

NO_TIME = timedelta(0)

MOST_STATEMENTS = 25

RACES = 30

A_MOMENT = 0.2

T = TypeVar("T")


class Office:
    """Looks at leads as a worker does, against an Outbox."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.points: list[str] = []
        self.records = DatabaseRecords(company.database, company.settings, reached=self.points.append)
        self.outbox = Outbox(company.database)
        records: Records = self.records
        self.look = Look(records, dict.fromkeys(Channel, self.outbox), crash_point=self.points.append)

    def looks(self, lead: LeadId, act: Act = Act.LOOK, now: datetime = MONDAY, *scraps: Scrap) -> Turn:
        """One activity."""
        return self.look.at(Glance(lead_id=lead, scraps=scraps), act, now, NO_TIME)

    def sends(self) -> list[str]:
        """The steps whose message is in the Outbox."""
        with self.company.database.reading() as transaction:
            keys = [unsent.touch_key for unsent in outbox.messages(transaction)]
            steps = select(ledger_table.c.step).where(ledger_table.c.touch_key.in_(keys))
            return sorted(transaction.execute(steps).scalars())

    def count(self, table: str) -> int:
        """How many rows there are."""
        with self.company.database.reading() as transaction:
            found: int = transaction.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()
            return found


@pytest.fixture
def office(company: Company) -> Office:
    return Office(company)


def captured(office: Office, new: NewLead = ROSA) -> LeadId:
    lead = office.company.captures(new)
    office.company.hears(lead, "captured")
    return lead


# --- a look -----------------------------------------------------------------------------------------------------------


def test_a_look_enrols_sends_and_remembers(office):
    """The whole path of a touch, on real tables."""
    rosa = captured(office)
    turn = office.looks(rosa)
    assert (turn.act, turn.due) == (Act.SEND_EMAIL, MONDAY)
    office.looks(rosa, Act.SEND_EMAIL)
    assert "hello" in office.sends()
    with office.company.database.reading() as transaction:
        row = transaction.execute(select(leads).where(leads.c.id == rosa)).one()
        begun = transaction.execute(select(enrolments)).one()
        (unsent,) = outbox.messages(transaction)
    assert (row.sequence, row.open, row.stage) == ("greeting", True, "response")
    assert (begun.sequence, begun.ended_at) == ("greeting", None)
    assert (unsent.to, unsent.sender, unsent.sender_name) == ("rosa@example.com", "ana@example.com", "Ana Ortiz")
    assert unsent.subject == "Hello Rosa"


def test_a_touch_costs_exactly_two_transactions(office):
    """More would be a queue of our own; fewer cannot be safe. The Outbox's own write is the provider's."""
    rosa = captured(office)
    office.looks(rosa)
    with counting(office.company.database) as cost:
        office.looks(rosa, Act.SEND_EMAIL)
    of_the_outbox = [statement for statement in cost.statements if "outbox" in statement]
    assert cost.transactions - len(of_the_outbox) == 2
    assert len(cost.statements) - len(of_the_outbox) <= MOST_STATEMENTS, "\n".join(cost.statements)


def test_the_whole_sequence_is_sent_once_and_the_enrolment_ends(office):
    """Nothing twice, nothing left out, nothing left open."""
    rosa = captured(office)
    turn = office.looks(rosa)
    for _ in range(20):
        if turn.over:
            break
        turn = office.looks(rosa, turn.act, max(turn.due, MONDAY))
    assert office.sends() == ["hello", "hello-text"]
    with office.company.database.reading() as transaction:
        assert transaction.execute(select(enrolments.c.because)).scalars().all() == ["completed"]
        assert transaction.execute(select(leads.c.open)).scalars().all() == [False]
        changes = transaction.execute(select(stage_changes.c.from_stage, stage_changes.c.to_stage)).all()
    assert [tuple(change) for change in changes] == [("capture", "response")]


def test_of_a_lead_that_is_over_no_touch_waits_any_longer(office):
    """A touch held back for its sender's line is never sent once the lead was stopped, and the ledger says so."""
    rosa = captured(office)
    office.looks(rosa)
    with office.records.lead(rosa) as book:
        assert book is not None
        book.suppressed(send(), TouchState.DEFERRED, "sender_limit", MONDAY)
    office.company.hears(rosa, "stop", source="operator")
    assert office.looks(rosa).over
    with office.company.database.reading() as transaction:
        assert transaction.execute(select(ledger_table.c.state, ledger_table.c.detail)).one() == (
            "suppressed",
            "stopped_by_person",
        )


def test_what_fails_in_a_look_commits_nothing(office):
    """An attempt that breaks must be repeatable as if it had never been."""
    rosa = captured(office)
    with pytest.raises(RuntimeError), office.records.lead(rosa) as book:
        assert book is not None
        for item in book.unapplied(1000):
            book.mark(item.number, Disposition(kind="applied"), MONDAY)
        raise RuntimeError("half-way")
    assert len(office.company.unapplied(rosa)) == 1


def test_a_lead_nobody_knows_has_no_book(office):
    """A run without a row ends instead of failing for ever."""
    with office.records.lead(LeadId("nobody")) as book:
        assert book is None
    assert office.looks(LeadId("nobody")).over


def test_crash_points_of_a_touch_are_reached_in_order(office):
    """A drill that arms a point nobody reaches proves nothing."""
    rosa = captured(office)
    office.looks(rosa)
    office.points.clear()
    office.looks(rosa, Act.SEND_EMAIL)
    assert office.points == ["before_write", "after_claim", "after_response", "after_outcome_commit"]


def test_an_older_memory_is_never_saved_over_a_newer_one(office):
    """A zombie that wakes up must not turn the lead back."""
    rosa = captured(office)
    turn = office.looks(rosa)
    with pytest.raises(FollowupError) as refused, office.records.lead(rosa) as book:
        assert book is not None
        progress = book.progress()
        assert progress is not None
        book.save(progress, turn, MONDAY)
    assert refused.value.code == "DBS005"


def test_a_memory_of_a_newer_engine_is_left_alone(office):
    """A worker of the release before must fail its attempt and touch nothing."""
    rosa = captured(office)
    office.looks(rosa)
    with office.company.database.transaction() as transaction:
        newer = func.replace(leads.c.progress, f'"schema_version":{SCHEMA_VERSION}', '"schema_version":999')
        transaction.execute(update(leads).values(progress=newer))
    before = office.count("ledger")
    with pytest.raises(FollowupError) as refused:
        office.looks(rosa, Act.SEND_EMAIL)
    assert refused.value.code == "DBS004"
    assert office.count("ledger") == before


def test_what_was_signalled_directly_is_filed_and_applied_in_one_look(office):
    """Somebody reassigned the lead in the Temporal UI: the mail that leaves now is already in the new owner's name."""
    rosa = captured(office)
    office.looks(rosa)
    office.looks(rosa, Act.SEND_EMAIL, MONDAY, Scrap(name="reassign", body='{"owner": "ben"}'))
    assert office.company.lead(rosa).owner == "ben"
    with office.company.database.reading() as transaction:
        (unsent,) = outbox.messages(transaction)
    assert unsent.sender_name == office.company.settings.company_name


def test_a_failing_lead_is_flagged_until_a_look_succeeds(office):
    """`stuck` must name a lead whose look breaks, and forget it when it is mended."""
    rosa = captured(office)

    def flag() -> tuple[object, object, object]:
        with office.company.database.reading() as transaction:
            row = transaction.execute(select(leads).where(leads.c.id == rosa)).one()
        return row.flagged_since, row.flag_detail, row.failing_attempts

    for minutes in (1, 2):
        office.records.flag_failing(rosa, "KeyError", later(minutes=minutes))
    assert flag() == (later(minutes=1), "KeyError", 2)
    office.looks(rosa)
    assert flag() == (None, None, 0)


def test_the_row_says_when_it_was_looked_at(office):
    """From there another engine decides once more, and a look that failed has not moved it."""
    rosa = captured(office)

    def looked_at() -> object:
        with office.company.database.reading() as transaction:
            return transaction.execute(select(leads.c.looked_at).where(leads.c.id == rosa)).scalar_one()

    assert looked_at() is None
    office.looks(rosa, now=later(minutes=3))
    office.records.flag_failing(rosa, "KeyError", later(minutes=9))
    assert looked_at() == later(minutes=3)


def test_a_refusal_is_answered_on_the_row_of_whoever_asked(office):
    """`followup lead enroll` prints what the row says."""
    rosa = captured(office)
    office.looks(rosa)
    office.company.hears(rosa, "enroll", later(minutes=1), id="again", source="operator", sequence="greeting")
    office.looks(rosa, Act.LOOK, later(minutes=1))
    with office.company.database.reading() as transaction:
        found = inbox.answer(transaction, "operator", "again")
    assert found is not None
    assert (found.disposition, found.reason) == ("applied", "already_enrolled")


# --- stop means stop --------------------------------------------------------------------------------------------------


def test_a_stop_committed_before_the_claim_always_wins(office):
    """The law, and the promise of the whole product: tried as a race, not as an order."""
    with ThreadPoolExecutor(2) as pool:
        for n in range(RACES):
            new = BEN.model_copy(update={"emails": (f"ben{n}@example.com",)})
            lead = captured(office, new)
            turn = office.looks(lead)
            assert turn.act is Act.SEND_EMAIL
            stopped = pool.submit(stop_and_see_whether_it_was_claimed, office, lead)
            looked = pool.submit(office.looks, lead, Act.SEND_EMAIL)
            looked.result()
            assert claimed(office, lead) == stopped.result(), "a claim came after a stop"


STOPS = [
    pytest.param("opted_out", {}, id="an opt-out"),
    pytest.param("replied", {"channel": "email", "reply": "not_interested"}, id="an answer"),
    pytest.param("stop", {"reason": "he called me"}, id="a command"),
]


@pytest.mark.parametrize(("kind", "data"), STOPS)
def test_a_look_waits_for_a_stop_that_is_being_written(office, kind, data):
    """Under the database's ordinary isolation a look could read before, and claim after, the stop's commit."""
    rosa = captured(office)
    office.looks(rosa)
    body = json_text(data)
    letter = Letter(source="crm", id="stop", kind=kind, occurred_at=later(minutes=1), body=body, by="ana")
    with ThreadPoolExecutor(1) as pool:
        with office.company.database.transaction() as transaction:
            office.company.inbox.file(transaction, letter, rosa, later(minutes=1))
            looked = pool.submit(office.looks, rosa, Act.SEND_EMAIL, later(minutes=1))
            assert not done_within(A_MOMENT, looked), "the look did not wait for the lead's row"
        looked.result()
    assert not claimed(office, rosa)


@pytest.mark.parametrize(("kind", "data"), STOPS)
def test_a_stop_waits_for_a_claim_that_is_being_written(office, kind, data):
    """Else a stop could be committed between the look's reading and its claim, and be overtaken by it."""
    rosa = captured(office)
    office.looks(rosa)
    with ThreadPoolExecutor(1) as pool:
        stopped: list[Future[object]] = []

        def meanwhile(point: str) -> None:
            if point == "before_write":
                stopped.append(pool.submit(office.company.hears, rosa, kind, later(minutes=1), **data))
                assert not done_within(A_MOMENT, stopped[0]), "the stop did not wait for the lead's row"

        records: Records = DatabaseRecords(office.company.database, SETTINGS, reached=meanwhile)
        Look(records, office.look.providers).at(Glance(lead_id=rosa), Act.SEND_EMAIL, MONDAY, NO_TIME)
        stopped[0].result()
    assert claimed(office, rosa)


def test_a_claim_waits_for_a_stop_that_another_lead_with_the_address_is_writing(office):
    """Locking only what is suppressed already locks nothing; the address's own rows are there from the start."""
    rosa = captured(office)
    leo = captured(office, BEN.model_copy(update={"emails": ("leo@example.com",)}))
    office.company.hears(leo, "fields_changed", email="rosa@example.com")
    office.looks(leo)
    letter = Letter(source="crm", id="stop", kind="opted_out", occurred_at=MONDAY)
    with ThreadPoolExecutor(1) as pool:
        with office.company.database.transaction() as transaction:
            office.company.inbox.file(transaction, letter, rosa, MONDAY)
            looked = pool.submit(office.looks, leo, Act.SEND_EMAIL)
            assert not done_within(A_MOMENT, looked), "the look did not wait for the address"
        looked.result()
    with office.company.database.reading() as transaction:
        written_to = transaction.execute(select(ledger_table.c.to_hash)).scalars().all()
    assert office.company.people.hash("rosa@example.com") not in written_to


def done_within(seconds: float, future: Future[T]) -> bool:
    try:
        future.exception(timeout=seconds)
    except TimeoutError:
        return False
    return True


def stop_and_see_whether_it_was_claimed(office: Office, lead: LeadId) -> bool:
    """Opt out; whether a claim was committed before, seen under the lock that both need."""
    letter = Letter(source="crm", id=f"stop-{lead}", kind="opted_out", occurred_at=MONDAY)
    with office.company.database.transaction() as transaction:
        office.company.inbox.file(transaction, letter, lead, MONDAY)
        return _claims(transaction, lead) > 0


def claimed(office: Office, lead: LeadId) -> bool:
    with office.company.database.reading() as transaction:
        return _claims(transaction, lead) > 0


def _claims(transaction: Transaction, lead: LeadId) -> int:
    mine = (ledger_table.c.lead == lead) & (ledger_table.c.attempt_started_at.is_not(None))
    found: int = transaction.execute(select(func.count()).select_from(ledger_table).where(mine)).scalar_one()
    return found


def test_a_stop_on_a_shared_address_holds_for_every_lead_that_has_it(office):
    """A couple with one phone: one STOP."""
    rosa = captured(office)
    leo = captured(office, BEN.model_copy(update={"emails": ("leo@example.com",), "phones": ("+12125550123",)}))
    office.company.hears(rosa, "opted_out", channel="sms")
    with office.records.lead(leo) as book:
        assert book is not None
        assert book.circumstances(MONDAY).why_not(Channel.SMS) is SkipReason.CHANNEL_SUPPRESSED


# --- the draft --------------------------------------------------------------------------------------------------------


def draft(office: Office, lead: LeadId, now: datetime = MONDAY, **changes: object) -> Draft:
    """What would leave now."""
    with office.company.database.reading() as transaction:
        version = transaction.execute(select(enrolments.c.version)).scalars().first()
    touch = send(version=version, template="greeting/hello").model_copy(update=changes)
    with office.records.lead(lead) as book:
        assert book is not None
        return book.draft(touch, facts(book, now), now)


def facts(book: LeadBook, now: datetime) -> GateFacts:
    world = book.circumstances(now)
    return GateFacts(touch_key=TouchKey("t1"), channel=Channel.EMAIL, lead_cap=3, window=world.owner_hours)


def test_commercial_mail_says_who_we_are_and_how_to_leave(company):
    """Postal address and a working way out are the law; nobody may forget them."""
    settings = SETTINGS.model_copy(update={"public_base_url": "https://follow.example.com"})
    office = Office(Company(company.database, settings))
    rosa = captured(office)
    office.looks(rosa)
    found = draft(office, rosa)
    assert found.message is not None
    assert "1 Invented Street, Nowhere" in found.message.text
    assert "https://follow.example.com/u/t1." in found.message.text


def test_without_a_postal_address_no_commercial_mail_leaves(company):
    """Fail closed: the mail waits for a person, not for a fine."""
    office = Office(Company(company.database, SETTINGS.model_copy(update={"postal_address": None})))
    rosa = captured(office)
    office.looks(rosa)
    found = draft(office, rosa)
    assert found.message is None
    assert "postal address" in (found.facts.render_error or "")


def test_a_token_nobody_filled_is_named(office):
    """`Hi ,` has embarrassed everybody; the person who mends it must read which word is missing."""
    nameless = captured(office, NewLead(source="web_form", emails=("x@example.com",)))
    office.looks(nameless)
    found = draft(office, nameless)
    assert (found.message, found.facts.missing_tokens) == (None, ("first_name",))


def test_an_answer_in_a_thread_keeps_its_subject(office):
    """Mail programs show one conversation."""
    rosa = captured(office)
    office.looks(rosa)
    office.looks(rosa, Act.SEND_EMAIL)
    with office.company.database.reading() as transaction:
        (first,) = outbox.messages(transaction)
    found = draft(office, rosa, later(minutes=5), thread=first.touch_key)
    assert found.message is not None
    assert (found.message.subject, found.message.in_reply_to) == ("Re: Hello Rosa", first.touch_key)


@pytest.mark.parametrize(
    ("happened", "channel", "because"),
    [
        pytest.param("opted_out", "email", SkipReason.CHANNEL_SUPPRESSED, id="opted out"),
        pytest.param("bounced", "email", SkipReason.ADDRESS_BOUNCED, id="bounced"),
    ],
)
def test_a_closed_channel_is_skipped_with_its_reason(office, happened, channel, because):
    """The reason decides whether the sequence goes on."""
    rosa = captured(office)
    office.looks(rosa)
    office.company.hears(rosa, happened, channel=channel)
    found = draft(office, rosa)
    assert (found.message, found.facts.why_not) == (None, because)


def test_a_second_address_is_used_when_the_first_is_dead(office):
    """A dead mailbox must not end a conversation that another one can carry."""
    rosa = captured(office, ROSA.model_copy(update={"emails": ("rosa@example.com", "diaz@example.com")}))
    office.looks(rosa)
    office.company.hears(rosa, "bounced", channel="email")
    found = draft(office, rosa)
    assert found.message is not None
    assert found.message.to == "diaz@example.com"


def test_texts_need_a_consent_on_record(office):
    """No proof, no text."""
    ben = captured(office, BEN.model_copy(update={"phones": ("+12125550124",)}))
    with office.records.lead(ben) as book:
        assert book is not None
        assert book.circumstances(MONDAY).why_not(Channel.SMS) is SkipReason.NO_CONSENT
        assert book.circumstances(MONDAY).why_not(Channel.VOICE) is None


def test_a_consent_taken_back_closes_a_channel_that_needs_none(office):
    """What a person refused needs no law to be respected."""
    no = Consent(channel=Channel.EMAIL, granted=False, basis="consent", source="call", at=MONDAY)
    ben = captured(office, BEN.model_copy(update={"consents": (no,)}))
    with office.records.lead(ben) as book:
        assert book is not None
        assert book.circumstances(MONDAY).why_not(Channel.EMAIL) is SkipReason.NO_CONSENT


def test_over_its_limit_a_sender_waits_and_each_lead_keeps_its_place(company):
    """Three leads released at once, one a minute: they leave a minute apart, in one look each."""
    office = Office(Company(company.database, SETTINGS.model_copy(update={"sender_per_minute": 1})))
    with company.database.transaction() as transaction:
        steps = [message(f"m{n}", "email") for n in range(2)]
        publish(transaction, nurturing(*steps), "ana", "second", MONDAY)
    people = [captured(office, BEN.model_copy(update={"emails": (f"ben{n}@example.com",)})) for n in range(3)]
    turns = [office.looks(lead) for lead in people]
    turns = [office.looks(lead, Act.SEND_EMAIL) for lead in people]
    due = [turn.due for turn in turns[1:]]
    assert due == [later(minutes=1), later(minutes=2)]
    office.looks(people[1], Act.SEND_EMAIL, due[0])
    office.looks(people[2], Act.SEND_EMAIL, due[1])
    assert len(office.sends()) == 3


def nurturing(*steps: MessageStep) -> Release:
    """The same sequence in a stage that stands in line."""
    made = release(*steps)
    (plan,) = made.plans
    (stage,) = plan.sequence.stages
    sequence = plan.sequence.model_copy(update={"stages": (stage.model_copy(update={"name": Stage.NURTURE}),)})
    return made.model_copy(update={"plans": (plan.model_copy(update={"sequence": sequence, "version": "greeting@2"}),)})


def test_over_the_limit_of_a_domain_mail_waits_and_other_domains_do_not(company):
    """A hundred mails to one company within an hour is what spam looks like."""
    office = Office(Company(company.database, SETTINGS.model_copy(update={"domain_per_day": 1})))
    for name, domain in (("ben", "example.com"), ("eve", "example.com"), ("leo", "example.org")):
        lead = captured(office, BEN.model_copy(update={"emails": (f"{name}@{domain}",)}))
        office.looks(lead)
        turn = office.looks(lead, Act.SEND_EMAIL)
        assert (turn.due >= later(days=1)) is (name == "eve")
    assert len(office.sends()) == 2


# --- outcomes ---------------------------------------------------------------------------------------------------------


class Script:
    """A provider that answers what it is told to."""

    def __init__(self, answer: Receipt | Exception) -> None:
        self.answer = answer

    def send(self, message: Message) -> Receipt:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        return None


@pytest.mark.parametrize(
    ("answer", "state", "closed"),
    [
        pytest.param(Receipt(provider_id="SM1"), TouchState.ACCEPTED, {}, id="accepted"),
        pytest.param(
            Refused("21610", effect="opted_out"),
            TouchState.REJECTED,
            {Channel.EMAIL: SkipReason.CHANNEL_SUPPRESSED},
            id="the provider knows of an opt-out that we do not",
        ),
        pytest.param(
            Refused("no such mailbox", effect="bad_recipient"),
            TouchState.REJECTED,
            {Channel.EMAIL: SkipReason.ADDRESS_BOUNCED},
            id="nobody lives there",
        ),
        pytest.param(TryLater("429"), TouchState.RETRYABLE, {}, id="certainly not sent"),
    ],
)
def test_what_a_provider_says_is_written_where_it_counts(office, answer, state, closed):
    """The ledger knows what became of the touch, and suppression what became of the address."""
    rosa = captured(office)
    office.looks(rosa)
    office.look.providers = dict.fromkeys(Channel, Script(answer))
    with suppress(TryLater):
        office.looks(rosa, Act.SEND_EMAIL)
    with office.company.database.reading() as transaction:
        assert transaction.execute(select(ledger_table.c.state)).scalars().all() == [state.value]
    assert office.company.closed("rosa@example.com") == closed


def test_an_attempt_that_died_is_never_repeated(office):
    """Its message may have left: the next attempt may ask, and must not call."""
    rosa = captured(office)
    office.looks(rosa)

    class Death(BaseException):
        """A SIGKILL, as far as Python can play one."""

    def dies(message: Message) -> Receipt:
        raise Death

    office.outbox.send = dies
    with pytest.raises(Death):
        office.looks(rosa, Act.SEND_EMAIL)
    calls: list[Message] = []
    office.outbox.send = calls.append
    turn = office.looks(rosa, Act.SEND_EMAIL, later(seconds=40))
    with office.company.database.reading() as transaction:
        assert transaction.execute(select(ledger_table.c.state)).scalars().all() == ["uncertain"]
    assert calls == []
    assert turn.act is Act.RECONCILE


def test_a_bounce_of_a_touch_closes_the_address_that_touch_was_written_to(office):
    """The provider names the message, not the mailbox; the first address may have changed meanwhile."""
    rosa = captured(office)
    office.looks(rosa)
    office.looks(rosa, Act.SEND_EMAIL)
    with office.company.database.reading() as transaction:
        (unsent,) = outbox.messages(transaction)
    office.company.hears(rosa, "fields_changed", email="new@example.com")
    office.company.hears(rosa, "bounced", channel="email", touch_key=unsent.touch_key)
    assert set(office.company.closed("rosa@example.com")) == {Channel.EMAIL}
    assert office.company.closed("new@example.com") == {}


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_reply_opens_a_task_for_the_owner_and_the_trail_says_what_ended(office):
    """Whoever must answer finds it in the list; whoever asks why finds it in the trail."""
    rosa = captured(office)
    office.looks(rosa)
    office.company.hears(rosa, "replied", later(minutes=5), channel="email", reply="question")
    office.looks(rosa, Act.LOOK, later(minutes=5))
    with office.company.database.reading() as transaction:
        (task,) = tasks.open_tasks(transaction, owner="ana")
        ended = transaction.execute(select(enrolments.c.because)).scalar_one()
    assert (task.kind, task.lead_id, task.to_role) == ("answer", rosa, "owner")
    assert ended == "replied"
    done = {"task_key": task.task_key, "disposition": "done"}
    office.company.hears(rosa, "task_done", later(minutes=9), **done)
    office.looks(rosa, Act.LOOK, later(minutes=9))
    with office.company.database.reading() as transaction:
        assert tasks.open_tasks(transaction) == ()
        closed = tasks.read(transaction, task.task_key)
    assert closed is not None
    assert (closed.state, closed.closed_at) == ("done", later(minutes=9))


def test_a_call_of_a_lead_that_is_away_moves_in_the_list(company):
    """Whoever works through the list must not ring an empty office, nor be late for it."""
    with company.database.transaction() as transaction:
        publish(transaction, with_call(), "ana", "call first", MONDAY)
    office = Office(company)
    rosa = captured(office)
    office.looks(rosa)
    away = {"channel": "email", "reply": "out_of_office", "returns_at": later(days=7).isoformat()}
    company.hears(rosa, "replied", later(minutes=5), **away)
    office.looks(rosa, Act.LOOK, later(minutes=5))
    with company.database.reading() as transaction:
        (task,) = tasks.open_tasks(transaction, owner="ana")
        given_up = transaction.execute(select(metadata.tables["tasks"].c.give_up_at)).scalar_one()
    assert (task.kind, task.due, given_up) == ("call", later(days=8), later(days=8, hours=2))
    assert "once the lead is back" in task.why
    company.hears(rosa, "task_done", later(days=8), task_key=task.task_key, disposition="no_answer")
    office.looks(rosa, Act.LOOK, later(days=8))
    late = PostponeTask(task_key=task.task_key, due=later(days=9), give_up_at=None, escalations=(), why="too late")
    with company.database.transaction() as transaction:
        tasks.postpone(transaction, late)
        assert tasks.read(transaction, task.task_key) == task.model_copy(
            update={"state": "done", "disposition": "no_answer", "closed_at": later(days=8)}
        )


def with_call() -> Release:
    """The same sequence, which begins with a call."""
    made = release()
    (plan,) = made.plans
    (stage,) = plan.sequence.stages
    call = HumanTask(
        kind="call",
        id="ring",
        template="greeting/hello",
        due=Elapsed(minutes=60),
        give_up=Elapsed(minutes=180),
    )
    sequence = plan.sequence.model_copy(update={"stages": (stage.model_copy(update={"steps": (call, *stage.steps)}),)})
    return made.model_copy(update={"plans": (plan.model_copy(update={"sequence": sequence, "version": "greeting@3"}),)})


def test_a_review_is_in_the_audit_trail(office):
    """Who needed a person, when and why, is asked months later."""
    nameless = captured(office, NewLead(source="web_form", emails=("x@example.com",)))
    office.looks(nameless)
    office.looks(nameless, Act.SEND_EMAIL)
    with office.company.database.reading() as transaction:
        entries = transaction.execute(select(audit.c.action, audit.c.object).where(audit.c.actor == "engine")).all()
        hold = transaction.execute(select(leads.c.hold)).scalar_one()
    assert ("parked", f"lead:{nameless}") in [tuple(entry) for entry in entries]
    assert hold == "missing_token"


def test_a_version_whose_templates_are_gone_needs_a_person(office):
    """A lead must not fail for ever, nor be sent half a message."""
    rosa = captured(office)
    office.looks(rosa)
    found = draft(office, rosa, template="greeting/unknown")
    assert found.message is None
    assert "without the template" in (found.facts.render_error or "")


def test_the_message_says_until_when_it_may_leave(office):
    """A worker that wakes up late must not call; a provider must not keep a text until midnight."""
    rosa = captured(office)
    office.looks(rosa)
    drafting = Drafting(SETTINGS, office.records._desk.catalogue, office.company.people, clock=lambda: MONDAY)
    office.records._desk.drafting = drafting
    found = draft(office, rosa)
    assert found.message is not None
    assert found.message.send_by == MONDAY + timedelta(seconds=SETTINGS.first_byte_seconds)
    assert found.message.valid_until == later(hours=8)


def test_nothing_begins_to_leave_in_the_last_moments_of_the_hours(office):
    """A look takes a moment from its `now` to the first byte, and people see on their own clock when a mail came."""
    rosa = captured(office)
    office.looks(rosa)
    drafting = Drafting(SETTINGS, office.records._desk.catalogue, office.company.people, clock=lambda: MONDAY)
    office.records._desk.drafting = drafting
    found = draft(office, rosa, send_by=MONDAY + timedelta(seconds=3))
    assert found.message is not None
    assert found.message.send_by == MONDAY + timedelta(seconds=1)


def test_ledger_rows_name_the_text_they_were_rendered_from(office):
    """Which wording did Rosa get? Asked by lawyers and by A/B tests."""
    rosa = captured(office)
    office.looks(rosa)
    office.looks(rosa, Act.SEND_EMAIL)
    with office.company.database.reading() as transaction:
        row = transaction.execute(select(ledger_table)).one()
        key = ledger.by_provider_id(transaction, Channel.EMAIL, row.provider_id)
    assert row.template_digest in {t.digest for t in release().templates}
    assert key == row.touch_key
