"""`followup sequence simulate --compare`: what is written against what was published."""

import pytest

from tests.support.authors import CATALOGUE, FIELDS, OFFER, Authors


@pytest.fixture
def edited(authors: Authors) -> Authors:
    """The offer runs with one mail, and is written with a second one."""
    assert authors("sequence", "publish", "--yes").code == 0
    second = 'email("again", template="offer/hello", after=calendar(days=1)), otherwise='
    authors.write("offer.py", OFFER.replace("otherwise=", second))
    return authors


def compared(authors: Authors, one: str, other: str) -> dict[str, int]:
    """What both are called, and how many mails each sends to ten leads."""
    said = authors("sequence", "simulate", "--compare", one, other, "--leads", "10", "--days", "40", "-o", "json")
    assert said.code == 0, said.stderr
    mails = next(found for found in said.json["differences"] if found["what"] == "messages email")
    return dict(zip(said.json["called"], (mails["one"]["count"], mails["other"]["count"]), strict=True))


def running(authors: Authors, name: str) -> str:
    """The version that runs."""
    (issue,) = authors("sequence", "versions", "-o", "json").json
    version: str = next(new["version"] for new in issue["brought"] if new["version"].startswith(f"{name}@"))
    return version


def test_what_is_written_is_held_against_what_is_published(edited: Authors):
    """Whoever has edited a sequence asks what that changes, before publishing it."""
    version = running(edited, "offer")
    told = compared(edited, "offer", "published")
    assert told.keys() == {"offer", version}
    assert 20 >= told["offer"] > 10 >= told[version] > 0
    assert compared(edited, "published", "offer") == told
    assert compared(edited, "offer", version[: len("offer@") + 4]) == told


def test_a_version_is_simulated_that_is_written_no_more(authors: Authors):
    """What was taken out of the catalogue may still be asked about, and so may the fields that it alone spoke of."""
    authors.write("fields.py", FIELDS + 'has_roof = field.flag("has_roof")\n')
    guarded = OFFER.replace("after=elapsed", "only_if=has_roof.is_(True), after=elapsed")
    authors.write("offer.py", "from {package}.fields import has_roof\n" + guarded)
    assert authors("sequence", "publish", "--yes").code == 0
    authors.write("fields.py", FIELDS)
    authors.write("offer.py", "")
    authors.write("catalogue.py", CATALOGUE.replace("from {package}.offer import offer\n", "").replace("offer, ", ""))
    version = running(authors, "offer")
    assert 10 > compared(authors, version, "life")[version] > 0


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        pytest.param(("offer", "offer@nothing"), 1, "PUB006", id="no-such-version"),
        pytest.param(("offer", "published"), 1, "PUB006", id="nothing-is-published"),
        pytest.param(("published", "published"), 2, "SEQ051", id="published-of-what"),
    ],
)
def test_a_version_that_is_none_is_one_clear_error(authors: Authors, words: tuple[str, str], exit_code: int, code: str):
    """Nothing is simulated in its place."""
    said = authors("sequence", "simulate", "--compare", *words, "-o", "json")
    assert (said.code, said.error["code"]) == (exit_code, code)
