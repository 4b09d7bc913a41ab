"""What was published: each publication with what it brought, a version with its words, two versions compared."""

from collections import abc
from datetime import datetime
from itertools import zip_longest

from adapters import catalogue as shelf
from adapters.catalogue import Publication, not_published
from adapters.database import Transaction
from adapters.views.versions import in_flight
from api.planning import CopyChange, copy_changes
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.wishes import Plan
from engine.sequence.changes import Change, changes_of


class Brought(Frozen):
    """A version that a publication let run, which the one before did not."""

    version: str
    leads: int
    """In it now, running or interrupted."""
    runs: bool
    """Whether it is what new enrolments get now."""


class Issue(Frozen):
    """A publication, and what was new in it."""

    number: int
    at: datetime
    by: str
    message: str
    commit: str | None
    brought: tuple[Brought, ...]
    withdrawn: tuple[str, ...]
    """Sequences that ran before it, and with it no more."""


class Text(Frozen):
    """A template as a version sends it."""

    name: str
    digest: str
    text: str


class Shown(Frozen):
    """A version as it was published."""

    version: str
    plan: Plan
    templates: tuple[Text, ...] = ()


class Compared(Frozen):
    """What changes from one version to another."""

    before: str
    after: str
    changes: tuple[Change, ...]
    copy_changes: tuple[CopyChange, ...]


def issues(transaction: Transaction, sequence: str | None = None) -> tuple[Issue, ...]:
    """
    Every publication, the newest first; with a sequence, those that changed it.

    Raises: FollowupError PUB003 when that sequence was never published.
    """
    if sequence is not None:
        must_be_known(transaction, sequence)
    history, leads = shelf.history(transaction), in_flight(transaction)
    every = (_issue(one, before, history[0], leads, sequence) for one, before in zip_longest(history, history[1:]))
    return tuple(issue for issue in every if sequence is None or issue.brought or issue.withdrawn)


def must_be_known(transaction: Transaction, sequence: str) -> None:
    """Raises: FollowupError PUB003 when that sequence was never published."""
    if sequence not in shelf.names(transaction):
        raise not_published(sequence, "anything that was ever published")


def _issue(
    one: Publication, before: Publication | None, newest: Publication, leads: abc.Mapping[str, int], only: str | None
) -> Issue:
    was = {} if before is None else {_name(version): version for version in before.versions}
    now = {_name(version): version for version in one.versions}
    return Issue(
        number=one.number,
        at=one.at,
        by=one.by,
        message=one.message,
        commit=one.commit,
        brought=tuple(
            Brought(version=version, leads=leads.get(version, 0), runs=version in newest.versions)
            for name, version in now.items()
            if was.get(name) != version and only in (None, name)
        ),
        withdrawn=tuple(name for name in was if name not in now and only in (None, name)),
    )


def version_named(transaction: Transaction, said: str) -> Plan:
    """
    The version somebody means: `name@hash`, the beginning of its hash, or a sequence's name for what runs now.

    Raises: FollowupError PUB006 when there is none, or more than one.
    """
    name, _, digest = said.partition("@")
    published = [version for version in shelf.versions(transaction) if _name(version) == name]
    if not digest:
        running = [plan.version for plan in shelf.published(transaction).plans]
        found = [version for version in published if version in running]
    else:
        found = [version for version in published if version.startswith(said)]
    if len(found) != 1:
        raise _no_version(said, found, published)
    return shelf.plan(transaction, found[0])


def shown(transaction: Transaction, plan: Plan, *, templates: bool = False) -> Shown:
    """The version as it was published, with the words of its templates if they are wanted."""
    texts = tuple(
        Text(name=ref.name, digest=ref.digest, text=shelf.template_text(transaction, ref.digest))
        for ref in (plan.templates if templates else ())
    )
    return Shown(version=plan.version, plan=plan, templates=texts)


def compared(transaction: Transaction, before: Plan, after: Plan) -> Compared:
    """What changes from one version to the other."""
    return Compared(
        before=before.version,
        after=after.version,
        changes=changes_of(before, after),
        copy_changes=copy_changes(before, after, lambda digest: shelf.template_text(transaction, digest)),
    )


def _name(version: str) -> str:
    return version.partition("@")[0]


def _no_version(said: str, found: abc.Sequence[str], published: abc.Sequence[str]) -> FollowupError:
    choice = ", ".join(found or published)
    return FollowupError(
        code="PUB006",
        what=f"{said!r} is no version" if not found else f"{said!r} may be several versions",
        where="sequence_versions",
        why="the sequence does not run now" if published and "@" not in said else "",
        next=f"write one of: {choice}" if choice else "see what was published with `followup sequence versions`",
    )
