"""What a simulated company did, summed up: messages, tasks, first contacts, stages, and where leads leave."""

from collections import Counter, abc, defaultdict
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from engine.calendar.zones import clock
from engine.frozen import Frozen
from engine.measure.steps import MACHINES, Count, StepResult, counts
from engine.sequence.compiled import Sequence
from engine.sequence.structure import steps
from engine.words import EventKind, LeadId
from rehearsal.journal import Entry, Journal

FIVE_MINUTES: Final = timedelta(minutes=5)
"""Within which a new enquiry should be answered (Follow-Up Systems Framework)."""


class DayLoad(Frozen):
    """How much there was on one day, of one channel, sender or owner."""

    day: date
    who: str
    count: int


class Load(Frozen):
    """How much one sender or owner has to do."""

    who: str
    total: int
    busiest: date
    most: int
    """On the busiest day."""
    given_up: int = 0
    """Of tasks: nobody did them in time."""
    late: int = 0
    """Of tasks: done after they were due."""


class Waiting(Frozen):
    """How long something took, in minutes: half of the leads waited no longer than the median."""

    leads: int
    median_minutes: float
    worst_minutes: float
    """Nine of ten waited no longer."""
    within_five_minutes: int


class Residence(Frozen):
    """How long leads stay in a stage."""

    stage: str
    entered: int
    median_days: float


class Leaving(Frozen):
    """How enrolments in a sequence ended."""

    sequence: str
    stage: str
    because: str
    leads: int


class Held(Frozen):
    """Messages that had to wait, by reason."""

    because: str
    messages: int
    median_hours: float


class Totals(Frozen):
    """The whole of it."""

    sequence: str
    """What was simulated; empty for the whole catalogue."""
    seed: int
    since: date
    days: int
    leads: int
    messages: tuple[DayLoad, ...]
    """Per day and channel, by the clock of the company."""
    senders: tuple[Load, ...]
    tasks: tuple[DayLoad, ...]
    """Opened, per day and person or role."""
    owners: tuple[Load, ...]
    first_contact: Waiting | None
    """From the enquiry to the first message or call that reached them."""
    stages: tuple[Residence, ...]
    leaving: tuple[Leaving, ...]
    running: int
    """Leads still in a sequence at the end."""
    refused: tuple[Count, ...]
    """Enrolments that did not begin."""
    reviews: tuple[Count, ...]
    """Leads that needed a person to decide."""
    held: tuple[Held, ...]
    steps: tuple[StepResult, ...]


def totals_of(
    journal: Journal,
    *,
    sequence: str,
    seed: int,
    since: datetime,
    days: int,
    zone: str,
    sequences: abc.Sequence[Sequence],
) -> Totals:
    """The totals of a journal, days being those of the company's zone."""
    entries = [entry for entry in journal if not sequence or entry.sequence in ("", sequence)]
    day = _Days(zone)
    return Totals(
        sequence=sequence,
        seed=seed,
        since=day.of(since),
        days=days,
        leads=len({entry.lead for entry in journal}),
        messages=_loads((day.of(entry.at), entry.how) for entry in entries if entry.what == "message"),
        senders=_senders(entries, day),
        tasks=_loads((day.of(entry.at), entry.who) for entry in entries if entry.what == "task_opened"),
        owners=_owners(entries, day),
        first_contact=_first_contact(entries),
        stages=_stages(entries, since + timedelta(days=days)),
        leaving=_leaving(entries),
        running=_running(entries),
        refused=counts(Counter(entry.how for entry in entries if entry.what == "refused")),
        reviews=counts(Counter(entry.about for entry in entries if entry.what == "review")),
        held=_held(entries),
        steps=_steps(entries, sequences),
    )


