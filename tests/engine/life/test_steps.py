"""What a step does at its moment: guards, branches, messages that are left out, threads."""

from datetime import timedelta

import pytest

from engine.life.circumstances import ChannelState, FieldValue, Policy
from engine.life.moves import Record, Send, StepSkipped
from engine.reasons import HoldReason, ReviewReason, SkipReason
from engine.sequence.compiled import Not, OpenNow
from engine.words import Channel, EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances
from tests.support.sequences import (
    branch,
    call,
    case,
    days,
    email,
    field_is,
    finish,
    goto,
    minutes,
    sequence,
    sms,
    stage,
    task,
)

MONDAY = at("2026-11-23 09:00")
VIP = field_is("vip", True)
IS_VIP = (FieldValue(name="vip", value=True),)


def captured(*steps, now=MONDAY, name="response", world=None, **more) -> Life:
    """A lead that has just come into a sequence of these steps."""
    rosa = Life(sequence(stage(name, *steps), **more), now=now, world=world)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def closed(**channels: SkipReason):
    """A world in which these channels cannot be used."""
    return circumstances(channels=tuple(ChannelState(channel=c, why_not=channels.get(c.value)) for c in Channel))


def skips(rosa: Life) -> list[tuple[str, str]]:
    """Steps that were left out, and why."""
    return [
        (move.change.step, move.change.because.value)
        for _, move in rosa.moves
        if isinstance(move, Record) and isinstance(move.change, StepSkipped)
    ]


class TestGuards:
    """`only_if` is decided once, at the step's moment, before any hold."""

    @pytest.mark.parametrize(("fields", "sent"), [(IS_VIP, ["for-vips", "all"]), ((), ["all"])], ids=["met", "not met"])
    def test_a_step_whose_condition_is_not_met_is_left_out(self, fields, sent):
        """A step is settled then, and the sequence goes on."""
        rosa = captured(email("for-vips", only_if=VIP), email("all"), world=circumstances(fields=fields))
        assert rosa.sent == sent
        assert skips(rosa) == ([] if fields else [("for-vips", "step_guard_false")])

    def test_two_opposite_guards_never_both_miss(self):
        """A guard is asked before holds: what changes while a message is held changes nothing."""
        rosa = captured(
            email("by-day", only_if=OpenNow()),
            email("at-night", only_if=Not(part=OpenNow())),
            now=at("2026-11-23 22:00"),
        )
        rosa.let_pass(days=1)
        assert rosa.sent == ["at-night"]
        assert skips(rosa) == [("by-day", "step_guard_false")]

    def test_a_guard_is_asked_at_the_moment_of_its_step(self):
        """What is known in three days decides, not what is known now."""
        rosa = captured(email("later", after=days(1), only_if=VIP))
        assert rosa.waits_because is HoldReason.STEP_DELAY
        rosa.becomes(fields=IS_VIP)
        rosa.let_pass(days=2)
        assert rosa.sent == ["later"]

    def test_a_guard_of_a_task_is_not_asked_again_while_it_is_open(self):
        """A call that is asked of a person stays asked."""
        rosa = captured(call("ring", only_if=VIP), world=circumstances(fields=IS_VIP))
        rosa.becomes(fields=())
        rosa.look()
        assert rosa.tasks == ["ring"]


class TestBranches:
    """The first case that is true; else `otherwise`."""

    FORK = branch(
        "fork",
        case(VIP, email("vip")),
        case(field_is("source", "ad"), email("ad"), then=goto("nurture")),
        otherwise=(email("other"),),
    )

    @pytest.mark.parametrize(
        ("fields", "sent"),
        [
            pytest.param(IS_VIP, ["vip", "after"], id="the first case goes on after the branch"),
            pytest.param((FieldValue(name="source", value="ad"),), ["ad", "nurturing"], id="the second has a way out"),
            pytest.param((), ["other", "after"], id="otherwise"),
        ],
    )
    def test_the_first_true_case_is_taken(self, fields, sent):
        """Who reads the cases aloud, top down, is right."""
        plan = sequence(stage("response", self.FORK, email("after")), stage("nurture", email("nurturing")))
        rosa = Life(plan, now=MONDAY, world=circumstances(fields=fields))
        rosa.happens(EventKind.CAPTURED)
        rosa.let_pass(hours=3)
        assert rosa.sent == sent

    def test_a_branch_is_evaluated_on_a_saturday(self):
        """Windows gate touches, not decisions."""
        rosa = captured(
            email("one"),
            branch("fork", case(OpenNow(), email("open")), otherwise=(email("closed", after=days(0)),)),
            now=at("2026-11-28 12:00"),
            hours=ALWAYS,
        )
        assert rosa.sent == ["one", "open"]

    def test_a_branch_passes_the_anchor_on(self):
        """Deciding takes no time: the delay of the step inside counts from the step before the branch."""
        rosa = captured(email("one"), branch("fork", otherwise=(email("two", after=minutes(30)),)))
        rosa.let_pass(hours=1)
        assert rosa.sent_at("two") == [MONDAY + timedelta(minutes=30)]

    def test_an_empty_arm_leads_on(self):
        """Nothing to do is a decision too."""
        rosa = captured(branch("fork", case(VIP), otherwise=(email("other"),)), email("after"))
        assert rosa.sent == ["other", "after"]
        rosa = captured(branch("fork", case(VIP)), email("after"), world=circumstances(fields=IS_VIP))
        assert rosa.sent == ["after"]

    def test_the_last_arm_may_end_the_sequence(self):
        """`otherwise` of a branch may be an exit."""
        rosa = captured(branch("fork", case(VIP), out=finish("disqualified")), email("never"))
        assert rosa.sent == []
        assert rosa.ended == ["disqualified"]

    def test_branches_nest(self):
        """After the last step of an inner arm comes what follows the outer branch."""
        inner = branch("inner", case(VIP, email("both")))
        rosa = captured(branch("outer", case(VIP, inner)), email("after"), world=circumstances(fields=IS_VIP))
        assert rosa.sent == ["both", "after"]


