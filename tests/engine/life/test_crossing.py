"""A lead goes on in another structure where it was in the old one, and nothing that was done comes again."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.life.circumstances import FieldValue
from engine.life.deciding.dates import moments
from engine.life.migrating import Migration, unmigrated
from engine.life.moves import OpenTask, Send
from engine.life.receipts import Uncertain
from engine.life.wishes import Plan
from engine.reasons import IgnoreReason
from engine.sequence.compiled import Ask, CarryOn, Case, Exit, Finish, Moment, OnMoment, StagePlan, Step, Variant
from engine.words import EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances
from tests.support.sequences import (
    branch,
    call,
    case,
    days,
    email,
    field_is,
    goto,
    minutes,
    on,
    sequence,
    sms,
    stage,
    task,
)

MONDAY = at("2026-11-23 09:00")
DAY = timedelta(days=1)
SETTLING = timedelta(minutes=1)
CONVERT = stage("convert", email("last"))


def version(name: str, *stages: StagePlan) -> Plan:
    """A version of the sequence, told from others by its name."""
    return sequence(*stages, hours=ALWAYS).model_copy(update={"version": f"life@{name}"})


def nurture(name: str, *steps: Step, otherwise: Exit = Finish()) -> Plan:  # noqa: B008 - a frozen value
    """A version whose one stage has these steps."""
    return version(name, stage("nurture", *steps, otherwise=otherwise))


def begun(plan: Plan) -> Life:
    """A lead that has just begun."""
    rosa = Life(plan, now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def moves(rosa: Life, plan: Plan, **names: str) -> IgnoreReason | None:
    """The lead is moved there, with renamed steps by their old names; why it was not, if it was not."""
    renames = [{"old": old.replace("_", "-"), "new": new} for old, new in names.items()]
    migration = Migration(command=rosa.command(Verb.MIGRATE, version=plan.version, renames=renames), plan=plan)
    reason = unmigrated(rosa.progress, migration)
    rosa.note(migration)
    rosa.look()
    return reason


class TestWaiting:
    """What a lead waits for is counted from when the step before it ended."""

    OLD = nurture("old", email("one"), email("two", after=days(10)))

    def test_a_shorter_wait_counts_the_days_that_were_waited(self):
        """Of ten days four are over; of six, two are left."""
        rosa = begun(self.OLD)
        rosa.let_pass(days=4)
        assert moves(rosa, nurture("new", email("one"), email("two", after=days(6)))) is None
        assert rosa.wake() == MONDAY + 6 * DAY

    def test_a_moment_that_is_over_by_now_is_now_and_no_lateness(self):
        """Whoever shortens a wait wants the mail; nobody has to be asked whether it is too late."""
        rosa = begun(self.OLD)
        rosa.let_pass(days=9)
        assert moves(rosa, nurture("new", email("one"), email("two", after=days(2)))) is None
        assert (rosa.sent, rosa.progress.review) == (["one", "two"], None)

    def test_a_step_that_is_put_before_it_is_behind_it(self):
        """The lead is at the second mail, wherever that is now."""
        rosa = begun(self.OLD)
        new = nurture("new", email("one"), sms("between", after=days(1)), email("two", after=days(10)))
        assert moves(rosa, new) is None
        rosa.let_pass(days=20)
        assert rosa.sent == ["one", "two"]

    def test_a_step_that_is_put_after_it_comes(self):
        """It is new to everybody who is not past it."""
        rosa = begun(self.OLD)
        assert moves(rosa, nurture("new", email("one"), email("two", after=days(10)), sms("three"))) is None
        rosa.let_pass(days=11)
        assert rosa.sent == ["one", "two", "three"]

    def test_a_guard_that_was_passed_is_asked_anew_when_it_is_another(self):
        """The old question was answered; nobody has answered the new one."""
        hot = field_is("heat", "hot")
        rosa = begun(nurture("old", email("one"), email("two", after=days(10), only_if=field_is("heat", "cold"))))
        assert moves(rosa, nurture("new", email("one"), email("two", after=days(10), only_if=hot))) is None
        rosa.let_pass(days=11)
        assert rosa.sent == ["one"]


class TestPlaces:
    """A stage and a step of the same name, or of the new one."""

    def test_a_step_that_is_gone_keeps_its_leads_in_the_old_version(self):
        """Nobody is dropped, and nobody is sent on by a guess."""
        rosa = begun(nurture("old", email("one"), email("two", after=days(2))))
        assert moves(rosa, nurture("new", email("one"), email("three", after=days(2)))) is IgnoreReason.NO_COUNTERPART
        rosa.let_pass(days=3)
        assert rosa.sent == ["one", "two"]

    def test_a_step_of_another_name_is_the_same_when_somebody_says_so(self):
        """What is known of it goes with it: the question that a later branch asks of it, too."""
        old = nurture("old", email("one"), call("ring"), email("two", after=days(2)))
        new = nurture("new", email("one"), call("phone"), email("two", after=days(2)))
        rosa = begun(old)
        (open_call,) = rosa.progress.tasks
        assert moves(rosa, new, ring="phone") is None
        assert [state.task.step for state in rosa.progress.tasks] == ["phone"]
        assert [state.task.task_key for state in rosa.progress.tasks] == [open_call.task.task_key]
        rosa.closes("no_answer", "phone")
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.outcome_of("phone") == "no_answer"
        assert len([move for _, move in rosa.moves if isinstance(move, OpenTask)]) == 1

    def test_a_stage_that_is_gone_keeps_its_leads(self):
        """The same step in another stage is another place."""
        rosa = begun(version("old", stage("response", email("one"), email("two", after=days(2)))))
        new = version("new", stage("nurture", email("one"), email("two", after=days(2))))
        assert moves(rosa, new) is IgnoreReason.NO_COUNTERPART

    def test_a_call_does_not_become_a_mail(self):
        """Somebody is asked to call, and would be cut off."""
        rosa = begun(nurture("old", call("ring")))
        assert moves(rosa, nurture("new", email("ring"))) is IgnoreReason.NO_COUNTERPART
        assert moves(rosa, nurture("newer", task("ring"))) is IgnoreReason.NO_COUNTERPART

    def test_a_mail_may_become_a_text_before_it_is_sent(self):
        """It leaves once, by the channel that the new version says."""
        rosa = begun(nurture("old", email("one"), email("two", after=days(2))))
        assert moves(rosa, nurture("new", email("one"), sms("two", after=days(2)))) is None
        rosa.let_pass(days=3)
        assert rosa.sent == ["one", "two"]

    def test_a_decided_exit_to_a_stage_that_is_gone_keeps_the_lead(self):
        """It is on its way there, and would arrive nowhere."""
        leaving = on("replied", goto("convert", after=days(3)))
        steps = (email("one"), email("two", after=days(9)))
        rosa = begun(version("old", stage("nurture", *steps, when=(leaving,)), CONVERT))
        rosa.happens(EventKind.REPLIED, classified="positive")
        assert moves(rosa, nurture("new", *steps)) is IgnoreReason.NO_COUNTERPART
        rosa.let_pass(days=4)
        assert rosa.sent == ["one", "last"]

    def test_whoever_has_an_arm_behind_it_leaves_by_the_new_way_of_the_same_arm(self):
        """The way out of an arm is what comes next, and counts from when the last step ended, as a delay does."""
        hot = field_is("heat", "hot")

        def life(name: str, *others: Step, then: Exit, out: Exit) -> Plan:
            arms = branch("way", case(hot, email("hot")), otherwise=(email("one"), *others), out=then)
            outer = branch("outer", case(hot, email("no")), otherwise=(arms,), out=out)
            return version(name, stage("nurture", outer), stage("response", email("talk")), CONVERT)

        old = life("old", then=goto("response", after=days(20)), out=Finish())
        for new in (
            life("new", then=goto("convert", after=days(2)), out=Finish()),
            life("newer", email("more"), then=goto("convert", after=days(2)), out=Finish()),
        ):
            rosa = begun(old)
            rosa.let_pass(days=1)
            assert moves(rosa, new) is None
            rosa.let_pass(days=2)
            assert rosa.sent_at("last") == [MONDAY + 2 * DAY + SETTLING]

    def test_whoever_went_by_an_empty_arm_leaves_by_the_new_way_of_the_same_case(self):
        """What a case asks is what it is, wherever it stands."""
        hot, warm = field_is("heat", "hot"), field_is("heat", "warm")

        def life(name: str, *cases: Case, out: Exit) -> Plan:
            return version(name, stage("nurture", branch("way", *cases, out=out)), CONVERT)

        soon, late = goto("convert", after=days(2)), goto("convert", after=days(20))
        old = life("old", case(warm, then=late), out=late)
        for heat, new in (
            ("warm", life("new", case(hot, email("hi")), case(warm, then=soon), out=Finish())),
            ("cold", life("newer", case(hot, email("hi")), out=soon)),
        ):
            rosa = Life(old, now=MONDAY)
            rosa.becomes(fields=(FieldValue(name="heat", value=heat),))
            rosa.happens(EventKind.CAPTURED)
            assert moves(rosa, new) is None
            rosa.let_pass(days=3)
            assert rosa.sent == ["last"]

    def test_whoever_gave_no_answer_leaves_by_the_new_way(self):
        """The question keeps its lead, and its patience is over."""

        def life(name: str, no_answer: Exit) -> Plan:
            asks = {"id": "size", "template": "life/size", "saves": "size", "by": "email", "wait": days(1)}
            answers = ({"value": "small", "words": ("one",)}, {"value": "large", "words": ("two",)})
            question = Ask.model_validate({**asks, "answers": answers, "no_answer": no_answer})
            return version(name, stage("nurture", question), CONVERT)

        rosa = begun(life("old", goto("convert", after=days(20))))
        rosa.let_pass(days=2)
        assert moves(rosa, life("new", goto("convert", after=days(2)))) is None
        rosa.let_pass(days=2)
        assert rosa.sent == ["size", "last"]

    def test_whoever_has_an_arm_behind_it_that_leads_nowhere_now_stays(self):
        """It would have to be guessed where it goes on."""
        arms = branch("way", case(field_is("heat", "hot"), email("hot")), otherwise=(email("one"),), out=None)
        old = arms.model_copy(update={"otherwise_exit": goto("convert", after=days(20))})
        rosa = begun(version("old", stage("nurture", old, email("two")), CONVERT))
        new = version("new", stage("nurture", arms, email("two", after=days(1))), CONVERT)
        assert moves(rosa, new) is IgnoreReason.NO_COUNTERPART

    def test_whoever_waits_for_the_end_of_a_stage_gets_the_new_end(self):
        """No step is left there, and what comes then is what the new version says."""
        old = version("old", stage("nurture", email("one"), otherwise=goto("convert", after=days(3))), CONVERT)
        new = version("new", stage("nurture", email("one"), otherwise=goto("convert", after=days(5))), CONVERT)
        rosa = begun(old)
        assert moves(rosa, new) is None
        rosa.let_pass(days=9)
        assert rosa.sent_at("last") == [MONDAY + 5 * DAY + SETTLING]

    def test_a_message_whose_fate_is_open_keeps_the_lead_until_it_is_known(self):
        """Moved now, it might be sent a second time under another name."""
        rosa = Life(nurture("old", email("one"), email("two")), now=MONDAY)
        rosa.provider = lambda send: Uncertain(touch_key=send.touch_key, channel=send.channel)
        rosa.happens(EventKind.CAPTURED)
        assert moves(rosa, nurture("new", email("one"), email("two", after=days(1)))) is (
            IgnoreReason.MESSAGE_UNDER_WAY
        )


class TestNothingComesAgain:
    """Whatever was done stays done, wherever the new version has it."""

    def test_steps_in_another_order(self):
        """The first mail is out; now it stands behind the second."""
        rosa = begun(nurture("old", email("one"), email("two", after=days(2)), email("three", after=days(2))))
        new = nurture("new", email("two", after=days(2)), email("one", after=days(1)), email("three", after=days(2)))
        assert moves(rosa, new) is None
        rosa.let_pass(days=9)
        assert rosa.sent == ["one", "two", "three"]

    def test_a_second_migration_does_not_forget_the_first(self):
        """To and fro, and what was sent before is still known."""
        rosa = begun(nurture("old", email("one"), email("two", after=days(2)), email("three", after=days(2))))
        turned = nurture("turned", email("two", after=days(2)), email("one"), email("three", after=days(2)))
        last = nurture("last", email("two", after=days(2)), email("three", after=days(2)), email("one"))
        assert (moves(rosa, turned), moves(rosa, last)) == (None, None)
        rosa.let_pass(days=9)
        assert rosa.sent == ["one", "two", "three"]

    def test_a_step_inside_an_arm_that_was_done_outside_of_it(self):
        """A branch takes the lead there, and on."""
        rosa = begun(nurture("old", email("one"), email("two", after=days(2))))
        arms = branch("heat", case(field_is("heat", "hot"), sms("hot")), otherwise=(email("one"), sms("cold")))
        assert moves(rosa, nurture("new", email("two", after=days(2)), arms)) is None
        rosa.let_pass(days=9)
        assert rosa.sent == ["one", "two", "cold"]

    def test_what_was_skipped_may_come(self):
        """It was never done."""
        hot = field_is("heat", "hot")
        rosa = begun(nurture("old", email("one", only_if=hot), email("two", after=days(2)), sms("three")))
        assert moves(rosa, nurture("new", email("two", after=days(2)), email("one"), sms("three"))) is None
        rosa.let_pass(days=9)
        assert rosa.sent == ["two", "one", "three"]

    def test_a_new_visit_of_the_stage_begins_anew(self):
        """Coming back was always a round of its own."""
        loop = (on("replied", goto("response")),)
        there = stage("response", email("answer", after=minutes(5)), otherwise=goto("nurture"))
        first = stage("nurture", email("one"), email("two", after=days(2)), when=loop)
        turned = stage("nurture", email("two", after=days(2)), email("one"), when=loop)
        rosa = begun(version("old", first, there))
        assert moves(rosa, version("new", turned, there)) is None
        rosa.happens(EventKind.REPLIED, classified="positive")
        rosa.let_pass(days=9)
        assert rosa.sent == ["one", "answer", "two", "one"]

    def test_stages_in_another_order_keep_the_names_of_what_was_done_there(self):
        """A touch and a task are known by the number of their stage, and that is no place in a file."""
        old_stage = stage("nurture", email("one"), call("ring"))
        rosa = begun(version("old", old_stage))
        assert moves(rosa, version("new", stage("capture", sms("zero")), old_stage, CONVERT)) is None
        (open_call,) = rosa.progress.tasks
        rosa.closes("no_answer", "ring")
        assert rosa.sent == ["one"]
        assert [move.task_key for _, move in rosa.moves if isinstance(move, OpenTask)] == [open_call.task.task_key]

    def test_a_stage_that_comes_later_never_gets_a_number_that_was_another_one_s(self):
        """Its first visit would count as the second of a stage that is gone, and share its names."""
        first, second = stage("nurture", email("one"), otherwise=goto("convert")), stage("convert", call("ring"))
        rosa = begun(version("old", first, second))
        assert moves(rosa, version("alone", second)) is None
        assert moves(rosa, version("more", stage("retain", sms("thanks")), second, first)) is None
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.numbers == (2, 1, 3)

    def test_the_words_of_a_test_stay_what_the_lead_got(self):
        """Renamed, the experiment is still the same."""
        arms = (Variant(name="a", template="life/a", share=50), Variant(name="b", template="life/b", share=50))
        loop = goto("nurture", after=days(2))
        rosa = begun(nurture("old", email("hello", variants=arms), otherwise=loop))
        (first,) = templates(rosa)
        assert (
            moves(rosa, nurture("new", email("welcome", variants=arms[::-1]), otherwise=loop), hello="welcome") is None
        )
        rosa.let_pass(days=3)
        assert templates(rosa) == [first, first]

    def test_a_date_that_has_come_does_not_come_again(self):
        """The reaction stands elsewhere in the list now, and it has had its turn."""
        comes = OnMoment(moment=Moment(kind="since", field="renewal_date"))
        remind = on(comes, CarryOn())
        other = on("replied", goto("convert"))
        first = stage("nurture", email("one"), email("two", after=days(9)), when=(remind,))
        second = stage("nurture", email("one"), email("two", after=days(9)), when=(other, remind))
        world = circumstances(fields=(FieldValue(name="renewal_date", value="2026-11-25"),))
        rosa = Life(version("old", first, CONVERT), now=MONDAY, world=world)
        rosa.happens(EventKind.CAPTURED)
        rosa.let_pass(days=3)
        assert marks(rosa) == [0]
        assert moves(rosa, version("new", second, CONVERT)) is None
        assert marks(rosa) == [1]
        assert rosa.progress.enrolment is not None
        assert [*moments(rosa.progress, rosa.progress.enrolment)] == []


def templates(rosa: Life) -> list[str]:
    """The words that left."""
    return [move.template for _, move in rosa.moves if isinstance(move, Send)]


def marks(rosa: Life) -> list[int]:
    """Which reactions to dates have fired, by their place."""
    assert rosa.progress.enrolment is not None
    return [mark.reaction for mark in rosa.progress.enrolment.fired]


@settings(derandomize=True, database=None, deadline=None)
@given(st.data())
def test_no_migration_ever_sends_a_step_twice_in_a_visit(data: st.DataObject) -> None:
    """Whatever the new order, whenever the lead is moved, and however often."""
    pool = ("a", "b", "c", "d", "e", "f")
    orders = data.draw(st.lists(st.permutations(pool), min_size=2, max_size=4))
    plans = [
        nurture(f"v{n}", *(email(step, after=days(1 + (n + pool.index(step)) % 3)) for step in order))
        for n, order in enumerate(orders)
    ]
    rosa = begun(plans[0])
    for plan in plans[1:]:
        rosa.let_pass(hours=data.draw(st.integers(0, 120)))
        moves(rosa, plan)
    rosa.let_pass(days=40)
    assert max(Counter(rosa.sent).values()) == 1
