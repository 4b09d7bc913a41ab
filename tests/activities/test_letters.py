"""Whatever is filed, in whatever order: no look fails for it, and every row ends with one disposition."""

import json
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from sqlalchemy import delete, insert

from activities.sitting import MOST_ROWS
from adapters.leads import ExternalId
from adapters.letters import KINDS, OPERATOR, PLAIN, Letter
from adapters.tables import inbox
from engine.life.turn import Scrap
from engine.ports.providers import TryLater
from engine.reasons import CallDisposition, IgnoreReason, ReplyClass, ReviewReason
from engine.words import Act, Channel, EventKind, Stage, Verb
from tests.activities.practice import MONDAY, Patient, Practice, letter
from tests.support import provider as does
from tests.support.counting import counting
from tests.support.small_sequences import DAY, call, daily, email, sequence, stage, text, two_stages

DISPOSITIONS = {"applied", "ignored", "dead_letter"}

NEVER = ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00")
"""How others say that something has no beginning or no end."""
HOSTILE = ("\0", "a\0b", "\ud800", "", "x" * 1000)
"""What JSON and Python take, and not every database."""


@pytest.fixture
def rosa(practice: Practice) -> Patient:
    """A lead in a sequence of every kind of step."""
    practice.publishes(
        sequence("mixed", stage("nurture", email("one"), call("talk", after=DAY), text("two", after=DAY))), two_stages()
    )
    rosa = practice.captures()
    rosa.catches_up()
    return rosa


# --- one by one -------------------------------------------------------------------------------------------------------


UNREADABLE = {
    "a kind nobody knows": ("hello_world", "{}"),
    "no JSON": ("note_added", "{not json"),
    "a list": ("note_added", "[1, 2]"),
    "no object": ("note_added", '"yes"'),
    "NaN": ("note_added", '{"version": NaN}'),
    "a number beyond all numbers": ("note_added", '{"version": 1e999}'),
    "a wrong type": ("note_added", '{"channel": 7}'),
    "a value nobody knows": ("note_added", '{"channel": "pigeon"}'),
    "a moment without a zone": ("owner_absent", '{"until": "2026-11-23T10:00:00"}'),
    "very deep": ("note_added", "[" * 5000 + "]" * 5000),
    "very long": ("note_added", json.dumps({"reason": "x" * 300_000})),
    "a lost half of a character": ("note_added", '{"reason": "\\ud800", "channel": 1}'),
    "a stage nobody has": ("jump", '{"stage": "heaven"}'),
}


