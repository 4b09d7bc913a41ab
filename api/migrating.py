"""
Leads in flight that somebody moves to another version of their sequence: what it means for each, and the commands.

    journey = planned_journey(office, wanted)                  a wish that means nothing is refused
    for moving in foretold(office, journey, now, advance):     each lead's place and what comes next, before and after
    told = await migrate_each(office, journey, advance=...)    a command for each lead that has a place there
    print(await became(office, journey, told, patience))       what the looks have made of them since

Each lead is judged once more by its own look: whoever has moved on since, or was moved by somebody else, stays.
"""

import asyncio
import time
from collections import Counter, abc
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from adapters import audit
from adapters import catalogue as shelf
from adapters.database import Transaction
from adapters.letters import OPERATOR
from adapters.views.lead import memory
from adapters.views.requests import answered
from adapters.views.versions import Traveller, in_flight, travellers
from api.commanding import AT_ONCE, PER_SECOND, Addressed, Commanded, deliver, must_run
from api.commands import command
from api.office import Office
from api.versions import version_named
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.events import Command, CommandData, Rename
from engine.life.foresight import Foreseen, foresee
from engine.life.migrating import Migration, enrolled, migrated, unmigrated
from engine.life.progress import Enrolment, Progress
from engine.life.wishes import Plan
from engine.measure.steps import Count, counts
from engine.reasons import IgnoreReason
from engine.sequence.structure import steps
from engine.words import LeadId, Verb

ASKED_EVERY: Final = timedelta(milliseconds=500)
NAMED: Final = 3
"""Leads of a group that are named."""

MIGRATED: Final = "migrated"
"""What the audit trail calls it."""


class Wanted(NamedTuple):
    """What somebody wants for leads in flight."""

    sequence: str
    leaving: str | None
    """The version, or the beginning of its hash; None: all but the one they go to."""
    to: str | None
    """None: the one that runs now."""
    renames: tuple[Rename, ...]
    by: str
    reason: str
    among: frozenset[LeadId] | None = None
    """None: nobody was chosen, so everybody is."""


class Journey(NamedTuple):
    """A wish that can be followed: every version it names was published, and so was every step."""

    wanted: Wanted
    plan: Plan
    """Where they go."""
    versions: tuple[str, ...]
    """Where they are now."""
    publication: int
    """The one that runs; another one ends the journey, since it may be wanted no more."""
    leads: int
    """In these versions now, whether they were chosen or not."""


class Moving(Frozen):
    """What it means for one lead."""

    lead: LeadId
    version: str
    stage: str
    step: str | None
    """Where it is; None: no step of the stage is left."""
    to_step: str | None = None
    """Where it would be; None as above, or since it stays."""
    stays: IgnoreReason | None = None
    """Why it would not be moved."""
    before: Foreseen | None = None
    """What comes next as things are; None: nothing by itself."""
    after: Foreseen | None = None
    """What would come next."""


class Group(Frozen):
    """Leads at one place for which it means the same."""

    version: str
    stage: str
    step: str | None
    to_step: str | None
    stays: IgnoreReason | None
    leads: int
    some: tuple[LeadId, ...]
    """The first of them."""
    before: Foreseen | None
    """What comes first for any of them, as things are."""
    after: Foreseen | None
    """What would come first."""


class Told(NamedTuple):
    """Whom a command was filed for."""

    commanded: Commanded
    requests: tuple[str, ...]
    """By which each is asked after."""
    stayed: Counter[str]
    """Those that were left alone, by reason."""


class Migrated(Frozen):
    """The sums."""

    sequence: str
    to: str
    moved: int
    stayed: tuple[Count, ...] = ()
    """By reason."""
    waiting: int = 0
    """Told, and not looked at yet."""
    trouble: str | None = None
    """Why they could not be rung at once; a worker's sweep does it."""


def planned_journey(office: Office, wanted: Wanted) -> Journey:
    """
    The wish with the versions it means.

    Raises: FollowupError PUB006 for a version that is none, PUB008 for a rename of a step that is none.
    """
    with office.database.reading() as transaction:
        plan = version_named(transaction, wanted.to or wanted.sequence)
        found = in_flight(transaction)
        theirs = {version: leads for version, leads in found.items() if version.partition("@")[0] == wanted.sequence}
        if wanted.leaving is not None:
            version = version_named(transaction, wanted.leaving).version
            theirs = {version: theirs[version]} if version in theirs else {}
        theirs.pop(plan.version, None)
        _check_names([shelf.plan(transaction, version) for version in theirs], plan, wanted.renames)
        return Journey(wanted, plan, tuple(theirs), shelf.latest(transaction), sum(theirs.values()))


