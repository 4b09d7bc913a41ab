"""Two sequences on the same leads: what would change is said, and what may be luck is called that."""

from datetime import UTC, datetime

import pytest

from rehearsal.behaviour import Behaviour
from rehearsal.company import company_for_tests
from rehearsal.comparing import Comparison, Difference, Figure, Unit, compare, tell
from rehearsal.scenario import Scenario, play, totals
from rehearsal.totals import Totals

MONDAY = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def nobody() -> Totals:
    """A rehearsal to which no lead came."""
    company, scenario = company_for_tests(), Scenario(sequence="keep-in-touch", leads=0, days=1, since=MONDAY)
    return totals(play(company, Behaviour(), scenario), company, scenario)


def test_a_sequence_differs_from_itself_in_nothing():
    """The same leads, the same luck: whatever is marked is the sequence's doing."""
    company = company_for_tests()
    scenario = Scenario(sequence="proposal-follow-up", leads=30, days=60, since=MONDAY)
    one, other = (totals(play(company, Behaviour(), scenario), company, scenario) for _ in range(2))
    found = compare(one, other, ("before", "after"))
    assert [one.what for one in found.differences if one.matters] == []
    assert not any(line.endswith("%)") for line in tell(found))


def test_two_sequences_differ_where_they_do():
    """Half as many mails is no luck; one answer more is."""
    company = company_for_tests()
    names = ("proposal-follow-up", "keep-in-touch")
    scenarios = [Scenario(sequence=name, leads=30, days=60, since=MONDAY) for name in names]
    one, other = (totals(play(company, Behaviour(), each), company, each) for each in scenarios)
    found = compare(one, other, names)
    mails = named(found, "messages email")
    assert mails.one.value > mails.other.value
    assert mails.matters
    still = named(found, "leads still in it")
    assert (still.certain, still.other.count > 25 > still.one.count) == (True, True)
    assert tell(found)[1].split() == ["proposal-follow-up", "keep-in-touch", "change"]


def named(comparison: Comparison, what: str) -> Difference:
    """The difference that is called this."""
    return next(one for one in comparison.differences if one.what == what)


def share(one: tuple[int, int], other: tuple[int, int]) -> Difference:
    """So many of so many, on both sides."""
    return difference(Unit.SHARE, one, other)


def difference(unit: Unit, one: tuple[int, int], other: tuple[int, int]) -> Difference:
    """Two figures, each with how many it was counted among."""
    sides = (Figure(count=count, of=of) for count, of in (one, other))
    return Difference(what="it", unit=unit, one=next(sides), other=next(sides))


def test_a_share_that_so_few_leads_cannot_tell_apart_does_not_matter():
    """Two of sixty against four of sixty: nobody should change a sequence for that."""
    assert not share((2, 60), (4, 60)).matters
    assert share((2, 60), (40, 60)).matters
    assert not difference(Unit.A_LEAD, (1000, 500), (1003, 500)).matters


def test_the_share_is_judged_and_not_how_many_it_was_counted_among():
    """A hundred answers are good news after two hundred mails, and ten after a hundred no worse than before."""
    assert share((100, 1000), (100, 200)).matters
    assert not share((100, 1000), (10, 100)).differs
    assert not difference(Unit.A_LEAD, (3000, 1000), (300, 100)).differs


def test_what_is_judged_is_what_is_shown(nobody: Totals):
    """Whoever reads the table sees the share and what it was made of, and the change of that share."""

    def told(found: Difference) -> str:
        return tell(Comparison(called=("a", "b"), one=nobody, other=nobody, differences=(found,)))[2].strip()

    assert told(share((100, 1000), (100, 200))) == "it  10.0% (100 of 1,000)  50.0% (100 of 200)  +40.0 points (+400%)"
    assert told(share((100, 1000), (10, 100))) == "it  10.0% (100 of 1,000)  10.0% (10 of 100)"
    assert told(share((2, 60), (4, 60))) == "it  3.3% (2 of 60)  6.7% (4 of 60)  may be luck"
    fewer = difference(Unit.A_LEAD, (96, 30), (3, 30))
    assert told(fewer) == "it  3.2 a lead (96)  0.1 a lead (3)  -3.1 a lead (-97%)"
    assert told(difference(Unit.ITSELF, (12, 1), (9, 1))) == "it  12  9  -3 (-25%)"


def test_there_is_no_share_of_nothing(nobody: Totals):
    """Who wrote to nobody was not answered by fewer."""
    assert {one.unit for one in compare(nobody, nobody, ("a", "b")).differences} == {Unit.ITSELF, Unit.A_LEAD}
