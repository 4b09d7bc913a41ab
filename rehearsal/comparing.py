"""Two rehearsals of the same leads with the same dice, side by side: what the other sequence would change."""

from collections import Counter, abc
from enum import StrEnum
from typing import Final

from pydantic import Field, computed_field

from engine.frozen import Frozen
from engine.life.sentences import STOPS
from engine.measure.shares import interval_of
from engine.measure.steps import StepResult
from engine.reasons import StopReason
from engine.words import Channel
from rehearsal.telling import Table, rendered
from rehearsal.totals import DayLoad, Load, Totals

SAME: Final = 0.005
"""A part of the greater one below which two figures are called the same."""

MANY_TIMES: Final = 5
"""Beyond which a percentage says less than the figure itself."""

Pair = tuple[int, int]
"""Of the one and of the other."""


class Unit(StrEnum):
    """What two figures are compared in."""

    SHARE = "share"
    A_LEAD = "a lead"
    ITSELF = "itself"


class Figure(Frozen):
    """What one of both comes to."""

    count: float
    of: int = Field(default=1, ge=0)
    """How many leads, or messages, it was counted among."""

    @computed_field  # type: ignore[prop-decorator] # pydantic's own way; mypy knows no decorated property
    @property
    def value(self) -> float:
        """What is compared: how much it is for each of them."""
        return self.count / self.of if self.of else 0.0


class Difference(Frozen):
    """One figure of both."""

    what: str
    unit: Unit
    one: Figure
    other: Figure

    @computed_field  # type: ignore[prop-decorator] # as above
    @property
    def certain(self) -> bool | None:
        """Of shares: whether they differ by more than the luck of so many leads; None where luck has no say."""
        if self.unit is not Unit.SHARE:
            return None
        one, other = (interval_of(int(each.count), each.of) for each in (self.one, self.other))
        return one.apart_from(other)

    @computed_field  # type: ignore[prop-decorator] # as above
    @property
    def matters(self) -> bool:
        """Whether anybody would notice."""
        return self.differs and self.certain is not False

    @property
    def differs(self) -> bool:
        """Whether there is more between them than a trifle, be it by luck."""
        one, other = self.one.value, self.other.value
        return abs(one - other) > SAME * max(abs(one), abs(other))


class Comparison(Frozen):
    """Both, and where they differ."""

    called: tuple[str, str]
    """What tells them apart: their names, or the versions of one sequence."""
    one: Totals
    other: Totals
    differences: tuple[Difference, ...]


def compare(one: Totals, other: Totals, called: tuple[str, str]) -> Comparison:
    """The comparison of two rehearsals, figure by figure."""
    return Comparison(called=called, one=one, other=other, differences=tuple(_differences(one, other)))


def tell(comparison: Comparison) -> tuple[str, ...]:
    """The figures side by side, those that matter marked."""
    one = comparison.one
    rows = [
        (found.what, _cell(found.one, found.unit), _cell(found.other, found.unit), _change(found))
        for found in comparison.differences
    ]
    title = f"{one.leads:,} leads over {one.days} days, both times the same ones; seed {one.seed}"
    return tuple(rendered(Table(title, ("", *comparison.called, "change"), rows)))


def _differences(one: Totals, other: Totals) -> abc.Iterator[Difference]:
    leads, sent = (one.leads, other.leads), (_sent(one), _sent(other))
    mine, theirs = _by(one.messages), _by(other.messages)
    for channel in sorted({*mine, *theirs}):
        yield _volume(f"messages {channel}", (mine[channel], theirs[channel]), leads)
    yield _itself("most messages of one sender on a day", _most(one.senders), _most(other.senders))
    yield _volume("tasks", (_total(one.owners), _total(other.owners)), leads)
    yield _itself("most tasks of one person on a day", _most(one.owners), _most(other.owners))
    yield _volume("tasks given up", (_given_up(one), _given_up(other)), leads)
    if one.first_contact is not None and other.first_contact is not None:
        medians = (one.first_contact.median_minutes, other.first_contact.median_minutes)
        yield _itself("minutes to the first contact (median)", *medians)
    yield from _share("messages answered", (_answered(one), _answered(other)), sent)
    yield from _share("messages that drove somebody away", (_refused(one), _refused(other)), sent)
    gone, lost = _leaving(one), _leaving(other)
    for because in sorted({*gone, *lost}, key=lambda why: -gone[why] - lost[why]):
        yield from _share(f"leads left: {STOPS[StopReason(because)]}", (gone[because], lost[because]), leads)
    yield from _share("leads still in it", (one.running, other.running), leads)


def _itself(what: str, one: float, other: float) -> Difference:
    return Difference(what=what, unit=Unit.ITSELF, one=Figure(count=one), other=Figure(count=other))


def _volume(what: str, count: Pair, leads: Pair) -> Difference:
    return _of(what, Unit.A_LEAD, count, leads)


def _share(what: str, some: Pair, of: Pair) -> abc.Iterator[Difference]:
    """Nothing where one of both had none: there is no share of nothing."""
    if all(of):
        yield _of(what, Unit.SHARE, some, of)


def _of(what: str, unit: Unit, count: Pair, of: Pair) -> Difference:
    one, other = (Figure(count=some, of=many) for some, many in zip(count, of, strict=True))
    return Difference(what=what, unit=unit, one=one, other=other)


def _by(loads: abc.Iterable[DayLoad]) -> Counter[str]:
    found: Counter[str] = Counter()
    for load in loads:
        found[load.who] += load.count
    return found


def _most(loads: abc.Iterable[Load]) -> int:
    return max((load.most for load in loads), default=0)


def _total(loads: abc.Iterable[Load]) -> int:
    return sum(load.total for load in loads)


def _given_up(totals: Totals) -> int:
    return sum(load.given_up for load in totals.owners)


def _sent(totals: Totals) -> int:
    return sum(step.sent for step in _messages(totals))


def _answered(totals: Totals) -> int:
    return sum(step.answered for step in _messages(totals))


def _refused(totals: Totals) -> int:
    return sum(step.stopped for step in _messages(totals))


def _messages(totals: Totals) -> list[StepResult]:
    return [step for step in totals.steps if step.channel in tuple(Channel)]


def _leaving(totals: Totals) -> Counter[str]:
    found: Counter[str] = Counter()
    for leaving in totals.leaving:
        found[leaving.because] += leaving.leads
    return found


def _cell(figure: Figure, unit: Unit) -> str:
    match unit:
        case Unit.SHARE:
            return f"{figure.value:.1%} ({figure.count:,.0f} of {figure.of:,})"
        case Unit.A_LEAD:
            return f"{figure.value:.3g} a lead ({figure.count:,.0f})"
        case Unit.ITSELF:
            return _figure(figure.value)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _change(found: Difference) -> str:
    if not found.differs:
        return ""
    if not found.matters:
        return "may be luck"
    was, by = found.one.value, found.other.value - found.one.value
    share = f" ({by / was:+.0%})" if was and abs(by) < MANY_TIMES * was else ""
    return f"{'+' if by > 0 else '-'}{_much(abs(by), found.unit)}{share}"


def _much(by: float, unit: Unit) -> str:
    match unit:
        case Unit.SHARE:
            return f"{100 * by:.1f} points"
        case Unit.A_LEAD:
            return f"{by:.3g} a lead"
        case Unit.ITSELF:
            return _figure(by)
