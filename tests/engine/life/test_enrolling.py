"""Which sequence a lead comes into: starts, the catalogue's order, what ran before, and every refusal."""

from datetime import timedelta
from typing import Any

import pytest

from engine.life.circumstances import ChannelState, FieldValue
from engine.life.deciding.tasks import wished
from engine.life.enrolling import DEEPEST, OLDEST_START, consider
from engine.life.wishes import NothingStarts, Plan, Wish
from engine.reasons import EnrollRefusal, HoldReason, SkipReason
from engine.sequence.compiled import AgainAfter, AgainIfInactive, AgainOnce, OnByHand
from engine.words import Channel, EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances, hours
from tests.support.sequences import (
    call,
    days,
    email,
    field_is,
    finish,
    goto,
    minutes,
    on,
    sequence,
    sms,
    stage,
    task,
    working_days,
)

MONDAY = at("2026-11-23 09:00")
AT_ONCE: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}


def plan(name: str, **more: Any) -> Plan:
    """A sequence of two messages that a button starts."""
    steps = (email(f"{name}-1"), email(f"{name}-2", after=days(3)))
    return sequence(stage("as_is", *steps), name=name, **{"starts": (OnByHand(name=name),), **AT_ONCE, **more})


def pressed(rosa: Life, name: str) -> None:
    """Somebody presses the button that starts a sequence."""
    rosa.happens(EventKind.BY_HAND, name=name)


def runs(rosa: Life) -> str | None:
    """The sequence that runs."""
    return rosa.progress.enrolment.plan.sequence.name if rosa.progress.enrolment else None


def refused(rosa: Life) -> tuple[str | None, EnrollRefusal] | None:
    """The last refusal."""
    refusal = rosa.progress.refusal
    return None if refusal is None else (refusal.sequence, refusal.because)


