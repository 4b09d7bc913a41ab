"""A preview as one page that needs nothing but itself: the months as calendars, and every message as it is read."""

from calendar import Calendar
from collections import abc, defaultdict
from datetime import date
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from rehearsal.preview import AS_IF, Item, Preview

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

SATURDAY: Final = 5

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2433; --faint: #667085; --line: #e4e7ec; --paper: #fff; --soft: #f7f8fa;
  --email: #3563e9; --sms: #0d8a7b; --call: #c2571a; --task: #9554d8; --left_out: #98a2b3; --warn: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --faint: #98a2b3; --line: #303846; --paper: #14181f;
  --soft: #1b212b; --email: #7c9cff; --sms: #3fd0bd; --call: #ff9f66; --task: #bd8bf5; --warn: #ff8a80; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1000px;
  margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 2.25rem 0 .5rem; }
p { margin: .25rem 0; } .faint { color: var(--faint); }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th { color: var(--faint); font-weight: 500; text-align: left; padding: .2rem .4rem; }
td { border: 1px solid var(--line); height: 4.6rem; vertical-align: top; padding: .25rem .4rem; font-size: 12.5px; }
td.out { border-color: transparent; } td.off { background: var(--soft); } td .day { color: var(--faint); }
td a { display: block; color: inherit; text-decoration: none; border-left: 3px solid var(--k); padding-left: .35rem;
  margin-top: .2rem; overflow-wrap: anywhere; }
td a:hover { background: var(--soft); }
article { border: 1px solid var(--line); border-left: 4px solid var(--k); border-radius: 6px; margin: 1rem 0;
  padding: .75rem 1rem; }
article header { display: flex; gap: .75rem; flex-wrap: wrap; align-items: baseline; }
article h3 { font-size: 1rem; margin: 0; } article .subject { font-weight: 600; margin-top: .5rem; }
.email { --k: var(--email); } .sms { --k: var(--sms); } .call { --k: var(--call); } .task { --k: var(--task); }
.left_out { --k: var(--left_out); } .stage, .start, .end { --k: var(--line); }
.remark { color: var(--warn); }
pre { white-space: pre-wrap; font: inherit; background: var(--soft); border-radius: 6px; padding: .75rem;
  margin: .6rem 0 0; }
iframe { width: 100%; height: 30rem; border: 1px solid var(--line); border-radius: 6px; margin-top: .6rem;
  background: #fff; }
.line { border-left: 4px solid var(--k); padding-left: .75rem; margin: .6rem 0; color: var(--faint); }
@media print { body { margin: 0; max-width: none; } article { break-inside: avoid; } }
"""


def page(preview: Preview) -> str:
    """The page, as HTML."""
    zone = ZoneInfo(preview.zone)
    title = f"{preview.sequence}, as {preview.lead} would get it"
    days = _days(preview, zone)
    months = sorted({(day.year, day.month) for day in days})
    texts = f"; {preview.price}" if preview.price else ""
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="faint">begun {_when(preview.since.astimezone(zone).date())}, by the clock of '
        f"{escape(preview.zone)}; {escape(AS_IF)}{texts}</p>",
        *(f'<p class="remark">{escape(remark)}</p>' for remark in preview.remarks),
        *(_month(year, month, days, preview.closed_days) for year, month in months),
        "<h2>What happens, in order</h2>",
        *(_item(number, item, zone) for number, item in enumerate(preview.items)),
        '<p class="faint">Nobody was written to.</p>',
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><body>{''.join(body)}</body></html>\n"
    )


def _days(preview: Preview, zone: ZoneInfo) -> dict[date, list[tuple[int, Item]]]:
    days: defaultdict[date, list[tuple[int, Item]]] = defaultdict(list)
    for number, item in enumerate(preview.items):
        days[item.at.astimezone(zone).date()].append((number, item))
    return days


def _month(year: int, month: int, days: abc.Mapping[date, list[tuple[int, Item]]], closed: abc.Collection[date]) -> str:
    """The weeks of the month from the first to the last in which anything happens at all."""
    first, last = min(days), max(days)
    weeks = [week for week in Calendar().monthdatescalendar(year, month) if week[-1] >= first and week[0] <= last]
    heads = "".join(f"<th>{name}</th>" for name in WEEKDAYS)
    rows = "".join("<tr>" + "".join(_day(day, month, days, closed) for day in week) + "</tr>" for week in weeks)
    return f"<h2>{date(year, month, 1):%B %Y}</h2><table><tr>{heads}</tr>{rows}</table>"


def _day(day: date, month: int, days: abc.Mapping[date, list[tuple[int, Item]]], closed: abc.Collection[date]) -> str:
    if day.month != month:
        return '<td class="out"></td>'
    shown = "".join(
        f'<a class="{item.kind}" href="#item-{number}">{escape(_short(item))}</a>' for number, item in days.get(day, [])
    )
    off = ' class="off"' if day in closed or day.weekday() >= SATURDAY else ""
    holiday = " holiday" if day in closed else ""
    return f'<td{off}><span class="day">{day.day}{holiday}</span>{shown}</td>'


def _short(item: Item) -> str:
    return item.step if item.step and item.kind != "left_out" else item.says


def _item(number: int, item: Item, zone: ZoneInfo) -> str:
    at = item.at.astimezone(zone)
    when = f"{_when(at.date())}, {at:%H:%M}"
    if not item.text and item.kind not in ("call", "task"):
        return f'<p id="item-{number}" class="line {item.kind}">{when}: {escape(item.says)}</p>'
    variant = f", variant {item.variant}" if item.variant else ""
    parts = [
        f'<article id="item-{number}" class="{item.kind}"><header><h3>{escape(item.says + variant)}</h3>'
        f'<span class="faint">{when}</span></header>',
        *(f'<p class="faint">waited until {_until(item, zone, place)}</p>' for place in range(len(item.waited))),
        *(f'<p class="remark">not known of this lead: {escape(name)}</p>' for name in item.missing),
        *(f'<p class="remark">{escape(remark)}</p>' for remark in item.remarks),
    ]
    if item.segments:
        parts.append(f'<p class="faint">{item.segments} segment{"s" if item.segments > 1 else ""}</p>')
    if item.subject:
        parts.append(f'<p class="subject">{escape(item.subject)}</p>')
    if item.html:
        parts.append(f'<iframe sandbox title="{escape(item.step)}" srcdoc="{escape(item.html)}"></iframe>')
    elif item.text:
        parts.append(f"<pre>{escape(item.text)}</pre>")
    return "".join((*parts, "</article>"))


def _until(item: Item, zone: ZoneInfo, place: int) -> str:
    waited = item.waited[place]
    until = waited.until.astimezone(zone)
    return f"{_when(until.date())}, {until:%H:%M}: {escape(waited.because)}"


def _when(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
