"""Whatever a team may leave in its directory: one clear error with its place, and what runs goes on running."""

from collections import abc

import pytest

from cli import process
from tests.support.authors import LIFE, MAIL, OFFER, Authors

OTHER = OFFER.replace('"offer"', '"other"')


def twice(authors: Authors) -> None:
    """Two sequences of one name in the catalogue."""
    authors.write("copy.py", OFFER.replace("offer = ", "copy = "))
    imports = "".join(f"from {{package}}.{name} import {name}\n" for name in ("life", "offer", "copy"))
    authors.write(
        "catalogue.py", f"from engine.authoring import *\n{imports}CATALOGUE = catalogue(offer, copy, life)\n"
    )


def nowhere(authors: Authors) -> None:
    """A directory with no sequences in it."""
    for file in (authors.directory / authors.package).glob("*.py"):
        file.unlink()


def in_circles(authors: Authors) -> None:
    """Two files that import each other."""
    authors.write("offer.py", "from {package}.life import life\n" + OFFER)
    authors.write("life.py", "from {package}.offer import offer\n" + LIFE)


def endless(authors: Authors) -> None:
    """A sequence of two thousand steps."""
    steps = 'stage("nurture", *[email(f"mail-{n}", after=calendar(days=3)) for n in range(2000)],'
    authors.write(
        "life.py",
        LIFE.replace('stage("nurture", *[email(f"mail-{n}", after=calendar(days=3)) for n in range(10)],', steps),
    )


BAD: dict[str, tuple[abc.Callable[[Authors], object], str, str]] = {
    "a broken file": (lambda a: a.write("offer.py", OFFER.replace("(\n", "((\n", 1)), "SEQ050", "offer.py:"),
    "an import that fails": (lambda a: a.write("offer.py", "import no_such_thing\n" + OFFER), "SEQ050", "offer.py:1"),
    "an error while it is read": (lambda a: a.write("offer.py", OFFER + "\n1 / 0\n"), "SEQ050", "offer.py:"),
    "files that import each other": (in_circles, "SEQ050", ".py:1"),
    "no UTF-8": (lambda a: a.write("offer.py", b'"""caf\xe9"""\n' + OFFER.encode()), "SEQ050", "offer.py"),
    "two thousand steps": (endless, "SEQ021", "life.py:"),
    "two of one name": (twice, "SEQ030", ".py:"),
    "no sequences at all": (nowhere, "CFG005", "FOLLOWUP_SEQUENCES"),
    "a template with a syntax error": (
        lambda a: a.says("offer/hello.email", MAIL.replace("}}", "}")),
        "TPL002",
        "templates/offer/hello.email:6",
    ),
    "a template of ten megabytes": (
        lambda a: a.says("offer/hello.email", MAIL + "word " * 2_000_000),
        "TPL001",
        "templates/offer/hello.email",
    ),
    "a template that is no UTF-8": (
        lambda a: a.says("offer/hello.email", MAIL.encode() + b"caf\xe9\n"),
        "TPL001",
        "templates/offer/hello.email",
    ),
    "a template that is missing": (
        lambda a: (a.directory / a.package / "templates/offer/hello.email").unlink(),
        "SEQ201",
        "offer.py:",
    ),
}


@pytest.mark.parametrize("verb", ["plan", "publish"])
@pytest.mark.parametrize(("breaks", "code", "where"), BAD.values(), ids=BAD)
def test_one_clear_error_with_its_place_and_nothing_is_published(authors: Authors, breaks, code, where, verb):
    """Whoever reads it opens the right line; leads go on with what was good yesterday."""
    assert authors("sequence", "publish", "--yes").code == 0
    breaks(authors)
    said = authors("sequence", verb, *(["--yes"] if verb == "publish" else []), "-o", "json")
    assert (said.code, said.error["code"]) == (process.ExitCode.USAGE if code[:3] != "TPL" else 1, code)
    assert where in said.error["where"]
    assert said.error["next"]
    assert said.stdout == ""
    (issue,) = authors("sequence", "versions", "-o", "json").json
    assert issue["number"] == 1


def test_a_broken_file_keeps_nobody_from_looking_at_what_runs(authors: Authors):
    """Going back is what one wants just then."""
    authors("sequence", "publish", "--yes")
    authors.write("offer.py", OTHER.replace("elapsed(hours=1)", "elapsed(hours=2)").replace("offer = ", "offer = (", 1))
    assert authors("sequence", "plan").code == process.ExitCode.USAGE
    for words in (("versions",), ("show", "offer"), ("rollback", "--to", "1", "--yes"), ("retire", "offer", "--yes")):
        assert authors("sequence", *words).code == 0
