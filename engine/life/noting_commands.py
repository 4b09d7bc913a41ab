"""What each command of a person means for a lead. The table at the foot lists them."""

from collections.abc import Callable
from datetime import datetime

from engine.life.course import leaving, settled, with_cursor, with_enrolment
from engine.life.effects import ChangeOwner, effects_of_command
from engine.life.events import Command
from engine.life.judging import ignored
from engine.life.noting_events import mapped
from engine.life.progress import Pause, Progress
from engine.life.wishes import Wish
from engine.reasons import ReviewReason, SkipReason, StopReason
from engine.sequence.compiled import Finish, Goto
from engine.sequence.structure import plan_of_step
from engine.words import Stage, Verb

NEW_TRY = frozenset({ReviewReason.OUTCOME_UNPROVEN, ReviewReason.PROVIDER_REJECTED, ReviewReason.DELIVERY_FAILING})
"""Reviews after which a retry is a new occurrence: the old touch stays as it ended."""


def commanded(progress: Progress, command: Command, now: datetime) -> Progress:
    """The progress after a command; one that refers to nothing leaves only its number."""
    refers_to_nothing = ignored(progress, command, now) is not None
    progress = _with_effects(progress, command).model_copy(update={"last_applied": command.number})
    return progress if refers_to_nothing else VERBS[command.verb](progress, command, now)


def _with_effects(progress: Progress, command: Command) -> Progress:
    for effect in effects_of_command(command.verb, command.data):
        if isinstance(effect, ChangeOwner):
            circumstances = progress.circumstances.model_copy(update={"owner": effect.owner})
            progress = progress.model_copy(update={"circumstances": circumstances})
    return progress


def _enroll(progress: Progress, command: Command, now: datetime) -> Progress:
    wish = Wish(kind="command", at=now, sequence=command.data.sequence, request=command.number)
    return _unparked(progress).model_copy(update={"wishes": (*progress.wishes, wish)})


def _pause(progress: Progress, command: Command, now: datetime) -> Progress:
    limit = now + progress.circumstances.policy.pause_limit
    until = command.data.until
    pause = Pause(by=command.by, since=now, until=until or limit, open_ended=until is None)
    return progress.model_copy(update={"pause": pause})


def _resume(progress: Progress, command: Command, now: datetime) -> Progress:
    progress = progress.model_copy(update={"pause": None})
    if progress.review is not None and progress.review.because is ReviewReason.PAUSE_EXPIRED:
        return _unparked(progress)
    return progress


def _retry(progress: Progress, command: Command, now: datetime) -> Progress:
    """Once more, after a person has mended what was wrong."""
    review, running = progress.review, progress.enrolment
    progress = _unparked(progress)
    if review is None:
        return progress
    if review.because is ReviewReason.PAUSE_EXPIRED:
        return progress.model_copy(update={"pause": None})
    if review.because is ReviewReason.UNMAPPED_STAGE:
        return mapped(progress, now)
    if running is None:
        return progress
    if review.because is ReviewReason.LOOP_LIMIT:
        return with_enrolment(progress, running.model_copy(update={"visits": ()}))
    if review.because in NEW_TRY:
        return _proof_done(with_cursor(progress, occurrence=running.cursor.occurrence + 1, held=None, late_ok=True))
    return with_cursor(progress, held=None, late_ok=True)


def _proof_done(progress: Progress) -> Progress:
    """A person has decided about the touch: its look-up is over."""
    running = progress.enrolment
    return progress.model_copy(
        update={
            "open_touches": tuple(
                touch
                for touch in progress.open_touches
                if not touch.lost or running is None or touch.enrolment != running.number
            ),
            "owed": tuple(owed for owed in progress.owed if owed.kind not in ("proof", "problem")),
        }
    )


def _skip(progress: Progress, command: Command, now: datetime) -> Progress:
    progress = _proof_done(_unparked(progress))
    return settled(progress, f"skipped.{SkipReason.SKIPPED_BY_PERSON}", now)


def _jump(progress: Progress, command: Command, now: datetime) -> Progress:
    running = progress.enrolment
    if running is None:
        return progress
    stage = command.data.stage or _stage_of(progress, command.data.step)
    why = f"{command.by} moved it: {command.data.reason}" if command.data.reason else f"{command.by} moved it"
    # What was decided before yields to a person: the exit is replaced even when it is a finish.
    running = running.model_copy(update={"exit": None})
    leaving_now = leaving(running, Goto(stage=stage), why, now, step=command.data.step)
    return with_enrolment(_proof_done(_unparked(progress)), leaving_now)


def _stage_of(progress: Progress, step: str | None) -> Stage:
    """The stage a step stands in; the lead's own for an as-is stage."""
    running = progress.enrolment
    if running is None or step is None:
        return progress.stage
    name = running.plan.sequence.stages[plan_of_step(running.plan.sequence, step)].name
    return progress.stage if name == "as_is" else name


def _reassign(progress: Progress, command: Command, now: datetime) -> Progress:
    """The owner has changed already, by the command's effect; parked for want of one, the lead goes on."""
    if progress.review is not None and progress.review.because in (
        ReviewReason.OWNER_UNAVAILABLE,
        ReviewReason.NO_ROUTE,
    ):
        return _unparked(progress)
    return progress


def _stop(progress: Progress, command: Command, now: datetime) -> Progress:
    progress = _unparked(progress).model_copy(update={"pause": None})
    running = progress.enrolment
    if running is None:
        return progress
    why = f"{command.by} stopped it: {command.data.reason}" if command.data.reason else f"{command.by} stopped it"
    ending = leaving(running, Finish(), why, now, because=StopReason.STOPPED_BY_PERSON)
    return with_enrolment(progress, ending)


def _unparked(progress: Progress) -> Progress:
    return progress.model_copy(update={"review": None})


VERBS: dict[Verb, Callable[[Progress, Command, datetime], Progress]] = {
    Verb.ENROLL: _enroll,
    Verb.PAUSE: _pause,
    Verb.RESUME: _resume,
    Verb.RETRY: _retry,
    Verb.SKIP: _skip,
    Verb.JUMP: _jump,
    Verb.REASSIGN: _reassign,
    Verb.STOP: _stop,
}
