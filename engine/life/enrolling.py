"""
Whether a wish becomes an enrolment: the order of the catalogue, what ran before, and whether the lead can be reached.

One lead has one running sequence. An upper sequence takes the lead from a lower one, or interrupts it when it gives
back; never the reverse.
"""

from datetime import datetime, timedelta
from typing import Literal, assert_never

from engine.calendar import delays
from engine.life.conditions import holds
from engine.life.course import begun, ended, interrupted, resumed, with_enrolment
from engine.life.experiments import is_held_out
from engine.life.keys import task_key
from engine.life.moments import counted_in
from engine.life.progress import OwedTask, Progress, Refusal
from engine.life.reactions import start_by, start_by_change
from engine.life.reviews import unparked
from engine.life.sentences import HOLDS, REFUSALS, SKIPS, STOPS, say_event, say_wall, say_when
from engine.life.touches import closed_for
from engine.life.wishes import Answer, Enrolled, Entry, NothingStarts, Plan, Queued, Refused, Wish
from engine.reasons import EnrollRefusal, HoldReason, SkipReason, StopReason
from engine.sequence.compiled import (
    AgainAfter,
    AgainIfInactive,
    AgainOnce,
    Ask,
    Message,
    OnBecomes,
    OnMoment,
    Sequence,
    Trigger,
)
from engine.sequence.structure import steps
from engine.sequence.wording import say_trigger
from engine.words import Channel, EventKind

DEEPEST = 3
"""Sequences that may stand interrupted under one another."""

OLDEST_START = timedelta(days=7)
"""A start that reaches us later than this has been overtaken by events."""


def consider(
    progress: Progress, wish: Wish, catalogue: tuple[Plan, ...], now: datetime, entries: tuple[Entry, ...] = ()
) -> Answer:
    """
    The answer to a wish, with the published catalogue, highest first, at hand.

    A sequence of which `entries` says nothing has room; `unread` tells whether that had to be known.
    """
    if wish.sequence is not None:
        plan = next((plan for plan in catalogue if plan.sequence.name == wish.sequence), None)
        if plan is None:
            return _refused(wish, wish.sequence, EnrollRefusal.SEQUENCE_CLOSED, "it is not published")
        return _asked(progress, plan, wish, catalogue, now, entries)
    return _started(progress, wish, catalogue, now, entries)


def unread(answer: Answer, entries: tuple[Entry, ...]) -> Sequence | None:
    """The sequence that may not have room for the lead and of which `entries` says nothing; None when all is known."""
    if not isinstance(answer, Enrolled):
        return None
    sequence = answer.plan.sequence
    limited = sequence.per_day is not None or sequence.one_contact_per_account
    return sequence if limited and _entry(sequence, entries) is None else None


def answered(progress: Progress, answer: Answer, now: datetime) -> Progress:
    """The progress with the wish answered: an enrolment begun, or a refusal on record and nobody left with nothing."""
    if isinstance(answer, Queued):
        return _in_line(progress, answer)
    progress = progress.model_copy(update={"wishes": tuple(w for w in progress.wishes if w != answer.wish)})
    match answer:
        case Enrolled():
            progress = unparked(progress) if answer.wish.kind == "command" else progress
            progress = _out_of_line(progress, answer.outranks)
            return begun(_made_room(progress, answer, now), answer, now)
        case Refused():
            return _on_record(_not_left_alone(progress, answer, now), answer, now)
        case NothingStarts():
            return progress
        case _:
            assert_never(answer)


def _started(
    progress: Progress, wish: Wish, catalogue: tuple[Plan, ...], now: datetime, entries: tuple[Entry, ...]
) -> Answer:
    """The highest sequence that starts on what happened and accepts the lead, now or later; else the first refusal."""
    first_refusal: Refused | None = None
    for plan in catalogue:
        start = _start(progress, wish, plan.sequence, now)
        if start is not None:
            answer = _asked(progress, plan, wish, catalogue, now, entries, start)
            if not isinstance(answer, Refused):
                return answer
            first_refusal = first_refusal or answer
    return first_refusal or NothingStarts(wish=wish)


def _start(progress: Progress, wish: Wish, sequence: Sequence, now: datetime) -> Trigger | None:
    """The start of the sequence that what happened is for."""
    if wish.event is not None:
        return start_by(wish.event, progress, sequence, now)
    if wish.before is None:
        return None
    world = progress.circumstances.model_copy(update={"fields": wish.before})
    return start_by_change(progress.model_copy(update={"circumstances": world}), progress, sequence, now)


