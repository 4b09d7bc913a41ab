"""What the gate does not let leave: nothing is called, and the ledger says why."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import Connection

from activities.look import safe
from adapters.catalogue import Catalogue
from adapters.circumstances import Known
from adapters.database import Database
from adapters.drafting import Drafting
from adapters.switches import Scope, turn_off, turn_on
from engine.calendar.hours import Hours
from engine.gate import GateFacts
from engine.life.moves import Send
from engine.ports.records import Draft
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason
from engine.sequence.compiled import Block, Window
from engine.words import Act, Channel, TouchState, Verb
from tests.activities.practice import MONDAY, Patient, Practice, release_saying
from tests.support.provider import ScriptedProvider
from tests.support.small_sequences import DAY, WEEKDAYS, daily, email, sequence, stage, text

HOUR = timedelta(hours=1)
FROM_ELEVEN = Hours(
    zone="America/New_York",
    window=Window(blocks=tuple(Block(weekday=day, opens=time(11), closes=time(20)) for day in range(7))),
)
NIGHT = datetime(2026, 11, 24, 4, 30, tzinfo=MONDAY.tzinfo)
"""Half past eleven in the evening in New York."""
MORNING = datetime(2026, 11, 24, 13, tzinfo=MONDAY.tzinfo)
"""Eight o'clock there."""


class Knowing(Drafting):
    """Draws up drafts whose facts hold one thing more, as only the database may know it."""

    def __init__(self, practice: Practice, **more: object) -> None:
        super().__init__(practice.settings, Catalogue(), practice.people)
        self.more = more

    def draft(self, transaction: Connection, lead: Known, send: Send, facts: GateFacts, now: datetime) -> Draft:
        """The draft, with the facts that were foretold."""
        draft = super().draft(transaction, lead, send, facts, now)
        return draft.model_copy(update={"facts": draft.facts.model_copy(update=self.more)})


def due(practice: Practice, **changes: object) -> Patient:
    """A lead whose first email is due now."""
    practice.publishes(daily(2, **changes))
    rosa = practice.captures()
    assert rosa.rings().act is Act.SEND_EMAIL
    return rosa


# --- each verdict, asked for in the transaction of the claim ----------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "because"),
    [
        ({"sender_free_at": MONDAY + HOUR}, HoldReason.SENDER_LIMIT),
        ({"domain_free_at": MONDAY + HOUR}, HoldReason.DOMAIN_LIMIT),
        ({"contact_hours": (FROM_ELEVEN,)}, HoldReason.QUIET_HOURS),
    ],
)
def test_a_hold_is_deferred_with_its_reason_and_its_end(
    practice: Practice, facts: dict[str, object], because: HoldReason
) -> None:
    """Whatever only the database knows is asked in the claim; the touch keeps its place and its key."""
    rosa = due(practice)
    practice.look = practice.look_of(safe, Knowing(practice, **facts))
    turn = rosa.looks()
    assert (turn.due, turn.act) == (MONDAY + HOUR, Act.SEND_EMAIL)
    assert [(row.state, row.detail) for row in rosa.touches] == [(TouchState.DEFERRED, because)]
    assert (rosa.row.hold, practice.provider.requests) == (because, 0)
    key = rosa.key_of("day-0")
    practice.look = practice.look_of(safe)
    rosa.lives(hours=2)
    assert (rosa.received, rosa.key_of("day-0")) == (["day-0"], key)


@pytest.mark.parametrize("because", [SkipReason.CHANNEL_SUPPRESSED, SkipReason.ADDRESS_BOUNCED, SkipReason.NO_CONSENT])
def test_a_skip_is_suppressed_and_the_lead_goes_on(practice: Practice, because: SkipReason) -> None:
    """An address that was closed a moment ago keeps this message in, not the lead."""
    rosa = due(practice)
    practice.look = practice.look_of(safe, Knowing(practice, why_not=because))
    turn = rosa.looks()
    assert [(row.state, row.detail) for row in rosa.touches] == [(TouchState.SUPPRESSED, because)]
    assert (turn.over, turn.act, practice.provider.requests) == (False, Act.SEND_EMAIL, 0)


def test_a_stop_is_suppressed_and_ends_the_enrolment(practice: Practice) -> None:
    """Nobody can be reached at all any more."""
    rosa = due(practice)
    practice.look = practice.look_of(safe, Knowing(practice, no_channel_left=StopReason.OPTED_OUT))
    turn = rosa.looks()
    assert [(row.state, row.detail) for row in rosa.touches] == [(TouchState.SUPPRESSED, StopReason.OPTED_OUT)]
    assert (turn.over, turn.state) == (True, f"over.{StopReason.OPTED_OUT}")


@pytest.mark.parametrize(
    ("facts", "because", "detail"),
    [
        ({"missing_tokens": ("company", "budget")}, ReviewReason.MISSING_TOKEN, "company, budget"),
        ({"render_error": "a raw tag"}, ReviewReason.RENDER_FAILED, "a raw tag"),
    ],
)
def test_a_review_writes_no_touch_and_asks_a_person_once(
    practice: Practice, facts: dict[str, object], because: ReviewReason, detail: str
) -> None:
    """Nothing was decided about the touch: when it leaves, it leaves under its first key."""
    rosa = due(practice)
    practice.look = practice.look_of(safe, Knowing(practice, **facts))
    turn = rosa.looks()
    assert (turn.state, rosa.states) == (f"review.{because}", [])
    assert rosa.progress.review is not None
    assert rosa.progress.review.detail == detail
    rosa.lives(days=2)
    assert (rosa.noted, practice.provider.requests) == (["parked"], 0)


# --- the same, as it happens in life ----------------------------------------------------------------------------------