@pytest.mark.parametrize(("kind", "body"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_nobody_can_read_is_put_aside_and_flagged_and_the_lead_goes_on(
    practice: Practice, rosa: Patient, kind: str, body: str
) -> None:
    """One poisoned row must neither stop the lead nor disappear."""
    letter = Letter(source="crm", id="poison", kind=kind, occurred_at=practice.now, body=body)
    practice.inbox.receive(letter, rosa.lead_id, practice.now)
    rosa.hears("note_added")
    rosa.rings()
    _, poison, note = rosa.inbox
    assert (poison.disposition, note.disposition) == ("dead_letter", "applied")
    assert poison.detail
    assert rosa.row.flagged_since is not None
    assert rosa.row.flag_detail.startswith(ReviewReason.BAD_EVENT)
    assert rosa.progress.review is None
    rosa.lives(days=1, hours=2)
    assert [task.step for task in rosa.tasks] == ["talk"]


SAYS_ENOUGH = {
    "a channel nobody has": ("opted_out", '{"channel": "all"}', "over.opted_out"),
    "an opt-out as it was typed": ("opted_out", '"STOP"', "over.opted_out"),
    "an opt-out that is nothing": ("opted_out", "null", "over.opted_out"),
    "an opt-out in a list": ("opted_out", "[]", "over.opted_out"),
    "a moment without a zone": ("opted_out", '{"occurred_at": "2026-11-23 10:00"}', "over.opted_out"),
    "an id with an umlaut": ("opted_out", '{"id": "crm-ä"}', "over.opted_out"),
    "a touch that is a number": ("opted_out", '{"touch_key": 5}', "over.opted_out"),
    "a stop as a sentence": ("stop", '"the customer called"', "over.stopped_by_person"),
    "a reason that is a number": ("stop", '{"reason": 7}', "over.stopped_by_person"),
    "somebody with an umlaut": ("stop", '{"by": "Jörg"}', "over.stopped_by_person"),
    "a stop cut off in the middle": ("stop", '{"reason": "the cust', "over.stopped_by_person"),
    "a meaning nobody has": ("replied", '{"reply": "negative"}', "review.unclear_reply"),
    "an answer as it was typed": ("replied", '"please do not write again"', "review.unclear_reply"),
    "a question on a channel nobody has": ("replied", '{"channel": "pigeon", "reply": "question"}', "task"),
}


@pytest.mark.parametrize(("kind", "body", "state"), SAYS_ENOUGH.values(), ids=SAYS_ENOUGH)
def test_one_unreadable_detail_of_a_no_does_not_let_the_next_message_leave(
    practice: Practice, kind: str, body: str, state: str
) -> None:
    """The kind says that sending is over; a person hears of the rest, and until then nothing leaves."""
    practice.publishes(daily(3))
    rosa = practice.captures()
    rosa.catches_up()
    practice.now += timedelta(minutes=2)
    rosa.looks(Act.LOOK, scraps=(Scrap(name=kind, body=body, mark="run/1"),))
    no = rosa.inbox[-1]
    assert (no.disposition, rosa.turn.state) == ("applied", state)
    assert no.detail.startswith("left out as unreadable: ")
    assert rosa.row.flag_detail.startswith(ReviewReason.BAD_EVENT)
    rosa.lives(days=4)
    assert rosa.received == ["day-0"]


def test_an_opt_out_of_one_channel_with_an_unreadable_detail_leaves_the_others_open(practice: Practice) -> None:
    """What can be read still says what is meant."""
    practice.publishes(sequence("both", stage("nurture", email("one"), text("two", after=DAY))))
    rosa = practice.captures()
    rosa.catches_up()
    rosa.hears("opted_out", channel="email", touch_key=5)
    rosa.lives(days=2)
    assert rosa.received == ["one", "two"]


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_may_come_before_anything_has_begun(practice: Practice, kind: EventKind) -> None:
    """Webhooks overtake the capture they belong to."""
    practice.publishes(two_stages())
    rosa = practice.captures()
    with practice.database.transaction() as transaction:
        transaction.execute(delete(inbox).where(inbox.c.lead == rosa.lead_id))
    rosa.hears(kind)
    rosa.rings()
    assert {row.disposition for row in rosa.inbox} <= DISPOSITIONS


@pytest.mark.parametrize("kind", [EventKind.OPTED_OUT, Verb.STOP])
def test_a_no_for_somebody_we_do_not_know_yet_is_heard_by_their_first_look(practice: Practice, kind: str) -> None:
    """A CRM tells the opt-out before the contact; the sweep a minute later would come after the first message."""
    practice.publishes(daily(3))
    contact = ExternalId(system="crm", id="4711")
    practice.inbox.receive(letter(kind, practice.now, {}), contact, practice.now)
    rosa = practice.captures(external_ids=(contact,))
    rosa.lives(days=4)
    assert rosa.received == []
    assert [row.disposition for row in rosa.inbox] == ["applied", "applied"]


@pytest.mark.parametrize("verb", list(Verb))
def test_every_command_to_a_lead_that_is_over_is_answered(practice: Practice, verb: Verb) -> None:
    """A person gets a reason, not a stack trace."""
    practice.publishes(daily(1))
    rosa = practice.captures()
    rosa.lives(days=20)
    assert rosa.turn.over
    rosa.commanded(verb)
    rosa.rings()
    row = rosa.inbox[-1]
    assert row.disposition in DISPOSITIONS
    assert row.disposition == "applied" or row.reason in set(IgnoreReason)


def test_the_same_letter_fifty_times_is_one_row_and_one_effect(practice: Practice, rosa: Patient) -> None:
    """One provider's average is three deliveries; the worst on record is forty-six."""
    letter = Letter(source="crm", id="again", kind="replied", occurred_at=practice.now, body='{"channel": "email"}')
    for _ in range(50):
        practice.inbox.receive(letter, rosa.lead_id, practice.now)
        rosa.rings()
    assert [(row.disposition, row.duplicates) for row in rosa.inbox[1:]] == [("applied", 49)]
    assert [task.kind for task in rosa.tasks] == ["answer"]


def test_a_stage_change_older_than_the_last_one_changes_nothing(practice: Practice, rosa: Patient) -> None:
    """CRMs deliver out of order, days late."""
    for name, at in (("Won", practice.now), ("Contacted", practice.now - timedelta(days=3))):
        letter = Letter(
            source="crm", id=name, kind="stage_changed", occurred_at=at, body=json.dumps({"pipeline_stage": name})
        )
        practice.inbox.receive(letter, rosa.lead_id, practice.now)
    rosa.rings()
    assert [(row.disposition, row.reason) for row in rosa.inbox[1:]] == [("applied", None), ("ignored", "stale")]
    assert rosa.row.pipeline_stage == "Won"


def test_rows_are_noted_in_the_order_they_were_committed(practice: Practice, rosa: Patient) -> None:
    """A pause and a resume a second later leave the lead running, and the other way round they do not."""
    for verb in (Verb.PAUSE, Verb.RESUME, Verb.PAUSE, Verb.PAUSE, Verb.RESUME):
        rosa.commanded(verb)
    rosa.rings()
    assert rosa.row.lead_state == "waiting"
    rosa.commanded(Verb.RESUME)
    rosa.commanded(Verb.PAUSE)
    rosa.rings()
    assert rosa.row.lead_state == "paused"
    assert [row.number for row in rosa.inbox] == list(range(1, 9))


def test_a_flood_is_noted_in_parts_and_nothing_leaves_before_its_end_is_known(practice: Practice) -> None:
    """No look outlives its timeout, and the reply at the very end of the flood still keeps the message in."""
    practice.publishes(daily(2))
    rosa = practice.captures()
    assert rosa.rings().act is Act.SEND_EMAIL
    with practice.database.transaction() as transaction:
        transaction.execute(insert(inbox), [_note(rosa, number, practice.now) for number in range(2, 2 + MOST_ROWS)])
    rosa.hears("replied", channel="email", reply="positive")
    with counting(practice.database) as cost:
        turn = rosa.looks()
    assert (turn.due, turn.act, turn.over) == (practice.now, Act.LOOK, False)
    assert (cost.transactions, rosa.inbox[-1].disposition) == (1, None)
    rosa.catches_up()
    assert {row.disposition for row in rosa.inbox} == {"applied"}
    assert practice.provider.requests == 0


def test_what_is_signalled_directly_is_filed_once_however_often_it_is_handed_on(
    practice: Practice, rosa: Patient
) -> None:
    """An attempt that dies after its first commit hands the same scraps to the next one."""
    scraps = (Scrap(name="pause", body='{"reason": "holiday"}'), Scrap(name="nonsense", body="\x00 not json"))
    for _ in range(3):
        rosa.looks(Act.LOOK, scraps=scraps)
    assert [(row.source, row.kind, row.disposition) for row in rosa.inbox[1:]] == [
        ("temporal", "pause", "applied"),
        ("temporal", "nonsense", "dead_letter"),
    ]
    assert rosa.row.lead_state == "paused"


TEXTS = (
    "pipeline_stage",
    "owner",
    "name",
    "reason",
    "sequence",
    "step",
    "disposition",
    "task_key",
    "touch_key",
    "address_hash",
    "survivor",
    "first_name",
    "email",
    "phone",
)
MOMENTS = ("until", "returns_at", "callback_at")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_text_and_no_moment_of_any_kind_of_row_stops_a_lead(practice: Practice, rosa: Patient, kind: str) -> None:
    """One CRM that says "until 9999", or one paste with a NUL in it, must not end the looks of a lead."""
    rosa.hears("owner_changed", owner="ana")
    for number, (end, hostile) in enumerate(product(NEVER, HOSTILE)):
        said = dict.fromkeys(TEXTS, hostile) | dict.fromkeys(MOMENTS, end) | {"fields": {hostile: hostile}}
        body = json.dumps(said)
        letter = Letter(
            source=OPERATOR, id=f"{number}", kind=kind, occurred_at=datetime.fromisoformat(end), body=body, by="ann"
        )
        practice.inbox.receive(letter, rosa.lead_id, practice.now)
        rosa.looks(Act.LOOK, scraps=(Scrap(name=kind, body=body, mark=f"{rosa.lead_id}/{number}"),))
    rosa.lives(days=9)
    assert {row.disposition for row in rosa.inbox} <= DISPOSITIONS


# --- anything at all --------------------------------------------------------------------------------------------------


moments = st.sampled_from(NEVER) | st.integers(-60 * 24 * 40, 60 * 24 * 40).map(
    lambda minutes: (MONDAY + timedelta(minutes=minutes)).isoformat()
)
characters = st.characters(exclude_categories=())
words = st.text(characters, max_size=8) | st.sampled_from(HOSTILE)


def names(*known: str) -> st.SearchStrategy[str]:
    """Names that mean something, and others."""
    return st.sampled_from(known) | st.sampled_from(known) | words


anything: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**20) | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(characters, max_size=5), inner, max_size=3),
    max_leaves=5,
)
plausible = st.fixed_dictionaries(
    {},
    optional={
        "channel": st.sampled_from([*Channel]),
        "reply": st.sampled_from([*ReplyClass]),
        "from_other": st.sampled_from(["thread", "account"]),
        "pipeline_stage": names("New", "Contacted", "Delayed", "Cold", "Proposal", "Won", "Unheard of"),
        "version": st.integers(0, 5),
        "disposition": names(*CallDisposition, "done", "given_up", "sent", "not_sent"),
        "returns_at": moments,
        "callback_at": moments,
        "until": moments,
        "owner": names("ana", "ben"),
        "sequence": names("mixed", "two-stages", "none"),
        "stage": st.sampled_from([*Stage]),
        "step": names("one", "talk", "two", "hello", "first", "none"),
        "name": names("button"),
        "task_key": names("the task"),
        "touch_key": names("the touch"),
        "address_hash": words,
        "survivor": words,
        "reason": words,
        "occurred_at": moments,
        "first_name": words,
        "zone": names("Asia/Tokyo"),
        "fields": st.dictionaries(words, words | st.floats() | st.integers(-(10**30), 10**30), max_size=2),
    },
)
hostile = st.builds(
    lambda text, end: json.dumps(dict.fromkeys(TEXTS, text) | dict.fromkeys(MOMENTS, end)),
    st.sampled_from(HOSTILE),
    st.sampled_from(NEVER),
)
bodies = st.one_of(
    plausible.map(json.dumps),
    plausible.map(json.dumps),
    anything.map(json.dumps),
    st.text(characters, max_size=20),
    st.just('{"reason": 1e999}'),
)
kinds = st.one_of(st.sampled_from(sorted(KINDS)), st.from_regex(PLAIN, fullmatch=True).map(lambda kind: kind[:40]))
letters = st.builds(
    Letter,
    source=st.sampled_from(["crm", "twilio", OPERATOR]),
    id=st.integers(0, 30).map(str),
    kind=kinds,
    occurred_at=moments.map(datetime.fromisoformat),
    body=bodies,
    by=st.sampled_from([None, "ann"]),
)
WRITTEN = ("stage_changed", "owner_changed", "enroll", "opted_out", "owner_absent", "pause", "task_done", "by_hand")
"""Kinds that leave something of what they say in the records."""
poison = st.builds(
    Letter,
    source=st.just(OPERATOR),
    id=st.integers(0, 30).map(str),
    kind=st.sampled_from(WRITTEN),
    occurred_at=moments.map(datetime.fromisoformat),
    body=hostile,
    by=st.just("ann"),
)
scraps = st.builds(Scrap, name=st.sampled_from([*Verb, *EventKind]) | st.text(characters, max_size=10), body=bodies)
answers = st.sampled_from(
    [
        does.ok(),
        does.busy(3),
        does.busy(4000),
        does.unauthorised(),
        does.refused("bad_recipient"),
        does.refused("opted_out"),
        does.refused("bad_content"),
        does.broken(),
        does.broken(accepts=True),
        does.resets(accepts=True),
        does.garbage(),
    ]
)
happenings = st.lists(
    st.one_of(
        letters,
        letters,
        poison,
        scraps,
        answers,
        st.sampled_from([*Act]),
        st.integers(1, 60 * 24 * 9).map(lambda minutes: timedelta(minutes=minutes)),
    ),
    max_size=14,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(happenings)
def test_no_look_ever_fails_and_every_row_ends_with_one_disposition(
    practice: Practice, happenings: list[Letter | Scrap | does.Answer | Act | timedelta]
) -> None:
    """Webhooks repeat, reorder and lie, people type, providers break: a lead lives on, and gets nothing twice."""
    practice.now = MONDAY
    practice.publishes(
        sequence("mixed", stage("nurture", email("one"), call("talk", after=DAY), text("two", after=DAY))), two_stages()
    )
    practice.provider.forgets()
    rosa = practice.captures()
    for happening in happenings:
        _happens(practice, rosa, happening)
    _attempt(rosa, Act.LOOK)
    assert {row.disposition for row in rosa.inbox} <= DISPOSITIONS
    assert [row.number for row in rosa.inbox] == list(range(1, len(rosa.inbox) + 1))
    assert practice.provider.doubles == {}
    assert rosa.turn.over or rosa.turn.due <= practice.now + timedelta(days=31)
    assert rosa.turn.over or rosa.tasks or rosa.turn.due > practice.now or rosa.turn.act is not Act.LOOK


def _note(rosa: Patient, number: int, now: datetime) -> dict[str, object]:
    """A note, as the Inbox stores it."""
    told = {"source": "crm", "event_id": f"n{number}", "kind": "note_added", "body": "{}", "digest": "a note"}
    return {"lead": rosa.lead_id, "number": number, "occurred_at": now, "received_at": now, **told}


def _happens(practice: Practice, rosa: Patient, happening: Letter | Scrap | does.Answer | Act | timedelta) -> None:
    match happening:
        case Letter():
            practice.inbox.receive(_about(rosa, happening), rosa.lead_id, practice.now)
        case Scrap():
            _attempt(rosa, Act.LOOK, happening)
        case does.Answer():
            practice.provider.will(happening)
        case Act():
            _attempt(rosa, happening)
        case timedelta():
            practice.now += happening
            _attempt(rosa)


def _attempt(rosa: Patient, act: Act | None = None, *scraps: Scrap) -> None:
    try:
        rosa.looks(act, scraps=scraps)
    except TryLater:
        return  # Temporal's to repeat, or the next happening's


def _about(rosa: Patient, letter: Letter) -> Letter:
    """The letter, about a task or a touch that there really is."""
    body = letter.body
    if rosa.tasks:
        body = body.replace("the task", rosa.tasks[0].task_key)
    if rosa.touches:
        body = body.replace("the touch", rosa.touches[-1].touch_key)
    return letter.model_copy(update={"body": body, "id": f"{rosa.lead_id}-{letter.id}"})
