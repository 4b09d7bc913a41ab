"""One lead's way through a sequence, message by message: when each leaves, what it waits for, and what it says."""

from collections import abc
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from pydantic import AwareDatetime

from adapters import template_checks
from adapters.release import Release
from adapters.sequence_files import SequenceFiles
from adapters.settings import Settings
from adapters.templates import Rendered, Template
from engine.frozen import Frozen
from engine.life.events import Command, CommandData, Event, EventData
from engine.life.sentences import HOLDS, STOPS, say_left_out
from engine.life.wishes import Plan
from engine.reasons import CallDisposition, HoldReason, StopReason
from engine.segments import segments_of
from engine.sequence.compiled import Ask, HumanTask, Message, Step
from engine.sequence.outcomes import APPROVED
from engine.sequence.structure import step
from engine.sequence.wording import say_stage
from engine.words import Channel, EventKind, Verb
from rehearsal.company import Company
from rehearsal.journal import Entry
from rehearsal.people import Coming, Surroundings
from rehearsal.reader import Reader, template_of
from rehearsal.sample import SAMPLE, Sample
from rehearsal.scenario import plans_of
from rehearsal.world import World

AS_IF: Final = "as if it never answers; calls reach nobody, tasks are done when they are due, messages are released"
"""What everybody does in a preview."""

LOUD: Final = 12
"""Letters of a subject from which on capitals alone are shouting."""
LONG_SUBJECT: Final = 78
"""Letters; more are cut off by most mail programs."""

NO_LINK: Final = "mails have no link to leave by, only a word to answer with: set FOLLOWUP_PUBLIC_BASE_URL"

Kind = Literal["email", "sms", "call", "task", "left_out", "stage", "start", "end"]


class Waited(Frozen):
    """What a message had to wait for."""

    because: str
    until: AwareDatetime