class _Days:
    """Days by the clock of one zone; most moments share their quarter of an hour with others."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._known: dict[datetime, date] = {}

    def of(self, moment: datetime) -> date:
        """Which day it is."""
        quarter = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
        if quarter not in self._known:
            self._known[quarter] = clock(self._zone, quarter).date()
        return self._known[quarter]


def _loads(what: abc.Iterable[tuple[date, str]]) -> tuple[DayLoad, ...]:
    return tuple(DayLoad(day=day, who=who, count=count) for (day, who), count in sorted(Counter(what).items()))


def _busiest(days: Counter[date]) -> tuple[date, int]:
    return max(days.items(), key=lambda item: (item[1], -item[0].toordinal()))


def _senders(entries: abc.Sequence[Entry], day: _Days) -> tuple[Load, ...]:
    days: defaultdict[str, Counter[date]] = defaultdict(Counter)
    for entry in entries:
        if entry.what == "message":
            days[entry.who][day.of(entry.at)] += 1
    return tuple(_load(who, count) for who, count in sorted(days.items()))


def _load(who: str, days: Counter[date], given_up: int = 0, late: int = 0) -> Load:
    busiest, most = _busiest(days)
    return Load(who=who, total=days.total(), busiest=busiest, most=most, given_up=given_up, late=late)


def _owners(entries: abc.Sequence[Entry], day: _Days) -> tuple[Load, ...]:
    days: defaultdict[str, Counter[date]] = defaultdict(Counter)
    given_up: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for entry in entries:
        if entry.what == "task_opened":
            days[entry.who][day.of(entry.at)] += 1
        elif entry.what == "task_given_up":
            given_up[entry.who] += 1
        elif entry.what == "task_done" and entry.until is not None and entry.at > entry.until:
            late[entry.who] += 1
    return tuple(_load(who, count, given_up[who], late[who]) for who, count in sorted(days.items()))


def _first_contact(entries: abc.Sequence[Entry]) -> Waiting | None:
    came: dict[LeadId, datetime] = {}
    waited: dict[LeadId, timedelta] = {}
    for entry in entries:
        if entry.what == "captured":
            came[entry.lead] = entry.at
        elif entry.lead in came and entry.lead not in waited and _is_contact(entry):
            waited[entry.lead] = entry.at - came[entry.lead]
    if not waited:
        return None
    minutes = sorted(wait.total_seconds() / 60 for wait in waited.values())
    return Waiting(
        leads=len(minutes),
        median_minutes=round(median(minutes), 1),
        worst_minutes=round(minutes[-(-len(minutes) * 9 // 10) - 1], 1),
        within_five_minutes=sum(wait <= FIVE_MINUTES for wait in waited.values()),
    )


def _is_contact(entry: Entry) -> bool:
    return entry.what == "message" or (entry.what == "task_done" and entry.how.startswith("connected"))


def _stages(entries: abc.Sequence[Entry], end: datetime) -> tuple[Residence, ...]:
    entered: dict[LeadId, tuple[str, datetime]] = {}
    stayed: defaultdict[str, list[timedelta]] = defaultdict(list)

    def leaves(lead: LeadId, at: datetime) -> None:
        known = entered.pop(lead, None)
        if known is not None:
            stage, since = known
            stayed[stage].append(at - since)

    for entry in entries:
        if entry.what == "enrolled" or entry.what == "stage":
            leaves(entry.lead, entry.at)
            entered[entry.lead] = (entry.about if entry.what == "stage" else entry.stage, entry.at)
        elif entry.what == "ended":
            leaves(entry.lead, entry.at)
    for lead in list(entered):
        leaves(lead, end)
    return tuple(
        Residence(
            stage=stage, entered=len(stays), median_days=round(median(stay / timedelta(days=1) for stay in stays), 2)
        )
        for stage, stays in stayed.items()
    )


def _leaving(entries: abc.Sequence[Entry]) -> tuple[Leaving, ...]:
    left = Counter((entry.sequence, entry.stage, entry.how) for entry in entries if entry.what == "ended")
    ordered = sorted(left.items(), key=lambda item: (item[0][0], -item[1], item[0]))
    return tuple(
        Leaving(sequence=sequence, stage=stage, because=because, leads=leads)
        for (sequence, stage, because), leads in ordered
    )


def _running(entries: abc.Sequence[Entry]) -> int:
    began = Counter(entry.lead for entry in entries if entry.what == "enrolled")
    began.subtract(entry.lead for entry in entries if entry.what == "ended")
    return sum(count > 0 for count in began.values())


def _held(entries: abc.Sequence[Entry]) -> tuple[Held, ...]:
    """A message stands once for each reason, with the longest time that the reason kept it."""
    longest: defaultdict[str, dict[tuple[LeadId, str], timedelta]] = defaultdict(dict)
    for entry in entries:
        if entry.what == "held" and entry.until is not None:
            mine, key = longest[entry.how], (entry.lead, entry.about)
            mine[key] = max(mine.get(key, timedelta(0)), entry.until - entry.at)
    return tuple(
        Held(
            because=because,
            messages=len(waits),
            median_hours=round(median(wait / timedelta(hours=1) for wait in waits.values()), 2),
        )
        for because, waits in sorted(longest.items(), key=lambda item: (-len(item[1]), item[0]))
    )


class _Sums:
    """One step while it is counted."""

    def __init__(self) -> None:
        self.sent = self.answered = self.stopped = 0
        self.skipped: Counter[str] = Counter()


def _steps(entries: abc.Sequence[Entry], sequences: abc.Sequence[Sequence]) -> tuple[StepResult, ...]:
    sums: defaultdict[tuple[str, str, str, str], _Sums] = defaultdict(_Sums)
    last: dict[LeadId, _Sums] = {}
    channels: dict[tuple[str, str], str] = {}
    for entry in entries:
        place = (entry.sequence, entry.stage, entry.about, entry.variant)
        match entry.what:
            case "message":
                sums[place].sent += 1
                last[entry.lead] = sums[place]
                channels[entry.sequence, entry.about] = entry.how
            case "task_opened" if entry.how in ("call", "task"):
                sums[place].sent += 1
                channels[entry.sequence, entry.about] = entry.how
            case "left_out":
                sums[place].skipped[entry.how] += 1
            case "event" if entry.lead in last and entry.about == EventKind.REPLIED and entry.how not in MACHINES:
                last.pop(entry.lead).answered += 1
            case "event" if entry.lead in last and entry.about == EventKind.OPTED_OUT:
                last.pop(entry.lead).stopped += 1
            case _:
                pass
    order = [(sequence.name, step.id) for sequence in sequences for stage in sequence.stages for step in steps(stage)]
    places = {name: place for place, name in enumerate(order)}
    return tuple(
        StepResult(
            sequence=sequence,
            stage=stage,
            step=step,
            channel=channels.get((sequence, step), ""),
            variant=variant,
            entered=found.sent + found.skipped.total(),
            sent=found.sent,
            skipped=counts(found.skipped),
            answered=found.answered,
            stopped=found.stopped,
        )
        for (sequence, stage, step, variant), found in sorted(
            sums.items(), key=lambda item: (places.get((item[0][0], item[0][2]), len(order)), item[0])
        )
    )
