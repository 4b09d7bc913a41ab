"""A lead reads its own language as far as somebody wrote it, and dates that are right in it."""

from datetime import date

import pytest

from adapters.languages import WORDS, date_in, direction_of, nearest, tag_of, weekday_in


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        pytest.param("de", "de", id="a tag"),
        pytest.param("de-AT", "de-at", id="a region"),
        pytest.param("pt_BR", "pt-br", id="as computers write it"),
        pytest.param("zh-Hant-TW", "zh-hant-tw", id="a script and a region"),
        pytest.param(" German ", "de", id="in English"),
        pytest.param("Français", "fr", id="in itself"),
        pytest.param("English (United States)", "en", id="as an export writes it"),
        pytest.param("", None, id="nothing"),
        pytest.param(None, None, id="unknown"),
        pytest.param("whatever they speak", None, id="no language"),
        pytest.param("../../etc", None, id="a path"),
        pytest.param("de.email", None, id="the name of a file"),
    ],
)
def test_a_language_is_understood_however_an_export_writes_it(said, tag):
    """HubSpot says German, a browser de-AT, and both mean the same letter."""
    assert tag_of(said) == tag


def test_a_region_falls_back_to_its_language():
    """Nobody writes a mail for each of the nineteen countries that speak Spanish."""
    assert nearest("zh-hant-tw") == ("zh-hant-tw", "zh-hant", "zh")
    assert nearest(None) == ()


@pytest.mark.parametrize(
    ("tag", "first", "other", "weekday"),
    [
        pytest.param("en", "March 1, 2027", "August 22, 2027", "Sunday", id="English"),
        pytest.param("en-gb", "March 1, 2027", "August 22, 2027", "Sunday", id="English of a region"),
        pytest.param("de", "1. März 2027", "22. August 2027", "Sonntag", id="German"),
        pytest.param("es", "1 de marzo de 2027", "22 de agosto de 2027", "domingo", id="Spanish"),
        pytest.param("fr", "1er mars 2027", "22 août 2027", "dimanche", id="French"),
        pytest.param("it", "1 marzo 2027", "22 agosto 2027", "domenica", id="Italian"),
        pytest.param("nl", "1 maart 2027", "22 augustus 2027", "zondag", id="Dutch"),
        pytest.param("pt-br", "1 de março de 2027", "22 de agosto de 2027", "domingo", id="Portuguese"),
        pytest.param("sv", "2027-03-01", "2027-08-22", "2027-08-22", id="a language we have no words of"),
    ],
)
def test_dates_are_said_as_the_language_says_them(tag, first, other, weekday):
    """A German mail about March 1 was written by nobody who speaks German."""
    assert date_in(tag, date(2027, 3, 1)) == first
    assert date_in(tag, date(2027, 8, 22)) == other
    assert weekday_in(tag, date(2027, 8, 22)) == weekday


@pytest.mark.parametrize("tag", WORDS)
def test_each_language_has_all_its_words(tag):
    """A month too few would name all that follow wrongly."""
    words = WORDS[tag]
    assert (len(set(words.months)), len(set(words.weekdays))) == (12, 7)
    assert "unsubscribe" in words.leave_by_word, "whoever reads answers looks for that word"


def test_hebrew_runs_from_right_to_left():
    """A page that does not say so shows its full stops at the wrong end."""
    assert (direction_of("he"), direction_of("pt-br")) == ("rtl", "ltr")