def _asked(
    progress: Progress,
    plan: Plan,
    wish: Wish,
    catalogue: tuple[Plan, ...],
    now: datetime,
    entries: tuple[Entry, ...],
    start: Trigger | None = None,
) -> Enrolled | Queued | Refused:
    name, entry = plan.sequence.name, _entry(plan.sequence, entries)
    refusal = (
        _gone(progress)
        or _complained(progress)
        or _runs_already(progress, plan)
        or _guarded(progress, plan, now)
        or _ran_before(progress, plan, now)
        or _outranked(progress, plan, wish, catalogue)
        or _unreachable(progress, plan)
        or _too_old(progress, wish)
        or _busy(entry)
    )
    if refusal is not None:
        return _refused(wish, name, *refusal)
    if entry is not None and entry.free_at is not None and entry.free_at > now:
        when = say_when(entry.free_at, progress.circumstances.zone)
        why = f"{name} starts on {when}: {HOLDS[HoldReason.WAITING_CAPACITY]}"
        return Queued(sequence=name, until=entry.free_at, wish=wish, why=why)
    out = is_held_out(progress, plan.sequence)
    why = f"{_why(wish, start)}; {SKIPS[SkipReason.HELD_OUT]}" if out else _why(wish, start)
    return Enrolled(plan=plan, wish=wish, held_out=out, outranks=_waits_below(progress, name, wish, catalogue), why=why)


Why = tuple[EnrollRefusal, str] | None


def _gone(progress: Progress) -> Why:
    return (EnrollRefusal.DO_NOT_CONTACT, "the lead was merged, deleted or erased") if progress.gone else None


def _complained(progress: Progress) -> Why:
    """After a complaint nothing but the person's own word brings automation back."""
    if not progress.complained:
        return None
    return EnrollRefusal.DO_NOT_CONTACT, "the person complained about a message"


def _guarded(progress: Progress, plan: Plan, now: datetime) -> Why:
    only_if = plan.sequence.only_if
    if only_if is None or holds(only_if, progress, plan.sequence, None, now):
        return None
    return EnrollRefusal.GUARD_NOT_MET, ""


def _ran_before(progress: Progress, plan: Plan, now: datetime) -> Why:
    last = next((past for past in progress.past if past.sequence == plan.sequence.name), None)
    if last is None:
        return None
    match plan.sequence.again:
        case AgainOnce():
            return EnrollRefusal.FINISHED_BEFORE, f"it ended on {_day(progress, last.ended_at)}: {STOPS[last.because]}"
        case AgainIfInactive():
            return None
        case AgainAfter(delay=delay):
            hours = counted_in(progress.circumstances, plan.sequence.hours, delay)
            until = delays.after(last.ended_at, delay, hours)
            detail = f"until {say_when(until, progress.circumstances.zone)}"
            return (EnrollRefusal.COOLING_OFF, detail) if until > now else None
        case _:
            assert_never(plan.sequence.again)


def _runs_already(progress: Progress, plan: Plan) -> Why:
    name = plan.sequence.name
    same = next((e for e in progress.every_enrolment if e.plan.sequence.name == name), None)
    return None if same is None else (EnrollRefusal.ALREADY_ENROLLED, f"since {_day(progress, same.started_at)}")


def _outranked(progress: Progress, plan: Plan, wish: Wish, catalogue: tuple[Plan, ...]) -> Why:
    running = progress.enrolment
    if running is None or wish.kind == "handover":
        return None
    name = running.plan.sequence.name
    if _place(name, catalogue) <= _place(plan.sequence.name, catalogue):
        return EnrollRefusal.ACTIVE_ELSEWHERE, name
    if plan.sequence.gives_back and len(progress.interrupted) >= DEEPEST:
        return EnrollRefusal.ACTIVE_ELSEWHERE, f"{name}, and {DEEPEST} more stand interrupted"
    return None


def _busy(entry: Entry | None) -> Why:
    """Who the colleague is stays between us and the colleague."""
    return (EnrollRefusal.ACCOUNT_BUSY, "") if entry is not None and entry.account_busy else None


def _entry(sequence: Sequence, entries: tuple[Entry, ...]) -> Entry | None:
    return next((entry for entry in entries if entry.sequence == sequence.name), None)


def _waits_below(progress: Progress, name: str, wish: Wish, catalogue: tuple[Plan, ...]) -> tuple[str, ...]:
    """The sequences not above this one in which the lead waits for a place."""
    waits = (waiting.queued_for for waiting in progress.wishes if waiting != wish)
    return tuple(queue for queue in waits if queue is not None and _place(queue, catalogue) >= _place(name, catalogue))


def _in_line(progress: Progress, answer: Queued) -> Progress:
    """The wish with its place; a handover keeps it at its way out, and the lead is not left with nothing meanwhile."""
    wish, running = answer.wish, progress.enrolment
    if wish.kind == "handover":
        way_out = None if running is None else running.way_out
        if running is None or way_out is None:
            return progress
        waiting = way_out.model_copy(update={"not_before": answer.until})
        return with_enrolment(progress, running.model_copy(update={"exit": waiting}))
    others = tuple(other for other in progress.wishes if other != wish)
    if any((other.kind, other.queued_for) == (wish.kind, answer.sequence) for other in others):
        return progress.model_copy(update={"wishes": others})
    queued = wish.model_copy(update={"queued_for": answer.sequence, "not_before": answer.until})
    return progress.model_copy(update={"wishes": tuple(queued if w == wish else w for w in progress.wishes)})


