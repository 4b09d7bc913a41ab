"""What each command of a person means for a lead. The tables at the foot list them."""

from collections.abc import Callable
from datetime import datetime

from engine.life.course import (
    FOUND_AGAIN,
    backs_off,
    cursor_changed,
    forgiven,
    leaving,
    settled,
    tried_anew,
    with_enrolment,
    withdrawn,
)
from engine.life.effects import applied, effects_of_command
from engine.life.events import Command
from engine.life.judging import ignored
from engine.life.migrating import Migration, enrolled, migrated, unmigrated
from engine.life.noting_events import mapped
from engine.life.progress import Enrolment, Pause, Progress
from engine.life.proofs import ABOUT_A_TOUCH, nothing_to_ask, tries
from engine.life.reviews import unparked, unpaused
from engine.life.wishes import Wish
from engine.reasons import ReviewReason, SkipReason, StopReason
from engine.sequence.compiled import Finish, Goto, StagePlan
from engine.sequence.structure import plan_of_step
from engine.words import Verb


def commanded(progress: Progress, command: Command, now: datetime) -> Progress:
    """The progress after a command; one that refers to nothing leaves only its number."""
    refers_to_nothing = ignored(progress, command, now) is not None
    progress = _with_effects(progress, command, now).model_copy(update={"last_applied": command.number})
    if refers_to_nothing:
        return progress
    running = progress.enrolment
    if running is not None and command.verb in STEERING:
        return STEERING[command.verb](progress, running, command, now)
    return VERBS[command.verb](progress, command, now)


def commanded_to_migrate(progress: Progress, migration: Migration, now: datetime) -> Progress:
    """The progress after a command that names a version; one that nobody can move to leaves only its number."""
    moved = progress if unmigrated(progress, migration) else migrated(progress, migration)
    return moved.model_copy(update={"last_applied": migration.command.number})


def _with_effects(progress: Progress, command: Command, now: datetime) -> Progress:
    effects = effects_of_command(command.verb, command.data)
    return progress.model_copy(update={"circumstances": applied(progress.circumstances, effects, now)})


def _enroll(progress: Progress, command: Command, now: datetime) -> Progress:
    name, until = command.data.sequence, command.data.until
    wish = Wish(kind="command", at=now, sequence=name, request=command.number)
    if until is not None and until > now:
        if any((other.kind, other.queued_for) == ("command", name) for other in progress.wishes):
            return progress
        wish = wish.model_copy(update={"queued_for": name, "not_before": until})
    return progress.model_copy(update={"wishes": (*progress.wishes, wish)})


def _pause(progress: Progress, command: Command, now: datetime) -> Progress:
    limit = now + progress.circumstances.policy.pause_limit
    until = command.data.until
    pause = Pause(by=command.by, since=now, until=until or limit, open_ended=until is None)
    return progress.model_copy(update={"pause": pause})


def _resume(progress: Progress, command: Command, now: datetime) -> Progress:
    if progress.review is not None and progress.review.because is ReviewReason.PAUSE_EXPIRED:
        return unparked(progress)
    return unpaused(progress)


def _retry(progress: Progress, command: Command, now: datetime) -> Progress:
    """Once more, after a person has mended what was wrong."""
    review = progress.review
    progress = unparked(progress)
    running = progress.enrolment
    if review is not None and review.because is ReviewReason.UNMAPPED_STAGE:
        return mapped(progress, now)
    if running is None:
        return progress
    if review is None:  # the person knows that the provider takes messages again
        return with_enrolment(progress, cursor_changed(running, held=None)) if backs_off(running.cursor) else progress
    if review.because is ReviewReason.LOOP_LIMIT:
        return with_enrolment(progress, forgiven(running))
    if review.because in ABOUT_A_TOUCH:
        return with_enrolment(_decided(progress, running), tried_anew(running))
    asked_about_the_step = review.because in FOUND_AGAIN
    late_ok = running.cursor.late_ok or asked_about_the_step
    return with_enrolment(progress, cursor_changed(running, held=None, late_ok=late_ok))


def _decided(progress: Progress, running: Enrolment) -> Progress:
    """A person has decided about the step the lead stands at: nobody is asked about its touches any more."""
    return nothing_to_ask(progress, tries(progress, running))


def _skip(progress: Progress, running: Enrolment, command: Command, now: datetime) -> Progress:
    return settled(_decided(unparked(progress), running), f"skipped.{SkipReason.SKIPPED_BY_PERSON}", now)


def _jump(progress: Progress, running: Enrolment, command: Command, now: datetime) -> Progress:
    """What was decided before yields to a person: the exit is replaced even when it is a finish."""
    name = _target(running, command).name
    way = Goto(stage=progress.stage if name == "as_is" else name)
    free = running.model_copy(update={"exit": None})
    moved = leaving(free, way, _by(command, "moved"), now, step=command.data.step)
    return with_enrolment(_decided(unparked(progress), running), moved)


def _target(running: Enrolment, command: Command) -> StagePlan:
    """The stage plan a jump leads to, which is known to be there."""
    sequence, step = running.plan.sequence, command.data.step
    if step is not None:
        return sequence.stages[plan_of_step(sequence, step)]
    return next(plan for plan in sequence.stages if plan.name == command.data.stage)


def _reassign(progress: Progress, command: Command, now: datetime) -> Progress:
    """The owner has changed already, by the command's effect; parked for want of one, the lead goes on."""
    if progress.review is not None and progress.review.because in (
        ReviewReason.OWNER_UNAVAILABLE,
        ReviewReason.NO_ROUTE,
    ):
        return unparked(progress)
    return progress


def _stop(progress: Progress, command: Command, now: datetime) -> Progress:
    # What an event or a person would have started, had the stop not come before the look that answers them.
    progress = unpaused(unparked(progress)).model_copy(update={"wishes": ()})
    running = progress.enrolment
    if running is None:
        return progress
    ending = leaving(running, Finish(), _by(command, "stopped"), now, because=StopReason.STOPPED_BY_PERSON)
    return with_enrolment(progress, ending)


def _retire(progress: Progress, command: Command, now: datetime) -> Progress:
    """The sequence is given up: the lead's enrolment in it ends, also where it stands interrupted."""
    enrolment = None if command.data.sequence is None else enrolled(progress, command.data.sequence)
    if enrolment is None:
        return progress
    if enrolment is not progress.enrolment:
        return withdrawn(progress, enrolment, StopReason.SEQUENCE_RETIRED, now)
    why = f"{command.by} retired the sequence"
    return with_enrolment(progress, leaving(enrolment, Finish(), why, now, because=StopReason.SEQUENCE_RETIRED))


def _by(command: Command, did: str) -> str:
    return f"{command.by} {did} it"


STEERING: dict[Verb, Callable[[Progress, Enrolment, Command, datetime], Progress]] = {
    Verb.SKIP: _skip,
    Verb.JUMP: _jump,
}
"""Verbs that mean a place in the running sequence; of a lead that is in none they refer to nothing."""

VERBS: dict[Verb, Callable[[Progress, Command, datetime], Progress]] = {
    Verb.ENROLL: _enroll,
    Verb.PAUSE: _pause,
    Verb.RESUME: _resume,
    Verb.RETRY: _retry,
    Verb.REASSIGN: _reassign,
    Verb.STOP: _stop,
    Verb.RETIRE: _retire,
}
