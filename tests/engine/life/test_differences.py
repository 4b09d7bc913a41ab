"""What two engines decide differently, in words by which leads can be counted."""

from datetime import timedelta
from typing import get_args

import pytest

from engine.life.differences import CLAUSES, Waiting, between, otherwise, waiting
from engine.life.foresight import Foreseen, Foresight, What
from engine.life.turn import Turn
from engine.words import Act, LeadId
from tests.support.life import at

MONDAY = at("2026-11-23 09:00")


def coming(what: What = "message", about: str = "email a", why: str = "it is due", **later: float) -> Foreseen:
    """One thing to come."""
    return Foreseen(at=MONDAY + timedelta(**later), what=what, about=about, why=why)


def life(*coming: Foreseen, days: float = 90) -> Foresight:
    """A life that is known for so many days."""
    return Foresight(MONDAY, MONDAY + timedelta(days=days), coming)


A, B = coming(), coming(about="email b", days=1)


class TestBetweenTwoLives:
    """Two foreseen lives are compared thing by thing, however they moved."""

    @pytest.mark.parametrize(
        ("before", "now", "said"),
        [
            pytest.param((A, B), (A, B), [], id="the same"),
            pytest.param((A,), (coming(hours=1),), ["email a leaves later"], id="later"),
            pytest.param((coming(hours=1),), (A,), ["email a leaves earlier"], id="earlier"),
            pytest.param((A, B), (A,), ["email b leaves no more"], id="gone"),
            pytest.param((A,), (A, B), ["email b leaves, and did not before"], id="new"),
            pytest.param((A,), (coming(why="otherwise"),), ["email a leaves, told otherwise"], id="another reason"),
            pytest.param(
                (coming("stage", "re_engage"),),
                (coming("stage", "re_engage", minutes=5),),
                ["re-engage begins later"],
                id="a stage",
            ),
            pytest.param(
                (A, coming(days=2)),
                (coming(hours=1), coming(days=3)),
                ["email a leaves later", "email a leaves later"],
                id="twice the same email",
            ),
        ],
    )
    def test_each_difference_is_said_in_words_that_name_no_lead(self, before, now, said):
        """The same words for everybody it happens to: so thirty leads become one line."""
        assert [difference.said for difference in between(life(*before), life(*now))] == said

    def test_what_comes_first_stands_first(self):
        """What comes later mostly follows from it."""
        before = (coming(about="email b", days=5), coming(about="email c", days=9))
        now = (coming(about="email b", days=6), coming(about="email a", days=3))
        assert [one.said.partition(" leaves")[0] for one in between(life(*before), life(*now))] == [
            "email a",
            "email b",
            "email c",
        ]

    def test_both_sides_are_kept(self):
        """A machine reads the moments and the reasons."""
        (moved,) = between(life(A), life(coming(hours=1)))
        (gone,), (come,) = between(life(A), life()), between(life(), life(A))
        assert (moved.before, moved.now, moved.by) == (A, coming(hours=1), timedelta(hours=1))
        assert (gone.before, gone.now, come.before, come.now) == (A, None, None, A)
        assert (gone.by, come.by) == (None, None)

    @pytest.mark.parametrize("days", [60, 90])
    def test_what_moved_out_of_sight_is_not_gone(self, days):
        """Told as "leaves no more", an hour would look like a message that is lost."""
        last = coming(days=days, hours=-0.5)
        for seen, unseen in [(life(last, days=days), life(days=days)), (life(A, last, days=days), life(A, days=days))]:
            assert between(seen, unseen) == between(unseen, seen) == ()

    def test_what_moved_within_sight_is_told_as_moved(self):
        """The end of what is compared is not the end of what is known."""
        before, now = life(coming(days=60, hours=-0.5)), life(coming(days=60, hours=0.5))
        assert [one.said for one in between(before, now)] == ["email a leaves later"]
        assert [one.said for one in between(now, before)] == ["email a leaves earlier"]

    def test_what_one_side_was_cut_before_is_neither_gone_nor_new(self):
        """A life that goes round in circles is cut; what would have come then is not known."""
        whole, cut = life(A, coming(about="email b", days=50)), life(A, days=30)
        assert between(whole, cut) == between(cut, whole) == ()
        assert [one.said for one in between(life(A, B), cut)] == ["email b leaves no more"]
        assert [one.said for one in between(cut, life(A, B))] == ["email b leaves, and did not before"]

    def test_everything_that_people_notice_has_its_words(self):
        """A kind without words would fail the comparison of the first lead that meets it."""
        assert set(CLAUSES) == set(get_args(What))


TURN = Turn(
    lead_id=LeadId("lead-1"),
    due=MONDAY,
    act=Act.SEND_EMAIL,
    why="email a on Monday",
    then="email a is due",
    stage="nurture",
)


class TestARowAndATurn:
    """What a row waits for is compared with what this engine would wait for."""

    def test_the_same_is_no_difference(self):
        """Most leads, on most deploys."""
        assert otherwise(waiting(TURN), TURN) is None

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"due": MONDAY - timedelta(hours=1)}, "email a is due later"),
            ({"due": MONDAY + timedelta(days=1)}, "email a is due earlier"),
            ({"why": "email a on Tuesday"}, "email a is due, told otherwise"),
            ({"act": "look"}, "send_email is due instead of look"),
            ({"stage": "response"}, "stage response becomes nurture"),
            ({"state": "task"}, "task becomes waiting"),
            ({"state": "task", "due": MONDAY + timedelta(days=1)}, "task becomes waiting"),
        ],
    )
    def test_the_gravest_change_is_said(self, changes, said):
        """One line per lead; the rest stands beside it."""
        row: Waiting = waiting(TURN).model_copy(update=changes)
        difference = otherwise(row, TURN)
        assert difference is not None
        assert (difference.said, difference.before, difference.now) == (said, row, waiting(TURN))

    def test_what_is_due_at_once_is_told_by_its_reason(self):
        """A turn says only once what is due, and this is what people know it by."""
        turn = TURN.model_copy(update={"then": "", "why": "email a is due"})
        difference = otherwise(waiting(turn).model_copy(update={"due": MONDAY + timedelta(days=1)}), turn)
        assert difference is not None
        assert difference.said == "email a is due earlier"

    def test_what_is_due_without_words_is_told_by_its_activity(self):
        """A parked lead's next look says nothing of itself."""
        turn = TURN.model_copy(update={"then": "", "act": Act.LOOK})
        row = waiting(turn).model_copy(update={"due": MONDAY + timedelta(days=1)})
        difference = otherwise(row, turn)
        assert difference is not None
        assert difference.said == "look earlier"
