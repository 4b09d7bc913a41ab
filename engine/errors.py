"""
The one shape of an error that reaches a person.

* FollowupError
  - SequenceInvalid     raised while a sequence is built or the catalogue checked, before any lead runs on it
"""


class FollowupError(Exception):
    """What happened, where, why and what to do next, under a code that never changes its meaning."""

    def __init__(self, *, code: str, what: str, where: str = "", why: str = "", next: str = "") -> None:
        self.code = code
        self.what = what
        self.where = where
        self.why = why
        self.next = next
        super().__init__(str(self))

    def __str__(self) -> str:
        """The whole error as a person reads it, one fact per line."""
        lines = [f"{self.code}: {self.what}"]
        lines += [
            f"  {label}: {text}"
            for label, text in (("where", self.where), ("why", self.why), ("next", self.next))
            if text
        ]
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        """Keyword-only fields survive pickling between processes."""
        return (_rebuilt, (type(self), self.code, self.what, self.where, self.why, self.next))


def _rebuilt(kind: type[FollowupError], code: str, what: str, where: str, why: str, next: str) -> FollowupError:
    return kind(code=code, what=what, where=where, why=why, next=next)


class SequenceInvalid(FollowupError):
    """A sequence says something that cannot be meant; the author's file and line are in `where`."""
