"""Messages that a person releases: the words on the task are the words that leave, on either database."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select, update

from adapters.database import AnyRow
from adapters.tables import leads, tasks
from engine.life.turn import Scrap
from engine.reasons import HoldReason, ReviewReason, SkipReason
from engine.sequence.compiled import Sequence
from engine.sequence.outcomes import APPROVED
from engine.words import Act
from tests.activities.practice import Patient, Practice, release_saying
from tests.support.small_sequences import email, sequence, stage, text

OFFER = """---
value: offer
purpose: commercial
subject: An offer for {{ first_name }}
---
Dear {{ first_name }}, it costs 900."""


def offering() -> Sequence:
    """One offer, which somebody reads before it leaves."""
    return sequence("offers", stage("nurture", email("offer", approve=True)))


@pytest.fixture
def rosa(practice: Practice) -> Patient:
    """A lead whose offer waits to be released."""
    practice.puts_out(release_saying(offering(), offer=OFFER))
    rosa = practice.captures()
    rosa.catches_up()
    return rosa


def answers(rosa: Patient, disposition: str = APPROVED, **said: object) -> None:
    """A person ends the open task, and the lead is looked at until nothing is due."""
    rosa.hears("task_done", task_key=rosa.tasks[0].task_key, disposition=disposition, **said)
    rosa.rings()
    rosa.catches_up()


def task_of(rosa: Patient) -> AnyRow:
    """The lead's only task, open or not."""
    with rosa.practice.database.reading() as transaction:
        return transaction.execute(select(tasks).where(tasks.c.lead == rosa.lead_id)).one()


def test_the_draft_stands_on_the_task_and_nowhere_else(rosa: Patient) -> None:
    """Whoever releases it reads what will leave; what cannot be erased never holds it."""
    task = task_of(rosa)
    assert (task.kind, task.step, task.owner, task.blocks) == ("approval", "offer", rosa.row.owner, True)
    assert (task.subject, task.text) == ("An offer for Rosa", "Dear Rosa, it costs 900.")
    assert (rosa.row.hold, rosa.turn.state, rosa.received) == (HoldReason.AWAITING_APPROVAL, "task", [])
    assert "Rosa" not in rosa.row.progress + rosa.turn.model_dump_json()


def test_what_was_released_leaves_though_its_values_have_changed(rosa: Patient) -> None:
    """A person put their name to 'Dear Rosa', not to whatever the CRM says an hour later."""
    with rosa.practice.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == rosa.lead_id).values(first_name="Rosalind"))
    answers(rosa)
    (touch,) = rosa.touches
    assert (touch.state, touch.subject) == ("accepted", "An offer for Rosa")
    words, _, footer = touch.body.partition("\n\n--\n")
    assert words == "Dear Rosa, it costs 900."
    assert "To get no more of these emails" in footer
    released = sha256(b"An offer for Rosa\nDear Rosa, it costs 900.").hexdigest()
    assert (touch.approved_sha256, touch.edited) == (released, False)


def test_whoever_releases_a_message_may_change_its_words(rosa: Patient) -> None:
    """The ledger tells from then on that a person wrote it."""
    answers(rosa, subject="Your roof", text="Dear Rosa,\r\nfor you it is 850.\n")
    (touch,) = rosa.touches
    assert (touch.subject, touch.body.partition("\n\n--\n")[0]) == ("Your roof", "Dear Rosa,\nfor you it is 850.")
    assert (touch.edited, task_of(rosa).edited) == (True, True)
    assert "850" not in rosa.row.progress + rosa.turn.model_dump_json()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"text": "Dear {{ first_name }}, 900."}, "a brace"),
        ({"text": "  "}, "it is empty"),
        ({"text": "Hi , 900."}, "greets nobody"),
        ({"text": "Pay at javascript:alert(1)"}, "no web address"),
        ({"text": "900\x00"}, "nobody can see"),
        ({"subject": " "}, "the subject is empty"),
        ({"subject": "one\ntwo"}, "more than one line"),
        ({"text": 900}, "string_type"),
    ],
)
def test_words_that_must_not_leave_release_nothing(rosa: Patient, said: dict[str, object], why: str) -> None:
    """Whoever sends the release, and by whatever way: the task stays open, and the row says what is wrong."""
    answers(rosa, APPROVED, **said)
    assert rosa.inbox[-1].disposition == "dead_letter"
    assert why in rosa.inbox[-1].detail
    assert (len(rosa.tasks), rosa.received, task_of(rosa).text) == (1, [], "Dear Rosa, it costs 900.")
    answers(rosa)
    assert rosa.received == ["offer"]


def test_a_release_signalled_to_temporal_is_held_to_the_same_words(rosa: Patient) -> None:
    """The signal's content is filed by the next look, and read like every other row."""
    body = f'{{"task_key": "{rosa.tasks[0].task_key}", "disposition": "approved", "text": "For you: 800."}}'
    rosa.looks(Act.LOOK, scraps=(Scrap(name="task_done", body=body),))
    rosa.catches_up()
    assert rosa.touches[0].body.startswith("For you: 800.")