class TestChannels:
    """A message whose channel is closed is left out; others go on."""

    @pytest.mark.parametrize(
        "because", [SkipReason.CHANNEL_SUPPRESSED, SkipReason.ADDRESS_BOUNCED, SkipReason.NO_CONSENT]
    )
    def test_a_closed_channel_skips_its_messages_only(self, because):
        """One dead address is not a dead lead."""
        rosa = captured(sms("text"), email("mail"), world=closed(sms=because))
        assert rosa.sent == ["mail"]
        assert skips(rosa) == [("text", because.value)]

    def test_statement_11_a_bounced_address_skips_email_and_goes_on_with_texts_and_calls(self):
        """A hard bounce suppresses the address, not the lead."""
        rosa = captured(email("one"), email("two", after=minutes(60)), sms("text"), call("ring"))
        rosa.happens(EventKind.BOUNCED, channel="email")
        rosa.let_pass(hours=1)
        assert rosa.sent == ["one", "text"]
        assert skips(rosa) == [("two", "address_bounced")]
        assert rosa.tasks == ["ring"]

    def test_a_call_needs_a_number(self):
        """A person cannot ring a number that is not there."""
        rosa = captured(call("ring"), email("mail"), world=closed(voice=SkipReason.NO_ADDRESS))
        assert rosa.opened == []
        assert skips(rosa) == [("ring", "no_address")]

    def test_a_call_by_a_person_needs_no_consent_to_machines(self):
        """A person may ring a number that the lead gave us."""
        rosa = captured(call("ring"), world=closed(voice=SkipReason.NO_CONSENT, sms=SkipReason.NO_CONSENT))
        assert rosa.tasks == ["ring"]

    def test_a_task_that_is_no_call_needs_no_channel(self):
        """Somebody may still look into the file."""
        world = closed(voice=SkipReason.NO_ADDRESS)
        assert captured(task("look-into-it"), world=world).tasks == ["look-into-it"]

    @pytest.mark.parametrize(
        ("because", "ended"),
        [(SkipReason.CHANNEL_SUPPRESSED, "opted_out"), (SkipReason.ADDRESS_BOUNCED, "no_channel_left")],
    )
    def test_without_any_channel_the_enrolment_ends(self, because, ended):
        """Nobody runs through a sequence that can reach nobody."""
        rosa = captured(email("one"), email("two", after=days(1)))
        rosa.becomes(channels=closed(email=because, sms=because, voice=because).channels)
        rosa.let_pass(days=2)
        assert rosa.sent == ["one"]
        assert rosa.ended == [ended]


class TestThreads:
    """A step names the step it replies to."""

    def thread_of(self, rosa: Life, step: str):
        return next(move.thread for _, move in rosa.moves if isinstance(move, Send) and move.step == step)

    def key_of(self, rosa: Life, step: str):
        return next(move.touch_key for _, move in rosa.moves if isinstance(move, Send) and move.step == step)

    def test_it_answers_the_touch_that_was_sent(self):
        """A follow-up reads as one conversation."""
        rosa = captured(email("one"), email("two", thread="one"))
        assert self.thread_of(rosa, "two") == self.key_of(rosa, "one")

    def test_statement_22_a_thread_to_a_step_that_was_left_out_begins_anew(self):
        """There is nothing to answer; the declared subject is used."""
        rosa = captured(email("one", only_if=VIP), email("two", thread="one"))
        assert self.thread_of(rosa, "two") is None

    def test_a_message_without_a_thread_names_none(self):
        """Most messages stand alone."""
        assert self.thread_of(captured(email("one")), "one") is None


