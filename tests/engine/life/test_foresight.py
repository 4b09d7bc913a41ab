"""What is foreseen of a life is what then happens, as long as nobody interferes."""

from datetime import UTC, timedelta

import pytest

from engine.life.differences import between
from engine.life.foresight import HORIZON, MOST_MOVES, Foreseen, foresee
from engine.life.moves import (
    CloseTask,
    Enroll,
    EscalateTask,
    Finish,
    Hold,
    OpenTask,
    Park,
    PostponeTask,
    ReassignTask,
    Record,
    Send,
    Wait,
)
from engine.life.progress import Progress
from engine.life.receipts import Claimed
from engine.reasons import HoldReason
from engine.sequence.compiled import AgainOnce, OnMoment
from engine.sequence.compiled import Moment as DateMoment
from engine.words import EventKind, LeadId, Verb
from tests.sequences import shipped
from tests.support.life import ALWAYS, Life, at, circumstances, uncertain
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
    on,
    sequence,
    sms,
    stage,
    start,
    task,
    working_days,
)

MONDAY = at("2026-11-23 09:00")


def captured(*plans, world=None, now=MONDAY) -> Life:
    """A lead that has just come in, and whose provider knows what it was sent."""
    rosa = Life(*plans, now=now, world=world)
    rosa.looks_up = lambda key: True
    rosa.happens(EventKind.CAPTURED)
    return rosa


def foreseen(rosa: Life, horizon: timedelta = HORIZON, most: int = MOST_MOVES) -> list[tuple[str, str]]:
    """What people would notice, without when and why."""
    life = foresee(rosa.progress, rosa.now, rosa.catalogue, horizon=horizon, most=most)
    return [(one.what, one.about) for one in life.coming]


def told(rosa: Life) -> list[tuple[object, str]]:
    """When and why each thing is to come."""
    return [(one.at, one.why) for one in foresee(rosa.progress, rosa.now, rosa.catalogue).coming]


def lived(rosa: Life) -> list[tuple[object, str]]:
    """When and why people noticed something until the horizon; the look's loop of its own says so."""
    before, end = len(rosa.moves), rosa.now + HORIZON
    rosa.look()
    rosa.let_pass(days=HORIZON.days)
    return [(when, move.why) for when, move in rosa.moves[before:] if noticed(move) and when <= end]


def noticed(move) -> bool:
    """Whether people notice the move; what becomes of a wish is told in words of its own, so no test here has one."""
    assert not isinstance(move, Enroll)
    if isinstance(move, Record):
        return move.change.kind in ("stage_entered", "step_skipped")
    kinds = (Send, OpenTask, CloseTask, EscalateTask, ReassignTask, PostponeTask, Park, Finish)
    return isinstance(move, kinds)


class TestWhatIsForeseenHappens:
    """The interpreter of the tests and the one of foresight were written apart, and must agree."""

    @pytest.mark.parametrize("hours_later", [0, 7, 50, 200, 900, 1500])
    @pytest.mark.parametrize("source", ["web_form", "phone"])
    def test_for_a_lead_of_the_shipped_sequences_at_any_time_of_its_life(self, source, hours_later):
        """Else the page that is read before a deploy is about lives that nobody lives."""
        rosa = shipped.lead(source=source)
        rosa.let_pass(hours=hours_later)
        said = told(rosa)
        assert said == lived(rosa)
        assert said or hours_later == 1500

    @pytest.mark.parametrize(
        "plan",
        [
            pytest.param(sequence(stage("response", email("a"), sms("b", after=minutes(600)))), id="quiet hours"),
            pytest.param(sequence(stage("nurture", *(email(f"m{n}") for n in range(6)), hours=ALWAYS)), id="the cap"),
            pytest.param(
                sequence(
                    stage("response", call("ring", escalate=[{"role": "manager", "after": minutes(90)}])),
                ),
                id="a call that nobody makes",
            ),
            pytest.param(
                sequence(
                    stage("response", email("a"), otherwise=goto("nurture", after=working_days(1))),
                    stage("nurture", email("b", after=days(3)), otherwise=finish(after=days(10))),
                ),
                id="two stages",
            ),
            pytest.param(
                sequence(stage("response", email("a", only_if=field_is("heat", "hot")), email("b"))), id="a guard"
            ),
        ],
    )
    def test_for_what_keeps_messages_back(self, plan):
        """Every rule that moves a message moves it in the foreseen life too."""
        rosa = captured(plan)
        assert told(rosa) == lived(rosa)

    def test_for_a_touch_that_nobody_knows_of(self):
        """It is asked about, was taken, and the life goes on."""
        rosa = Life(sequence(stage("response", email("a"), email("b", after=days(1)))), now=MONDAY)
        rosa.provider, rosa.looks_up = uncertain, lambda key: True
        rosa.happens(EventKind.CAPTURED)
        said = told(rosa)
        assert [why for _, why in said] == ["email b is due", "life ends: every step is done and nobody answered"]
        rosa.provider = Life(now=MONDAY).provider
        assert said == lived(rosa)


