"""How wide text is, near enough to keep it inside a box: no font is at hand where pictures are made."""

from collections import abc
from html import escape
from typing import Final
from unicodedata import east_asian_width

NARROW: Final = frozenset("iljtfr.,:;'|!()[] -")
BROAD: Final = frozenset("mwMW@%")


def width(text: str, size: float) -> float:
    """Pixels that the text takes in a usual sans-serif font of that size; rather too many than too few."""
    return size * sum(map(_share, text))


def wrapped(text: str, room: float, size: float) -> tuple[str, ...]:
    """The text in lines that fit into so many pixels; a word that is too long for one is cut."""
    lines: list[str] = []
    for word in _pieces(text.split(), room, size):
        if lines and width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return tuple(lines)


def safe(text: str) -> str:
    """The text as XML and HTML may hold it, in attributes too; its lines stay lines."""
    return escape("".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text))


def _pieces(words: abc.Iterable[str], room: float, size: float) -> abc.Iterator[str]:
    """The words; one that is too long is cut behind a hyphen if it has one."""
    for word in words:
        while width(word, size) > room:
            fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or width(word[:n], size) <= room)
            cut = max(word.rfind(hyphen, 0, fits) for hyphen in "-_/") + 1 or fits
            yield word[:cut]
            word = word[cut:]
        yield word


def _share(letter: str) -> float:
    """The width of a letter as a share of the font's size."""
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in NARROW:
        return 0.36
    if letter in BROAD:
        return 0.95
    return 0.72 if letter.isupper() else 0.6
