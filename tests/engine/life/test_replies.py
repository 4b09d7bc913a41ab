"""The lead writes: everything stops, or what the sequence wrote; and exactly one answer is owed."""

from datetime import date, timedelta

import pytest

from engine.life.circumstances import ChannelState, Policy
from engine.life.receipts import Accepted, Uncertain
from engine.reasons import HoldReason, ReplyClass, ReviewReason, SkipReason
from engine.sequence.compiled import AgainIfInactive, BusinessDays, CarryOn
from engine.words import Channel, EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances
from tests.support.sequences import days, email, finish, goto, minutes, on, reply, sequence, stage

MONDAY = at("2026-11-23 09:00")
STEPS = (email("one"), email("two", after=days(3)), email("three", after=days(3)))


def captured(*steps, world=None, when=(), stage_when=(), **more) -> Life:
    """A lead that has had the first message of a sequence."""
    written = {"hours": ALWAYS, "after_human": minutes(0), "when": when, **more}
    rosa = Life(sequence(stage("nurture", *(steps or STEPS), when=stage_when), **written), now=MONDAY, world=world)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def waits(rosa: Life) -> HoldReason | None:
    """Why the lead waits now."""
    return rosa.waits_because


def review_of(rosa: Life) -> ReviewReason | None:
    """What a person is asked to decide."""
    return rosa.progress.review.because if rosa.progress.review else None


DEFAULTS = [
    pytest.param("wants_meeting", ["replied"], ["answer"], None, id="wants_meeting"),
    pytest.param("positive", ["replied"], ["answer"], None, id="positive"),
    pytest.param("question", ["replied"], ["answer"], None, id="question"),
    pytest.param("not_now", ["replied"], ["answer"], None, id="not_now"),
    pytest.param("referral", ["replied"], ["answer"], None, id="referral"),
    pytest.param("not_interested", ["not_interested"], ["answer"], None, id="not_interested"),
    pytest.param("wrong_person", ["wrong_person"], ["answer"], None, id="wrong_person"),
    pytest.param("left_company", [], ["answer"], "contact_changed", id="left_company"),
    pytest.param("opt_out", ["opted_out"], ["answer"], None, id="opt_out"),
    pytest.param("complaint", ["replied"], ["answer"], None, id="complaint"),
    pytest.param("unclear", [], ["answer"], "unclear_reply", id="unclear"),
    pytest.param("possible_opt_out", [], ["answer"], "possible_opt_out", id="possible_opt_out"),
    pytest.param("out_of_office", [], [], None, id="out_of_office"),
    pytest.param("automatic", [], [], None, id="automatic"),
    pytest.param("bounce_notice", [], [], None, id="bounce_notice"),
    pytest.param(None, ["replied"], ["answer"], None, id="not classified"),
]


@pytest.mark.parametrize(("said", "ended", "tasks", "review"), DEFAULTS)
def test_statement_07_each_class_of_reply_has_its_default_and_one_answer_task(said, ended, tasks, review):
    """Stop first, classify second; a person answers, once."""
    rosa = captured()
    rosa.happens(EventKind.REPLIED, reply=said)
    assert (rosa.ended, rosa.tasks, review_of(rosa)) == (ended, tasks, review)


def test_every_class_of_reply_is_in_the_table():
    """A new class without a default would be a silent "replied"."""
    assert {param.values[0] for param in DEFAULTS} == {*ReplyClass, None}


def test_statement_06_nothing_leaves_after_a_reply():
    """The next touch is due in the same look, and does not leave."""
    rosa = captured()
    rosa.now += timedelta(days=3)
    rosa.happens(EventKind.REPLIED, reply="question")
    rosa.let_pass(days=30)
    assert rosa.sent == ["one"]