class TestOrder:
    """The catalogue, highest first."""

    def test_statement_16_an_upper_sequence_takes_the_lead(self):
        """The old one ends superseded."""
        rosa = Life(plan("upper"), plan("lower"), now=MONDAY)
        pressed(rosa, "lower")
        pressed(rosa, "upper")
        assert (runs(rosa), rosa.ended) == ("upper", ["superseded"])

    def test_statement_16_a_lower_sequence_is_refused_and_the_running_one_named(self):
        """Never the reverse."""
        rosa = Life(plan("upper"), plan("lower"), now=MONDAY)
        pressed(rosa, "upper")
        pressed(rosa, "lower")
        assert runs(rosa) == "upper"
        assert refused(rosa) == ("lower", EnrollRefusal.ACTIVE_ELSEWHERE)
        assert rosa.progress.refusal is not None
        assert rosa.progress.refusal.detail == "upper"

    def test_statement_16_one_that_gives_back_interrupts(self):
        """The lower one stands still, and goes on with what was left of its delay."""
        rosa = Life(plan("upper", gives_back=True), plan("lower"), now=MONDAY)
        pressed(rosa, "lower")
        rosa.let_pass(days=1)
        pressed(rosa, "upper")
        assert runs(rosa) == "upper"
        assert [waiting.plan.sequence.name for waiting in rosa.progress.interrupted] == ["lower"]
        rosa.let_pass(days=3)
        assert (runs(rosa), rosa.ended) == ("lower", ["completed"])
        rosa.let_pass(days=2)
        assert rosa.sent_at("lower-2") == [MONDAY + timedelta(days=6)]

    @pytest.mark.parametrize(
        ("what", "ended"),
        [
            (lambda rosa: rosa.happens(EventKind.REPLIED, reply="positive"), ["replied", "replied"]),
            (lambda rosa: rosa.commands(Verb.STOP), ["stopped_by_person", "stopped_by_person"]),
            (lambda rosa: rosa.happens(EventKind.OPTED_OUT), ["opted_out", "opted_out"]),
        ],
        ids=["a reply", "a person", "an opt-out"],
    )
    def test_what_was_interrupted_does_not_resume_after_an_answer(self, what, ended):
        """The person has ended more than the one that ran."""
        rosa = Life(plan("upper", gives_back=True), plan("lower"), now=MONDAY)
        pressed(rosa, "lower")
        pressed(rosa, "upper")
        what(rosa)
        assert (rosa.ended, rosa.progress.interrupted) == (ended, ())

    def test_statement_16_three_may_stand_interrupted_and_no_more(self):
        """Beyond that nobody could say what a lead will hear next."""
        names = [f"s{n}" for n in range(5)]
        rosa = Life(*(plan(name, gives_back=True) for name in names), now=MONDAY)
        for name in reversed(names):
            pressed(rosa, name)
        assert len(rosa.progress.interrupted) == DEEPEST
        assert refused(rosa) == ("s0", EnrollRefusal.ACTIVE_ELSEWHERE)
        rosa.let_pass(days=40)
        assert rosa.ended == ["completed"] * 4
        assert {"s1-2", "s2-2", "s3-2", "s4-2"} <= set(rosa.sent)

    def test_the_highest_that_accepts_is_taken(self):
        """A refusal of the first lets the second have the lead."""
        gated = plan("gated", only_if=field_is("vip", True), starts=(OnByHand(name="go"),))
        open_to_all = plan("open", starts=(OnByHand(name="go"),))
        rosa = Life(gated, open_to_all, now=MONDAY)
        pressed(rosa, "go")
        assert runs(rosa) == "open"

    def test_when_all_refuse_the_first_says_why(self):
        """The highest is the one that was meant."""
        gated = plan("gated", only_if=field_is("vip", True), starts=(OnByHand(name="go"),))
        other = plan("other", only_if=field_is("vip", True), starts=(OnByHand(name="go"),))
        rosa = Life(gated, other, now=MONDAY)
        pressed(rosa, "go")
        assert refused(rosa) == ("gated", EnrollRefusal.GUARD_NOT_MET)

    def test_a_sequence_that_left_the_catalogue_yields_to_all(self):
        """It runs on for its leads, below everything published."""
        rosa = Life(plan("old"), now=MONDAY)
        pressed(rosa, "old")
        rosa.catalogue = (plan("new"),)
        pressed(rosa, "new")
        assert runs(rosa) == "new"

    def test_an_interruption_takes_a_question_about_the_lower_step_off_the_table(self):
        """It comes back by itself when the lower one goes on."""
        rosa = Life(plan("upper", gives_back=True), plan("lower", stale_after=minutes(60)), now=MONDAY)
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Contacted")
        rosa.becomes(all_switched_off=True)
        pressed(rosa, "lower")
        rosa.let_pass(days=2)
        rosa.becomes(all_switched_off=False)
        rosa.look()
        assert rosa.progress.review is not None
        pressed(rosa, "upper")
        assert rosa.sent == ["upper-1"]


