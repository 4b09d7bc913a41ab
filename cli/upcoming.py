"""`followup upcoming`: what leaves next, to whom and in whose name."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.output import Columns, Output
from cli.values import MOST
from cli.verb import verb

if TYPE_CHECKING:
    from adapters.views.upcoming import Coming, Count

A_DAY: Final = timedelta(days=1)
NAMES: Final = {
    "send_email": ("email", "emails"),
    "send_sms": ("text", "texts"),
    "place_call": ("automatic call", "automatic calls"),
    "create_task": ("call or task for a person", "calls and tasks for people"),
}


@verb(
    "followup upcoming",
    "followup upcoming --day tomorrow --owner rep-1",
    "followup upcoming --day 2026-12-01 --sequence inbound-lead -o json",
)
def upcoming(
    out: Output,
    day: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="today, tomorrow or a date, by our own clock.", show_default="24 hours on"),
    ] = None,
    owner: Annotated[str | None, typer.Option(metavar="ID", help="Only leads of this person.")] = None,
    sequence: Annotated[str | None, typer.Option(metavar="NAME", help="Only leads in this sequence.")] = None,
    limit: Annotated[int, typer.Option(min=0, max=MOST, help="How many at most; 0: all.")] = 50,
) -> None:
    """
    The next message, call or task of every lead that has one in that time, the earliest first.

    What follows it is not foretold here: `followup sequence preview SEQ --lead LEAD` does that for one lead.
    """
    from adapters.pauses import lasting
    from adapters.views.upcoming import Wanted, counts
    from adapters.views.upcoming import upcoming as coming
    from cli.office import open_records

    with open_records() as records:
        home = records.settings.org_zone
        since, until = _span(day, out.now, home)
        wanted = Wanted(since=since, until=until, owner=owner, sequence=sequence, limit=limit)
        shown = out.many(coming(records.transaction, wanted), _columns(out, home), "nothing leaves in that time")
        found = counts(records.transaction, wanted)
        paused = [one.sequence for one in lasting(records.transaction) if sequence in (None, one.sequence)]
    every = sum(one.count for one in found)
    if every:
        first = f"the first {shown:,} of {every:,}: " if shown < every else ""
        out.remark(first + ", ".join(map(_count, found)))
    if paused:
        out.remark(f"paused, so nothing of it leaves: {', '.join(paused)}")


def _span(day: str | None, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """From when until when. Raises: typer.BadParameter."""
    from engine.calendar.delays import instant
    from engine.calendar.zones import clock

    if day is None:
        return now, now + A_DAY
    today = clock(zone, now).date()
    wanted = {"today": today, "tomorrow": today + A_DAY}.get(day) or _date(day)
    midnight = time(0)
    return instant(wanted, midnight, zone), instant(wanted + A_DAY, midnight, zone)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day; write today, tomorrow or 2026-12-01") from error


def _columns(out: Output, home: str) -> "Columns[Coming]":
    """Times in the lead's own zone, else in `home`."""
    return {
        "WHEN": lambda one: out.when(one.at, one.zone or home),
        "WHAT": lambda one: NAMES[one.act][0],
        "LEAD": lambda one: one.lead_id,
        "NAME": lambda one: one.name or "-",
        "SEQUENCE": lambda one: one.sequence or "-",
        "OWNER": lambda one: one.owner or "-",
        "WHY": lambda one: one.why or "-",
    }


def _count(one: "Count") -> str:
    return f"{one.count:,} {NAMES[one.act][one.count != 1]}"