@pytest.mark.parametrize(
    ("stage_when", "when", "expected"),
    [
        pytest.param(
            (on("replied", finish("disqualified")), on(reply("question"), finish("goal_met"))),
            (on(reply("question"), finish("completed")),),
            "goal_met",
            id="the class in the stage",
        ),
        pytest.param(
            (on("replied", finish("goal_met")),),
            (on(reply("question"), finish("disqualified")),),
            "goal_met",
            id="any reply in the stage",
        ),
        pytest.param(
            (),
            (on("replied", finish("disqualified")), on(reply("question"), finish("goal_met"))),
            "goal_met",
            id="the class in the sequence",
        ),
        pytest.param((), (on("replied", finish("goal_met")),), "goal_met", id="any reply in the sequence"),
        pytest.param((), (on(reply("positive"), finish("goal_met")),), "replied", id="the engine's default"),
    ],
)
def test_statement_07_reactions_are_looked_up_in_their_order(stage_when, when, expected):
    """Exact before general, stage before sequence, then the default; one answer task in any case."""
    rosa = captured(stage_when=stage_when, when=when)
    rosa.happens(EventKind.REPLIED, reply="question")
    assert rosa.ended == [expected]
    assert rosa.tasks == ["answer"]


def test_a_plain_finish_after_a_reply_counts_as_answered():
    """`on("replied", finish())` did not complete without an answer."""
    rosa = captured(when=(on("replied", finish()),))
    rosa.happens(EventKind.REPLIED, reply="question")
    assert rosa.ended == ["replied"]


@pytest.mark.parametrize("kind", ["opt_out", "complaint", "possible_opt_out"])
def test_no_sequence_can_write_over_the_law(kind):
    """Opt-out and complaint are engine rules."""
    rosa = captured(when=(on("replied", CarryOn()),))
    rosa.happens(EventKind.REPLIED, reply=kind)
    rosa.let_pass(days=20)
    assert rosa.sent == ["one"]


def test_a_complaint_is_the_managers_business():
    """Who is annoyed by the owner does not hear from the owner alone."""
    rosa = captured()
    rosa.happens(EventKind.REPLIED, reply="complaint")
    assert [state.task.to for state in rosa.progress.tasks] == ["manager"]


def test_a_flood_of_replies_is_one_answer_task():
    """A person reads the whole conversation anyway."""
    rosa = captured()
    for _ in range(3):
        rosa.note_event(EventKind.REPLIED, reply="question")
    rosa.look()
    rosa.happens(EventKind.REPLIED, reply="positive")
    assert rosa.tasks == ["answer"]


def test_after_an_answer_the_next_reply_is_owed_another():
    """One task per question, not one per life."""
    rosa = captured()
    rosa.happens(EventKind.REPLIED, reply="question")
    rosa.closes("done")
    rosa.happens(EventKind.REPLIED, reply="question")
    assert rosa.opened == ["answer", "answer"]


def test_a_lead_that_is_in_no_sequence_is_answered_too():
    """A reply is never lost."""
    rosa = Life(now=MONDAY)
    rosa.happens(EventKind.REPLIED, reply="question")
    assert rosa.tasks == ["answer"]
    assert waits(rosa) is HoldReason.BLOCKING_TASK


def test_a_reply_from_before_the_enrolment_is_answered_and_stops_nothing():
    """A late sync of an old mail must not end a sequence that has written nothing yet."""
    rosa = captured(email("one", after=days(1)))
    rosa.happens(EventKind.REPLIED, MONDAY - timedelta(days=2), reply="question")
    assert (rosa.ended, rosa.tasks) == ([], ["answer"])


@pytest.mark.parametrize("early", [timedelta(minutes=2), timedelta(minutes=5)])
def test_an_answer_by_a_clock_that_goes_slow_is_an_answer(early):
    """The CRM's clock is not ours: what it dates two minutes before the enrolment may well be meant for it."""
    rosa = captured(email("one", after=days(1)))
    rosa.happens(EventKind.REPLIED, MONDAY - early, reply="question")
    assert (rosa.ended, rosa.tasks) == (["replied"], ["answer"])


