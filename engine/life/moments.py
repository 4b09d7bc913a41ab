"""When things are due in a lead's life: steps, exits, tasks, reactions to dates."""

from datetime import datetime, timedelta

from engine.calendar import delays
from engine.calendar.hours import Hours
from engine.calendar.zones import clock
from engine.hearsay import EARLIEST, LATEST
from engine.life.circumstances import Circumstances
from engine.life.progress import NO_TIME, Enrolment, PendingExit, Progress
from engine.sequence.compiled import (
    Ask,
    BusinessDays,
    CalendarDays,
    Delay,
    Elapsed,
    HumanTask,
    Message,
    Moment,
    Quiet,
    Sendable,
    Sequence,
    StagePlan,
    Window,
    Working,
)
from engine.words import Stage

RESPONSE_STALE_AFTER = Elapsed(minutes=4 * 60)
OTHER_STALE_AFTER = BusinessDays(days=5)

DAYS_OF_A_WEEK = 7

OPEN_AFTER_DATE = timedelta(days=7)
"""A date that was reached longer ago starts nothing any more."""


def counted_in(circumstances: Circumstances, window: Window, delay: Delay | None) -> Hours:
    """What a delay counts by, in the lead's zone: working time by the open hours, business days by the holidays too."""
    plain = delay.delay if isinstance(delay, Quiet) else delay
    if isinstance(plain, Working):
        return _open_in(circumstances, window)
    return Hours(zone=circumstances.zone, window=window, closed_days=circumstances.closed_days)


def sending_hours(progress: Progress, enrolment: Enrolment) -> Hours:
    """When the stage the enrolment is in lets messages go, in the lead's zone."""
    return _open_in(progress.circumstances, _window(enrolment))


def sequence_hours(progress: Progress, sequence: Sequence) -> Hours:
    """The window of the sequence, whatever a stage of it has declared for itself."""
    return _open_in(progress.circumstances, sequence.hours)


def _window(enrolment: Enrolment) -> Window:
    """The hours of the stage it is in, which take the place of the sequence's."""
    return enrolment.stage_plan.hours or enrolment.plan.sequence.hours


def _open_in(circumstances: Circumstances, window: Window) -> Hours:
    """Whoever is open on every day of the week is open on holidays too."""
    every_day = len({block.weekday for block in window.blocks}) == DAYS_OF_A_WEEK
    closed_days = () if every_day else circumstances.closed_days
    return Hours(zone=circumstances.zone, window=window, closed_days=closed_days)


def calm_since(progress: Progress, anchor: datetime) -> datetime:
    """The last word from the lead or from a person of ours, or the anchor when that is later."""
    return max(at for at in (anchor, progress.last_inbound_at, progress.last_human_at) if at is not None)


def delayed(
    progress: Progress, anchor: datetime, delay: Delay | None, hours: Hours, shift: timedelta = NO_TIME
) -> datetime:
    """
    The moment a delay from the anchor ends; the anchor itself without one.

    `shift` is how long the clock has stood since the anchor; a word that restarted the delay came after that.
    """
    match delay:
        case None:
            return anchor + shift
        case Quiet():
            calm = calm_since(progress, anchor)
            return delays.after(calm, delay.delay, hours) + (shift if calm == anchor else NO_TIME)
        case _:
            return delays.after(anchor, delay, hours) + shift


def date_moment(progress: Progress, moment: Moment) -> datetime | None:
    """The instant tied to a date field of the lead; None while the date is not known."""
    value = progress.circumstances.field(moment.field)
    if not isinstance(value, str):
        return None
    at = delays.moment_of(moment, value, progress.circumstances.zone)
    return at if at is not None and EARLIEST < at < LATEST else None


def date_over(progress: Progress, moment: Moment) -> datetime | None:
    """From when on the date that the moment comes before is past; None for a moment that comes after its date."""
    value = progress.circumstances.field(moment.field)
    if moment.kind == "since" or not isinstance(value, str):
        return None
    return delays.over_at(value, progress.circumstances.zone)


def start_opened(moment: Moment, value: str, zone: str, now: datetime) -> datetime | None:
    """
    Since when a sequence that starts at this moment is open to a lead with that date; None before and after.

    What starts before a date is open until the date is over; what starts after it, or at it, for seven days.
    """
    at = delays.moment_of(moment, value, zone)
    if at is None or not EARLIEST < at <= now:
        return None
    over = delays.over_at(value, zone) if moment.kind == "before" else None
    closes = over if over is not None and over > at else at + OPEN_AFTER_DATE
    return at if now < closes else None


