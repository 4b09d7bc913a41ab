"""What a lead becomes: what its declared fields say now, beside what they said at the look before."""

from datetime import datetime

from engine.life.circumstances import Circumstances
from engine.life.course import leaving, with_enrolment
from engine.life.progress import Progress
from engine.life.reactions import reaction_to_change
from engine.life.wishes import Wish
from engine.sequence.compiled import CarryOn
from engine.sequence.wording import say_trigger


def become(progress: Progress, circumstances: Circumstances, now: datetime) -> Progress:
    """The progress in the world as it is now; the running sequence reacts to what changed, and others may start."""
    changed = progress.model_copy(update={"circumstances": circumstances})
    if progress.gone or circumstances.fields == progress.circumstances.fields:
        return changed
    return _wishing(progress, _reacting(progress, changed, now), now)


def _reacting(before: Progress, progress: Progress, now: datetime) -> Progress:
    running = progress.enrolment
    reaction = None if running is None else reaction_to_change(before, progress, running, now)
    if running is None or reaction is None or isinstance(reaction.response, CarryOn):
        return progress
    return with_enrolment(progress, leaving(running, reaction.response, say_trigger(reaction.trigger), now))


def _wishing(before: Progress, progress: Progress, now: datetime) -> Progress:
    """Whether a sequence starts is asked of the catalogue; what changes again until it is asked is one change."""
    if any(wish.kind == "changed" and wish.queued_for is None for wish in progress.wishes):
        return progress
    wish = Wish(kind="changed", at=now, before=before.circumstances.fields)
    return progress.model_copy(update={"wishes": (*progress.wishes, wish)})