@pytest.mark.parametrize(
    "says",
    [
        lambda send: Accepted(touch_key=send.touch_key),
        lambda send: Uncertain(touch_key=send.touch_key, channel=send.channel),
    ],
    ids=["sent", "in doubt"],
)
def test_what_comes_after_the_first_message_counts_as_its_answer_whatever_its_date(says):
    """Nobody who has answered is written to again because a clock somewhere is hours off."""
    rosa = Life(sequence(stage("nurture", *STEPS), hours=ALWAYS), now=MONDAY)
    rosa.provider = says
    rosa.happens(EventKind.CAPTURED)
    rosa.happens(EventKind.REPLIED, MONDAY - timedelta(days=2), reply="question")
    assert (rosa.ended, rosa.tasks) == (["replied"], ["answer"])


@pytest.mark.parametrize("written", [reply("unclear"), "replied"], ids=["for unclear ones", "for all"])
def test_an_unclear_reply_may_have_a_written_way(written):
    """What the sequence says comes first, and the owner has the answer task anyway."""
    rosa = captured(when=(on(written, finish("goal_met")),))
    rosa.happens(EventKind.REPLIED, reply="unclear")
    assert (rosa.ended, rosa.tasks, review_of(rosa)) == (["goal_met"], ["answer"], None)


def test_a_changed_job_may_have_a_written_way():
    """A sequence that knows what to do asks nobody."""
    rosa = captured(when=(on(reply("left_company"), finish("disqualified")),))
    rosa.happens(EventKind.REPLIED, reply="left_company")
    assert (rosa.ended, review_of(rosa)) == (["disqualified"], None)


def test_the_graver_question_stands():
    """Whoever answers "was it unclear?" has not answered "may we still write?"."""
    rosa = captured()
    rosa.happens(EventKind.REPLIED, reply="unclear")
    rosa.happens(EventKind.REPLIED, reply="possible_opt_out")
    assert review_of(rosa) is ReviewReason.POSSIBLE_OPT_OUT
    assert [flag.because for flag in rosa.progress.flags] == [ReviewReason.UNCLEAR_REPLY]
    rosa.happens(EventKind.REPLIED, reply="unclear")
    rosa.happens(EventKind.REPLIED, reply="possible_opt_out")
    assert review_of(rosa) is ReviewReason.POSSIBLE_OPT_OUT
    assert [(flag.because, flag.count) for flag in rosa.progress.flags] == [(ReviewReason.UNCLEAR_REPLY, 2)]


