"""
The activity types as Temporal knows them. Each is the same look; its name says what is due and picks the queue.

They are plain functions for a thread pool: the provider SDKs and the database layer block.
"""

from collections.abc import Callable
from datetime import UTC, datetime

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
                return self._look_body.at(glance, act, now, now - info.scheduled_time)
            except TryLater as later:
                raise _not_sent(later) from later
            except Exception as error:
                log.exception("look.failed")
                if info.attempt >= self._flag_after:
                    self._flag(glance.lead_id, error, now)
                raise

    def _flag(self, lead_id: LeadId, error: Exception, now: datetime) -> None:
        try:
            self._look_body.records.flag_failing(lead_id, _name(error), now)
        except FollowupError:
            log.warning("lead.not_flagged")  # what on-call has to see is the error of the look


def _not_sent(later: TryLater) -> ApplicationError:
    """An ordinary wait, not a failure: Temporal retries when the provider says, or by its own back-off."""
    return ApplicationError(
        str(later), type="NotSent", next_retry_delay=later.after, category=ApplicationErrorCategory.BENIGN
    )


def _name(error: Exception) -> str:
    """The error without its text, which may quote personal data."""
    return type(error).__name__


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