class TestWhatPeopleNotice:
    """Each kind of move that somebody sees is told; what only the engine remembers is not."""

    def test_a_day_in_the_life_is_told_in_order(self):
        """The first thing that differs is what people have to look at."""
        steps = (
            branch("fork", case(field_is("heat", "hot"), email("never")), otherwise=(email("hello", after=days(1)),)),
            email("cold-only", only_if=field_is("heat", "cold")),
            call("ring", escalate=[{"role": "manager", "after": minutes(60)}], give_up=minutes(120)),
        )
        rosa = captured(sequence(stage("response", *steps, otherwise=goto("nurture")), stage("nurture", email("news"))))
        assert foreseen(rosa) == [
            ("message", "email hello"),
            ("skip", "cold-only"),
            ("task_opened", "call ring"),
            ("task_escalated", "call ring to the manager"),
            ("task_given_up", "call ring"),
            ("stage", "nurture"),
            ("message", "email news"),
            ("end", "completed"),
        ]

    def test_a_message_that_is_with_its_provider_counts_as_taken(self):
        """A forecast may be made in the middle of a look."""
        rosa = captured(sequence(stage("response", email("a", after=days(1)), email("b", after=days(1)))))
        before = foreseen(rosa)
        rosa.now += timedelta(days=1)
        send = rosa.look
        rosa.provider = lambda sent: Claimed(touch_key=sent.touch_key)  # its worker dies before the answer is noted
        send()
        assert rosa.progress.open_touches
        assert before == [("message", "email a"), *foreseen(rosa)]

    def test_a_task_that_is_nobodys_any_more_is_cancelled(self):
        """The owner of the task sees it vanish."""
        moment = OnMoment(moment=DateMoment(kind="before", field="expires_on", days=1))
        plan = sequence(stage("response", call("ring"), when=(on(moment, goto("nurture")),)), stage("nurture"))
        world = circumstances(fields=shipped.fields_of({"expires_on": "2026-11-25"}))
        rosa = captured(plan, world=world)
        assert ("task_cancelled", "call ring") in foreseen(rosa)

    def test_a_task_goes_to_the_new_owner_and_waits_for_a_lead_that_is_away(self):
        """Both change what stands on somebody's list."""
        rosa = captured(sequence(stage("response", call("ring"))))
        away = Hold(because=HoldReason.OUT_OF_OFFICE, until=at("2026-11-30 09:00"))
        world = rosa.progress.circumstances.model_copy(update={"owner": "rep-2"})
        rosa.progress = rosa.progress.model_copy(update={"circumstances": world, "not_before": (away,)})
        assert foreseen(rosa)[:2] == [("task_postponed", "call ring"), ("task_reassigned", "call ring")]

    def test_a_sequence_that_takes_over_or_refuses(self):
        """Both decide what the lead gets from then on."""
        plan = sequence(stage("response", email("a"), otherwise=start("more", after=days(1))))
        more = sequence(stage("nurture", email("b")), name="more", starts=(), again=AgainOnce())
        assert foreseen(captured(plan, more)) == [("enroll", "more"), ("message", "email b"), ("end", "completed")]
        gone = captured(plan)
        assert foreseen(gone)[:2] == [("refusal", "more"), ("task_opened", "a lead that no sequence took over")]

    def test_a_wish_that_nothing_answers_is_not_noticed(self):
        """An event that starts no sequence changes nothing for anybody."""
        rosa = Life(sequence(stage("response", email("a")), starts=()), now=MONDAY)
        rosa.note_event(EventKind.CAPTURED)
        assert rosa.progress.wishes
        assert foreseen(rosa) == []


