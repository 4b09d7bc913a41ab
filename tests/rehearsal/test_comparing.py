"""Two sequences on the same leads: what would change is said, and what may be luck is called that."""

from datetime import UTC, datetime

from rehearsal.behaviour import Behaviour
from rehearsal.company import company_for_tests
from rehearsal.comparing import Difference, compare, tell
from rehearsal.scenario import Scenario, play, totals

MONDAY = datetime(2026, 11, 23, 5, tzinfo=UTC)


def test_a_sequence_differs_from_itself_in_nothing():
    """The same leads, the same luck: whatever is marked is the sequence's doing."""
    company = company_for_tests()
    scenario = Scenario(sequence="proposal-follow-up", leads=30, days=60, since=MONDAY)
    one, other = (totals(play(company, Behaviour(), scenario), company, scenario) for _ in range(2))
    found = compare(one, other)
    assert [one.what for one in found.differences if one.matters] == []
    assert not any(line.endswith("%)") for line in tell(found))


def test_two_sequences_differ_where_they_do():
    """Half as many mails is no luck; one answer more is."""
    company = company_for_tests()
    names = ("proposal-follow-up", "keep-in-touch")
    scenarios = [Scenario(sequence=name, leads=30, days=60, since=MONDAY) for name in names]
    found = compare(*(totals(play(company, Behaviour(), one), company, one) for one in scenarios))
    mails = next(one for one in found.differences if one.what == "messages email")
    assert mails.one > mails.other
    assert mails.matters
    still = next(one for one in found.differences if one.what == "leads still in it")
    assert (still.certain, still.other > 25 > still.one) == (True, True)
    assert tell(found)[1].split() == ["proposal-follow-up", "keep-in-touch", "change"]


def test_a_share_that_so_few_leads_cannot_tell_apart_does_not_matter():
    """Two of sixty against four of sixty: nobody should change a sequence for that."""
    assert not Difference(what="answered", one=2, other=4, certain=False).matters
    assert Difference(what="answered", one=2, other=40, certain=True).matters
    assert not Difference(what="messages", one=1000, other=1003).matters