class TestCarryOn:
    """The sequence waits for the answer, then goes on where it was."""

    def test_statement_07_it_holds_until_the_answer_and_keeps_the_rest_of_the_delay(self):
        """One day into three, two days of waiting for the answer, two days more."""
        rosa = captured(when=(on("replied", CarryOn()),))
        rosa.let_pass(days=1)
        rosa.happens(EventKind.REPLIED, reply="question")
        assert waits(rosa) is HoldReason.ANSWER_OPEN
        rosa.let_pass(days=2)
        assert rosa.tasks == ["answer"]
        rosa.closes("done")
        rosa.let_pass(days=3)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=5)]

    def test_without_an_open_answer_it_goes_on_at_once(self):
        """Nothing is waited for that nobody owes."""
        rosa = captured(when=(on("paid", CarryOn()),))
        rosa.happens(EventKind.PAID)
        assert waits(rosa) is HoldReason.STEP_DELAY

    def test_a_way_out_after_it_wins(self):
        """A later reply of another kind may still end the sequence."""
        rosa = captured(when=(on(reply("question"), CarryOn()),))
        rosa.happens(EventKind.REPLIED, reply="question")
        rosa.happens(EventKind.REPLIED, reply="positive")
        assert rosa.ended == ["replied"]

    def test_a_stage_change_ends_the_wait_for_an_answer(self):
        """A new stage has its own first step."""
        plan = sequence(
            stage("nurture", *STEPS),
            stage("convert", email("converting", after=minutes(5))),
            when=(on("replied", CarryOn()),),
            hours=ALWAYS,
            after_human=minutes(0),
        )
        rosa = Life(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.REPLIED, reply="question")
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        rosa.let_pass(hours=2)
        assert rosa.sent == ["one", "converting"]
        assert rosa.tasks == ["answer"]

    @pytest.mark.parametrize("looks", [True, False], ids=["a look between", "both in one look"])
    def test_a_question_after_a_stage_change_is_waited_for_in_the_new_stage(self, looks):
        """How many looks there were must not decide whether the lead gets a mail before its answer."""
        plan = sequence(
            stage("nurture", *STEPS),
            stage("convert", email("converting", after=minutes(5))),
            when=(on("replied", CarryOn()),),
            hours=ALWAYS,
            after_human=minutes(0),
        )
        rosa = Life(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.note_event(EventKind.STAGE_CHANGED, pipeline_stage="Proposal")
        if looks:
            rosa.look()
        rosa.happens(EventKind.REPLIED, reply="question")
        rosa.let_pass(hours=2)
        assert (rosa.progress.stage, rosa.sent, waits(rosa)) == ("convert", ["one"], HoldReason.ANSWER_OPEN)
        rosa.closes("done")
        rosa.let_pass(hours=2)
        assert rosa.sent == ["one", "converting"]

    def test_two_answers_are_waited_for(self):
        """The owner's and the manager's."""
        rosa = captured(email("one", after=days(1)), when=(on("replied", CarryOn()),))
        rosa.happens(EventKind.REPLIED, reply="question", from_other="thread")
        rosa.happens(EventKind.REPLIED, reply="question")
        rosa.happens(EventKind.REPLIED, MONDAY - timedelta(days=1), reply="complaint")
        assert rosa.tasks == ["answer", "answer"]
        rosa.closes("done")
        assert waits(rosa) is HoldReason.ANSWER_OPEN
        rosa.closes("done")
        assert waits(rosa) is not HoldReason.ANSWER_OPEN


class TestOutOfOffice:
    """Not a reply: nothing leaves before the day after the return."""

    def test_a_machines_word_is_none_of_the_leads(self):
        """Who is away has said nothing: quiet time goes on."""
        rosa = captured(email("one"), email("two", after=days(9)))
        asked_at = rosa.progress.last_inbound_at
        rosa.let_pass(hours=1)
        rosa.happens(EventKind.REPLIED, reply="out_of_office")
        assert rosa.progress.last_inbound_at == asked_at

    @pytest.mark.parametrize(
        ("returns", "until"),
        [
            pytest.param("2026-11-25 09:00", "2026-11-26 09:00", id="the day after the return"),
            pytest.param("2026-11-25 21:00", "2026-11-26 09:00", id="whatever the hour of the return"),
            pytest.param("2026-11-27 09:00", "2026-11-30 09:00", id="the business day after"),
            pytest.param(None, "2026-11-30 09:00", id="no date is seven days"),
            pytest.param("2026-11-20 09:00", "2026-11-30 09:00", id="a date that is past is seven days"),
            pytest.param("2027-04-01 09:00", "2026-11-30 09:00", id="more than a hundred days is seven days"),
        ],
    )
    def test_statement_08_nothing_leaves_until_a_business_day_after_the_return(self, returns, until):
        """Nobody reads a follow-up among four hundred mails on the first day back."""
        rosa = captured(email("one"), email("two", after=minutes(60)))
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=None if returns is None else at(returns))
        assert rosa.tasks == []
        (hold,) = rosa.progress.not_before
        assert (hold.because, hold.until) == (HoldReason.OUT_OF_OFFICE, at(until))
        rosa.let_pass(days=20)
        assert rosa.sent_at("two") == [at(until)]

    def test_statement_08_it_holds_for_sequences_that_start_later_too(self):
        """The absence is the lead's, not the sequence's."""
        rosa = Life(sequence(stage("response", email("one"))), now=MONDAY)
        rosa.happens(EventKind.REPLIED, reply="out_of_office")
        rosa.happens(EventKind.CAPTURED)
        assert waits(rosa) is HoldReason.OUT_OF_OFFICE

    def test_a_shorter_absence_does_not_cut_a_longer_one(self):
        """Two auto-replies in the wrong order mean the later return."""
        rosa = captured()
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=at("2026-12-10 09:00"))
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=at("2026-11-25 09:00"))
        (hold,) = rosa.progress.not_before
        assert hold.until == at("2026-12-11 09:00")

    def test_a_holiday_is_no_day_on_which_anybody_is_back(self):
        """Business days are those of the lead's calendar."""
        rosa = captured(world=circumstances(closed_days=(date(2026, 11, 26),)))
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=at("2026-11-25 09:00"))
        (hold,) = rosa.progress.not_before
        assert hold.until == at("2026-11-27 09:00")

    def test_the_absence_of_somebody_else_means_nothing(self):
        """A colleague's holiday is not the lead's."""
        rosa = captured()
        rosa.happens(EventKind.REPLIED, reply="out_of_office", from_other="account")
        assert rosa.progress.not_before == ()

    def test_remaining_delays_are_not_added_on_top(self):
        """It is a "not before": the silence is not doubled."""
        rosa = captured()
        rosa.happens(EventKind.REPLIED, reply="out_of_office", returns_at=at("2026-11-24 09:00"))
        rosa.let_pass(days=5)
        assert rosa.sent_at("two") == [MONDAY + timedelta(days=3)]