def foretold(office: Office, journey: Journey, now: datetime, advance: abc.Callable[[], None]) -> abc.Iterator[Moving]:
    """What it means for each lead; nothing is changed. Raises: FollowupError PUB007, DatabaseUnusable."""
    with office.database.reading() as transaction:
        catalogue = shelf.published(transaction).plans
    for page in _pages(office, journey, advance):
        yield from (_moving(one, now, catalogue) for one in page)


def grouped(every: abc.Iterable[Moving]) -> tuple[Group, ...]:
    """The leads of each place together; the fullest place first, and those who would stay last."""
    places: dict[tuple[object, ...], list[Moving]] = {}
    for one in every:
        places.setdefault((one.version, one.stage, one.step, one.to_step, one.stays), []).append(one)
    groups = (_group(some) for some in places.values())
    return tuple(sorted(groups, key=lambda group: (group.stays is not None, -group.leads)))


async def migrate_each(
    office: Office, journey: Journey, *, per_second: float = PER_SECOND, advance: abc.Callable[[], None]
) -> Told:
    """
    File the command for every lead that has a place in the version, and ring it.

    Raises: FollowupError PUB007 when somebody publishes meanwhile, DatabaseUnusable; the leads before have their
    command, and a second time goes on behind them.
    """
    wanted, now = journey.wanted, datetime.now(UTC)
    said = f"to {journey.plan.version}{f': {wanted.reason}' if wanted.reason else ''}"
    with office.database.transaction() as transaction:
        audit.write(transaction, wanted.by, MIGRATED, f"sequence:{wanted.sequence}", said, now)
    requests: list[str] = []
    stayed: Counter[str] = Counter()

    def letters() -> abc.Iterator[abc.Sequence[Addressed]]:
        for page in _pages(office, journey, advance):
            stayed.update(one.stays.value for one in page if one.stays is not None)
            told = [_letter(journey, one) for one in page if one.stays is None]
            requests.extend(one.letter.id for one in told)
            if told:
                yield told

    commanded = await deliver(office, letters(), per_second=per_second)
    return Told(commanded, tuple(requests), stayed)


async def became(office: Office, journey: Journey, told: Told, patience: timedelta) -> Migrated:
    """What the looks have made of the commands, once all are noted or patience is at its end."""
    end = time.monotonic() + patience.total_seconds()
    while True:
        found = await asyncio.to_thread(_became, office, journey, told)
        if not found.waiting or time.monotonic() > end:
            return found
        await asyncio.sleep(ASKED_EVERY.total_seconds())


# --- one lead ---------------------------------------------------------------------------------------------------------


class _OnTheWay(NamedTuple):
    """A lead in flight, with all that is known of it."""

    lead_id: LeadId
    progress: Progress
    enrolment: Enrolment
    migration: Migration
    stays: IgnoreReason | None


def _pages(office: Office, journey: Journey, advance: abc.Callable[[], None]) -> abc.Iterator[list[_OnTheWay]]:
    last: Traveller | None = None
    while True:
        with office.database.reading() as transaction:
            must_run(transaction, journey.publication, "look at `followup sequence plan`, then migrate once more")
            page = travellers(transaction, journey.versions, last, AT_ONCE)
            found = [_on_the_way(transaction, journey, one.lead_id) for one in page if _is_meant(journey, one)]
        if not page:
            return
        last = page[-1]
        yield [one for one in found if one is not None]
        for _ in page:
            advance()


def _is_meant(journey: Journey, one: Traveller) -> bool:
    among = journey.wanted.among
    return among is None or one.lead_id in among


def _on_the_way(transaction: Transaction, journey: Journey, lead_id: LeadId) -> _OnTheWay | None:
    """The lead, unless it has left the sequence since the list was made."""
    progress = memory(transaction, lead_id)
    enrolment = None if progress is None else enrolled(progress, journey.wanted.sequence)
    if progress is None or enrolment is None:
        return None
    migration = Migration(command=_command(journey, enrolment), plan=journey.plan)
    return _OnTheWay(lead_id, progress, enrolment, migration, unmigrated(progress, migration))


def _command(journey: Journey, enrolment: Enrolment) -> Command:
    """As it would stand in the lead's Inbox."""
    said = _data(journey, enrolment)
    by, now = journey.wanted.by, datetime.now(UTC)
    return Command(number=0, id=MIGRATED, verb=Verb.MIGRATE, by=by, occurred_at=now, data=said)


def _data(journey: Journey, enrolment: Enrolment) -> CommandData:
    wanted = journey.wanted
    return CommandData(
        version=journey.plan.version,
        from_version=enrolment.plan.version,
        renames=wanted.renames,
        reason=wanted.reason,
    )