class TestSwitches:
    """Kill switches: all, or one channel."""

    @pytest.mark.parametrize(
        "off", [{"all_switched_off": True}, {"switched_off": (Channel.EMAIL,)}], ids=["everything", "email"]
    )
    def test_nothing_leaves_while_sending_is_switched_off(self, off):
        """Whoever pulls the switch is obeyed at once, and asked about again."""
        rosa = captured(email("one"), world=circumstances(**off))
        assert rosa.sent == []
        assert rosa.waits_because is HoldReason.KILL_SWITCH
        rosa.becomes(all_switched_off=False, switched_off=())
        rosa.look()
        assert rosa.sent == ["one"]

    def test_another_channel_goes_on(self):
        """A fault of the text provider stops no email."""
        rosa = captured(email("one"), world=circumstances(switched_off=(Channel.SMS,)))
        assert rosa.sent == ["one"]

    def test_a_wait_does_not_foresee_the_switch(self):
        """By the time a message is due, sending may be on again."""
        rosa = captured(email("one", after=days(1)), world=circumstances(switched_off=(Channel.EMAIL,)))
        assert rosa.waits_because is HoldReason.STEP_DELAY


class TestWindows:
    """No moment at all needs a person."""

    def test_without_a_window_a_person_is_asked(self):
        """Never "send now" because no better moment was found."""
        nowhere = tuple(
            circumstances().contact_hours[0].model_copy(update={"zone": zone})
            for zone in ("America/New_York", "Asia/Tokyo")
        )
        rosa = captured(sms("one"), world=circumstances(contact_hours=nowhere))
        assert rosa.sent == []
        assert rosa.progress.review is not None
        assert rosa.progress.review.because is ReviewReason.NO_SEND_WINDOW

    def test_a_foreseen_lack_of_a_window_does_not_park_before_its_time(self):
        """Zones may be known better by then."""
        nowhere = tuple(
            circumstances().contact_hours[0].model_copy(update={"zone": zone})
            for zone in ("America/New_York", "Asia/Tokyo")
        )
        rosa = captured(sms("one", after=days(1)), world=circumstances(contact_hours=nowhere))
        assert rosa.progress.review is None
        assert rosa.waits_because is HoldReason.STEP_DELAY

    def test_an_absent_owner_holds_mail_in_his_name_only(self):
        """Nobody writes "call me" from a holiday; the company may."""
        away = circumstances(owner_absent_until=MONDAY + timedelta(days=3))
        assert captured(email("one"), world=away).waits_because is HoldReason.OWNER_ABSENT
        assert captured(email("one"), world=away, sender="company").sent == ["one"]


class TestLimits:
    """What the policy allows."""

    def test_an_enrolment_ends_at_its_limit_of_touches(self):
        """A loop of messages ends, whatever a sequence says."""
        world = circumstances(policy=Policy(jitter=timedelta(0), touch_limit=2))
        rosa = captured(email("one"), email("two"), email("three"), world=world)
        assert rosa.sent == ["one", "two"]
        assert rosa.ended == ["touch_limit"]

    def test_a_person_of_ours_was_in_touch_a_short_while_ago(self):
        """No automatic touch within two working days of a talk; none of that inside response."""
        rosa = captured(email("one"), email("two", after=days(1)), name="nurture")
        rosa.let_pass(hours=23)
        rosa.happens(EventKind.HUMAN_TOUCH)
        rosa.let_pass(hours=2)
        assert rosa.waits_because is HoldReason.HUMAN_TOUCH
        rosa.let_pass(days=3)
        assert rosa.sent_at("two") == [at("2026-11-26 09:00")]

    def test_inside_response_a_talk_holds_nothing(self):
        """Speed is the aim there."""
        rosa = captured(email("one"), email("two", after=minutes(30)))
        rosa.happens(EventKind.HUMAN_TOUCH)
        rosa.let_pass(hours=1)
        assert rosa.sent == ["one", "two"]


def test_a_stage_without_steps_leads_on():
    """A sequence may pass through a stage only to be there."""
    rosa = Life(sequence(stage("capture", otherwise=goto("response")), stage("response", email("one"))), now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    assert rosa.sent == ["one"]


def test_a_skipped_step_is_settled_then():
    """The next delay counts from the moment a step was left out."""
    rosa = captured(email("one"), email("two", after=days(2)), email("three", after=days(1)), hours=ALWAYS)
    rosa.let_pass(days=1)
    rosa.commands(Verb.SKIP)
    rosa.let_pass(days=3)
    assert rosa.sent_at("three") == [MONDAY + timedelta(days=2)]