def start_is_open(circumstances: Circumstances, moment: Moment, now: datetime) -> bool:
    """Whether a sequence that starts at this moment is open to the lead now."""
    value = circumstances.field(moment.field)
    return isinstance(value, str) and start_opened(moment, value, circumstances.zone, now) is not None


def step_moment(progress: Progress, enrolment: Enrolment, step: Sendable | HumanTask) -> datetime | None:
    """
    When the step is due, before any hold; None when it waits for a date that is not known.

    A step that is tried anew has had its moment.
    """
    cursor = enrolment.cursor
    if cursor.occurrence > 0:
        return cursor.anchor
    if step.at is not None:
        return date_moment(progress, step.at)
    missed = _missed_today(progress, cursor.anchor, step)
    if missed is not None:
        return missed
    plain = step.after.delay if isinstance(step.after, Quiet) else step.after
    for_us = isinstance(step, HumanTask) and isinstance(plain, Working)
    circumstances = progress.circumstances
    hours = circumstances.owner_hours if for_us else counted_in(circumstances, _window(enrolment), step.after)
    return delayed(progress, cursor.anchor, step.after, hours, cursor.shift)


def _missed_today(progress: Progress, anchor: datetime, step: Sendable | HumanTask) -> datetime | None:
    """The hour of the anchor's own day that has passed, where the step says what then; else it is the next day's."""
    if not isinstance(step, Message) or step.if_past is None or not isinstance(step.after, CalendarDays):
        return None
    if step.after.days > 0 or step.after.at is None:
        return None
    zone = progress.circumstances.zone
    hour = delays.instant(clock(zone, anchor).date(), step.after.at, zone)
    return hour if hour < anchor else None


def answer_awaited_until(progress: Progress, enrolment: Enrolment, question: Ask) -> datetime:
    """Until when a question that is asked is open, counted from the moment the provider took it."""
    hours = counted_in(progress.circumstances, _window(enrolment), question.wait)
    cursor = enrolment.cursor
    return delayed(progress, cursor.anchor, question.wait, hours, cursor.shift)


def exit_moment(progress: Progress, enrolment: Enrolment, pending: PendingExit) -> datetime:
    """When a decided exit is taken."""
    hours = counted_in(progress.circumstances, _window(enrolment), pending.exit.after)
    moment = delayed(progress, pending.since, pending.exit.after, hours, pending.shift)
    return moment if pending.not_before is None else max(moment, pending.not_before)


def task_moment(progress: Progress, opened: datetime, delay: Delay) -> datetime:
    """When a task opened then is due or given up, in the working time of our people."""
    return delayed(progress, opened, delay, progress.circumstances.owner_hours)


def default_give_up(progress: Progress, due: datetime) -> datetime:
    """Three working days after the task was due."""
    return delays.after(due, BusinessDays(days=3), progress.circumstances.owner_hours)


def answer_due(progress: Progress, now: datetime) -> datetime:
    """When an answer the lead waits for is due: one working hour."""
    return delays.after(now, Working(minutes=60), progress.circumstances.owner_hours)


def approval_due(progress: Progress, enrolment: Enrolment, now: datetime) -> datetime:
    """When a message is to be released: within a working hour where the lead waits for us, else within a day."""
    soon = in_response(progress, enrolment.stage_plan)
    return task_moment(progress, now, Working(minutes=60) if soon else BusinessDays(days=1))


def stale_at(progress: Progress, enrolment: Enrolment, released: datetime) -> datetime:
    """From when on a touch is too late, counted from the moment the calendar would have let it go."""
    allowed = enrolment.plan.sequence.stale_after
    if allowed is None:
        allowed = RESPONSE_STALE_AFTER if in_response(progress, enrolment.stage_plan) else OTHER_STALE_AFTER
    return delayed(progress, released, allowed, counted_in(progress.circumstances, _window(enrolment), allowed))


def human_touch_until(progress: Progress, enrolment: Enrolment) -> datetime | None:
    """Until when no automatic touch follows what a person of ours said; None without one."""
    if progress.last_human_at is None or in_response(progress, enrolment.stage_plan):
        return None
    delay = enrolment.plan.sequence.after_human
    hours = counted_in(progress.circumstances, _window(enrolment), delay)
    return delayed(progress, progress.last_human_at, delay, hours)


def in_response(progress: Progress, plan: StagePlan) -> bool:
    """Whether the lead is in the response stage, where gaps and waits for our own sake do not apply."""
    return (progress.stage if plan.name == "as_is" else plan.name) is Stage.RESPONSE
