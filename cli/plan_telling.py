"""A plan in words, for a terminal."""

from collections import abc
from typing import TYPE_CHECKING

from cli.output import Facts, Output

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from api.planning import CopyChange, InFlight, Planned, PlannedSequence
    from engine.sequence.changes import Change

NOTHING = "Nothing changes: what is written is what runs."


def told(plan: "Planned", out: Output) -> Facts:
    """Every line of it."""
    return [("", line) for line in _lines(plan, out)]


def summary(plan: "Planned") -> str:
    """What would be published, on one line."""
    named = [f"{one.name} ({one.state})" for one in plan.sequences if one.state != "unchanged"]
    others = [*(["another order"] if plan.order_changed else []), *(["fields or pipeline"] if plan.company else [])]
    return ", ".join((*named, *others)) or "nothing"


def counted(leads: int) -> str:
    """How many leads, in words."""
    return f"{leads:,} lead" if leads == 1 else f"{leads:,} leads"


def changed_words(copy_changes: "abc.Iterable[CopyChange]", indent: str = "  ") -> abc.Iterator[str]:
    """Each text that changed, with the lines that are not what they were."""
    from engine.sequence.word_diff import marked_lines

    for one in copy_changes:
        if one.before and one.after:
            yield f"{indent}words of {one.template}:"
            yield from (f"{indent}    {line}" for line in marked_lines(one.words))
        else:
            yield f"{indent}words of {one.template} are {'new' if one.after else 'gone'}"


def clauses(changes: "abc.Iterable[Change]", indent: str = "  ") -> abc.Iterator[str]:
    """Each change but those of words, which are shown themselves."""
    yield from (f"{indent}{change.clause}" for change in changes if not _shown_by_its_words(change))


def _shown_by_its_words(change: "Change") -> bool:
    return change.kind == "words" and "words of" in change.clause


def _lines(plan: "Planned", out: Output) -> abc.Iterator[str]:
    yield _head(plan, out)
    told_apart = [one for one in plan.sequences if one.state != "unchanged" or one.copied]
    for one in told_apart:
        yield from _sequence(one)
    yield ""
    if plan.order_changed:
        yield f"The order, highest first: {', '.join(plan.order)} (was: {', '.join(plan.order_before)})"
    if plan.company:
        yield "For every lead at once:"
        yield from (f"  {line}" for line in plan.company)
    same = [_unchanged(one) for one in plan.sequences if one not in told_apart]
    if same and plan.differs:
        yield f"Unchanged: {', '.join(same)}"
    if not plan.differs:
        yield NOTHING
    if plan.reached:
        yield f"--running copy would give new words to {counted(plan.reached)} in flight."


def _head(plan: "Planned", out: Output) -> str:
    if plan.seen == 0:
        return "Nothing is published yet."
    message = f": {plan.message}" if plan.message else ""
    return f"Publication {plan.seen} runs, by {plan.published_by}, {out.when(plan.published_at)}{message}"


def _sequence(one: "PlannedSequence") -> abc.Iterator[str]:
    versions = " -> ".join(version for version in (one.before, one.after) if version)
    yield ""
    yield f"{one.name}: {one.state}" + (f" ({versions})" if one.state == "changed" else "")
    if one.note:
        yield f"  {one.note}"
    yield from clauses(one.changes)
    yield from changed_words(one.copy_changes)
    yield from map(_flight, one.in_flight)


def _unchanged(one: "PlannedSequence") -> str:
    return f"{one.name} ({counted(one.leads)} in flight)" if one.leads else one.name


def _flight(flight: "InFlight") -> str:
    return f"  {counted(flight.leads)} in flight on {flight.version}: {flight.then}"
