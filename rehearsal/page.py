"""A simulated company as one page of plots and tables, which needs nothing but itself."""

from collections import abc, defaultdict
from datetime import date, timedelta
from html import escape
from typing import Final

from rehearsal.plots import bar, columns
from rehearsal.telling import Table, opening, tables
from rehearsal.totals import DayLoad, Totals

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2433; --faint: #667085; --line: #e4e7ec; --paper: #fff; --bar: #3563e9;
  --s0: #3563e9; --s1: #12a594; --s2: #e5793a; --s3: #9554d8; --s4: #d6a100; --s5: #d64570; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --faint: #98a2b3; --line: #303846; --paper: #14181f;
  --bar: #7c9cff; --s0: #7c9cff; --s1: #3fd0bd; --s2: #ff9f66; --s3: #bd8bf5; --s4: #efc94c; --s5: #f27a9c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1000px;
  margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 2.25rem 0 .5rem; }
p { margin: .25rem 0; color: var(--faint); }
figure { margin: 2rem 0; } figcaption { font-weight: 600; margin-bottom: .5rem; }
.key { font-weight: 400; margin-left: 1rem; color: var(--faint); }
.key::before { content: ""; display: inline-block; width: .7rem; height: .7rem; border-radius: 2px;
  margin-right: .4rem; background: currentColor; }
.key.s0::before { color: var(--s0); } .key.s1::before { color: var(--s1); } .key.s2::before { color: var(--s2); }
.key.s3::before { color: var(--s3); } .key.s4::before { color: var(--s4); } .key.s5::before { color: var(--s5); }
svg { width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--faint); }
.grid { stroke: var(--line); } .tick { stroke: var(--faint); }
.s0 { fill: var(--s0); } .s1 { fill: var(--s1); } .s2 { fill: var(--s2); }
.s3 { fill: var(--s3); } .s4 { fill: var(--s4); } .s5 { fill: var(--s5); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--faint); font-weight: 500; }
th, td { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.n { text-align: right; } td.b { width: 22%; min-width: 6rem; }
.bar { display: block; margin-top: .45rem; height: .6rem; background: var(--line); border-radius: 3px; }
.bar span { display: block; height: 100%; background: var(--bar); border-radius: 3px; }
@media print { body { margin: 0; max-width: none; } figure, table { break-inside: avoid; } }
"""


def page(totals: Totals) -> str:
    """The page, as HTML."""
    title, *rest = opening(totals)
    days = [totals.since + timedelta(days=number) for number in range(totals.days)]
    body = [
        f"<h1>{escape(title)}</h1>",
        *(f"<p>{escape(line)}</p>" for line in rest),
        columns(_series(totals.messages), days, "Messages per day"),
        columns(_series(totals.tasks), days, "Tasks for people per day"),
        *(_table(table) for table in tables(totals)),
        "<p>Nobody was written to: these leads do not exist.</p>",
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><body>{''.join(body)}</body></html>\n"
    )


def _series(loads: abc.Iterable[DayLoad]) -> dict[str, dict[date, int]]:
    series: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for load in loads:
        series[load.who][load.day] = load.count
    return dict(sorted(series.items()))


def _table(table: Table) -> str:
    most = 0.0 if table.bar is None else max(_number(row[table.bar]) for row in table.rows)
    heads = _cells("th", table.heads, table.numeric) + ("<th></th>" if most else "")
    rows = "".join(_row(table, row, most) for row in table.rows)
    return f"<h2>{escape(table.title)}</h2><table><tr>{heads}</tr>{rows}</table>"


def _row(table: Table, row: tuple[str, ...], most: float) -> str:
    drawn = f'<td class="b">{bar(_number(row[table.bar]) / most)}</td>' if most and table.bar is not None else ""
    return f"<tr>{_cells('td', row, table.numeric)}{drawn}</tr>"


def _cells(tag: str, row: tuple[str, ...], numeric: tuple[bool, ...]) -> str:
    classes = (' class="n"' if right else "" for right in numeric)
    return "".join(f"<{tag}{how}>{escape(cell)}</{tag}>" for how, cell in zip(classes, row, strict=True))


def _number(cell: str) -> float:
    return float(cell.replace(",", "") or 0)