class TestWhereItEnds:
    """A forecast is finite, whatever the lead waits for."""

    def test_a_lead_that_is_over_has_nothing_to_come(self):
        """Nobody reads page after page of nothing."""
        rosa = captured(sequence(stage("response", email("a"))))
        assert foreseen(rosa) == []
        assert foresee(Progress(lead_id=LeadId("x"), circumstances=circumstances()), MONDAY, ()).coming == ()

    def test_a_lead_that_waits_for_a_person_stops_there(self):
        """What a person will decide cannot be foreseen."""
        rosa = captured(sequence(stage("response", email("a", after=days(1)))))
        rosa.commands(Verb.PAUSE)
        assert foreseen(rosa) == [("review", "pause_expired")]
        rosa.let_pass(days=31)
        assert foreseen(rosa) == []

    def test_the_tasks_of_a_parked_lead_go_on(self):
        """A Review stops messages; whoever was asked for something is still reminded."""
        rosa = captured(
            sequence(stage("response", call("ring", escalate=[{"role": "manager", "after": minutes(60)}]), email("a")))
        )
        rosa.happens(EventKind.REPLIED, reply="possible_opt_out")
        assert rosa.progress.review is not None
        assert foreseen(rosa)[:2] == [("task_escalated", "call ring to the manager"), ("task_given_up", "call ring")]

    def test_it_ends_with_the_horizon(self):
        """Beyond it too much will have happened."""
        plan = sequence(stage("nurture", *(email(f"m{n}", after=days(10)) for n in range(9)), hours=ALWAYS))
        rosa = captured(plan)
        assert foreseen(rosa, horizon=timedelta(days=60)) == [("message", f"email m{n}") for n in range(6)]
        assert foreseen(rosa, horizon=timedelta(days=25)) == [("message", "email m0"), ("message", "email m1")]

    def test_a_mail_a_day_is_foreseen_to_the_horizon(self):
        """A life with much in it must not be known for a shorter time than the page before a deploy says."""
        plan = sequence(stage("nurture", *(email(f"m{n}", after=days(1)) for n in range(120)), hours=ALWAYS))
        rosa = captured(plan)
        life = foresee(rosa.progress, rosa.now, rosa.catalogue)
        assert [one.about for one in life.coming] == [f"email m{n}" for n in range(HORIZON.days)]
        assert life.until == life.coming[-1].at == MONDAY + HORIZON

    def test_a_life_that_is_over_is_known_to_the_horizon(self):
        """Nothing more comes, which is knowledge too."""
        rosa = captured(sequence(stage("response", email("a", after=days(1)))))
        assert foresee(rosa.progress, rosa.now, rosa.catalogue).until == MONDAY + HORIZON

    @pytest.mark.parametrize("most", range(1, 40))
    def test_where_it_is_cut_it_says_until_when_all_of_it_is_told(self, most):
        """What is cut off is not gone, and must not be told as if it were."""
        rosa = captured(
            sequence(stage("nurture", *(email(f"m{n}", after=days(n)) for n in range(12)), hours=ALWAYS)),
        )
        whole = foresee(rosa.progress, rosa.now, rosa.catalogue)
        cut = foresee(rosa.progress, rosa.now, rosa.catalogue, most=most)
        assert cut.until <= whole.until
        assert {one for one in whole.coming if one.at <= cut.until} <= set(cut.coming) <= set(whole.coming)
        assert (cut == whole) == (cut.until == MONDAY + HORIZON)

    @pytest.mark.parametrize(("day", "said"), [(60, ["later", "later"]), (HORIZON.days, [])])
    def test_a_mail_that_moves_by_an_hour_is_never_told_as_gone(self, day, said):
        """Wherever the horizon is, to the lead it is an hour."""

        def waits(minutes_more: int):
            news = email("news", after=minutes(day * 24 * 60 + minutes_more))
            rosa = captured(sequence(stage("nurture", news, hours=ALWAYS)))
            return foresee(rosa.progress, rosa.now, rosa.catalogue)

        assert [one.said.split()[-1] for one in between(waits(-30), waits(30))] == said

    def test_it_ends_after_so_many_moves(self):
        """A life that goes round in circles at one moment has no horizon."""
        plan = sequence(
            stage("response", otherwise=goto("nurture")), stage("nurture", otherwise=goto("response")), name="round"
        )
        rosa = Life(plan, now=MONDAY)
        rosa.note_event(EventKind.CAPTURED)
        assert len(foreseen(rosa, most=7)) == 7


def test_the_same_memory_is_foreseen_the_same_also_after_storage():
    """A forecast that is made twice must not differ from itself."""
    rosa = shipped.lead()
    rosa.let_pass(hours=30)
    again = Progress.model_validate_json(rosa.progress.model_dump_json())
    first = foresee(rosa.progress, rosa.now, rosa.catalogue)
    assert first == foresee(again, rosa.now.astimezone(UTC), rosa.catalogue)
    assert all(Foreseen.model_validate_json(one.model_dump_json()) == one for one in first.coming)


def test_it_only_reads():
    """The forecast of a lead must not be a look at it."""
    rosa = shipped.lead()
    before = rosa.progress.model_dump_json()
    foresee(rosa.progress, rosa.now, rosa.catalogue)
    assert rosa.progress.model_dump_json() == before
    assert isinstance(rosa.look(), Wait)


def test_a_tasks_name_is_what_people_call_it():
    """A step by its name, everything else by what it is."""
    rosa = captured(sequence(stage("response", task("papers", after=days(1)))))
    assert ("task_opened", "task papers") in foreseen(rosa)
    rosa.happens(EventKind.REPLIED, reply="positive")
    assert foreseen(rosa) == []