def test_a_missing_value_is_asked_for_and_the_step_goes_on_once_it_is_known(practice: Practice) -> None:
    """ "Hi ," has embarrassed everybody."""
    told = "---\nvalue: guide\npurpose: commercial\nsubject: Hello\n---\nHow are things at {{ company }}?\n"
    practice.puts_out(release_saying(daily(1), **{"day-0": told}))
    rosa = practice.captures()
    rosa.rings()
    assert rosa.looks().state == f"review.{ReviewReason.MISSING_TOKEN}"
    rosa.hears("fields_changed", company="Acme")
    rosa.commanded(Verb.RETRY)
    rosa.rings()
    rosa.catches_up()
    assert rosa.received == ["day-0"]
    assert "Acme" in practice.provider.accepted[0].marker


def test_a_senders_limit_lets_the_next_lead_wait_and_drops_nobody(
    database: Database, provider: ScriptedProvider
) -> None:
    """Six leads, two messages a minute: everybody gets theirs, in their turn."""
    practice = Practice(database, provider, sender_per_minute=2)
    practice.publishes(daily(1))
    everybody = [practice.captures(name) for name in ("Ann", "Ben", "Cem", "Dee", "Eve", "Fay")]
    for lead in everybody:
        lead.catches_up()
    assert [lead.state_of("day-0") for lead in everybody] == [TouchState.ACCEPTED] * 2 + [TouchState.DEFERRED] * 4
    assert {lead.row.hold for lead in everybody[2:]} == {HoldReason.SENDER_LIMIT}
    for _ in range(3):
        practice.now += timedelta(minutes=1)
        for lead in everybody:
            lead.catches_up()
    assert [lead.received for lead in everybody] == [["day-0"]] * 6


def test_statement_05_a_text_at_night_waits_for_the_legal_hours_even_if_it_is_asked_for(practice: Practice) -> None:
    """A stage may be open around the clock; the law is not, and the gate in the look is asked again."""
    practice.publishes(sequence("night", stage("response", text("now"))))
    practice.now = NIGHT
    rosa = practice.captures()
    rosa.rings()
    turn = rosa.looks(Act.SEND_SMS)
    assert (practice.provider.requests, turn.due) == (0, MORNING)
    assert turn.why.endswith("it waits for the hours in which the law allows texts and calls")


def test_statement_10_a_stop_by_text_closes_texts_and_leaves_email_open(practice: Practice) -> None:
    """The opt-out holds from its row's commit on, for every sequence, and for its own scope only."""
    plan = sequence("both", stage("nurture", text("sms-1"), email("mail", after=DAY), text("sms-2", after=DAY)))
    practice.publishes(plan)
    rosa = practice.captures()
    assert rosa.rings().act is Act.SEND_SMS
    rosa.hears("opted_out", channel="sms")
    rosa.looks(Act.SEND_SMS)
    rosa.lives(days=3)
    assert rosa.received == ["mail"]
    assert _outcomes(rosa)[0] == ("sms-1", f"skipped.{SkipReason.CHANNEL_SUPPRESSED}")


def test_an_address_closed_by_another_lead_is_closed_for_this_one(practice: Practice) -> None:
    """Suppression is kept by the address: an import or a duplicate must not write to who has left."""
    practice.publishes(daily(2))
    shared = ("shared@example.com",)
    rosa = practice.captures(emails=shared, phones=())
    ben = practice.captures("Ben", emails=shared, phones=())
    assert rosa.rings().act is Act.SEND_EMAIL
    ben.hears("opted_out", channel="email")
    rosa.looks()
    assert practice.provider.requests == 0
    assert rosa.progress.past[0].because is StopReason.OPTED_OUT


def test_statement_19_a_lead_moved_to_won_a_moment_before_gets_nothing(practice: Practice) -> None:
    """The deal is done; the prospecting mail that is due now must not follow."""
    rosa = due(practice)
    rosa.hears("stage_changed", pipeline_stage="Won")
    rosa.looks()
    assert (practice.provider.requests, rosa.progress.past[0].because) == (0, StopReason.STAGE_CHANGED)


@pytest.mark.parametrize(
    ("scope", "name"), [(Scope.ALL, ""), (Scope.CHANNEL, Channel.EMAIL.value), (Scope.SEQUENCE, "daily")]
)
def test_a_kill_switch_holds_what_is_due_and_lets_it_go_afterwards(practice: Practice, scope: Scope, name: str) -> None:
    """On-call turns a channel off with messages already on their way to the claim."""
    rosa = due(practice)
    with practice.database.transaction() as transaction:
        turn_off(transaction, scope, name, "ann", "too many complaints", practice.now)
    turn = rosa.looks()
    assert (practice.provider.requests, turn.over) == (0, False)
    assert turn.due > practice.now
    with practice.database.transaction() as transaction:
        turn_on(transaction, scope, name, "ann", "mended", practice.now)
    rosa.rings()
    rosa.lives(days=1, hours=1)
    assert rosa.received[0] == "day-0"


def test_a_touch_that_is_due_on_a_closed_day_waits_for_the_next_opening(practice: Practice) -> None:
    """An outage over the weekend must not be caught up on at night."""
    practice.publishes(sequence("office", stage("nurture", email("one"), hours=WEEKDAYS)))
    practice.now = NIGHT
    rosa = practice.captures()
    rosa.rings()
    turn = rosa.looks(Act.SEND_EMAIL)
    assert (turn.due, practice.provider.requests) == (datetime(2026, 11, 24, 14, tzinfo=MONDAY.tzinfo), 0)


def _outcomes(patient: Patient) -> list[tuple[str, str]]:
    running = patient.progress.enrolment
    return [] if running is None else [(done.step, done.outcome) for done in running.outcomes]
