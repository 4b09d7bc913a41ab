"""`followup sequence results`: what became of everybody who began a sequence, step by step."""

from collections import abc
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Output
from cli.values import moment
from cli.verb import verb

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from datetime import datetime

    from engine.measure.results import Group, SequenceResults
    from engine.measure.steps import StepResult


@verb(
    "followup sequence results inbound-lead",
    "followup sequence results inbound-lead --since -30d",
    "followup sequence results inbound-lead -o json",
)
def results(
    out: Output,
    name: Annotated[str, typer.Argument(metavar="SEQ", help="A sequence that was published.")],
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Only whom it began for from then on.", show_default="the beginning"),
    ] = None,
) -> None:
    """
    What became of everybody who began it: sent, left out and why, answered, opted out, per step and variant.

    A share stands with the range in which the true one lies in 95 of a hundred cases. Every touch and every task of
    these leads is counted once; that the sums agree with the ledger is checked each time.
    """
    from adapters.views.results import results as results_of
    from api.versions import must_be_known
    from cli.office import open_records

    begins = None if since is None else moment(since)
    with open_records() as records:
        must_be_known(records.transaction, name)
        found = results_of(records.transaction, name, begins)
    out.one(found, lambda: [("", line) for line in _told(found, begins, out)])
    if not found.reconciled:
        out.warning(_apart(found))
        raise typer.Exit(1)


def _told(found: "SequenceResults", since: "datetime | None", out: Output) -> abc.Iterator[str]:
    from rehearsal.telling import Table, rendered

    yield found.sequence + ("" if since is None else f", begun since {out.when(since)}")
    yield from (f"  {_group(group)}" for group in found.groups)
    if not found.groups:
        yield "  nobody has begun it"
        return
    heads = ("step", "came", "sent or asked", "waiting", "answered", "opted out", "on time", "left out")
    yield ""
    yield from rendered(Table("Steps", heads, [_step(step) for step in found.steps]))
    tests = [*_tests(found.steps)]
    if tests:
        yield ""
        yield "Variants"
        yield from (f"  {line}" for line in tests)
    if found.reconciled:
        yield ""
        yield f"{found.touches:,} touches and {found.tasks:,} tasks in the records, each of them counted once above"


def _group(group: "Group") -> str:
    from engine.life.sentences import STOPS
    from engine.reasons import StopReason

    who = "held out to compare with" if group.held_out else "began it"
    ended = "; ".join(f"{one.count:,}: {STOPS[StopReason(one.because)]}" for one in group.ended)
    return f"{group.began:,} {who}, {group.running:,} still in it" + (f"; {ended}" if ended else "")


def _step(step: "StepResult") -> tuple[str, ...]:
    from engine.life.sentences import say_left_out

    asked = step.channel in ("call", "task")
    name = f"{step.stage} {step.step}" + (f" ({step.variant})" if step.variant else "")
    share = f" ({step.answer_rate.low:.1%} to {step.answer_rate.high:.1%})" if step.sent else ""
    return (
        name,
        f"{step.entered:,}",
        f"{step.sent:,}",
        f"{step.open:,}",
        "" if asked else f"{step.answered:,}{share}",
        "" if asked else f"{step.stopped:,}",
        f"{step.on_time:,}" if asked else "",
        "; ".join(f"{one.count:,}: {say_left_out(one.because)}" for one in step.skipped),
    )


def _tests(steps: abc.Iterable["StepResult"]) -> abc.Iterator[str]:
    """Any two variants of one step, compared as far as luck allows."""
    for one, other in combinations((step for step in steps if step.variant), 2):
        if (one.stage, one.step) != (other.stage, other.step):
            continue
        if not one.answer_rate.apart_from(other.answer_rate):
            yield f"{one.step}: between {one.variant} and {other.variant} nothing is proven yet"
        elif one.answer_rate.low > other.answer_rate.high:
            yield f"{one.step}: {one.variant} is answered more often than {other.variant}"
        else:
            yield f"{one.step}: {other.variant} is answered more often than {one.variant}"


def _apart(found: "SequenceResults") -> str:
    counted = sum(step.entered for step in found.steps)
    return f"{counted:,} are counted above, but the records hold {found.touches:,} touches and {found.tasks:,} tasks"