class TestRefusals:
    """Nothing started, and why."""

    def test_a_sequence_that_runs_already(self):
        """Nobody is in one sequence twice."""
        rosa = Life(plan("one"), now=MONDAY)
        pressed(rosa, "one")
        pressed(rosa, "one")
        assert refused(rosa) == ("one", EnrollRefusal.ALREADY_ENROLLED)

    def test_a_sequence_that_stands_interrupted_runs_already_too(self):
        """It will go on."""
        rosa = Life(plan("upper", gives_back=True), plan("lower"), now=MONDAY)
        pressed(rosa, "lower")
        pressed(rosa, "upper")
        pressed(rosa, "lower")
        assert refused(rosa) == ("lower", EnrollRefusal.ALREADY_ENROLLED)

    def test_a_sequence_that_is_not_published(self):
        """A draft starts for nobody."""
        rosa = Life(now=MONDAY)
        rosa.commands(Verb.ENROLL, sequence="draft")
        assert refused(rosa) == ("draft", EnrollRefusal.SEQUENCE_CLOSED)
        assert rosa.tasks == []

    def test_a_guard_that_is_not_met_or_is(self):
        """The sequence's own condition for entry."""
        rosa = Life(plan("vips", only_if=field_is("vip", True)), now=MONDAY)
        pressed(rosa, "vips")
        assert refused(rosa) == ("vips", EnrollRefusal.GUARD_NOT_MET)
        rosa.becomes(fields=(FieldValue(name="vip", value=True),))
        pressed(rosa, "vips")
        assert runs(rosa) == "vips"

    @pytest.mark.parametrize(
        ("because", "refusal"),
        [
            (SkipReason.CHANNEL_SUPPRESSED, EnrollRefusal.OPTED_OUT),
            (SkipReason.NO_CONSENT, EnrollRefusal.NO_CONSENT),
            (SkipReason.ADDRESS_BOUNCED, EnrollRefusal.NO_USABLE_ADDRESS),
            (SkipReason.NO_ADDRESS, EnrollRefusal.NO_USABLE_ADDRESS),
        ],
    )
    def test_a_lead_that_none_of_its_channels_reaches(self, because, refusal):
        """The strongest reason is told."""
        world = circumstances(
            channels=(ChannelState(channel=Channel.EMAIL, why_not=because), ChannelState(channel=Channel.SMS))
        )
        rosa = Life(plan("mails"), now=MONDAY, world=world)
        pressed(rosa, "mails")
        assert refused(rosa) == ("mails", refusal)

    def test_one_channel_is_enough(self):
        """The other's steps are skipped."""
        both = sequence(
            stage("response", email("mail"), sms("text"), call("ring")), name="both", starts=(OnByHand(name="both"),)
        )
        world = circumstances(channels=(ChannelState(channel=Channel.VOICE, why_not=SkipReason.NO_CONSENT),))
        rosa = Life(both, now=MONDAY, world=world)
        pressed(rosa, "both")
        assert rosa.tasks == ["ring"]

    def test_a_sequence_that_only_asks_people_needs_no_channel(self):
        """Somebody may look into a lead that nobody can reach."""
        people = sequence(stage("capture", task("look")), name="people", starts=(OnByHand(name="people"),))
        rosa = Life(people, now=MONDAY, world=circumstances(channels=()))
        pressed(rosa, "people")
        assert rosa.tasks == ["look"]

    @pytest.mark.parametrize(("late", "starts"), [(OLDEST_START, True), (OLDEST_START * 2, False)])
    def test_an_event_that_is_too_old_starts_nothing(self, late, starts):
        """Life has gone on since."""
        rosa = Life(plan("one"), now=MONDAY)
        rosa.happens(EventKind.BY_HAND, MONDAY - late, name="one")
        assert (runs(rosa) == "one") is starts
        assert starts or refused(rosa) == ("one", EnrollRefusal.EVENT_TOO_OLD)

    def test_a_capture_is_never_too_old(self):
        """No enquiry is lost because a form was slow."""
        rosa = Life(sequence(stage("response", email("one"))), now=MONDAY)
        rosa.happens(EventKind.CAPTURED, MONDAY - timedelta(days=60))
        assert rosa.sent == ["one"]

    def test_a_lead_that_is_gone(self):
        """Asked directly, since nothing wishes for it any more."""
        rosa = Life(plan("one"), now=MONDAY)
        rosa.happens(EventKind.ERASED)
        answer = consider(rosa.progress, Wish(kind="command", at=MONDAY, sequence="one"), rosa.catalogue, MONDAY)
        assert answer.kind == "refused"
        assert answer.because is EnrollRefusal.DO_NOT_CONTACT

    def test_a_wish_for_nothing_starts_nothing(self):
        """Neither a sequence nor an event is named."""
        rosa = Life(plan("one"), now=MONDAY)
        answer = consider(rosa.progress, Wish(kind="event", at=MONDAY), rosa.catalogue, MONDAY)
        assert isinstance(answer, NothingStarts)

    @pytest.mark.parametrize("refusal", ["running", "once"])
    def test_a_refused_enquiry_is_a_persons_business(self, refusal):
        """No enquiry is lost; one that a running sequence sees to needs nobody."""
        again = AgainOnce() if refusal == "once" else AgainIfInactive()
        rosa = Life(
            sequence(stage("response", email("one"), email("two", after=days(3))), again=again, **AT_ONCE), now=MONDAY
        )
        rosa.happens(EventKind.CAPTURED)
        if refusal == "once":
            rosa.let_pass(days=4)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.CAPTURED)
        assert rosa.tasks == (["enquiry"] if refusal == "once" else [])


