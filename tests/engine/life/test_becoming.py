"""What a lead becomes: fields that were otherwise at the look before, and what a sequence makes of it."""

from typing import Any

import pytest

from engine.life.circumstances import Circumstances, FieldValue
from engine.life.wishes import Entry, Plan
from engine.reasons import EnrollRefusal, HoldReason
from engine.sequence.compiled import (
    CarryOn,
    FieldAtLeast,
    FieldKnown,
    Moment,
    Not,
    OnBecomes,
    OnMoment,
    Reaction,
    Response,
)
from engine.words import EventKind, Verb
from tests.support.life import ALWAYS, Life, at, circumstances
from tests.support.sequences import days, email, field_is, finish, goto, minutes, on, sequence, stage

MONDAY = at("2026-11-23 09:00")
AT_ONCE: dict[str, Any] = {"hours": ALWAYS, "after_human": minutes(0)}
HOT = OnBecomes(condition=field_is("heat", "hot"))
RICH = OnBecomes(condition=FieldAtLeast(field="budget", n=1000))


def said(**values: str | float | bool) -> tuple[FieldValue, ...]:
    """Declared fields, as a look reads them."""
    return tuple(FieldValue(name=name, value=value) for name, value in sorted(values.items()))


def reaction(response: Response | None) -> tuple[Reaction, ...]:
    """What is done about a lead that becomes hot."""
    return () if response is None else (on(HOT, response),)


def life(*, in_stage: Response | None = None, in_sequence: Response | None = None) -> Plan:
    """A sequence of two quiet months that reacts to a lead that becomes hot."""
    return sequence(
        stage(
            "nurture", email("one"), email("two", after=days(60)), when=() if in_stage is None else (on(HOT, in_stage),)
        ),
        stage("convert", email("offer"), otherwise=finish(after=days(30))),
        stage("retain", email("thanks"), otherwise=finish(after=days(30))),
        when=reaction(in_sequence),
        **AT_ONCE,
    )


def captured(*plans: Plan, **values: str | float | bool) -> Life:
    """A lead of whom this is known from the first."""
    rosa = Life(*plans, now=MONDAY, world=circumstances(fields=said(**values)))
    rosa.happens(EventKind.CAPTURED)
    return rosa


def changes(rosa: Life, **values: str | float | bool) -> None:
    """Fields change, and the lead is looked at."""
    rosa.becomes(fields=said(**values))
    rosa.look()


