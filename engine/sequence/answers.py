"""The words by which an answer to a question of ours is known."""

import re

MOST_WORDS = 10
"""Whoever writes more has something to say that a person should read."""

WORD = re.compile(r"\w+")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, as they are compared."""
    return tuple(WORD.findall(text.casefold()))
