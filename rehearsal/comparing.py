"""Two rehearsals of the same leads with the same dice, side by side: what the other sequence would change."""

from collections import Counter, abc
from typing import Final

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


class Difference(Frozen):
    """One figure of both."""

    what: str
    one: float
    other: float
    certain: bool | None = None
    """Of shares of leads: whether they differ by more than the luck of so many leads; None where luck has no say."""

    @property
    def matters(self) -> bool:
        """Whether anybody would notice."""
        return self.certain is not False and abs(self.one - self.other) > SAME * max(abs(self.one), abs(self.other))


class Comparison(Frozen):
    """Both, and where they differ."""

    one: Totals
    other: Totals
    differences: tuple[Difference, ...]


def compare(one: Totals, other: Totals) -> Comparison:
    """The comparison of two rehearsals, figure by figure."""
    return Comparison(one=one, other=other, differences=tuple(_differences(one, other)))


def tell(comparison: Comparison) -> tuple[str, ...]:
    """The figures side by side, those that matter marked."""
    one, other = comparison.one, comparison.other
    rows = [(found.what, _figure(found.one), _figure(found.other), _change(found)) for found in comparison.differences]
    title = f"{one.leads:,} leads over {one.days} days, both times the same ones; seed {one.seed}"
    return tuple(rendered(Table(title, ("", one.sequence, other.sequence, "change"), rows)))


def _differences(one: Totals, other: Totals) -> abc.Iterator[Difference]:
    yield from _counts("messages", _by(one.messages), _by(other.messages))
    yield Difference(what="most messages of one sender on a day", one=_most(one.senders), other=_most(other.senders))
    yield from _counts("tasks", {"": _total(one.owners)}, {"": _total(other.owners)})
    yield Difference(what="most tasks of one person on a day", one=_most(one.owners), other=_most(other.owners))
    yield from _counts("tasks given up", {"": _given_up(one)}, {"": _given_up(other)})
    if one.first_contact is not None and other.first_contact is not None:
        what = "minutes to the first contact (median)"
        yield Difference(what=what, one=one.first_contact.median_minutes, other=other.first_contact.median_minutes)
    sent = [sum(step.sent for step in _messages(totals)) for totals in (one, other)]
    answered = [sum(step.answered for step in _messages(totals)) for totals in (one, other)]
    refused = [sum(step.stopped for step in _messages(totals)) for totals in (one, other)]
    yield _share("messages answered", (answered[0], sent[0]), (answered[1], sent[1]))
    yield _share("messages that drove somebody away", (refused[0], sent[0]), (refused[1], sent[1]))
    left = [_leaving(totals) for totals in (one, other)]
    for because in sorted({*left[0], *left[1]}, key=lambda why: -left[0][why] - left[1][why]):
        what = f"leads left: {STOPS[StopReason(because)]}"
        yield _share(what, (left[0][because], one.leads), (left[1][because], other.leads))
    yield _share("leads still in it", (one.running, one.leads), (other.running, other.leads))


def _counts(what: str, one: abc.Mapping[str, int], other: abc.Mapping[str, int]) -> abc.Iterator[Difference]:
    for name in sorted({*one, *other}):
        yield Difference(what=f"{what} {name}".rstrip(), one=one.get(name, 0), other=other.get(name, 0))


def _share(what: str, one: tuple[int, int], other: tuple[int, int]) -> Difference:
    certain = interval_of(*one).apart_from(interval_of(*other))
    return Difference(what=what, one=one[0], other=other[0], certain=certain)


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


def _messages(totals: Totals) -> list[StepResult]:
    return [step for step in totals.steps if step.channel in tuple(Channel)]


def _leaving(totals: Totals) -> Counter[str]:
    found: Counter[str] = Counter()
    for leaving in totals.leaving:
        found[leaving.because] += leaving.leads
    return found


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _change(found: Difference) -> str:
    if found.certain is False and found.one != found.other:
        return "may be luck"
    if not found.matters:
        return ""
    by = found.other - found.one
    share = f" ({by / found.one:+.0%})" if found.one and abs(by) < MANY_TIMES * found.one else ""
    return f"{'+' if by > 0 else '-'}{_figure(abs(by))}{share}"
