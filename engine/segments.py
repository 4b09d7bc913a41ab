"""How many segments a text needs on its way through the phone networks: each is paid for like a text of its own."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The letters every phone has (3GPP TS 23.038)."""
GSM_7_ESCAPED: Final = frozenset("\f^{}\\[~]|€")
"""Letters of the same alphabet that take the room of two."""

Encoding = Literal["GSM-7", "UCS-2"]


class Room(NamedTuple):
    """How much fits, in units of the encoding."""

    alone: int
    """Into a text of one segment."""
    joined: int
    """Into each of several, which say how they belong together."""


ROOM: Final[dict[Encoding, Room]] = {"GSM-7": Room(160, 153), "UCS-2": Room(70, 67)}


class Segments(NamedTuple):
    """What a text costs."""

    number: int
    """How many are sent and paid for; none for an empty text."""
    encoding: Encoding
    units: int
    """Septets of GSM-7, or 16-bit units of UCS-2."""
    foreign: tuple[str, ...]
    """The letters that are not GSM-7, which make the whole text UCS-2; each once, in the order they come."""


def segments_of(text: str) -> Segments:
    """What this text costs. One letter outside of GSM-7 leaves room for 70 letters instead of 160."""
    foreign = tuple(dict.fromkeys(letter for letter in text if letter not in GSM_7 | GSM_7_ESCAPED))
    encoding: Encoding = "UCS-2" if foreign else "GSM-7"
    sizes = list(_sizes(text, encoding))
    room = ROOM[encoding]
    count = min(len(sizes), 1) if sum(sizes) <= room.alone else _joined(sizes, room.joined)
    return Segments(number=count, encoding=encoding, units=sum(sizes), foreign=foreign)


def _sizes(text: str, encoding: Encoding) -> Iterator[int]:
    for letter in text:
        wide = ord(letter) > 0xFFFF if encoding == "UCS-2" else letter in GSM_7_ESCAPED
        yield 2 if wide else 1


def _joined(sizes: list[int], room: int) -> int:
    """A letter of two units is never torn apart: it begins the next segment."""
    count, left = 1, room
    for size in sizes:
        if size > left:
            count, left = count + 1, room
        left -= size
    return count
