"""A full name, split into what a greeting needs and the rest."""

from typing import NamedTuple

TITLES = frozenset(
    {
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "sir",
        "madam",
        "herr",
        "frau",
        "m",
        "mme",
        "mlle",
        "sr",
        "sra",
        "señor",
    }
)
PARTICLES = frozenset(
    {
        "al", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn", "la", "le",
        "san", "st", "ten", "ter", "van", "vom", "von", "zu", "zum", "zur",
    }
)  # fmt: skip
"""Words that begin a last name of several words."""


class Name(NamedTuple):
    """A name in two parts; either may be empty."""

    first_name: str
    last_name: str


def split_name(full: str) -> Name:
    """
    First and last name of a person: `Lovelace, Ada` and `Dr. Ada Lovelace` are both Ada Lovelace.

    Every given name is first, so that nothing of it is lost; a single word is a first name.
    """
    before, comma, after = full.partition(",")
    if comma and after.strip():
        return Name(_without_titles(after), before.strip())
    words = _without_titles(before).split()
    if len(words) < 2:
        return Name(" ".join(words), "")
    start = _last_name_starts(words)
    return Name(" ".join(words[:start]), " ".join(words[start:]))


def _without_titles(text: str) -> str:
    words = text.split()
    while len(words) > 1 and words[0].rstrip(".").casefold() in TITLES:
        del words[0]
    return " ".join(words)


def _last_name_starts(words: list[str]) -> int:
    for place, word in enumerate(words[1:-1], start=1):
        if word.casefold() in PARTICLES:
            return place
    return len(words) - 1
