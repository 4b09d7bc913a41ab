"""What somebody signals to Temporal with content: read as text, and handed to the looks in handfuls."""

from temporalio.common import RawValue

from engine.life.turn import Scrap

LONGEST = 16_000
"""Characters of a signal's content that are kept; more is no event of ours."""

HANDFUL = 64_000
"""Characters that one look is handed: with two megabytes Temporal would refuse the look, and the lead would stand."""

MOST = 100
"""Scraps that one look is handed: it files each of them in a statement or two."""


def readable(content: RawValue) -> str:
    """A signal's content as text, whatever it is; what is no text is shown as hex."""
    data = content.payload.data
    try:
        return data.decode()[:LONGEST]
    except UnicodeDecodeError:
        return data[: LONGEST // 2].hex()


def handful(scraps: list[Scrap]) -> tuple[tuple[Scrap, ...], list[Scrap]]:
    """The scraps that one look is handed, the oldest first and at least one, and those that are left for the next."""
    size = 0
    for count, scrap in enumerate(scraps):
        size += len(scrap.name) + len(scrap.body)
        if count == MOST or (count and size > HANDFUL):
            return tuple(scraps[:count]), scraps[count:]
    return tuple(scraps), []
