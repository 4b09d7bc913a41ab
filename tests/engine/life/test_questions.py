"""Questions to the lead: an answer in its own words is kept and goes on, everything else is read by a person."""

from datetime import timedelta
from typing import Any

import pytest

from engine.life.circumstances import ChannelState
from engine.life.moves import AnswerGiven, Record, Send
from engine.life.questions import READ_AS_ANSWERS, meaning
from engine.life.receipts import Accepted, Claimed
from engine.reasons import HoldReason, ReplyClass, SkipReason
from engine.sequence.compiled import Ask, CarryOn, OnBecomes, OutcomeIs
from engine.words import Channel, EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances, uncertain
from tests.support.sequences import days, email, field_is, finish, goto, minutes, on, sequence, stage

MONDAY = at("2026-11-23 10:00")
AT_ONCE: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}
SMALL, LARGE = {"value": "small", "words": ("1", "small", "just me")}, {"value": "large", "words": ("2", "large")}


def question(**more: Any) -> Ask:
    """How large is your team?"""
    plain = {"id": "size", "template": "life/size", "saves": "team", "answers": (SMALL, LARGE), "wait": days(2)}
    return Ask.model_validate({**plain, "no_answer": goto("nurture"), **more})


def asked(*, by: str = "sms", when: Any = (), **more: Any) -> Life:
    """A lead that was asked how large its team is."""
    plan = sequence(
        stage(
            "response",
            question(by=by, **more),
            email("for-small", only_if=OutcomeIs(step="size", outcomes=("small",))),
            email("for-all", after=minutes(60)),
            otherwise=finish("goal_met", after=days(1)),
        ),
        stage("nurture", email("still-there"), otherwise=finish(after=days(9))),
        when=when,
        **AT_ONCE,
    )
    rosa = Life(plan, now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def writes(rosa: Life, text: str, **more: Any) -> None:
    """The lead writes to us."""
    rosa.happens(EventKind.REPLIED, None, **{"channel": "sms", "reply": "unclear", "text": text, **more})


def kept(rosa: Life) -> list[tuple[str, str]]:
    """Fields and values that answers were kept in."""
    changes = [move.change for _, move in rosa.moves if isinstance(move, Record)]
    return [(change.field, change.value) for change in changes if isinstance(change, AnswerGiven)]


class TestAnAnswer:
    """What has the words of one value."""

    def test_it_is_kept_and_goes_on_and_nobody_has_to_read_it(self):
        """Qualification by text costs no person's time."""
        rosa = asked()
        rosa.let_pass(minutes=5)
        writes(rosa, "Small!")
        assert kept(rosa) == [("team", "small")]
        assert rosa.progress.circumstances.field("team") == "small"
        assert (rosa.tasks, rosa.progress.review, rosa.ended) == ([], None, [])
        rosa.let_pass(hours=2)
        assert rosa.sent == ["size", "for-small", "for-all"]

    def test_its_own_words_are_not_remembered(self):
        """What a person wrote stays in the Inbox."""
        rosa = asked()
        writes(rosa, "it is small, thanks Rosa")
        writes(rosa, "and call my brother Ben")
        assert "Rosa" not in rosa.progress.model_dump_json()
        assert "Ben" not in rosa.progress.model_dump_json()

    def test_it_wakes_what_waits_for_the_field(self):
        """What a lead answers, it becomes."""
        becomes = OnBecomes(condition=field_is("team", "large"))
        rosa = asked(when=(on(becomes, goto("nurture")),))
        writes(rosa, "2")
        rosa.let_pass(hours=2)
        assert rosa.sent == ["size", "still-there"]

    def test_it_is_kept_during_a_pause_which_then_goes_on(self):
        """Whoever paused the lead did not mean to lose what it says."""
        rosa = asked()
        rosa.commands(Verb.PAUSE)
        writes(rosa, "small")
        rosa.let_pass(days=1)
        assert (kept(rosa), rosa.sent) == ([("team", "small")], ["size"])
        rosa.commands(Verb.RESUME)
        rosa.let_pass(hours=2)
        assert rosa.sent == ["size", "for-small", "for-all"]

    def test_it_is_kept_though_the_lead_opts_out_in_the_same_breath(self):
        """Two texts, one look."""
        rosa = asked()
        rosa.note_event(EventKind.REPLIED, channel="sms", text="small")
        rosa.happens(EventKind.OPTED_OUT)
        assert (kept(rosa), rosa.ended) == ([("team", "small")], ["opted_out"])

    def test_it_starts_nothing_that_waits_for_replies(self):
        """It is no human reply."""
        rosa = asked(when=(on("replied", goto("nurture")),))
        writes(rosa, "large")
        rosa.let_pass(hours=2)
        assert rosa.sent == ["size", "for-all"]


class TestAnyOtherReply:
    """What a person has to read."""

    @pytest.mark.parametrize(
        ("text", "more"),
        [
            pytest.param("medium", {}, id="no value"),
            pytest.param("1 or 2", {}, id="two values"),
            pytest.param("small", {"reply": "question"}, id="a question, says who read it"),
            pytest.param("small", {"reply": "wants_meeting"}, id="a wish"),
            pytest.param("small", {"from_other": "thread"}, id="somebody else"),
            pytest.param("small", {"channel": "email"}, id="on another channel"),
            pytest.param(None, {}, id="nobody told us the words"),
        ],
    )
    def test_it_is_an_ordinary_reply(self, text, more):
        """One task for the owner, nothing kept."""
        rosa = asked()
        writes(rosa, text, **{"reply": "positive", **more})
        assert (kept(rosa), rosa.opened) == ([], ["answer"])

    @pytest.mark.parametrize(
        ("reply", "reason"),
        [("opt_out", None), ("possible_opt_out", "possible_opt_out"), ("complaint", None), ("out_of_office", None)],
    )
    def test_what_the_law_or_a_machine_says_outweighs_every_word(self, reply, reason):
        """A number in an absence note answers nothing."""
        rosa = asked()
        writes(rosa, "1", reply=reply)
        assert kept(rosa) == []
        assert (rosa.progress.review.because.value if rosa.progress.review else None) == reason

    def test_an_answer_that_comes_too_late_is_read_by_a_person(self):
        """By then "small" may answer something else."""
        rosa = asked()
        rosa.let_pass(days=3)
        writes(rosa, "small", reply="positive")
        assert (kept(rosa), rosa.opened) == ([], ["answer"])

    def test_a_second_answer_is_read_by_a_person(self):
        """The question is closed."""
        rosa = asked()
        writes(rosa, "small")
        writes(rosa, "no, large", reply="positive")
        assert (kept(rosa), rosa.opened) == ([("team", "small")], ["answer"])

    def test_what_was_written_before_the_question_does_not_answer_it(self):
        """A webhook that comes late."""
        rosa = asked()
        rosa.happens(EventKind.REPLIED, MONDAY - timedelta(minutes=1), channel="sms", text="small")
        assert kept(rosa) == []

    def test_the_question_stays_open_while_a_person_answers(self):
        """After carry_on the lead may still answer what it was asked."""
        rosa = asked(when=(on("replied", CarryOn()),))
        writes(rosa, "what for?", reply="question")
        assert rosa.waits_because is HoldReason.ANSWER_OPEN
        writes(rosa, "ok: small")
        assert kept(rosa) == [("team", "small")]
        assert rosa.sent == ["size"]
        rosa.closes("done")
        rosa.let_pass(hours=2)
        assert rosa.sent == ["size", "for-small", "for-all"]


class TestNoAnswer:
    """Nobody answers."""

    def test_the_lead_leaves_by_the_exit_for_it(self):
        """From the moment the provider took the question."""
        rosa = asked()
        assert rosa.waits_because is HoldReason.AWAITING_EVENT
        rosa.let_pass(days=1, hours=23, minutes=59)
        assert rosa.progress.stage == "response"
        rosa.let_pass(minutes=3)
        assert rosa.sent == ["size", "still-there"]
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.outcome_of("size") == "no_answer"

    def test_the_reason_names_the_question(self):
        """A person reads why the lead went on."""
        rosa = asked(no_answer=finish("disqualified", after=days(1)))
        rosa.let_pass(days=2, hours=1)
        assert "nobody answered size" in rosa.look().why
        rosa.let_pass(days=1)
        assert rosa.ended == ["disqualified"]

    def test_a_pause_is_not_counted(self):
        """Its clock stands like every other."""
        rosa = asked()
        rosa.commands(Verb.PAUSE)
        rosa.let_pass(days=5)
        rosa.commands(Verb.RESUME)
        rosa.let_pass(days=1, hours=23)
        assert rosa.progress.stage == "response"
        rosa.let_pass(hours=2)
        assert rosa.progress.stage == "nurture"


class TestWhatBecomesOfTheQuestion:
    """It is sent as a message is."""

    def test_a_question_that_cannot_be_sent_goes_on_with_the_next_step(self):
        """Nobody was asked, so nobody failed to answer."""
        plan = sequence(stage("response", question(), email("for-all"), otherwise=finish(after=days(1))), **AT_ONCE)
        by_mail = tuple(
            ChannelState(channel=c, why_not=SkipReason.NO_CONSENT if c is Channel.SMS else None) for c in Channel
        )
        rosa = Life(plan, now=MONDAY, world=circumstances(channels=by_mail))
        rosa.happens(EventKind.CAPTURED)
        assert rosa.sent == ["for-all"]

    def test_a_question_of_whose_sending_nobody_knows_is_not_sent_again(self):
        """It waits for the proof, and then for the answer."""
        doubtful = Life(asked(by="email").catalogue[0], now=MONDAY)
        doubtful.provider = uncertain
        doubtful.looks_up = lambda key: True
        doubtful.happens(EventKind.CAPTURED)
        assert doubtful.waits_because is HoldReason.RECONCILING
        doubtful.let_pass(minutes=10)
        writes(doubtful, "large", channel="email")
        assert (doubtful.sent.count("size"), kept(doubtful)) == (1, [("team", "large")])

    @pytest.mark.parametrize("times", [1, 2])
    def test_a_question_that_did_not_arrive_is_asked_anew(self, times):
        """As a message is: four hours later, then a day later."""
        rosa = asked()
        for _ in range(times):
            sent = [move for _, move in rosa.moves if isinstance(move, Send)][-1]
            rosa.happens(EventKind.DELIVERY_FAILED, None, channel="sms", touch_key=sent.touch_key)
            rosa.let_pass(hours=25)
        assert rosa.sent == ["size"] * (1 + times)
        writes(rosa, "small")
        assert kept(rosa) == [("team", "small")]

    def test_a_person_may_skip_the_wait(self):
        """Who knows the answer from a talk goes on."""
        rosa = asked()
        rosa.commands(Verb.SKIP)
        rosa.let_pass(hours=2)
        assert rosa.sent == ["size", "for-all"]

    def test_a_return_within_a_minute_finds_the_question_open(self):
        """A card that was dragged by mistake."""
        rosa = asked()
        rosa.happens(EventKind.STAGE_CHANGED, pipeline_stage="Delayed")
        rosa.happens(EventKind.STAGE_CHANGED, MONDAY + timedelta(seconds=1), pipeline_stage="Contacted")
        writes(rosa, "small")
        assert kept(rosa) == [("team", "small")]

    def test_a_question_taken_while_the_lead_was_away_is_open_on_its_return(self):
        """The provider's answer may come in between."""
        ben = Life(asked().catalogue[0], now=MONDAY)
        ben.provider = lambda send: Claimed(touch_key=send.touch_key)
        ben.happens(EventKind.CAPTURED)
        key = ben.progress.open_touches[0].touch_key
        ben.note_event(EventKind.STAGE_CHANGED, pipeline_stage="Delayed")
        ben.look()
        ben.note(Accepted(touch_key=key))
        ben.happens(EventKind.STAGE_CHANGED, MONDAY + timedelta(seconds=1), pipeline_stage="Contacted")
        writes(ben, "small")
        assert (ben.sent.count("size"), kept(ben)) == (1, [("team", "small")])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "small"),
        (" SMALL. ", "small"),
        ("I think it's 2", "large"),
        ("just me", "small"),
        ("Just  ME!", "small"),
        ("me just", None),
        ("12", None),
        ("smaller", None),
        ("1, no 2", None),
        ("small?", None),
        ("small, stop", None),
        ("small " + "and more " * 9, None),
        ("", None),
        ("👍", None),
    ],
)
def test_a_text_means_the_one_value_whose_words_it_has(text, value):
    """Whole words, whatever their case; who asks back, says stop or writes a letter is read by a person."""
    assert meaning(question(), text) == value


def test_every_sense_of_a_reply_is_either_outweighed_or_not():
    """A new class must be thought of here."""
    assert len(ReplyClass) == 15
    assert set(READ_AS_ANSWERS) <= {None, *ReplyClass}


def test_a_question_that_did_not_arrive_while_the_lead_is_on_its_way_out_is_not_sent_again_under_its_name():
    """The exit may be taken back; what was sent once under a key is never sent under it again."""
    rosa = asked(when=(on("human_touch", goto("nurture", after=days(1))),))
    key = next(move.touch_key for _, move in rosa.moves if isinstance(move, Send))
    rosa.happens(EventKind.HUMAN_TOUCH)
    rosa.happens(EventKind.DELIVERY_FAILED, None, channel="sms", touch_key=key)
    assert [flag.because.value for flag in rosa.progress.flags] == ["delivery_failing"]
    rosa.note_event(EventKind.STAGE_CHANGED, pipeline_stage="Delayed")
    rosa.happens(EventKind.STAGE_CHANGED, MONDAY + timedelta(seconds=1), pipeline_stage="Contacted")
    rosa.let_pass(hours=8)
    keys = [move.touch_key for _, move in rosa.moves if isinstance(move, Send)]
    assert len(keys) == len(set(keys))
