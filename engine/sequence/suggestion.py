"""What somebody may have meant who wrote a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(word: str, known: Iterable[str]) -> str:
    """What to write instead: the known word that looks most alike, else all of them."""
    words = [str(each) for each in known]  # members of an enum would show their class
    near = get_close_matches(word, words, n=1)
    return f"did you mean {near[0]!r}?" if near else f"write one of: {', '.join(words)}"
