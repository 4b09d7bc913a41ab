"""One touch of one lead: its key, what the gate is asked about it, and how it counts once it went out."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.gate import ROLLING_DAY, GateFacts
from engine.life.course import leaving, numbered, with_enrolment
from engine.life.experiments import variant_for
from engine.life.keys import touch_key
from engine.life.moments import human_touch_until, in_response, sending_hours
from engine.life.moves import Hold, Send
from engine.life.progress import Enrolment, OpenTouch, Progress
from engine.life.sentences import STOPS
from engine.reasons import HoldReason, SkipReason, StopReason
from engine.sequence.compiled import Finish, Sendable
from engine.words import Channel, TouchKey

NO_GAP = timedelta(0)


def key_of(progress: Progress, enrolment: Enrolment, step: str) -> TouchKey:
    """The key of the touch the cursor stands before."""
    return touch_key(
        progress.lead_id, enrolment.number, enrolment.stage_number, enrolment.visit, step, enrolment.cursor.occurrence
    )


def facts_of(progress: Progress, enrolment: Enrolment, step: Sendable) -> GateFacts:
    """What the engine knows of the next touch; the look adds what only the database knows."""
    circumstances = progress.circumstances
    policy = circumstances.policy
    # Whatever may have gone out counts as if it had.
    in_doubt = tuple(touch.since for touch in progress.open_touches)
    last = () if progress.last_touch_at is None else (progress.last_touch_at,)
    return GateFacts(
        touch_key=key_of(progress, enrolment, step.id),
        channel=step.channel,
        why_not=circumstances.why_not(step.channel),
        no_channel_left=no_channel_left(progress),
        switched_off=circumstances.all_switched_off or step.channel in circumstances.switched_off,
        holds=tuple(_not_befores(progress, enrolment)),
        recent_touches=(*progress.recent_touches, *in_doubt),
        lead_cap=policy.lead_cap,
        last_touch_at=max((*in_doubt, *last), default=None),
        min_gap=NO_GAP if in_response(progress, enrolment.stage_plan) else policy.min_gap,
        contact_hours=() if step.channel is Channel.EMAIL else circumstances.contact_hours,
        window=sending_hours(progress, enrolment),
        jitter=policy.jitter,
    )


def no_channel_left(progress: Progress) -> StopReason | None:
    """The stop for a lead that cannot be reached at all; None while one channel is open."""
    closed = [closed_for(progress, channel) for channel in Channel]
    if None in closed:
        return None
    return StopReason.OPTED_OUT if SkipReason.CHANNEL_SUPPRESSED in closed else StopReason.NO_CHANNEL_LEFT


def stopped_if_unreachable(progress: Progress, now: datetime) -> Progress:
    """Whoever says that the last channel is closed, the person, a provider or one of us: the enrolment is over."""
    left, running = no_channel_left(progress), progress.enrolment
    if left is None or running is None:
        return progress
    return with_enrolment(progress, leaving(running, Finish(), STOPS[left], now, because=left))


def closed_for(progress: Progress, channel: Channel) -> SkipReason | None:
    """
    Why nobody may reach the lead there; None when we may.

    Consent is asked of messages and automated calls: a person may ring a number that the lead gave us.
    """
    why_not = progress.circumstances.why_not(channel)
    return None if channel is Channel.VOICE and why_not is SkipReason.NO_CONSENT else why_not


def send_of(progress: Progress, enrolment: Enrolment, step: Sendable, *, send_by: datetime, why: str) -> Send:
    """The move that sends the touch now."""
    variant, approval = variant_for(progress, enrolment, step), enrolment.cursor.approval
    return Send(
        touch_key=key_of(progress, enrolment, step.id),
        channel=step.channel,
        enrolment=enrolment.number,
        plan=enrolment.stage_number,
        stage=progress.stage,
        visit=enrolment.visit,
        step=step.id,
        occurrence=enrolment.cursor.occurrence,
        version=enrolment.plan.version,
        template=step.template if variant is None else variant.template,
        variant="" if variant is None else variant.name,
        thread=_thread(enrolment, step),
        approved=approval is not None,
        released_by=None if approval is None else approval.task,
        sender=enrolment.plan.sequence.sender,
        send_by=send_by,
        why=why,
    )


def counted(progress: Progress, touch: OpenTouch) -> Progress:
    """The progress with a touch that went out in its caps, gaps and limits."""
    at = touch.since
    recent = tuple(old for old in progress.recent_touches if old + ROLLING_DAY > at)
    progress = progress.model_copy(
        update={"recent_touches": (*recent, at), "last_touch_at": max(at, progress.last_touch_at or at)}
    )
    enrolment = numbered(progress, touch.enrolment)
    if enrolment is None:
        return progress
    return with_enrolment(progress, enrolment.model_copy(update={"touches": enrolment.touches + 1}))


def open_touch(progress: Progress, key: TouchKey | None) -> OpenTouch | None:
    """The touch of that key, claimed and not settled yet."""
    return next((touch for touch in progress.open_touches if touch.touch_key == key), None)


def stands_before(enrolment: Enrolment, touch: OpenTouch) -> bool:
    """Whether the touch is what the enrolment waits for."""
    cursor = enrolment.cursor
    here = (enrolment.number, enrolment.stage_number, enrolment.visit, cursor.step, cursor.occurrence)
    return here == (touch.enrolment, touch.plan, touch.visit, touch.step, touch.occurrence)


def _thread(enrolment: Enrolment, step: Sendable) -> TouchKey | None:
    """The touch it answers, when that was really sent; else a new thread begins."""
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
    if not in_response(progress, enrolment.stage_plan) and enrolment.visit + enrolment.stage_number > 1:
        yield Hold(because=HoldReason.SETTLING, until=enrolment.entered_at + progress.circumstances.policy.settling)
    until = human_touch_until(progress, enrolment)
    if until is not None:
        yield Hold(because=HoldReason.HUMAN_TOUCH, until=until)
    away = progress.circumstances.owner_absent_until
    if away is not None and enrolment.plan.sequence.sender == "owner":
        yield Hold(because=HoldReason.OWNER_ABSENT, until=away)
