"""Moments tied to dates that a sequence reacts to."""

from collections.abc import Iterator
from datetime import datetime

from engine.life.moments import date_moment
from engine.life.moves import MomentCame, Move, Record
from engine.life.progress import Enrolment, Progress
from engine.sequence.compiled import OnMoment


def moment_reaction(progress: Progress, now: datetime) -> Move | None:
    """A date the sequence waits for is here."""
    running = progress.enrolment
    if running is None:
        return None
    for change, at in moments(progress, running):
        if at <= now:
            return Record(change=change, why="a date the sequence waits for is here")
    return None


def moments(progress: Progress, running: Enrolment) -> Iterator[tuple[MomentCame, datetime]]:
    """Moments the sequence reacts to that have not fired and were still to come when the enrolment began."""
    for where, reactions in (("stage", running.stage_plan.when), ("sequence", running.plan.sequence.when)):
        for number, reaction in enumerate(reactions):
            if not isinstance(reaction.trigger, OnMoment):
                continue
            moment = reaction.trigger.moment
            at = date_moment(progress, moment)
            if at is None or at <= running.started_at:
                continue
            value = str(progress.circumstances.field(moment.field))
            change = MomentCame.model_validate({"where": where, "reaction": number, "value": value})
            if not any(
                (mark.where, mark.reaction, mark.value) == (change.where, number, value)
                and (where == "sequence" or mark.plan == running.stage_number)
                for mark in running.fired
            ):
                yield change, at
