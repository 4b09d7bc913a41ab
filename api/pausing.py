"""
A sequence whose leads stand still, and go on: what it means for them, and the two commands.

    stop(office, sequence, by, reason, now)                 everybody in it stands still from now on
    found = standing(office, sequence, now, advance)        how many there are, and how many are overdue; None: it runs
    go_on(office, wanted, found, now)                       they go on, one after the other

Nobody is told one by one: the pause stands in the records, each look counts it, and a worker's sweep rings whoever
stands still when it is over.
"""

import math
from collections import abc
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pydantic import AwareDatetime

from adapters import pauses
from adapters.views.lead import memory
from adapters.views.versions import Traveller, travellers
from api.moving import in_it
from api.office import Office
from api.versions import must_be_known
from engine.frozen import Frozen
from engine.life.circumstances import SequencePause
from engine.life.decide import decide
from engine.life.migrating import enrolled
from engine.life.moves import Park, Wait
from engine.life.noting import noting
from engine.life.progress import Progress
from engine.reasons import HoldReason
from engine.words import ResumeMode

AT_ONCE: Final = 500

CAUGHT_UP_A_MINUTE: Final = 30
"""Leads that go on in a minute when nobody says how many, and each of them may have something to send."""

WITHOUT_BEING_DUE: Final = frozenset(
    {
        HoldReason.STEP_DELAY,
        HoldReason.AWAITING_EVENT,
        HoldReason.BLOCKING_TASK,
        HoldReason.AWAITING_APPROVAL,
        HoldReason.ANSWER_OPEN,
        HoldReason.PAUSED,
        HoldReason.SEQUENCE_PAUSED,
        HoldReason.WAITING_CAPACITY,
    }
)
"""What a lead waits for while nothing of its sequence is due."""


class Stopped(Frozen):
    """A sequence that stands still now."""

    sequence: str
    changed: bool
    """False when it stood still already."""
    leads: int
    """Who are in it."""
    since: AwareDatetime
    by: str
    reason: str


class Standing(Frozen):
    """A sequence that is paused, and who stands still in it."""

    sequence: str
    since: AwareDatetime
    by: str
    reason: str
    leads: int
    overdue: int
    """For whom something came due meanwhile."""

    def takes(self, pace: float | None) -> timedelta:
        """How long it takes until the last one goes on, at so many leads a minute; None: all at once."""
        return timedelta(seconds=math.ceil(self.leads * 60 / pace)) if pace else timedelta(0)


class Wanted(NamedTuple):
    """How somebody lets a sequence go on."""

    mode: ResumeMode
    pace: float | None
    """Leads a minute; None: what the mode needs."""
    by: str
    reason: str

    @property
    def a_minute(self) -> float | None:
        """Leads a minute; None: all at once, since nothing came due by it."""
        return CAUGHT_UP_A_MINUTE if self.pace is None and self.mode is ResumeMode.CATCH_UP else self.pace


class Resumed(Frozen):
    """A sequence that goes on."""

    sequence: str
    changed: bool
    """False when it went on already."""
    mode: ResumeMode
    leads: int = 0
    overdue: int = 0
    over_at: AwareDatetime | None = None
    """When the last lead goes on."""


def stop(office: Office, sequence: str, by: str, reason: str, now: datetime) -> Stopped:
    """Everybody in it stands still from now on. Raises: FollowupError PUB003, DatabaseUnusable."""
    with office.database.transaction() as transaction:
        must_be_known(transaction, sequence)
        changed = pauses.pause(transaction, sequence, by, reason, now)
        lasting = next(one for one in pauses.lasting(transaction) if one.sequence == sequence)
    leads = sum(in_it(office, sequence).values())
    words = {"since": lasting.since, "by": lasting.by, "reason": lasting.reason}
    return Stopped.model_validate({"sequence": sequence, "changed": changed, "leads": leads, **words})


def standing(office: Office, sequence: str, now: datetime, advance: abc.Callable[[], None]) -> Standing | None:
    """Who stands still in it, each looked at as if it went on now; None when it runs. Raises: FollowupError PUB003."""
    with office.database.reading() as transaction:
        must_be_known(transaction, sequence)
        lasting = next((one for one in pauses.lasting(transaction) if one.sequence == sequence), None)
    if lasting is None:
        return None
    over = SequencePause(sequence=sequence, since=lasting.since, until=now, mode=ResumeMode.CATCH_UP)
    found = [is_overdue(progress, over, now) for progress in _memories(office, sequence, advance)]
    words = {"since": lasting.since, "by": lasting.by, "reason": lasting.reason}
    return Standing.model_validate({"sequence": sequence, "leads": len(found), "overdue": sum(found), **words})


def go_on(office: Office, wanted: Wanted, found: Standing, now: datetime) -> Resumed:
    """They go on; `changed` is False when somebody else was faster. Raises: DatabaseUnusable."""
    spread = found.takes(wanted.a_minute)
    with office.database.transaction() as transaction:
        words = (found.sequence, wanted.mode, wanted.by, wanted.reason, now)
        changed = pauses.resume(transaction, *words, spread=spread)
    if not changed:
        return Resumed(sequence=found.sequence, changed=False, mode=wanted.mode)
    return Resumed(
        sequence=found.sequence,
        changed=True,
        mode=wanted.mode,
        leads=found.leads,
        overdue=found.overdue,
        over_at=now + spread,
    )


def is_overdue(progress: Progress, over: SequencePause, now: datetime) -> bool:
    """Whether something of its sequence came due in the pause, which would be over like that."""
    enrolment = enrolled(progress, over.sequence)
    if enrolment is None or enrolment is not progress.enrolment:
        return False
    others = tuple(pause for pause in progress.circumstances.pauses if pause.since != over.since)
    world = progress.circumstances.model_copy(update={"pauses": (*others, over), "paused_sequences": ()})
    move = decide(noting(progress, world, now), now)
    return not isinstance(move, Park) and not (isinstance(move, Wait) and move.because in WITHOUT_BEING_DUE)


def _memories(office: Office, sequence: str, advance: abc.Callable[[], None]) -> abc.Iterator[Progress]:
    versions = tuple(in_it(office, sequence))
    last: Traveller | None = None
    while True:
        with office.database.reading() as transaction:
            page = travellers(transaction, versions, last, AT_ONCE)
            found = [memory(transaction, one.lead_id) for one in page]
        if not page:
            return
        last = page[-1]
        yield from (progress for progress in found if progress is not None)
        for _ in page:
            advance()