class TestAgain:
    """Whether a sequence may run for a lead once more."""

    @pytest.mark.parametrize(
        ("again", "days_later", "refusal"),
        [
            pytest.param(AgainOnce(), 400, EnrollRefusal.FINISHED_BEFORE, id="once is once"),
            pytest.param(AgainAfter(delay=days(30)), 20, EnrollRefusal.COOLING_OFF, id="too soon"),
            pytest.param(AgainAfter(delay=days(30)), 31, None, id="long enough ago"),
            pytest.param(AgainAfter(delay=working_days(1)), 0, EnrollRefusal.COOLING_OFF, id="a working day"),
        ],
    )
    def test_statement_18_again_does_what_it_is_called(self, again, days_later, refusal):
        """Counted from the last end."""
        rosa = Life(plan("one", again=again), now=MONDAY)
        pressed(rosa, "one")
        rosa.commands(Verb.STOP)
        rosa.let_pass(days=days_later)
        pressed(rosa, "one")
        assert (rosa.progress.refusal.because if rosa.progress.refusal else None) is refusal
        assert (runs(rosa) == "one") is (refusal is None)

    def test_a_working_day_before_it_may_run_again_is_one_of_the_leads(self):
        """The owner's weekends and holidays are nothing to the lead."""
        owner_off = hours().model_copy(update={"closed_days": (at("2026-11-24 12:00").date(),)})
        again = AgainAfter(delay=working_days(1))
        rosa = Life(plan("one", again=again), now=MONDAY, world=circumstances(owner_hours=owner_off))
        pressed(rosa, "one")
        rosa.commands(Verb.STOP)
        rosa.let_pass(days=1)
        pressed(rosa, "one")
        assert runs(rosa) == "one"

    def test_statement_18_if_inactive_runs_whenever_it_does_not_run(self):
        """The touches of the second time are touches of their own."""
        rosa = Life(plan("one"), now=MONDAY)
        pressed(rosa, "one")
        rosa.commands(Verb.STOP)
        pressed(rosa, "one")
        rosa.let_pass(hours=2)
        keys = {move.touch_key for _, move in rosa.moves if move.kind == "send"}
        assert (rosa.sent, len(keys)) == (["one-1", "one-1"], 2)

    def test_the_last_end_per_sequence_is_remembered(self):
        """Memory stays small."""
        rosa = Life(plan("one"), now=MONDAY)
        for _ in range(3):
            pressed(rosa, "one")
            rosa.commands(Verb.STOP)
        assert [past.number for past in rosa.progress.past] == [3]