class TestInASequence:
    """`on(becomes(…), …)`."""

    @pytest.mark.parametrize("before", [{}, {"heat": "cold"}], ids=["unknown", "otherwise"])
    def test_a_lead_that_becomes_hot_goes_where_the_sequence_says(self, before):
        """It is the change that counts, from whatever it was before."""
        rosa = captured(life(in_sequence=goto("convert")), **before)
        changes(rosa, heat="hot")
        rosa.let_pass(days=1)
        assert rosa.sent == ["one", "offer"]

    def test_the_stage_is_asked_before_the_sequence(self):
        """As with every event."""
        rosa = captured(life(in_stage=goto("retain"), in_sequence=goto("convert")))
        changes(rosa, heat="hot")
        rosa.let_pass(days=1)
        assert rosa.sent == ["one", "thanks"]

    def test_who_is_captured_with_the_value_has_not_become_it(self):
        """`only_if` and branches are for what is true from the first."""
        rosa = captured(life(in_sequence=goto("convert")), heat="hot")
        rosa.let_pass(days=1)
        assert rosa.sent == ["one"]

    def test_no_edge_is_seen_twice(self):
        """Every look reads all fields anew."""
        rosa = captured(life(in_sequence=goto("convert")))
        changes(rosa, heat="hot")
        number = len(rosa.moves)
        for budget in (1.0, 2.0, 3.0):
            changes(rosa, heat="hot", budget=budget)
        assert [move for _, move in rosa.moves[number:] if move.kind == "record"] == []

    def test_a_field_that_goes_back_and_comes_again_becomes_it_again(self):
        """Cold in between is a fact."""
        rosa = captured(life(in_stage=goto("convert")))
        changes(rosa, heat="hot")
        rosa.let_pass(days=1)
        changes(rosa, heat="cold")
        rosa.commands(Verb.JUMP, stage="nurture")
        rosa.let_pass(days=1)
        changes(rosa, heat="hot")
        rosa.let_pass(days=1)
        assert rosa.sent == ["one", "offer", "one", "offer"]

    def test_there_and_back_between_two_looks_is_nothing(self):
        """Nobody saw it, so nothing has become of it."""
        rosa = captured(life(in_sequence=goto("convert")), heat="cold")
        changes(rosa, heat="cold")
        assert rosa.sent == ["one"]

    def test_a_negation_is_become_too(self):
        """Who loses a value has become somebody without it."""
        gone = OnBecomes(condition=Not(part=FieldKnown(field="heat")))
        plan = sequence(
            stage("nurture", email("one"), email("two", after=days(9))), when=(on(gone, finish()),), **AT_ONCE
        )
        rosa = captured(plan, heat="hot")
        changes(rosa)
        assert rosa.ended == ["completed"]

    @pytest.mark.parametrize("held", ["paused", "review"])
    def test_who_is_held_by_a_person_is_moved_all_the_same(self, held):
        """As by any event: what waits is what would have been sent."""
        rosa = captured(life(in_sequence=goto("convert")))
        if held == "paused":
            rosa.commands(Verb.PAUSE)
        else:
            rosa.happens(EventKind.REPLIED, reply="possible_opt_out")
        changes(rosa, heat="hot")
        assert rosa.progress.stage == "convert"
        rosa.let_pass(days=1)
        assert rosa.sent == ["one"]

    def test_carry_on_leaves_the_lead_where_it_is(self):
        """A stage takes itself out of what the sequence says for all."""
        rosa = captured(life(in_stage=CarryOn(), in_sequence=goto("convert")))
        changes(rosa, heat="hot")
        rosa.let_pass(days=61)
        assert rosa.sent == ["one", "two"]


class TestAStart:
    """`starts=[becomes(…)]`."""

    def starting(self, **more: Any) -> Plan:
        """A sequence that starts with a lead that becomes rich."""
        return sequence(
            stage("convert", email("offer"), otherwise=finish(after=days(9))),
            name="offer",
            **{"starts": (RICH,), **AT_ONCE, **more},
        )

    def test_a_lead_that_becomes_rich_is_taken_by_the_upper_sequence(self):
        """The order of the catalogue decides, as for every start."""
        rosa = captured(self.starting(), life(), budget=10.0)
        changes(rosa, budget=2000.0)
        rosa.let_pass(days=1)
        assert rosa.sent == ["one", "offer"]
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.why == "started because it becomes true that budget is 1000 or more"

    def test_a_lead_over_and_done_with_starts_too(self):
        """It is for this that somebody is kept in the records."""
        rosa = Life(self.starting(), now=MONDAY, world=circumstances(fields=said(budget=10.0)))
        rosa.happens(EventKind.NOTE_ADDED)
        changes(rosa, budget=2000.0)
        assert rosa.sent == ["offer"]

    def test_every_refusal_holds(self):
        """A start by a change is a start."""
        rosa = captured(self.starting(only_if=field_is("heat", "hot")), budget=10.0)
        changes(rosa, budget=2000.0)
        assert rosa.sent == []
        assert rosa.progress.refusal is not None
        assert rosa.progress.refusal.because is EnrollRefusal.GUARD_NOT_MET

    def test_nothing_is_asked_when_no_field_has_changed(self):
        """Every look reads the world anew, and most find it as it was."""
        rosa = captured(self.starting(), budget=10.0)
        number = len(rosa.moves)
        rosa.becomes(owner="rep-2")
        assert rosa.progress.wishes == ()
        rosa.look()
        assert [move.kind for _, move in rosa.moves[number:]] == []

    def test_changes_that_nobody_has_answered_yet_are_one_change(self):
        """What counts is what was true when the last look ended."""
        rosa = captured(self.starting(), budget=10.0)
        rosa.becomes(fields=said(budget=20.0))
        rosa.becomes(fields=said(budget=2000.0))
        assert len(rosa.progress.wishes) == 1
        rosa.look()
        assert rosa.sent == ["offer"]

    def test_whoever_is_gone_becomes_nothing(self):
        """Erased is erased."""
        rosa = captured(self.starting(), budget=10.0)
        rosa.happens(EventKind.ERASED)
        changes(rosa, budget=2000.0)
        assert (rosa.sent, rosa.progress.wishes) == ([], ())


