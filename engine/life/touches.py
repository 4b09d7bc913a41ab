"""One touch of one lead, before it is sent: its key, and what the gate is asked about it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.gate import GateFacts
from engine.life.keys import touch_key
from engine.life.moments import human_touch_until, in_response, message_hours
from engine.life.moves import Hold, Send
from engine.life.progress import Enrolment, Progress
from engine.reasons import HoldReason, SkipReason, StopReason
from engine.sequence.compiled import Message
from engine.words import Channel, TouchKey

NO_GAP = timedelta(0)


def key_of(progress: Progress, enrolment: Enrolment, step: str) -> TouchKey:
    """The key of the touch the cursor stands before."""
    return touch_key(
        progress.lead_id, enrolment.number, enrolment.at_plan, enrolment.visit, step, enrolment.cursor.occurrence
    )


def facts_of(progress: Progress, enrolment: Enrolment, step: Message) -> GateFacts:
    """What the engine knows of the next touch; the look adds what only the database knows."""
    circumstances = progress.circumstances
    policy = circumstances.policy
    return GateFacts(
        touch_key=key_of(progress, enrolment, step.id),
        channel=step.channel,
        why_not=circumstances.why_not(step.channel),
        no_channel_left=no_channel_left(progress),
        switched_off=circumstances.all_switched_off or step.channel in circumstances.switched_off,
        holds=tuple(_not_befores(progress, enrolment)),
        recent_touches=progress.recent_touches,
        lead_cap=policy.lead_cap,
        last_touch_at=progress.last_touch_at,
        min_gap=NO_GAP if in_response(progress, enrolment.stage_plan) else policy.min_gap,
        contact_hours=() if step.channel is Channel.EMAIL else circumstances.contact_hours,
        window=message_hours(progress, enrolment),
        jitter=policy.jitter,
    )


def no_channel_left(progress: Progress) -> StopReason | None:
    """The stop for a lead that cannot be reached at all; None while one channel is open."""
    closed = [progress.circumstances.why_not(channel) for channel in Channel]
    if None in closed:
        return None
    return StopReason.OPTED_OUT if SkipReason.CHANNEL_SUPPRESSED in closed else StopReason.NO_CHANNEL_LEFT


def send_of(progress: Progress, enrolment: Enrolment, step: Message, *, send_by: datetime, why: str) -> Send:
    """The move that sends the touch now."""
    return Send(
        touch_key=key_of(progress, enrolment, step.id),
        channel=step.channel,
        enrolment=enrolment.number,
        plan=enrolment.at_plan,
        stage=progress.stage,
        visit=enrolment.visit,
        step=step.id,
        occurrence=enrolment.cursor.occurrence,
        version=enrolment.plan.version,
        template=step.template,
        thread=_thread(enrolment, step),
        sender=enrolment.plan.sequence.sender,
        send_by=send_by,
        why=why,
    )


def _thread(enrolment: Enrolment, step: Message) -> TouchKey | None:
    """The touch it answers, when that was really sent; else a new thread begins (semantics.md 1.5)."""
    if step.thread is None:
        return None
    return next(
        (done.touch_key for done in reversed(enrolment.outcomes) if done.step == step.thread and done.touch_key),
        None,
    )


def _not_befores(progress: Progress, enrolment: Enrolment) -> Iterator[Hold]:
    yield from progress.not_before
    if enrolment.cursor.held is not None:
        yield enrolment.cursor.held
    if not in_response(progress, enrolment.stage_plan) and enrolment.visit + enrolment.at_plan > 1:
        yield Hold(because=HoldReason.SETTLING, until=enrolment.entered_at + progress.circumstances.policy.settling)
    until = human_touch_until(progress, enrolment)
    if until is not None:
        yield Hold(because=HoldReason.HUMAN_TOUCH, until=until)
    away = progress.circumstances.owner_absent_until
    if away is not None and enrolment.plan.sequence.sender == "owner":
        yield Hold(because=HoldReason.OWNER_ABSENT, until=away)