def _out_of_line(progress: Progress, sequences: tuple[str, ...]) -> Progress:
    left = tuple(wish for wish in progress.wishes if wish.queued_for not in sequences)
    return progress.model_copy(update={"wishes": left})


def _place(name: str, catalogue: tuple[Plan, ...]) -> int:
    """The place in the catalogue, 0 highest; a sequence that is no longer in it stands below all others."""
    return next((n for n, plan in enumerate(catalogue) if plan.sequence.name == name), len(catalogue))


def _unreachable(progress: Progress, plan: Plan) -> Why:
    """Whether every channel of the sequence is closed; one that only asks people for something has none."""
    channels = _channels(plan.sequence)
    closed = {channel: why for channel in channels if (why := closed_for(progress, channel)) is not None}
    if not channels or len(closed) < len(channels):
        return None
    said = ", ".join(f"{channel} {why.value.replace('_', ' ')}" for channel, why in closed.items())
    if SkipReason.CHANNEL_SUPPRESSED in closed.values():
        return EnrollRefusal.OPTED_OUT, said
    if SkipReason.NO_CONSENT in closed.values():
        return EnrollRefusal.NO_CONSENT, said
    return EnrollRefusal.NO_USABLE_ADDRESS, said


def _channels(sequence: Sequence) -> tuple[Channel, ...]:
    """The channels a sequence reaches a lead on."""
    every_step = [found for plan in sequence.stages for found in steps(plan)]
    used = {found.channel for found in every_step if isinstance(found, Message | Ask)}
    if any(found.kind == "call" for found in every_step):
        used.add(Channel.VOICE)
    return tuple(channel for channel in Channel if channel in used)


def _too_old(progress: Progress, wish: Wish) -> Why:
    """By when it was heard of: who has waited for a place since has not come late."""
    event = wish.event
    if event is None or event.kind is EventKind.CAPTURED or wish.at - event.occurred_at <= OLDEST_START:
        return None
    return EnrollRefusal.EVENT_TOO_OLD, f"it happened on {_day(progress, event.occurred_at)}"


def _day(progress: Progress, moment: datetime) -> str:
    return say_wall(moment, progress.circumstances.zone)


def _refused(wish: Wish, sequence: str, because: EnrollRefusal, detail: str) -> Refused:
    why = f"{sequence} did not start: {REFUSALS[because]}" + (f" ({detail})" if detail else "")
    return Refused(sequence=sequence, because=because, detail=detail, wish=wish, why=why)


def _why(wish: Wish, start: Trigger | None) -> str:
    if isinstance(start, OnBecomes | OnMoment):
        return f"started because {say_trigger(start)}"
    if wish.event is not None and wish.event.kind is EventKind.BY_HAND:
        return f"started by the button {wish.event.data.name or 'without a name'}"
    if wish.event is not None:
        return f"started because {say_event(wish.event)}"
    return "started by a person" if wish.kind == "command" else "taken over from another sequence"


def _made_room(progress: Progress, answer: Enrolled, now: datetime) -> Progress:
    """What runs now is handed over, interrupted, or ends superseded; what stood interrupted below stays."""
    if answer.wish.kind == "handover":
        return ended(progress, StopReason.HANDED_OVER, now)
    if answer.plan.sequence.gives_back:
        return interrupted(progress, now)
    return ended(progress, StopReason.SUPERSEDED, now)


def _not_left_alone(progress: Progress, answer: Refused, now: datetime) -> Progress:
    """A handover that is refused still ends the enrolment that wanted it; nobody is left with nothing."""
    wish, running = answer.wish, progress.enrolment
    if wish.kind == "handover" and running is not None:
        progress = resumed(ended(progress, StopReason.HANDED_OVER, now), now)
        if progress.enrolment is not None and progress.enrolment.plan.sequence.name == answer.sequence:
            return progress  # it stood interrupted below, and has the lead again
        return _owing(progress, "handover", running.number, "no sequence took the lead over")
    # A sequence that runs already sees to the enquiry that would have started it.
    captured = wish.event is not None and wish.event.kind is EventKind.CAPTURED
    if wish.event is not None and captured and answer.because is not EnrollRefusal.ALREADY_ENROLLED:
        return _owing(progress, "enquiry", wish.event.number, "a lead asked again and no sequence took it")
    return progress


def _owing(progress: Progress, kind: Literal["enquiry", "handover"], number: int, why: str) -> Progress:
    """One task of a kind, however often it is asked for before somebody does it."""
    kinds = {*(owed.kind for owed in progress.owed), *(state.task.task_kind for state in progress.tasks)}
    if progress.gone or kind in kinds:
        return progress
    owed = OwedTask(kind=kind, key=task_key(progress.lead_id, kind, number), why=why)
    return progress.model_copy(update={"owed": (*progress.owed, owed)})


def _on_record(progress: Progress, answer: Refused, now: datetime) -> Progress:
    refusal = Refusal(sequence=answer.sequence, because=answer.because, at=now, detail=answer.detail)
    return progress.model_copy(update={"refusal": refusal})