def test_what_a_person_writes_is_plain_words_in_the_page_too(rosa: Patient) -> None:
    """Whoever reads the HTML of a mail must not read what nobody released, or a link that nobody wrote."""
    assert "it costs 900" in task_of(rosa).html
    answers(rosa, text="It is <b>850</b>,\n[click](https://example.com).\n\nYours")
    html = task_of(rosa).html
    assert "It is &lt;b&gt;850&lt;/b&gt;,<br" in html
    assert "<a " not in html
    assert "900" not in html


def test_of_two_releases_the_first_counts(rosa: Patient) -> None:
    """Two people at one list must not send two offers."""
    key = rosa.tasks[0].task_key
    rosa.hears("task_done", task_key=key, disposition=APPROVED, text="First.")
    rosa.hears("task_done", task_key=key, disposition=APPROVED, text="Second.")
    rosa.rings()
    rosa.catches_up()
    assert [row.disposition for row in rosa.inbox[-2:]] == ["applied", "ignored"]
    assert (rosa.received, rosa.touches[0].body.startswith("First.")) == (["offer"], True)
    assert task_of(rosa).text == "First."


def test_a_rejected_message_is_left_out_and_the_audit_trail_says_why(rosa: Patient) -> None:
    """Counted as not approved, it is no failure of anybody's."""
    answers(rosa, "rejected", reason="too dear")
    assert (rosa.received, rosa.noted) == ([], ["step_skipped"])
    assert SkipReason.NOT_APPROVED in {done.outcome.removeprefix("skipped.") for done in _outcomes(rosa)}


def test_a_message_with_a_gap_is_not_drafted(practice: Practice) -> None:
    """A person is asked for what is missing; once it is known, the draft has it."""
    practice.puts_out(release_saying(offering(), offer=OFFER.replace("it costs 900", "{{ owner_name }}")))
    rosa = practice.captures()
    rosa.catches_up()
    assert (rosa.turn.state, rosa.tasks) == (f"review.{ReviewReason.MISSING_TOKEN}", [])
    assert rosa.row.progress.count("owner_name") == 1


def test_an_opt_out_after_the_release_is_obeyed(rosa: Patient) -> None:
    """A release is no permission to write."""
    rosa.hears("task_done", task_key=rosa.tasks[0].task_key, disposition=APPROVED)
    rosa.hears("opted_out", channel="email")
    rosa.rings()
    rosa.catches_up()
    assert rosa.received == []


def test_a_release_at_night_leaves_in_the_morning_with_the_same_words(practice: Practice) -> None:
    """What the gate holds back is not asked for again."""
    practice.puts_out(release_saying(_by_day(), offer=OFFER))
    practice.now += timedelta(hours=10)
    rosa = practice.captures()
    rosa.catches_up()
    answers(rosa, text="Good morning.")
    assert (rosa.received, len(rosa.tasks)) == ([], 0)
    rosa.lives(hours=20)
    assert (rosa.received, rosa.touches[0].body.partition("\n")[0]) == (["offer"], "Good morning.")


def test_a_touch_that_did_not_arrive_is_tried_again_with_the_words_that_were_released(rosa: Patient) -> None:
    """The second try is a touch of its own, and no second question."""
    answers(rosa, text="For you: 850.")
    rosa.hears("delivery_failed", touch_key=rosa.key_of("offer"), channel="email")
    rosa.rings()
    rosa.lives(hours=5)
    assert [(touch.state, touch.edited) for touch in rosa.touches] == [("accepted", True)] * 2
    assert rosa.touches[1].body.startswith("For you: 850.")


def test_a_release_that_was_noted_before_its_task_was_remembered_still_has_its_words(practice: Practice) -> None:
    """A lead may sleep over an upgrade: its words are found by the step, as they were then."""
    practice.puts_out(release_saying(_by_day(), offer=OFFER))
    practice.now += timedelta(hours=10)
    rosa = practice.captures()
    rosa.catches_up()
    answers(rosa, text="Good morning.")
    with practice.database.transaction() as transaction:
        stored = json.loads(rosa.row.progress)
        assert stored["enrolment"]["cursor"]["approval"].pop("task")
        older = update(leads).where(leads.c.id == rosa.lead_id).values(progress=json.dumps(stored))
        transaction.execute(older)
    rosa.lives(hours=20)
    assert (rosa.received, rosa.touches[0].body.partition("\n")[0]) == (["offer"], "Good morning.")


def test_a_text_is_released_like_a_mail(practice: Practice) -> None:
    """It has no subject, and no footer."""
    practice.publishes(sequence("offers", stage("nurture", text("offer", approve=True))))
    rosa = practice.captures()
    rosa.catches_up()
    answers(rosa, subject="A subject", text="For you: 850.")
    (touch,) = rosa.touches
    assert (touch.state, touch.subject, touch.body) == ("accepted", "", "For you: 850.")


def test_a_look_that_dies_after_the_claim_sends_nothing_twice(rosa: Patient) -> None:
    """A released message keeps the promise of every other."""
    rosa.hears("task_done", task_key=rosa.tasks[0].task_key, disposition=APPROVED)
    rosa.rings()
    rosa.dies("after_last_byte")
    rosa.lives(hours=2)
    assert rosa.received == ["offer"]


def _by_day() -> Sequence:
    plan = stage("nurture", email("offer", approve=True), hours=None)
    return sequence("offers", plan)


def _outcomes(rosa: Patient):
    running = rosa.progress.enrolment
    assert running is not None
    return running.outcomes