class Item(Frozen):
    """One thing that would happen, at the moment it would."""

    at: AwareDatetime
    kind: Kind
    step: str
    """Empty for a stage, a start and an end."""
    sequence: str
    says: str
    """In words, on one line."""
    variant: str = ""
    waited: tuple[Waited, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    """A whole page, of a mail."""
    segments: int = 0
    """Of a text: each is paid for."""
    missing: tuple[str, ...] = ()
    """Values that are not known of this lead and have no default: a person would be asked."""
    remarks: tuple[str, ...] = ()
    """What might bring a mail among the junk, or makes a text dear."""


class Preview(Frozen):
    """Everything that would happen to one lead."""

    sequence: str
    version: str
    lead: str
    zone: str
    since: AwareDatetime
    items: tuple[Item, ...]
    remarks: tuple[str, ...] = ()
    """What is true of every mail."""
    closed_days: tuple[date, ...] = ()
    """Days in that time on which the company does not work: business days pass them over."""

    @property
    def price(self) -> str:
        """What its texts cost, in words; empty without any."""
        texts = [item.segments for item in self.items if item.segments]
        if not texts:
            return ""
        return f"{_many(len(texts), 'text')}, {_many(sum(texts), 'segment')} to pay for"


class _Quiet:
    """A lead that never answers, and people of ours who do what they are asked, when it is due."""

    def after(self, entry: Entry, world: Surroundings) -> abc.Iterator[Coming]:
        """Tasks end when they are due."""
        if entry.what == "task_opened" and entry.until is not None:
            ends = {"call": str(CallDisposition.NO_ANSWER), "approval": APPROVED}
            data = EventData.model_validate({"task_key": entry.key, "disposition": ends.get(entry.how, "done")})
            yield _comes(max(entry.until, entry.at), EventKind.TASK_DONE, data)


def preview(
    files: SequenceFiles,
    company: Company,
    settings: Settings,
    *,
    name: str,
    sample: Sample,
    since: datetime,
    days: int,
) -> Preview:
    """What the sequence of that name would do to this lead, begun by hand at `since`, within so many days."""
    plans = plans_of(company, name)
    world = World(company.model_copy(update={"plans": plans}), _Quiet())
    begins = Command(
        number=0, id="", verb=Verb.ENROLL, by="preview", occurred_at=since, data=CommandData(sequence=name)
    )
    world.expect([Coming(since, SAMPLE, begins, sample.person)])
    world.run(since + timedelta(days=days))
    telling = _Telling(files.release(), files, settings, plans, sample)
    return Preview(
        sequence=name,
        version=plans[0].version,
        lead=sample.name,
        zone=sample.person.home.zone,
        since=since,
        items=tuple(telling.items(world.journal)),
        remarks=() if settings.public_base_url else (NO_LINK,),
        closed_days=_closed_days(company, sample, [since, *(entry.at for entry in world.journal)]),
    )


def _closed_days(company: Company, sample: Sample, moments: abc.Sequence[datetime]) -> tuple[date, ...]:
    first, last = min(moments).date(), max(moments).date()
    years = (datetime(year, 1, 1, tzinfo=UTC) for year in range(first.year, last.year + 1))
    found = {day for year in years for day in company.calendar(sample.person, year).closed_days}
    return tuple(sorted(day for day in found if first <= day <= last))


def _comes(at: datetime, kind: EventKind, data: EventData) -> Coming:
    return Coming(at, SAMPLE, Event(number=0, id="", kind=kind, occurred_at=at, source="preview", data=data))


class _Telling:
    """Turns what happened into what a person can read."""

    def __init__(
        self, release: Release, files: SequenceFiles, settings: Settings, plans: abc.Iterable[Plan], sample: Sample
    ) -> None:
        self._reader = Reader(release, settings, sample)
        self._files = files
        self._settings = settings
        self._plans = {plan.sequence.name: plan for plan in plans}
        self._sample = sample
        self._waited: list[Waited] = []

    def items(self, journal: abc.Iterable[Entry]) -> abc.Iterator[Item]:
        for entry in journal:
            match entry.what:
                case "held" if entry.until is not None:
                    self._waited.append(Waited(because=HOLDS[HoldReason(entry.how)], until=entry.until))
                case "message":
                    yield self._message(entry)
                case "task_opened":
                    yield self._task(entry)
                case "left_out":
                    yield self._plain(entry, "left_out", f"{entry.about} is left out: {say_left_out(entry.how)}")
                case "stage":
                    yield self._plain(entry, "stage", f"enters {say_stage(entry.about)}")
                case "enrolled":
                    yield self._plain(entry, "start", f"{entry.about} begins")
                case "refused":
                    yield self._plain(entry, "end", f"{entry.about or entry.sequence} does not start: {entry.why}")
                case "review":
                    yield self._plain(entry, "end", entry.why)
                case "ended":
                    yield self._plain(entry, "end", f"{entry.sequence} ends: {STOPS[StopReason(entry.how)]}")
                case _:
                    pass

    def _plain(self, entry: Entry, kind: Kind, says: str) -> Item:
        named = entry.about if kind == "left_out" else ""
        return Item(at=entry.at, kind=kind, step=named, sequence=entry.sequence, says=says, waited=self._held())

    def _held(self) -> tuple[Waited, ...]:
        """What was waited for until now, each reason with its last end."""
        last = {waited.because: waited for waited in self._waited}
        self._waited.clear()
        return tuple(last.values())

    def _message(self, entry: Entry) -> Item:
        plan, channel = self._plans[entry.sequence], Channel(entry.how)
        current = step(plan.sequence, entry.about)
        if not isinstance(current, Message | Ask):
            raise TypeError(f"{entry.about} sends nothing")
        name = f"{template_of(current, entry.variant)}.{channel.value}"
        template, words = self._reader.message(plan, current, entry.variant)
        segments = segments_of(words.text).number if channel is Channel.SMS else 0
        return Item(
            at=entry.at,
            kind="email" if channel is Channel.EMAIL else "sms",
            step=entry.about,
            sequence=entry.sequence,
            says=f"{entry.how} {entry.about}{self._whose(entry)}",
            variant=entry.variant,
            waited=self._held(),
            subject=words.subject,
            text=words.text,
            html=words.html,
            segments=segments,
            missing=words.missing,
            remarks=() if template is None else tuple(self._remarks(template, name, words)),
        )

    def _whose(self, entry: Entry) -> str:
        if entry.how != Channel.EMAIL:
            return ""
        return ", in the owner's name" if entry.who == self._sample.person.owner else ", in our company's name"

    def _task(self, entry: Entry) -> Item:
        plan = self._plans.get(entry.sequence)
        current = None if plan is None else _step(plan, entry.about)
        words = Rendered()
        if plan is not None and isinstance(current, HumanTask) and current.template:
            words = self._reader.task(plan, current)
        kind = "" if entry.how == entry.about else f"{entry.how} "
        return Item(
            at=entry.at,
            kind="call" if entry.how == "call" else "task",
            step=entry.about,
            sequence=entry.sequence,
            says=f"{kind}{entry.about} for {entry.who}",
            waited=self._held(),
            text=words.text,
        )

    def _remarks(self, template: Template, name: str, words: Rendered) -> abc.Iterator[str]:
        file, kind = self._files.templates.get(name), name.rpartition(".")[2]
        found = template_checks.remarks(
            template, kind, self._files.fields, file.path if file else name, self._settings.our_tokens()
        )
        if words.error is not None:
            yield f"it cannot leave as it is: {words.error}"
        yield from (finding.what for finding in found)
        if kind == "email":
            yield from _looks_like_junk(words.subject)


def _looks_like_junk(subject: str) -> abc.Iterator[str]:
    letters = [letter for letter in subject if letter.isalpha()]
    if len(letters) >= LOUD and all(letter.isupper() for letter in letters):
        yield "the subject shouts: it is written in capitals"
    if "!!" in subject:
        yield "the subject shouts: one exclamation mark is enough"
    if len(subject) > LONG_SUBJECT:
        yield f"the subject is {len(subject)} letters long; most programs show fewer than {LONG_SUBJECT}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _step(plan: Plan, name: str) -> Step | None:
    try:
        return step(plan.sequence, name)
    except LookupError:
        return None
