"""Everything of one lead as people read it: its page, and why it waits."""

from collections import abc
from typing import TYPE_CHECKING

from adapters.audit import ENGINE, Entry
from adapters.views.lead import LeadPage, Received, ShownAddress, StageChange
from cli.output import Facts, Output
from engine.life.sentences import HOLDS, SKIPS, STOPS, say_beginning
from engine.sequence.wording import say_words

if TYPE_CHECKING:
    from api.explaining import Explained

MEANINGS: dict[str, str] = {reason.value: words for told in (HOLDS, SKIPS, STOPS) for reason, words in told.items()}
"""Every reason that stands on a row, in words."""


def facts_of(out: Output, page: LeadPage, zone: str) -> Facts:
    """The whole page, from top to bottom."""
    sections = (
        ("", _who(page, zone)),
        ("", _standing(out, page, zone)),
        ("Enrolments", _enrolments(out, page, zone)),
        ("Touches", _touches(out, page, zone)),
        ("Tasks", _tasks(out, page, zone)),
        ("Stages", _stages(out, page, zone)),
        ("Inbox", (_row(out, row, zone) for row in page.inbox)),
        ("Audit", _audit(out, page, zone)),
    )
    return [fact for title, facts in sections for fact in _section(title, tuple(facts))]


def _section(title: str, facts: Facts) -> abc.Iterator[tuple[str, str]]:
    if facts and title:
        yield "", ""
        yield "", title
    yield from facts


def _who(page: LeadPage, zone: str) -> abc.Iterator[tuple[str, str]]:
    who = page.who
    yield "lead", page.lead_id
    yield "name", " ".join(part for part in (who.first_name, who.last_name) if part) or "-"
    for label in ("company", "account", "language", "zone", "country", "region"):
        value = getattr(who, label)
        if value:
            yield label, value
        elif label == "zone":
            yield label, f"not known; {zone} is taken"
    for address in sorted(who.addresses, key=lambda address: address.kind):
        yield address.kind, f"{address.address}  {_may(address)}".rstrip()
    for external in who.external_ids:
        yield "known as", f"{external.system}:{external.id}"
    for field in who.fields:
        yield field.name, str(field.value)


def _may(address: ShownAddress) -> str:
    """What we may do with an address, channel by channel."""
    said = {None: "no consent recorded", True: "consent given", False: "consent refused"}
    words = (f"{word.channel}: {word.closed or said[word.consented]}" for word in address.channels)
    return f"({', '.join(words)})" if address.channels else ""


def _standing(out: Output, page: LeadPage, zone: str) -> abc.Iterator[tuple[str, str]]:
    standing = page.standing
    yield "stage", standing.stage
    yield "state", standing.state if standing.open else f"{standing.state} (nothing runs)"
    yield "sequence", standing.version or "-"
    yield "owner", standing.owner or "-"
    if standing.pipeline_stage:
        yield "in the CRM", standing.pipeline_stage
    yield "next", out.moment(standing.next_due, zone)
    yield "why", standing.why or "-"
    if standing.flagged_since:
        failing = f", {standing.failing_attempts} failed looks" if standing.failing_attempts else ""
        yield "flagged", f"{out.moment(standing.flagged_since, zone)}: {standing.flag_detail or ''}{failing}"


def _enrolments(out: Output, page: LeadPage, zone: str) -> abc.Iterator[tuple[str, str]]:
    last = max((one.number for one in page.enrolments if one.ended_at is None), default=0)
    for one in page.enrolments:
        end = "running" if one.number == last else "interrupted"
        if one.ended_at is not None:
            end = f"ended {out.when(one.ended_at, zone)}: {_meaning(one.because)}"
        yield "", f"  {one.number}. {one.version}: {one.why}, {out.when(one.started_at, zone)}; {end}"


def _touches(out: Output, page: LeadPage, zone: str) -> abc.Iterator[tuple[str, str]]:
    for touch in page.touches:
        detail = f" ({_meaning(touch.detail)})" if touch.detail else ""
        state = say_words(touch.state)
        yield "", f"  {out.moment(touch.changed_at, zone)}  {touch.channel} {touch.step}: {state}{detail}"


def _tasks(out: Output, page: LeadPage, zone: str) -> abc.Iterator[tuple[str, str]]:
    for task in page.tasks:
        ended = task.disposition or task.state
        state = f"due {out.moment(task.due, zone)}" if task.state == "open" else ended
        name = f"{task.kind} {task.step}" if task.step else task.kind
        yield "", f"  {name} for {task.owner or task.to_role}: {state}  {task.task_key}"


def _stages(out: Output, page: LeadPage, zone: str) -> abc.Iterator[tuple[str, str]]:
    for change in page.stage_changes:
        yield "", f"  {out.moment(change.at, zone)}  {change.from_stage} to {change.to_stage}: {_why(change)}"


def _audit(out: Output, page: LeadPage, zone: str) -> abc.Iterator[tuple[str, str]]:
    return (_entry(out, entry, zone) for entry in page.audit)


def _entry(out: Output, entry: Entry, zone: str) -> tuple[str, str]:
    """What somebody did; what the engine notes begins with a code for machines."""
    became = f" ({entry.became})" if entry.became else ""
    reason = entry.reason.partition(": ")[2] if entry.actor == ENGINE else entry.reason
    return "", f"  {out.moment(entry.at, zone)}  {entry.actor} {entry.action}{became}{f': {reason}' if reason else ''}"


def _why(change: StageChange) -> str:
    return change.why.removeprefix(f"{say_beginning(change.to_stage)}: ")


def _meaning(code: str | None) -> str:
    """A reason in words; a provider's own text as it is."""
    return MEANINGS.get(code or "", code or "")


def _row(out: Output, row: Received, zone: str) -> tuple[str, str]:
    by = f" by {row.by}" if row.by else ""
    became = row.disposition or "not looked at yet"
    reason = f" ({say_words(row.reason)})" if row.reason and say_words(row.reason) != row.detail else ""
    detail = f": {row.detail}" if row.detail else ""
    came = f"{row.kind} from {row.source}{by}"
    return "", f"  {out.moment(row.received_at, zone)}  {came}: {became}{reason}{detail}"


def explanation_of(out: Output, answer: "Explained", zone: str) -> Facts:
    """The whole answer: the engine's sentences, what no look has noted, what people typed, whether it runs."""
    lines = (NEVER,) if answer.explanation is None else answer.explanation.lines
    facts = [("", line) for line in lines]
    if answer.unapplied:
        facts += [("", ""), ("", "Not looked at yet"), *(_row(out, row, zone) for row in answer.unapplied)]
    if answer.commanded:
        facts += [("", ""), ("", "Done by people lately"), *(_entry(out, entry, zone) for entry in answer.commanded)]
    return [*facts, ("", ""), ("", _runs(answer))]


def _runs(answer: "Explained") -> str:
    run = answer.run
    if run is None:
        return "Temporal could not be asked whether its workflow runs."
    if run.error:
        often = "once" if run.failed == 1 else f"{run.failed} times"
        return f"Its look has failed {often} and is tried again until it succeeds: {run.error}"
    if run.running:
        return "Its workflow runs."
    if answer.over:
        return "Its workflow does not run, because nothing is open."
    return "Its workflow does not run; `followup rebuild` starts those of open leads."


NEVER = "It is recorded, and no look has been at it yet."
