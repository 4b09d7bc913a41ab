"""
The look: the one activity body behind every activity type.

    T1  lock the lead, note every Inbox row, decide; carry out what needs no outside world and decide again;
        for a touch: gate and claim it; save; commit
    --  at most one provider call
    T2  note the outcome, decide, save, commit; return the next Turn

Nothing is committed when anything unexpected happens: the attempt fails where on-call sees it, and heals with the fix.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from activities.outside import Asking, Calling, OutsideCall, Result, asked, called
from activities.sitting import Sitting
from engine.errors import FollowupError
from engine.life.moves import Finish
from engine.life.turn import Glance, Turn
from engine.ports.providers import Provider
from engine.ports.records import Records
from engine.reasons import StopReason
from engine.words import Act, Channel, LeadId

log = structlog.get_logger()

Clock = Callable[[], datetime]
"""What time it is."""

CrashPoint = Callable[[str], None]
"""Told the name of each point at which a crash is interesting; does nothing outside crash tests."""


def safe(name: str) -> None:
    """The crash point of an ordinary day."""


class Look:
    """Looks at leads, with these records and providers."""

    def __init__(
        self,
        records: Records,
        providers: Mapping[Channel, Provider],
        *,
        retry_within: timedelta = timedelta(minutes=2),
        crash_point: CrashPoint = safe,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.records = records
        self.providers = providers
        self.retry_within = retry_within
        self.crash_point = crash_point
        self.stopwatch = stopwatch

    def at(self, glance: Glance, act: Act, now: datetime, tried_for: timedelta, *, again: bool = False) -> Turn:
        """
        The lead's next turn.

        `now` is Temporal's record of when this attempt started; `tried_for` is how long ago the first one did, and
        `again` that this is not the first.
        Raises: TryLater when the touch was certainly not sent and is worth a retry soon; anything unexpected as it is.
        """
        story: list[str] = []
        clock = self._clock(now)
        first = self._first(glance, act, clock, story, again=again)
        if isinstance(first, Turn):
            return first
        result = self._outside(first)
        turn = self._second(glance, act, clock, first, result, tried_for, story)
        self.crash_point("after_reconcile_commit" if isinstance(first, Asking) else "after_outcome_commit")
        if result.retry is not None and tried_for < self.retry_within and turn.due <= clock():
            raise result.retry
        return turn

    def _clock(self, began: datetime) -> Clock:
        """
        The time as it goes on from `began`, in whole seconds, so that an ordinary look takes none.

        A process that stood still, or waited for a lock, must not believe that it is still open outside.
        """
        pressed = self.stopwatch()
        return lambda: began + timedelta(seconds=int(self.stopwatch() - pressed))

    def _first(self, glance: Glance, act: Act, clock: Clock, story: list[str], *, again: bool) -> Turn | OutsideCall:
        with self.records.lead(glance.lead_id) as book:
            now = clock()
            if book is None:
                return never_began(glance, now)
            sitting = Sitting(book, act, now, story, again=again)
            sitting.begin(glance)
            return sitting.catch_up() if sitting.behind else sitting.proceed()

    def _outside(self, call: OutsideCall) -> Result:
        """What a provider says, with no transaction open; at most one message leaves."""
        match call:
            case Calling():
                self.crash_point("after_claim")
                result = called(self.providers[call.send.channel], call)
                self.crash_point("after_response")
            case Asking():
                result = asked(self.providers[call.look_up.channel], call)
                self.crash_point("after_lookup")
        log.info("touch.settled", outcome=result.name, channel=call.channel, touch_key=call.touch_key)
        return result

    def _second(
        self,
        glance: Glance,
        act: Act,
        clock: Clock,
        call: OutsideCall,
        result: Result,
        tried_for: timedelta,
        story: list[str],
    ) -> Turn:
        with self.records.lead(glance.lead_id) as book:
            now = clock()
            if book is None:
                raise not_known_here(glance.lead_id)
            sitting = Sitting(book, act, now, story)
            sitting.resume(call.revision)
            sitting.settle(call, result, patience=self.retry_within - tried_for)
            return sitting.rest_of()


def never_began(glance: Glance, now: datetime) -> Turn:
    """
    The end of a run whose lead is not in the records and, as far as it remembers, never was.

    Raises: FollowupError DBS010 when it remembers one, so that its memory outlives the mistake.
    """
    if glance.revision > 0:
        raise not_known_here(glance.lead_id)
    over = Finish(because=StopReason.LEAD_ERASED, why="there is no such lead in the records")
    return Turn(
        lead_id=glance.lead_id, revision=glance.revision, due=now, why=over.why, state=f"over.{over.because}", over=True
    )


def not_known_here(lead_id: LeadId) -> FollowupError:
    """The error for a lead that was looked at before and has no row; whoever is erased leaves one."""
    return FollowupError(
        code="DBS010",
        what="the records do not know this lead, and its workflow does",
        where=f"lead {lead_id}",
        why="no lead's row is ever deleted, so this is another database, or an older one",
        next="is this the right database? `followup doctor` names it; the look goes on when the row is back",
    )