class TestOthers:
    """Somebody else in the thread, or a colleague at the same account."""

    def test_statement_07_another_person_in_the_thread_holds_and_tells_the_owner(self):
        """Five business days, then on unless somebody decided."""
        rosa = captured(email("one"), email("two", after=days(1)))
        rosa.happens(EventKind.REPLIED, reply="question", from_other="thread")
        assert rosa.tasks == ["answer"]
        rosa.let_pass(days=2)
        assert waits(rosa) is HoldReason.THIRD_PARTY_REPLY
        rosa.let_pass(days=8)
        assert rosa.sent_at("two") == [at("2026-11-30 09:00")]

    @pytest.mark.parametrize(
        ("policy", "held", "ended"),
        [("ignore", None, []), ("delay", HoldReason.ACCOUNT_REPLY, []), ("stop", None, ["account_replied"])],
    )
    def test_statement_07_a_colleague_does_what_the_deployment_says(self, policy, held, ended):
        """Continuing looks careless, stopping loses the lead: the house decides."""
        world = circumstances(policy=Policy(jitter=timedelta(0), account_reply=policy))
        rosa = captured(world=world)
        rosa.happens(EventKind.REPLIED, reply="positive", from_other="account")
        assert rosa.ended == ended
        assert [hold.because for hold in rosa.progress.not_before] == ([held] if held else [])
        assert rosa.tasks == []

    def test_an_old_word_of_a_colleague_is_owed_no_answer(self):
        """Nobody of this lead wrote."""
        rosa = captured()
        rosa.happens(EventKind.REPLIED, MONDAY - timedelta(days=2), reply="question", from_other="account")
        assert rosa.tasks == []

    def test_another_person_cannot_opt_the_lead_out(self):
        """Somebody in copy refuses for their own address only."""
        rosa = captured()
        rosa.happens(EventKind.REPLIED, reply="opt_out", channel="email", from_other="thread")
        assert rosa.progress.circumstances.why_not(Channel.EMAIL) is None

    def test_several_holds_stand_side_by_side(self):
        """Each ends in its own time."""
        rosa = captured()
        rosa.happens(EventKind.REPLIED, reply="out_of_office")
        rosa.happens(EventKind.REPLIED, reply="question", from_other="thread")
        assert {hold.because for hold in rosa.progress.not_before} == {
            HoldReason.OUT_OF_OFFICE,
            HoldReason.THIRD_PARTY_REPLY,
        }