class TestAtADate:
    """`starts=[before(…), since(…)]`, once the event is filed."""

    def dated(self, kind: str, **more: Any) -> Plan:
        """A sequence that starts ten days from the renewal."""
        moment = Moment.model_validate({"kind": kind, "field": "renewal_on", "days": 10})
        return sequence(
            stage("retain", email("renew"), otherwise=finish(after=days(9))),
            name="renewal",
            **{"starts": (OnMoment(moment=moment),), **AT_ONCE, **more},
        )

    def told(self, rosa: Life, **about: str) -> None:
        """Somebody says that a moment is reached."""
        rosa.happens(EventKind.MOMENT_REACHED, None, **{"sequence": "renewal", "name": "renewal_on", **about})

    @pytest.mark.parametrize(
        ("kind", "value", "starts"),
        [
            pytest.param("before", "2026-12-03", True, id="ten days before"),
            pytest.param("before", "2026-11-24", True, id="told late"),
            pytest.param("before", "2026-11-23", True, id="on the day itself"),
            pytest.param("before", "2026-11-22", False, id="the day after"),
            pytest.param("before", "2026-12-04", False, id="moved to later meanwhile"),
            pytest.param("since", "2026-11-13", True, id="ten days after"),
            pytest.param("since", "2026-11-08", True, id="two weeks after"),
            pytest.param("since", "2026-11-14", False, id="not reached"),
            pytest.param("since", "2026-11-01", False, id="long ago"),
        ],
    )
    def test_the_date_itself_is_asked_whatever_the_event_says(self, kind, value, starts):
        """It may have moved between the search and the look."""
        rosa = Life(self.dated(kind), now=MONDAY, world=circumstances(fields=said(renewal_on=value)))
        self.told(rosa)
        assert rosa.sent == (["renew"] if starts else [])

    def test_the_reason_is_the_date(self):
        """A person reads why."""
        rosa = Life(self.dated("before"), now=MONDAY, world=circumstances(fields=said(renewal_on="2026-12-03")))
        self.told(rosa)
        assert rosa.progress.enrolment is not None
        assert rosa.progress.enrolment.why == "started because it is 10 days before renewal_on"

    @pytest.mark.parametrize("said_of", [{"sequence": "another"}, {"name": "another"}])
    def test_it_is_for_one_sequence_and_one_date(self, said_of):
        """Each sequence is told of its own."""
        rosa = Life(self.dated("before"), now=MONDAY, world=circumstances(fields=said(renewal_on="2026-12-03")))
        self.told(rosa, **said_of)
        assert rosa.sent == []

    def test_two_dates_noted_in_one_look_are_two(self):
        """A worker that slept finds both."""
        world: Circumstances = circumstances(fields=said(renewal_on="2026-12-03"))
        rosa = Life(self.dated("before"), now=MONDAY, world=world)
        rosa.note_event(EventKind.MOMENT_REACHED, sequence="other", name="renewal_on")
        self.told(rosa)
        assert rosa.sent == ["renew"]


def test_who_waits_for_a_place_may_become_something_else_meanwhile():
    """A sequence that is full until tomorrow must not make us deaf to what the lead becomes today."""
    full = sequence(stage("nurture", email("hot")), name="full", starts=(HOT,), per_day=1, **AT_ONCE)
    roomy = sequence(stage("nurture", email("rich")), name="roomy", starts=(RICH,), **AT_ONCE)
    rosa = captured(roomy, full, heat="cold")
    rosa.entry = lambda name: Entry(sequence=name, free_at=at("2026-11-24 09:00"))
    changes(rosa, heat="hot")
    assert (rosa.sent, rosa.waits_because) == ([], HoldReason.WAITING_CAPACITY)
    changes(rosa, heat="hot", budget=5000)
    assert rosa.sent == ["rich"]
