"""What somebody may have meant who wrote a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(word: str, known: Iterable[str]) -> str:
    """What to write instead: the known word that looks most alike, else all of them."""
    words = [str(each) for each in known]  # members of an enum would show their class
    # What somebody is and what somebody is not look alike, and nobody means the one by the other.
    alike = [each for each in words if each.startswith("not_") == word.startswith("not_")]
    near = get_close_matches(word, alike, n=1)
    return f"did you mean {near[0]!r}?" if near else f"write one of: {', '.join(words)}"
