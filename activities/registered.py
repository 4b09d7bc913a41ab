"""
The activity types as Temporal knows them. Each is the same look; its name says what is due and picks the queue.

They are plain functions for a thread pool: the provider SDKs and the database layer block.
"""

import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog
from structlog.contextvars import bound_contextvars
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.look import Look
from engine.errors import FollowupError
from engine.life.turn import Glance, Turn
from engine.ports.providers import TryLater
from engine.words import Act, LeadId

log = structlog.get_logger()


class LeadActivities:
    """Every activity type of a lead; after so many failed attempts it is flagged, so that `stuck` names it."""

    def __init__(self, look: Look, *, flag_after: int = 5) -> None:
        self._look_body = look
        self._flag_after = flag_after

    @activity.defn(name=Act.LOOK.value)
    def look(self, glance: Glance) -> Turn:
        """After a ring, and whenever nothing leaves."""
        return self._at(glance, Act.LOOK)

    @activity.defn(name=Act.SEND_EMAIL.value)
    def send_email(self, glance: Glance) -> Turn:
        """An email is due."""
        return self._at(glance, Act.SEND_EMAIL)

    @activity.defn(name=Act.SEND_SMS.value)
    def send_sms(self, glance: Glance) -> Turn:
        """A text is due."""
        return self._at(glance, Act.SEND_SMS)

    @activity.defn(name=Act.PLACE_CALL.value)
    def place_call(self, glance: Glance) -> Turn:
        """An automated call is due."""
        return self._at(glance, Act.PLACE_CALL)

    @activity.defn(name=Act.CREATE_TASK.value)
    def create_task(self, glance: Glance) -> Turn:
        """A person is to be asked, told or relieved."""
        return self._at(glance, Act.CREATE_TASK)

    @activity.defn(name=Act.RECONCILE.value)
    def reconcile(self, glance: Glance) -> Turn:
        """A provider is to be asked about an uncertain touch."""
        return self._at(glance, Act.RECONCILE)

    def _at(self, glance: Glance, act: Act) -> Turn:
        info = activity.info()
        now = info.started_time.astimezone(UTC)
        with bound_contextvars(lead_id=glance.lead_id, act=act.value, attempt=info.attempt):
            try:
                return self._look_body.at(glance, act, now, now - _first_attempt(info), again=info.attempt > 1)
            except TryLater as later:
                activity.heartbeat(_first_attempt(info).isoformat())
                raise _not_sent(later) from later
            except Exception as error:  # noqa: BLE001 - it fails the attempt, without its words
                failure = _told(error)
                way = _way_to(error)
                log.error("look.failed", error=failure.type, why=failure.message, way=way)
                if info.attempt >= self._flag_after:
                    self._flag(glance.lead_id, error, now)
                raise failure.with_traceback(error.__traceback__) from None

    def _flag(self, lead_id: LeadId, error: Exception, now: datetime) -> None:
        try:
            self._look_body.records.flag_failing(lead_id, type(error).__name__, now)
        except FollowupError:
            log.warning("lead.not_flagged")  # what on-call has to see is the error of the look


def _first_attempt(info: activity.Info) -> datetime:
    """When the first attempt started: each tells the next, since Temporal only keeps when it was asked for."""
    told = next(iter(info.heartbeat_details), None)
    return info.started_time.astimezone(UTC) if told is None else datetime.fromisoformat(told)


def _not_sent(later: TryLater) -> ApplicationError:
    """An ordinary wait, not a failure: Temporal retries when the provider says, or by its own back-off."""
    return ApplicationError(
        str(later), type="NotSent", next_retry_delay=later.after, category=ApplicationErrorCategory.BENIGN
    )


def _told(error: Exception) -> ApplicationError:
    """
    The error as Temporal and the log may keep it: what kind, and where.

    Its own words may quote a person, and a history cannot be edited; our own errors never do.
    """
    if isinstance(error, FollowupError):
        return ApplicationError(str(error), type=error.code)
    *_, last = traceback.extract_tb(error.__traceback__)
    place = f"{Path(last.filename).name}, line {last.lineno}, in {last.name}"
    return ApplicationError(f"{place}: {last.line}", type=type(error).__name__)


def _way_to(error: Exception) -> str:
    """The calls that led to the error, without what it says."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


def all_of(activities: LeadActivities) -> tuple[Callable[[Glance], Turn], ...]:
    """What a worker registers."""
    return (
        activities.look,
        activities.send_email,
        activities.send_sms,
        activities.place_call,
        activities.create_task,
        activities.reconcile,
    )
