"""What is true around a lead right now, read live from the database by every look: never pinned."""

from datetime import date, timedelta
from operator import not_
from typing import Literal

from pydantic import AwareDatetime, Field

from engine.calendar.hours import Hours
from engine.frozen import Frozen
from engine.hearsay import SaidMoment
from engine.reasons import SkipReason
from engine.sequence.pipeline import PipelineStage
from engine.words import Channel, ResumeMode, ZoneSource


class ChannelState(Frozen):
    """Whether we may and can reach the lead on a channel; `why_not` says why we may not."""

    channel: Channel
    why_not: SkipReason | None = None


class FieldValue(Frozen):
    """A declared field's value; dates are ISO strings."""

    name: str
    value: str | float | bool


class SequencePause(Frozen):
    """The leads of a sequence stand still, from one moment to another."""

    sequence: str
    since: AwareDatetime
    until: AwareDatetime | None = None
    """When the first lead goes on; None while it lasts."""
    mode: ResumeMode = ResumeMode.SHIFT
    spread: timedelta = timedelta(0)
    """The leads go on one after the other, within this time after `until`."""


class Policy(Frozen):
    """The deployment's numbers."""

    min_gap: timedelta = timedelta(minutes=60)
    """Between two automatic touches of one lead; none inside response."""
    lead_cap: int = Field(default=3, ge=1)
    """Automatic messages per lead in a rolling 24 hours, over all channels."""
    jitter: timedelta = timedelta(minutes=15)
    """Spread of touches that an opening releases; tests set 0."""
    settling: timedelta = timedelta(seconds=60)
    """A new stage sends nothing for so long; none inside response."""
    touch_limit: int = 500
    """Messages of one enrolment, then it stops."""
    visit_limit: int = 12
    """Entries into one stage by one enrolment, then a Review."""
    pause_limit: timedelta = timedelta(days=30)
    horizon: timedelta = timedelta(days=30)
    """No lead waits longer than this without being looked at."""
    look_ups: tuple[timedelta, ...] = Field(
        default=(timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=15)),
        min_length=1,
    )
    """When a provider is asked about an uncertain touch, counted from the claim; after the last it counts as lost."""
    soft_retries: tuple[timedelta, ...] = (timedelta(hours=4), timedelta(hours=24))
    """When a touch that softly failed is tried anew; after the last a person decides."""
    account_reply: Literal["ignore", "delay", "stop"] = "delay"
    """What a colleague's reply does."""
    event_ahead: timedelta = timedelta(minutes=5)
    """An event further in the future counts as received now; so far the clocks of others may be off."""


class Circumstances(Frozen):
    """The world of one lead, as plain data."""

    zone: str
    """The zone dates and windows are read in (IANA, valid)."""
    zone_source: ZoneSource
    closed_days: tuple[date, ...] = ()
    contact_hours: tuple[Hours, ...] = ()
    """Legal hours for texts and calls, one entry per plausible zone or state; all must be open."""
    channels: tuple[ChannelState, ...] = ()
    """A channel that is not listed has no address."""
    fields: tuple[FieldValue, ...] = ()
    owner: str | None = None
    owner_hours: Hours
    """Working time of whoever acts for us."""
    owner_absent_until: SaidMoment | None = None
    pipeline: tuple[PipelineStage, ...] = ()
    switched_off: tuple[Channel, ...] = ()
    """Kill switches."""
    all_switched_off: bool = False
    paused_sequences: tuple[str, ...] = ()
    """Sequences that stand still, nobody says since when: what rows say that are older than `pauses`."""
    pauses: tuple[SequencePause, ...] = Field(default=(), exclude_if=not_)
    """Those that last, and those that ended since the lead was last looked at; of one sequence in order."""
    policy: Policy = Policy()

    def why_not(self, channel: Channel) -> SkipReason | None:
        """Why the lead cannot be reached there; None when it can."""
        for state in self.channels:
            if state.channel == channel:
                return state.why_not
        return SkipReason.NO_ADDRESS

    def with_field(self, name: str, value: str | float | bool) -> "Circumstances":
        """The same world, with this value in the field."""
        others = (field for field in self.fields if field.name != name)
        fields = sorted((*others, FieldValue(name=name, value=value)), key=lambda field: field.name)
        return self.model_copy(update={"fields": tuple(fields)})

    def field(self, name: str) -> str | float | bool | None:
        """The value of a declared field, None when it is not known."""
        return next((field.value for field in self.fields if field.name == name), None)
