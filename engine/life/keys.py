"""The names of touches and tasks: the same in every attempt, run, reset and rebuild."""

from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from engine.words import LeadId, TaskKey, TouchKey

_TOUCH = uuid5(NAMESPACE_URL, "followup-engine:touch")
_TASK = uuid5(NAMESPACE_URL, "followup-engine:task")


# One decision asks for one key several times.
@lru_cache(maxsize=4096)
def touch_key(lead: LeadId, enrolment: int, plan: int, visit: int, step: str, occurrence: int) -> TouchKey:
    """
    The key of one touch.

    It holds no version of the sequence, so that moving a lead to a newer one cannot send a step twice.
    """
    return TouchKey(str(uuid5(_TOUCH, f"{lead}/{enrolment}/{plan}/{visit}/{step}/{occurrence}")))


def task_key(lead: LeadId, *about: object) -> TaskKey:
    """The key of one human task: what it is about, in whatever words make it one of its kind."""
    return TaskKey(str(uuid5(_TASK, "/".join(str(part) for part in (lead, *about)))))
