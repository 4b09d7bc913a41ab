"""Plots as SVG, with nothing but text: columns over days, stacked by what they are made of."""

from collections import abc
from datetime import date
from html import escape
from itertools import accumulate
from typing import Final

WIDTH: Final = 960
HEIGHT: Final = 220
LEFT: Final = 44
BOTTOM: Final = 28
TOP: Final = 12
FEWEST_PIXELS: Final = 2
TICKS: Final = 4
MONTHS_APART: Final = 45
"""Days of a plot above which it names months instead of weeks."""


def columns(series: abc.Mapping[str, abc.Mapping[date, int]], days: abc.Sequence[date], title: str) -> str:
    """A column for each of the days, a colour for each series; empty when there is nothing."""
    if not any(series.values()):
        return ""
    most = max(sum(found.get(day, 0) for found in series.values()) for day in days)
    top = _round_up(most)
    step = (WIDTH - LEFT) / len(days)
    marks = [
        *_scale(top),
        *_dates(days, step),
        *(mark for number, day in enumerate(days) for mark in _column(series, day, LEFT + number * step, step, top)),
    ]
    return (
        f'<figure><figcaption>{escape(title)}{_legend(series)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(title)}">{"".join(marks)}</svg></figure>'
    )


def bar(share: float) -> str:
    """A bar that fills so much of its cell."""
    return f'<span class="bar"><span style="width:{min(max(share, 0), 1) * 100:.1f}%"></span></span>'


def _round_up(most: int) -> int:
    """The least round number that is not below it, and that ticks divide."""
    size = TICKS
    while size < most:
        for factor in (2, 2.5, 2):
            size = int(size * factor)
            if size >= most:
                break
    return size


def _y(value: float, top: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _column(
    series: abc.Mapping[str, abc.Mapping[date, int]], day: date, x: float, step: float, top: int
) -> abc.Iterator[str]:
    counts = [found.get(day, 0) for found in series.values()]
    if not sum(counts):
        return
    told = ", ".join(f"{count} {name}" for name, count in zip(series, counts, strict=True) if count)
    yield f"<g><title>{day:%a %-d %b}: {escape(told)}</title>"
    for number, (count, upto) in enumerate(zip(counts, accumulate(counts), strict=True)):
        if count:
            y = _y(upto, top)
            width = max(step * 0.8, FEWEST_PIXELS)
            height = _y(upto - count, top) - y
            yield f'<rect class="s{number % 6}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    yield "</g>"


def _scale(top: int) -> abc.Iterator[str]:
    for tick in range(TICKS + 1):
        value = top * tick / TICKS
        y = _y(value, top)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'


def _dates(days: abc.Sequence[date], step: float) -> abc.Iterator[str]:
    for number, day in enumerate(days):
        named = day.day == 1 if len(days) > MONTHS_APART else day.weekday() == 0
        if named:
            x = LEFT + number * step
            yield f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="{HEIGHT - BOTTOM}" y2="{HEIGHT - BOTTOM + 6}"/>'
            yield f'<text x="{x:.1f}" y="{HEIGHT - 8}">{day:%-d %b}</text>'


def _legend(series: abc.Collection[str]) -> str:
    if len(series) < 2:
        return ""
    return "".join(f'<span class="key s{n % 6}">{escape(name)}</span>' for n, name in enumerate(series))
