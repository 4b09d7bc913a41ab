"""A simulated company in words: its totals for a terminal, and the story of one lead."""

from collections import Counter, abc, defaultdict
from typing import Final, NamedTuple

from engine.frozen import Frozen
from engine.life.sentences import HOLDS, REFUSALS, REVIEWS, STOPS, say_left_out, say_wall
from engine.measure.steps import StepResult
from engine.reasons import EnrollRefusal, HoldReason, ReviewReason, StopReason
from engine.words import LeadId
from rehearsal.journal import Entry, Journal
from rehearsal.totals import Totals

GAP: Final = "  "


class Table(NamedTuple):
    """Some of the totals, in cells."""

    title: str
    heads: tuple[str, ...]
    rows: abc.Sequence[tuple[str, ...]]
    bar: int | None = None
    """The column that a bar shows, where there is room for one."""

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers and nothing else."""
        return tuple(all(_is_number(row[column]) for row in self.rows) for column in range(len(self.heads)))


def tell(totals: Totals) -> tuple[str, ...]:
    """The totals, a line each."""
    parts = (opening(totals), *(rendered(table) for table in (_weeks(totals), *tables(totals)) if table.rows))
    return tuple(line for part in parts for line in ("", *part))[1:]


def opening(totals: Totals) -> list[str]:
    """What was simulated, and how fast somebody answered."""
    leads, since = f"{totals.leads:,} leads", f"{totals.since:%a %-d %b %Y}"
    said = [
        f"{totals.sequence or 'The whole catalogue'}, rehearsed",
        f"{leads} over {totals.days} days from {since}; seed {totals.seed}",
    ]
    wait = totals.first_contact
    if wait is not None:
        said.append(
            f"first contact: half within {_minutes(wait.median_minutes)}, nine of ten within "
            f"{_minutes(wait.worst_minutes)}; {wait.within_five_minutes:,} of {wait.leads:,} within five minutes"
        )
    return said


def tables(totals: Totals) -> tuple[Table, ...]:
    """Everything but the days, which are for plots."""
    found = (
        Table(
            "Senders",
            ("sender", "messages", "most on a day", "which"),
            [(load.who, f"{load.total:,}", f"{load.most:,}", f"{load.busiest:%a %-d %b}") for load in totals.senders],
            bar=1,
        ),
        Table(
            "People of ours",
            ("who", "tasks", "most on a day", "which", "done late", "given up"),
            [
                (o.who, f"{o.total:,}", f"{o.most:,}", f"{o.busiest:%a %-d %b}", f"{o.late:,}", f"{o.given_up:,}")
                for o in totals.owners
            ],
            bar=1,
        ),
        Table(
            "Stages",
            ("stage", "leads entered", "days there (median)"),
            [(stay.stage, f"{stay.entered:,}", f"{stay.median_days:g}") for stay in totals.stages],
            bar=1,
        ),
        Table("Where leads leave, and why", ("sequence", "stage", "because", "leads"), _left(totals), bar=3),
        Table(
            "What messages waited for",
            ("because", "messages", "median"),
            [(HOLDS[HoldReason(h.because)], f"{h.messages:,}", _hours(h.median_hours)) for h in totals.held],
            bar=1,
        ),
        Table(
            "What did not start",
            ("because", "times"),
            [(REFUSALS[EnrollRefusal(found.because)], f"{found.count:,}") for found in totals.refused],
        ),
        Table(
            "What a person had to decide",
            ("because", "times"),
            [(REVIEWS[ReviewReason(found.because)], f"{found.count:,}") for found in totals.reviews],
        ),
        Table(
            "Steps",
            ("step", "came", "sent or asked", "answered", "opted out", "left out"),
            [_step(step, totals.sequence) for step in totals.steps],
        ),
    )
    return tuple(table for table in found if table.rows)


def _left(totals: Totals) -> list[tuple[str, ...]]:
    left = [(x.sequence, x.stage, STOPS[StopReason(x.because)], f"{x.leads:,}") for x in totals.leaving]
    return [*left, ("still in it", "", "", f"{totals.running:,}")]


def _step(step: StepResult, sequence: str) -> tuple[str, ...]:
    name = step.step if sequence == step.sequence else f"{step.sequence} {step.step}"
    name = f"{name} ({step.variant})" if step.variant else name
    left_out = "; ".join(f"{c.count:,}: {say_left_out(c.because)}" for c in step.skipped)
    rate = f"{step.answered:,}"
    if step.sent and step.answered:
        rate += f" ({step.answer_rate.low:.0%} to {step.answer_rate.high:.0%})"
    return (name, f"{step.entered:,}", f"{step.sent:,}", rate, f"{step.stopped:,}", left_out)


def _weeks(totals: Totals) -> Table:
    """Messages: weeks down, channels across."""
    weeks: defaultdict[int, Counter[str]] = defaultdict(Counter)
    channels = sorted({load.who for load in totals.messages})
    for load in totals.messages:
        weeks[(load.day - totals.since).days // 7 + 1][load.who] += load.count
    rows = [(f"{week}", *(f"{found[channel]:,}" for channel in channels)) for week, found in sorted(weeks.items())]
    return Table("Messages", ("week", *channels), rows)


class Story(Frozen):
    """What happened to one lead."""

    lead: LeadId
    zone: str
    """Whose times the lines are."""
    lines: tuple[str, ...]


def story_of(journal: Journal, lead: LeadId, zone: str) -> Story:
    """What happened to one lead, a line each."""
    lines = tuple(_line(entry, zone) for entry in journal if entry.lead == lead)
    return Story(lead=lead, zone=zone, lines=lines)


def _line(entry: Entry, zone: str) -> str:
    when = say_wall(entry.at, zone)
    return f"{when}{GAP}{_what(entry, zone)}"


def _what(entry: Entry, zone: str) -> str:
    match entry.what:
        case "captured":
            return "comes to us"
        case "event" | "command":
            said = f" ({entry.how.replace('_', ' ')})" if entry.how else ""
            return f"{entry.about.replace('_', ' ')}{said}"
        case "message":
            variant = f", {entry.variant}" if entry.variant else ""
            return f"{entry.how} {entry.about}{variant}, from {entry.who}"
        case "held":
            until = "" if entry.until is None else f" until {say_wall(entry.until, zone)}"
            return f"{entry.about} waits{until}: {HOLDS[HoldReason(entry.how)]}"
        case "task_opened":
            due = "" if entry.until is None else f", due {say_wall(entry.until, zone)}"
            kind = "" if entry.how == entry.about else f"{entry.how} "
            return f"{kind}{entry.about} for {entry.who}{due}"
        case "task_done":
            return f"{entry.about} is done: {entry.how.replace('_', ' ')}"
        case "task_given_up":
            return f"{entry.about} is given up"
        case "task_cancelled":
            return f"{entry.about} need not be done any more"
        case "task_escalated":
            return f"{entry.who} is told that {entry.about} is still open"
        case "left_out":
            return f"{entry.about} is left out: {say_left_out(entry.how)}"
        case "stage":
            return f"enters {entry.about}"
        case "enrolled":
            return f"{entry.about}: {entry.why}"
        case "ended":
            return f"{entry.about} is over: {STOPS[StopReason(entry.how)]}"
        case _:
            return entry.why


def _minutes(minutes: float) -> str:
    if minutes < 1:
        return "a minute"
    return f"{minutes:.0f} min" if minutes < 120 else _hours(minutes / 60)


def _hours(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} d"


def rendered(table: Table) -> list[str]:
    """The table under its title, in columns of equal width; numbers stand to the right."""
    lines = [table.heads, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.heads))]
    rows = [
        GAP.join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, table.numeric, strict=True)
        ).rstrip()
        for line in lines
    ]
    return [table.title, *(f"{GAP}{row}" for row in rows)]


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "", 1).isdigit()
