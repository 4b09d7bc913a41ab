"""One cell: the text a person meant, without what spreadsheets and exports put around it."""

import re
import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
"""A spreadsheet would compute a cell that begins so (OWASP ASVS 5.0, 1.2.10)."""

_MARKED_AS_TEXT = re.compile(r"'(?=[=+\-@\t\r\0\d])")
_FORMULA_TEXT = re.compile(r'="([^"]*)"')
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_DAMAGE = re.compile("[\ud800-\udfff\ufffd]")
_OUTER = " \t\r\n\u00a0"


class Unreadable(ValueError):
    """A cell does not say what its column should; the message is the reason a person reads."""


def escaped(text: str) -> str:
    """The cell as it may stand in a file that somebody opens in a spreadsheet; `plain` reads it back."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def is_plain(cell: str, *, longest: int) -> bool:
    """Whether the cell is its own text on one line: most are, and fifty thousand rows have many cells."""
    return (
        cell.isascii()
        and cell.isprintable()
        and len(cell) <= longest
        and not cell.startswith((" ", "'", "="))
        and not cell.endswith(" ")
        and "  " not in cell
    )


def plain(cell: str) -> str:
    """The cell's text: marks of spreadsheets, invisible characters and outer white space taken off."""
    text = cell.strip(_OUTER)
    if not text.isascii():
        text = _INVISIBLE.sub("", text).strip(_OUTER)
    if text.startswith(("'", "=")):
        text = _MARKED_AS_TEXT.sub("", text, count=1)
        formula = _FORMULA_TEXT.fullmatch(text)
        text = (formula[1] if formula else text).strip(_OUTER)
    return text


def one_line(text: str, *, longest: int) -> str:
    """
    Plain text on one line.

    Raises: Unreadable when characters were lost, when some cannot be printed, or when it is too long to be meant.
    """
    if not (text.isascii() and text.isprintable()):
        text = _printable(text)
    if "  " in text:
        text = " ".join(text.split())
    if len(text) > longest:
        raise Unreadable(f"is longer than {longest} characters")
    return text


def _printable(text: str) -> str:
    if _DAMAGE.search(text):
        raise Unreadable("a character was damaged before or while the file was saved")
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise Unreadable("holds a control character")
    return text