class TestMeetings:
    """A booked meeting is what prospecting is for."""

    def test_statement_09_a_meeting_ends_the_enrolment_which_never_resumes_by_itself(self):
        """Cancelled and no-show are events of their own."""
        rebook = sequence(
            stage("re_engage", email("again")), name="rebook", starts=({"kind": "event", "event": "meeting_no_show"},)
        )
        rosa = Life(sequence(stage("nurture", *STEPS)), rebook, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.MEETING_BOOKED)
        assert rosa.ended == ["meeting_booked"]
        rosa.happens(EventKind.MEETING_CANCELLED)
        assert [enrolment.plan.sequence.name for enrolment in rosa.progress.every_enrolment] == []
        rosa.happens(EventKind.MEETING_NO_SHOW)
        assert [enrolment.plan.sequence.name for enrolment in rosa.progress.every_enrolment] == ["rebook"]

    def test_a_written_reaction_comes_first(self):
        """`on("meeting_booked", goto(convert))`."""
        plan = sequence(
            stage("nurture", *STEPS), stage("convert", email("prepare")), when=(on("meeting_booked", goto("convert")),)
        )
        rosa = Life(plan, now=MONDAY)
        rosa.happens(EventKind.CAPTURED)
        rosa.happens(EventKind.MEETING_BOOKED)
        assert rosa.progress.stage == "convert"


def test_an_opt_out_by_reply_on_one_channel_leaves_the_others():
    """STOP by text is not STOP by email."""
    rosa = captured()
    rosa.happens(EventKind.REPLIED, reply="opt_out", channel="sms")
    assert rosa.ended == []
    assert rosa.progress.circumstances.why_not(Channel.SMS) is SkipReason.CHANNEL_SUPPRESSED
    assert rosa.progress.circumstances.why_not(Channel.EMAIL) is None


def test_a_wait_for_a_working_day_is_ours():
    """A reply restarts `after_human` only once a person of ours answered."""
    rosa = captured(
        email("one"), email("two", after=days(1)), after_human=BusinessDays(days=2), when=(on("replied", CarryOn()),)
    )
    rosa.happens(EventKind.REPLIED, reply="question")
    rosa.closes("done")
    rosa.let_pass(days=1, hours=1)
    assert waits(rosa) is HoldReason.HUMAN_TOUCH
    rosa.commands(Verb.PAUSE)
    assert waits(rosa) is HoldReason.PAUSED


def test_after_a_complaint_only_the_persons_own_word_starts_anything_again() -> None:
    """Whoever complained about a mail must not get the next one because they came back to the web site."""
    rosa = Life(sequence(stage("nurture", email("one")), again=AgainIfInactive()), now=at("2026-11-23 10:00"))
    rosa.happens(EventKind.CAPTURED)
    rosa.happens(EventKind.REPLIED, reply="complaint")
    rosa.let_pass(hours=5)
    rosa.happens(EventKind.CAPTURED)
    assert rosa.sent == ["one"]
    assert rosa.progress.refusal is not None
    assert rosa.progress.refusal.because == "do_not_contact"
    rosa.commands(Verb.ENROLL, sequence="life")
    assert rosa.sent == ["one"]
    rosa.happens(EventKind.OPTED_IN)
    rosa.commands(Verb.ENROLL, sequence="life")
    assert rosa.sent == ["one", "one"]


def test_a_complaint_that_is_older_than_the_sequence_holds_for_the_next_one() -> None:
    """A mail that arrives late stops nothing that began after it; but nobody begins anew with who complained."""
    rosa = captured(email("one", after=days(1)), again=AgainIfInactive())
    rosa.happens(EventKind.REPLIED, MONDAY - timedelta(days=30), reply="complaint")
    assert (rosa.ended, rosa.tasks) == ([], ["answer"])
    rosa.commands(Verb.STOP)
    rosa.commands(Verb.ENROLL, sequence="life")
    assert rosa.progress.refusal is not None
    assert rosa.progress.refusal.because == "do_not_contact"


def test_a_no_that_is_older_than_the_sequence_ends_it_when_no_channel_is_left() -> None:
    """An opt-out holds at any age, so there is nobody left to write to."""
    rosa = captured(world=circumstances(channels=(ChannelState(channel=Channel.EMAIL),)))
    rosa.happens(EventKind.REPLIED, MONDAY - timedelta(days=30), reply="opt_out", channel="email")
    assert (rosa.ended, rosa.tasks) == (["opted_out"], ["answer"])
