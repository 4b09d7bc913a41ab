"""
Whose clock stands, since when, and from when on it runs again.

A person pauses a lead, or its answer is open, or another sequence interrupts: then the clock stands from the look that
notes it to the look that notes its end. A sequence is paused in the records, from one moment to another: that counts to
the second, whenever the lead is looked at, and once, however often. An hour in which two things stop the clock is one
hour; and a lead that something else holds still when the pause of its sequence ends is shifted, whatever the mode.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

from engine.life.circumstances import SequencePause
from engine.life.course import clock_started, cursor_changed
from engine.life.progress import AfterPause, Enrolment, Progress
from engine.words import LeadId, ResumeMode


class Stand(NamedTuple):
    """When one enrolment stands still because its sequence is paused."""

    since: datetime
    until: datetime | None
    """When this lead goes on; None: nobody knows yet."""
    mode: ResumeMode

    def lasts(self, now: datetime) -> bool:
        """Whether the lead does not go on yet."""
        return self.until is None or self.until > now


def over_for(pause: SequencePause, lead: LeadId) -> datetime | None:
    """When the pause ends for this lead, to the second: a hash spreads the leads; None while it lasts."""
    if pause.until is None:
        return None
    said = f"{lead}/{pause.sequence}/{pause.since.timestamp():.6f}"
    share = int.from_bytes(blake2b(said.encode(), digest_size=8).digest()) / 2**64
    return pause.until + timedelta(seconds=int(share * pause.spread.total_seconds()))


def standing(progress: Progress, enrolment: Enrolment, now: datetime) -> Stand | None:
    """The pause of its sequence that the enrolment stands still for; None when none lasts for it."""
    return next((stand for stand in _stands(progress, enrolment) if stand.lasts(now)), None)


def with_clocks(progress: Progress, now: datetime) -> Progress:
    """Each enrolment's clock stands while something stops it, and only then; pauses that ended since are counted."""
    running = progress.enrolment
    if running is not None:
        clocked = _clocked(progress, running, now, held=_held(progress, running))
        if clocked is not running:
            progress = progress.model_copy(update={"enrolment": clocked})
    if progress.interrupted and progress.circumstances.pauses:
        waiting = tuple(_clocked(progress, enrolment, now, held=True) for enrolment in progress.interrupted)
        if waiting != progress.interrupted:
            progress = progress.model_copy(update={"interrupted": waiting})
    return progress


def _held(progress: Progress, running: Enrolment) -> bool:
    """Whether something else than a pause in the records stops its clock."""
    named = running.plan.sequence.name in progress.circumstances.paused_sequences
    return progress.pause is not None or running.answer_open or named


def _clocked(progress: Progress, enrolment: Enrolment, now: datetime, *, held: bool) -> Enrolment:
    for stand in _stands(progress, enrolment):
        if stand.until is None or stand.lasts(now):
            return _stopped(enrolment, min(stand.since, now))
        if held:
            enrolment = enrolment.model_copy(update={"reckoned_until": stand.until})
        else:
            enrolment = _gone_on(_stopped(enrolment, stand.since), stand.since, stand.until, stand.mode)
    if not held:
        return clock_started(enrolment, now)
    return enrolment if enrolment.stopped_since is not None else _stopped(enrolment, now)


def _stopped(enrolment: Enrolment, since: datetime) -> Enrolment:
    if enrolment.stopped_since is not None and enrolment.stopped_since <= since:
        return enrolment
    return enrolment.model_copy(update={"stopped_since": since})


def _gone_on(enrolment: Enrolment, since: datetime, until: datetime, mode: ResumeMode) -> Enrolment:
    """The enrolment when the pause of its sequence has ended for it."""
    enrolment = enrolment.model_copy(update={"reckoned_until": until})
    if mode is ResumeMode.SHIFT:
        return clock_started(enrolment, until)
    enrolment = clock_started(enrolment, until, ran_from=since)
    after = AfterPause(until=until, left_out=mode is ResumeMode.DROP_OVERDUE)
    return cursor_changed(enrolment, after_pause=after)


def _stands(progress: Progress, enrolment: Enrolment) -> Iterator[Stand]:
    """What pauses of its sequence mean for the enrolment, not counted yet: in order, none reaching into another."""
    pauses = progress.circumstances.pauses
    if not pauses:
        return
    name = enrolment.plan.sequence.name
    mine = [pause for pause in pauses if pause.sequence == name]
    # Where another stop has ended, whatever stood until then is counted with it.
    counted = (enrolment.started_at, enrolment.reckoned_until, enrolment.cursor.resumed_at)
    began = max(moment for moment in counted if moment is not None)
    for pause, after in pairwise((*mine, None)):
        if pause is None or (pause.until is not None and pause.until <= enrolment.started_at):
            continue
        until = over_for(pause, progress.lead_id)
        if after is not None and until is not None:
            until = min(until, after.since)
        since = max(pause.since, began)
        if until is None or until > since:
            yield Stand(since, until, pause.mode)
