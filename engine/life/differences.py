"""
What two engines decide differently about one lead, said so that people see what changes for whom.

    between(before, now)    the lives two engines foresee
    otherwise(row, turn)    what a row waits for, and what this engine would wait for
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from engine.frozen import Frozen
from engine.life.foresight import Foreseen, Foresight, What
from engine.life.turn import Turn
from engine.sequence.wording import say_stage
from engine.words import Act


class Waiting(Frozen):
    """What a lead's row says it waits for."""

    due: AwareDatetime
    act: str
    why: str
    stage: str
    state: str


class Difference(Frozen):
    """One thing that is decided differently."""

    said: str
    """The same words for every lead it happens to, so that leads can be counted by it."""
    by: timedelta | None = None
    """How much later or earlier, where that is the difference."""
    before: Foreseen | Waiting | None
    """None: only the new engine does it."""
    now: Foreseen | Waiting | None
    """None: the new engine no longer does it."""


def between(before: Foresight, now: Foresight) -> tuple[Difference, ...]:
    """
    What differs between two foreseen lives, the earliest first: what comes later mostly follows from that.

    Something is gone, or new, where the other life is known for so much longer that it has not just moved out of sight.
    """
    old, new = _numbered(before.coming), _numbered(now.coming)
    gone = [one for key, one in old.items() if key not in new and one.at <= now.compared_until]
    come = [one for key, one in new.items() if key not in old and one.at <= before.compared_until]
    both = [(one, new[key]) for key, one in old.items() if key in new]
    found = [(one.at, _gone(one)) for one in gone]
    found += [(one.at, _come(one)) for one in come]
    found += [(min(was.at, one.at), _changed(was, one)) for was, one in both if was != one]
    return tuple(difference for _, difference in sorted(found, key=lambda each: each[0]))


def otherwise(row: Waiting, turn: Turn) -> Difference | None:
    """What the turn that this engine would wait with says otherwise than the row; None when it says the same."""
    now = waiting(turn)
    if row == now:
        return None
    said, by = _gravest(row, now, _due(turn))
    return Difference(said=said, by=by, before=row, now=now)


def waiting(turn: Turn) -> Waiting:
    """What a row says that was saved with this turn."""
    return Waiting(due=turn.due, act=turn.act.value, why=turn.why, stage=turn.stage, state=turn.state)


# --- two lives --------------------------------------------------------------------------------------------------------

Key = tuple[What, str, int]


def _numbered(life: Iterable[Foreseen]) -> dict[Key, Foreseen]:
    """What happens more than once is told apart by its number: the second email a is not the first one, later."""
    seen: Counter[tuple[What, str]] = Counter()
    numbered: dict[Key, Foreseen] = {}
    for one in life:
        seen[one.what, one.about] += 1
        numbered[one.what, one.about, seen[one.what, one.about]] = one
    return numbered


def _gone(one: Foreseen) -> Difference:
    return Difference(said=f"{_clause(one)} no more", before=one, now=None)


def _come(one: Foreseen) -> Difference:
    return Difference(said=f"{_clause(one)}, and did not before", before=None, now=one)


def _changed(before: Foreseen, now: Foreseen) -> Difference:
    said, by = _moved(_clause(now), before.at, now.at)
    return Difference(said=said, by=by, before=before, now=now)


def _clause(one: Foreseen) -> str:
    return CLAUSES[one.what].format(say_stage(one.about) if one.what == "stage" else one.about)


def _moved(what: str, before: datetime, now: datetime) -> tuple[str, timedelta | None]:
    if before == now:
        return f"{what}, told otherwise", None
    return f"{what} {'later' if now > before else 'earlier'}", abs(now - before)


CLAUSES: dict[What, str] = {
    "message": "{} leaves",
    "task_opened": "{} opens",
    "task_escalated": "{} is escalated",
    "task_given_up": "{} is given up",
    "task_cancelled": "{} is cancelled",
    "task_reassigned": "{} changes hands",
    "task_postponed": "{} is put off",
    "skip": "{} is left out",
    "stage": "{} begins",
    "enroll": "{} starts",
    "refusal": "{} is refused",
    "review": "a person is asked because of {}",
    "end": "the sequence ends as {}",
}
"""What happens, as a sentence begins that says how it changed."""


# --- a row and a turn -------------------------------------------------------------------------------------------------


def _due(turn: Turn) -> str:
    """What is due, as people speak of it; what is due at once stands in `why` alone."""
    return turn.then or (turn.act.value if turn.act is Act.LOOK else turn.why)


def _gravest(row: Waiting, now: Waiting, due: str) -> tuple[str, timedelta | None]:
    """The gravest of the changes; the others stand beside it in the difference."""
    if row.state != now.state:
        return f"{row.state} becomes {now.state}", None
    if row.stage != now.stage:
        return f"stage {row.stage} becomes {now.stage}", None
    if row.act != now.act:
        return f"{now.act} is due instead of {row.act}", None
    return _moved(due, row.due, now.due)