def _letter(journey: Journey, one: _OnTheWay) -> Addressed:
    """
    The command for one lead, filed once until it is noted, however often somebody begins again.

    A lead that goes back later, and then comes here once more, has noted something since.
    """
    leaving, noted = one.enrolment.plan.version, one.progress.last_applied
    request = f"migrate:{one.lead_id}:{one.enrolment.number}:{leaving}:{journey.plan.version}:{noted}"
    now = datetime.now(UTC)
    return Addressed(one.lead_id, command(Verb.MIGRATE, _data(journey, one.enrolment), journey.wanted.by, request, now))


def _moving(one: _OnTheWay, now: datetime, catalogue: tuple[Plan, ...]) -> Moving:
    enrolment = one.enrolment
    after = migrated(one.progress, one.migration)
    there = enrolled(after, enrolment.plan.sequence.name)
    stays = one.stays is not None
    return Moving(
        lead=one.lead_id,
        version=enrolment.plan.version,
        stage=enrolment.stage_plan.name,
        step=enrolment.cursor.step,
        to_step=None if stays or there is None else there.cursor.step,
        stays=one.stays,
        before=_next(one.progress, now, catalogue),
        after=None if stays else _next(after, now, catalogue),
    )


def _next(progress: Progress, now: datetime, catalogue: tuple[Plan, ...]) -> Foreseen | None:
    return next(iter(foresee(progress, now, catalogue, enough=1).coming), None)


def _group(some: abc.Sequence[Moving]) -> Group:
    first = some[0]
    return Group(
        version=first.version,
        stage=first.stage,
        step=first.step,
        to_step=first.to_step,
        stays=first.stays,
        leads=len(some),
        some=tuple(one.lead for one in some[:NAMED]),
        before=_earliest(one.before for one in some),
        after=_earliest(one.after for one in some),
    )


def _earliest(coming: abc.Iterable[Foreseen | None]) -> Foreseen | None:
    return min((one for one in coming if one is not None), key=lambda one: one.at, default=None)


# --- what is refused --------------------------------------------------------------------------------------------------


def _check_names(before: abc.Collection[Plan], after: Plan, renames: tuple[Rename, ...]) -> None:
    """
    Look at what is renamed; it concerns the versions that have a step of the old name.

    Raises: FollowupError PUB008 for a rename that means nothing, or two things.
    """
    new = _names(after)
    known = frozenset[str]().union(*map(_names, before))
    olds, news = Counter(rename.old for rename in renames), Counter(rename.new for rename in renames)
    for rename in renames:
        where = f"--rename {rename.old}={rename.new}"
        concerned = [plan for plan in before if rename.old in _names(plan)]
        if before and not concerned:
            raise _no_rename(f"{_versions(before)} no step {rename.old}", where, known)
        if rename.new not in new:
            raise _no_rename(f"{after.version} has no step {rename.new}", where, new)
        if olds[rename.old] > 1 or news[rename.new] > 1:
            raise _no_rename("a step has one name before and one after", where, new - known)
        for plan in concerned:
            if rename.new in _names(plan):
                raise _no_rename(f"{rename.new} is another step of {plan.version}", where, new - _names(plan))


def _versions(plans: abc.Collection[Plan]) -> str:
    return f"{' and '.join(plan.version for plan in plans)} {'has' if len(plans) == 1 else 'have'}"


def _names(plan: Plan) -> frozenset[str]:
    return frozenset(step.id for stage in plan.sequence.stages for step in steps(stage))


def _no_rename(what: str, where: str, choice: abc.Collection[str]) -> FollowupError:
    return FollowupError(
        code="PUB008",
        what=what,
        where=where,
        why="a lead that stands at the old step would stand nowhere, or be sent what it has had",
        next=f"write old=new; there {'is' if len(choice) == 1 else 'are'} {', '.join(sorted(choice)) or 'none'}",
    )


# --- what became of it ------------------------------------------------------------------------------------------------


def _became(office: Office, journey: Journey, told: Told) -> Migrated:
    stayed = Counter(told.stayed)
    with office.database.reading() as transaction:
        found = Counter(answered(transaction, OPERATOR, told.requests))
    for answer, number in found.items():
        if answer.disposition != "applied":
            stayed[answer.reason or answer.disposition] += number
    moved = sum(number for answer, number in found.items() if answer.disposition == "applied")
    return Migrated(
        sequence=journey.wanted.sequence,
        to=journey.plan.version,
        moved=moved,
        stayed=counts(stayed),
        waiting=len(told.requests) - found.total(),
        trouble=told.commanded.trouble,
    )