class TestWishes:
    """Starts are asked of the catalogue by a move of their own."""

    def test_a_flood_of_one_event_is_one_wish(self):
        """Fifty deliveries of one form are one enquiry."""
        rosa = Life(plan("one"), now=MONDAY)
        for _ in range(5):
            rosa.note_event(EventKind.BY_HAND, name="one")
        rosa.note_event(EventKind.BY_HAND, name="two")
        rosa.note_event(EventKind.PAID)
        assert len(rosa.progress.wishes) == 3
        assert not rosa.progress.over

    def test_a_start_that_no_other_matches_is_a_wish_of_its_own(self):
        """What a lead answers, where a card lies and which button was pressed start different sequences."""
        rosa = Life(plan("one"), now=MONDAY)
        for stage_name in ("Contacted", "Proposal"):
            rosa.note_event(EventKind.REPLIED, reply="not_now")
            rosa.note_event(EventKind.REPLIED, reply="referral")
            rosa.note_event(EventKind.STAGE_CHANGED, pipeline_stage=stage_name)
        events = [wish.event for wish in rosa.progress.wishes]
        assert [(event.data.reply, event.data.pipeline_stage) for event in events if event is not None] == [
            ("not_now", None),
            ("referral", None),
            (None, "Proposal"),
        ]

    def test_a_command_beside_it_is_a_wish_of_its_own(self):
        """Its row wants an answer."""
        rosa = Life(plan("one"), plan("two"), now=MONDAY)
        rosa.note_event(EventKind.BY_HAND, name="one")
        rosa.commands(Verb.ENROLL, sequence="two")
        assert rosa.progress.wishes == ()
        assert refused(rosa) == ("two", EnrollRefusal.ACTIVE_ELSEWHERE)

    def test_the_move_says_what_is_asked(self):
        """The timeline reads it."""
        rosa = Life(plan("one"), now=MONDAY)
        rosa.note_event(EventKind.MEETING_NO_SHOW)
        move = wished(rosa.progress, MONDAY)
        assert move is not None
        assert move.why == "does a sequence start, because the lead does not come to a meeting?"

    def test_nothing_starting_is_no_refusal(self):
        """The commonest answer of all."""
        rosa = Life(plan("one"), now=MONDAY)
        rosa.happens(EventKind.PAID)
        assert (refused(rosa), rosa.progress.over) == (None, True)

    def test_an_enrolment_says_what_started_it(self):
        """`explain` begins with it."""
        rosa = Life(plan("one"), plan("two"), now=MONDAY)
        pressed(rosa, "two")
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.why == "started by the button two"

    def test_an_event_ends_a_sequence_and_starts_another(self):
        """A meeting ends prospecting and starts the preparation, in one look."""
        prospecting = plan("prospecting")
        prepare = sequence(
            stage("convert", email("agenda")), name="prepare", starts=({"kind": "event", "event": "meeting_booked"},)
        )
        rosa = Life(prospecting, prepare, now=MONDAY)
        pressed(rosa, "prospecting")
        rosa.happens(EventKind.MEETING_BOOKED)
        assert (runs(rosa), rosa.ended) == ("prepare", ["meeting_booked"])

    def test_a_new_enrolment_does_not_inherit_a_pause_that_is_over(self):
        """A pause whose end nobody saw holds nothing new."""
        rosa = Life(plan("upper"), plan("lower"), now=MONDAY)
        pressed(rosa, "lower")
        rosa.commands(Verb.PAUSE, until=MONDAY + timedelta(days=1))
        rosa.note_event(EventKind.REPLIED, reply="positive")
        rosa.look()
        rosa.now += timedelta(days=2)
        pressed(rosa, "upper")
        assert rosa.progress.pause is None
        assert runs(rosa) == "upper"

    def test_a_pause_that_lasts_holds_the_next_enrolment(self):
        """A person paused the lead, not the sequence."""
        rosa = Life(plan("upper"), plan("lower"), now=MONDAY)
        pressed(rosa, "lower")
        rosa.commands(Verb.PAUSE, until=MONDAY + timedelta(days=5))
        pressed(rosa, "upper")
        assert (runs(rosa), rosa.waits_because) == ("upper", HoldReason.PAUSED)
        assert rosa.sent == ["lower-1"]


def test_a_lead_that_leads_itself_round_is_finished_by_its_own_exit():
    """A sequence whose only stage leads into itself needs a wait, and has one."""
    rosa = Life(
        sequence(
            stage("nurture", email("one"), otherwise=goto("nurture", after=days(1)), when=(on("paid", finish()),))
        ),
        now=MONDAY,
    )
    rosa.happens(EventKind.CAPTURED)
    rosa.let_pass(days=3)
    rosa.happens(EventKind.PAID)
    assert rosa.ended == ["completed"]
