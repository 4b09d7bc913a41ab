"""How long a look may take and how it is retried. These may change at any deploy: they are no part of a history."""

from datetime import timedelta
from typing import NamedTuple, TypedDict

from temporalio.common import RetryPolicy

from engine.words import Act

SENDS = frozenset({Act.SEND_EMAIL, Act.SEND_SMS, Act.PLACE_CALL})


class Options(TypedDict):
    """The options of one activity."""

    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta | None
    retry_policy: RetryPolicy


class Pace(NamedTuple):
    """
    The timeouts of a look.

    `start_to_close` is longer than the provider's deadline, so that a second attempt begins only when the first can no
    longer send. A send that finds no worker for so long is looked at anew; a look without a channel is retried until
    it succeeds, since only a fix helps it.
    """

    start_to_close: timedelta = timedelta(seconds=30)
    send_within: timedelta = timedelta(hours=4)
    first_retry: timedelta = timedelta(seconds=2)
    longest_retry: timedelta = timedelta(minutes=1)

    def options(self, act: Act) -> Options:
        """The options of an activity of this type."""
        return Options(
            start_to_close_timeout=self.start_to_close,
            schedule_to_close_timeout=self.send_within if act in SENDS else None,
            retry_policy=RetryPolicy(initial_interval=self.first_retry, maximum_interval=self.longest_retry),
        )
