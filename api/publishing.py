"""
Publish what operations teams wrote: checked as a whole, then in force for every lead that starts from now on.

    release = checked(files, settings.language)       nothing that is wrong gets any further
    plan = planned(office, release)                   what it changes: api.planning
    number = publish_release(office, release, Signed(by, message, commit), after=plan.seen)

Whoever goes back or gives a sequence up publishes too: an older release, or the one that runs without the sequence.
"""

from collections import abc
from datetime import UTC, datetime
from typing import NamedTuple

import structlog

from adapters import audit, sequence_files
from adapters import catalogue as shelf
from adapters.catalogue import Published, not_published
from adapters.release import Release
from adapters.sequence_files import SequenceFiles
from api.office import Office
from api.planning import RETIRED
from engine.errors import FollowupError, SequenceInvalid
from engine.frozen import Frozen
from engine.life.wishes import Plan
from engine.sequence.check import check
from engine.sequence.compiled import Start
from engine.sequence.structure import exits, fields_named, responses

log = structlog.get_logger()


class Signed(NamedTuple):
    """Who publishes, and what for."""

    by: str
    message: str = ""
    commit: str | None = None
    retires: str | None = None
    """The sequence that is given up by it."""


class Publishing(Frozen):
    """What was published, and who was reached."""

    number: int
    """Of the publication in force."""
    published: bool
    """False when it was in force already."""
    what: str
    reached: int = 0
    """Leads in flight that were told."""
    known: int = 0
    """Of them, those that had been told before."""
    trouble: str | None = None
    """Why they could not be rung at once; a worker's sweep does it."""


def publish(office: Office, by: str = "worker", message: str = "") -> int:
    """
    Publish the catalogue the settings name; a catalogue that is in force already is left as it is.

    Returns: the number of the publication in force.
    Raises: the first error found in a sequence or template; then nothing was published.
    """
    settings = office.settings
    release = checked(sequence_files.load(settings.sequences), settings.language)
    return publish_release(office, release, Signed(by, message))


def checked(files: SequenceFiles, language: str) -> Release:
    """
    What would be published; `language` is that of templates whose names say none.

    Raises: the first error found in a sequence or template.
    """
    for problem in files.problems(language):
        raise problem
    for finding in check(files.catalogue, files.template_facts(), files.pipeline, files.folder):
        if finding.severity == "error":
            raise SequenceInvalid(code=finding.code, what=finding.what, where=finding.where, next=finding.next)
    return files.release()


def publish_release(office: Office, release: Release, signed: Signed, after: int | None = None) -> int:
    """
    Let the release run from now on; one that runs already is left as it is.

    Returns: the number of the publication in force.
    Raises: FollowupError PUB001 when another publication than `after` runs by now, PUB002; then nothing was published.
    """
    with office.database.transaction() as transaction:
        newest = shelf.held(transaction)
        if _is_in_force(newest, release):
            return newest.number
        now = datetime.now(UTC)
        number = shelf.publish(transaction, release, signed.by, signed.message, now, commit=signed.commit, after=after)
        if signed.retires is not None:
            audit.write(transaction, signed.by, RETIRED, f"sequence:{signed.retires}", signed.message, now)
    log.info("catalogue.published", number=number, sequences=len(release.plans))
    return number


def _is_in_force(newest: Published, release: Release) -> bool:
    return (newest.plans, newest.pipeline, newest.fields) == (release.plans, release.pipeline, release.fields)


# --- going back -------------------------------------------------------------------------------------------------------


def as_in(office: Office, number: int, name: str | None = None) -> Release:
    """
    What ran under this number, to be published anew; with a name, what runs now with that sequence as it was then.

    Raises: FollowupError DBS006 for a number that is none, PUB003, PUB004 and PUB009 as `with_version`.
    """
    with office.database.reading() as transaction:
        then = shelf.Catalogue().publication(transaction, number)
        if name is None:
            return Release(plans=then.plans, templates=(), pipeline=then.pipeline, fields=then.fields)
        was = next((plan for plan in then.plans if plan.sequence.name == name), None)
        if was is None:
            raise not_published(name, f"publication {number}")
        return _with(shelf.published(transaction), was)


def with_version(office: Office, version: str) -> Release:
    """
    What runs now, with one sequence as it was in this version.

    Raises: FollowupError DBS006 for a version that is none, PUB003 when the sequence does not run, PUB004 when it hands
    over to one that does not, PUB009 when it asks for a field that is declared no more.
    """
    with office.database.reading() as transaction:
        return _with(shelf.published(transaction), shelf.plan(transaction, version))


def _with(now: Published, plan: Plan) -> Release:
    name = plan.sequence.name
    if all(other.sequence.name != name for other in now.plans):
        raise not_published(name, "what runs now")
    gone = sorted(fields_named(plan.sequence) - {field.name for field in now.fields})
    if gone:
        raise _undeclared(plan, gone)
    plans = tuple(plan if other.sequence.name == name else other for other in now.plans)
    return _whole(Release(plans=plans, templates=(), pipeline=now.pipeline, fields=now.fields))


# --- giving a sequence up ---------------------------------------------------------------------------------------------


def without(office: Office, name: str) -> Release:
    """
    What runs now, without this sequence; as it is where the sequence does not run any more.

    Raises: FollowupError PUB003 for a sequence that was never published, PUB004 when another one hands over to it.
    """
    with office.database.reading() as transaction:
        now = shelf.published(transaction)
        if name not in shelf.names(transaction):
            raise not_published(name, "anything that was ever published")
    plans = tuple(plan for plan in now.plans if plan.sequence.name != name)
    return _whole(Release(plans=plans, templates=(), pipeline=now.pipeline, fields=now.fields))


def _whole(release: Release) -> Release:
    """The release, when every sequence that another hands over to is in it. Raises: FollowupError PUB004."""
    there = {plan.sequence.name for plan in release.plans}
    for plan in release.plans:
        for next_ in _successors(plan):
            if next_ not in there:
                raise _handed_over(plan.sequence.name, next_)
    return release


def _successors(plan: Plan) -> abc.Iterator[str]:
    ways = [exit_ for stage in plan.sequence.stages for exit_ in exits(stage)]
    yield from (way.sequence for way in (*ways, *responses(plan.sequence.when)) if isinstance(way, Start))


def _undeclared(plan: Plan, gone: abc.Sequence[str]) -> FollowupError:
    return FollowupError(
        code="PUB009",
        what=f"{plan.version} asks for {', '.join(gone)}, which is declared no more",
        where=plan.version,
        why="what it asks would be true of nobody",
        next="declare it again and publish, or go back with the whole publication",
    )


def _handed_over(name: str, successor: str) -> FollowupError:
    return FollowupError(
        code="PUB004",
        what=f"{name} hands leads over to {successor}, which would not be published",
        where=name,
        why="a lead that is handed over to nothing is left alone",
        next=f"publish {name} without that exit first, or go back with the whole publication",
    )
