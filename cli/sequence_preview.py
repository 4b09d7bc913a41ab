"""`followup sequence preview`: one lead's way through a sequence, message by message, before anybody gets one."""

from collections import abc
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer

from cli import written
from cli.output import Output
from cli.values import moment
from cli.verb import verb
from cli.writing import write_file

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from adapters.sequence_files import SequenceFiles
    from adapters.settings import Settings
    from rehearsal.company import Company
    from rehearsal.preview import Item, Preview
    from rehearsal.sample import Sample

INDENT: Final = " " * 9


@verb(
    "followup sequence preview inbound-lead",
    "followup sequence preview inbound-lead --lead rosa.toml --html preview.html",
    "followup sequence preview inbound-lead --lead rosa@example.com -o json",
)
def preview(
    out: Output,
    name: Annotated[str, typer.Argument(metavar="SEQ", help="As it is written, published or not.")],
    lead: Annotated[
        str | None,
        typer.Option(help="A lead of ours, or a file (TOML) that describes one.", show_default="Robin, who is nobody"),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="WHEN", help="When it begins.", show_default="now")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far to look.")] = 400,
    html: Annotated[Path | None, typer.Option(help="A page with calendars and the mails as they look.")] = None,
) -> None:
    """
    What one lead would get, when, and what each message would wait for, as if it never answered.

    Calls reach nobody, tasks are done when they are due. Nobody is written to, and no server is needed; a database only
    for a lead of ours.
    """
    from cli import logs
    from rehearsal.company import company_of
    from rehearsal.preview import preview as preview_of

    logs.configure(level="error")
    ours = written.settings()
    files = written.with_draft(written.files(), name)
    written.named(files, name)
    company = company_of(files, ours)
    begins = out.now if since is None else moment(since)
    sample = sample_for(lead, files, ours, company)
    found = preview_of(files, company, ours, name=name, sample=sample, since=begins, days=days)
    if html is not None:
        from rehearsal.preview_page import page

        write_file(html, page(found))
    out.one(found, lambda: [("", line) for line in _told(found)])


def sample_for(said: str | None, files: "SequenceFiles", ours: "Settings", company: "Company") -> "Sample":
    """Nobody in particular, somebody in a file, or a lead of ours. Raises: FollowupError SIM003, LED001 or LED002."""
    from rehearsal import sample

    if said is None:
        return sample.nobody(files.fields, ours, company.home)
    if Path(said).suffix == ".toml":
        return sample.read(Path(said), files.fields, ours, company.home)
    from adapters.views.finding import find
    from api.sampling import sample_of_lead
    from cli.office import open_records

    with open_records() as records:
        return sample_of_lead(records.transaction, find(records.transaction, records.people, said), records.settings)


def _told(found: "Preview") -> abc.Iterator[str]:
    from rehearsal.preview import AS_IF

    zone = ZoneInfo(found.zone)
    yield f"{found.sequence}, as {found.lead} in {found.zone} would get it"
    yield AS_IF
    yield from (f"! {remark}" for remark in found.remarks)
    if not found.items:
        yield "nothing happens"
    for day, items in groupby(found.items, lambda item: item.at.astimezone(zone).date()):
        yield ""
        yield f"{day:%a} {day.day} {day:%b %Y}"
        for item in items:
            yield from _item(item, zone)
    if found.price:
        yield ""
        yield found.price


def _item(item: "Item", zone: ZoneInfo) -> abc.Iterator[str]:
    variant = f" ({item.variant})" if item.variant else ""
    yield f"  {item.at.astimezone(zone):%H:%M}  {item.says}{variant}"
    for waited in item.waited:
        until = waited.until.astimezone(zone)
        yield f"{INDENT}waited until {until:%a} {until.day} {until:%b}, {until:%H:%M}: {waited.because}"
    yield from (f"{INDENT}! not known of this lead: {name}" for name in item.missing)
    yield from (f"{INDENT}! {remark}" for remark in item.remarks)
    if item.segments:
        yield f"{INDENT}{item.segments} segment{'s' if item.segments > 1 else ''}"
    if item.subject:
        yield f"{INDENT}| {item.subject}"
        yield f"{INDENT}|"
    yield from (f"{INDENT}| {line}".rstrip() for line in item.text.splitlines())
