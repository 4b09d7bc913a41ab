"""
Crash points for drills: a process armed with `after_claim:3` is killed when it reaches that point for the third time.

`reached` is handed to whoever has such points by the composition root; unless armed it does nothing.
"""

import os
import signal
from collections import Counter, abc

from engine.errors import FollowupError

Reached = abc.Callable[[str], None]

POINTS = (
    "before_write",
    "after_claim",
    "after_last_byte",
    "after_response",
    "after_outcome_commit",
    "before_inbox_insert",
    "after_inbox_commit",
    "after_signal",
    "after_lookup",
    "after_reconcile_commit",
)
"""Every point there is; a test holds that each is reached and no other."""


def nothing(point: str) -> None:
    """What happens at a crash point of a process that is not armed."""


def armed(faults: str) -> Reached:
    """
    What `FOLLOWUP_FAULTS` asks for: `point` or `point:n`, several with commas.

    Raises: FollowupError CFG004 when it names no point of ours.
    """
    deaths = dict(_death(part.strip()) for part in faults.split(",") if part.strip())
    if not deaths:
        return nothing
    times: Counter[str] = Counter()

    def reached(point: str) -> None:
        times[point] += 1
        if times[point] == deaths.get(point):
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def _death(part: str) -> tuple[str, int]:
    point, _, nth = part.partition(":")
    if point not in POINTS or not (nth or "1").isdecimal() or int(nth or "1") < 1:
        raise FollowupError(
            code="CFG004",
            what=f"{part!r} names no crash point",
            where="FOLLOWUP_FAULTS",
            why=f"the points are {', '.join(POINTS)}",
            next="write a point, or a point and which time it is reached: after_claim:3",
        )
    return point, int(nth or "1")
