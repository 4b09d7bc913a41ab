"""What a text costs is known before anybody pays for it."""

import pytest

from engine.segments import segments_of


@pytest.mark.parametrize(
    ("text", "count", "encoding", "units"),
    [
        pytest.param("", 0, "GSM-7", 0, id="nothing"),
        pytest.param("a" * 160, 1, "GSM-7", 160, id="the longest text of one segment"),
        pytest.param("a" * 161, 2, "GSM-7", 161, id="one letter more"),
        pytest.param("a" * 306, 2, "GSM-7", 306, id="two full ones"),
        pytest.param("a" * 307, 3, "GSM-7", 307, id="a third one"),
        pytest.param("ü" * 160, 1, "GSM-7", 160, id="German letters are in the alphabet"),
        pytest.param("€" * 80, 1, "GSM-7", 160, id="a euro takes the room of two"),
        pytest.param("€" * 80 + "a", 2, "GSM-7", 161, id="and one letter more"),
        pytest.param("a" * 152 + "€" + "a" * 152, 3, "GSM-7", 306, id="a euro is not torn apart"),
        pytest.param("ł" * 70, 1, "UCS-2", 70, id="the longest text with a letter of its own"),
        pytest.param("a" * 70 + "ł", 2, "UCS-2", 71, id="that one letter makes all of them wide"),
        pytest.param("ł" * 134, 2, "UCS-2", 134, id="two full ones of those"),
        pytest.param("ł" * 135, 3, "UCS-2", 135, id="a third one of those"),
        pytest.param("🙂" * 35, 1, "UCS-2", 70, id="a face takes the room of two"),
        pytest.param("ł" * 66 + "🙂" + "ł" * 66, 3, "UCS-2", 134, id="a face is not torn apart"),
    ],
)
def test_a_text_costs_what_the_networks_count(text, count, encoding, units):
    """A name with an accent can treble the bill of a whole sequence."""
    assert segments_of(text)[:3] == (count, encoding, units)


def test_the_letters_that_make_it_dear_are_named():
    """Whoever should mend a text must see which letter it is: a curly quote looks like a straight one."""
    assert segments_of("Łukasz\u2019s house, Łódź").foreign == ("Ł", "\u2019", "ó", "ź")
    assert segments_of("Grüße für 5 €").foreign == ()
