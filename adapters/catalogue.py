"""
The published catalogue: which sequence versions run, highest first, with the pipeline and the fields they speak of.

A publication is the whole of it as it stood from then on. Versions, templates and publications are never changed, so
a process reads each of them once.
"""

from datetime import datetime
from typing import Final

from pydantic import JsonValue, TypeAdapter
from sqlalchemy import func, insert, select

from adapters import audit
from adapters.database import Transaction, insert_once, serialised
from adapters.release import Release, TemplateText
from adapters.tables import publications, sequence_versions, templates
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.wishes import Plan
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import Pipeline

LATEST: Final = select(func.coalesce(func.max(publications.c.number), 0))


class NeverPublished(FollowupError):
    """DBS006: what is named was never published in this database."""


class Published(Frozen):
    """What runs."""

    number: int
    """Of the publication, for people; 0 when nothing was ever published."""
    plans: tuple[Plan, ...] = ()
    pipeline: Pipeline | None = None
    fields: tuple[DeclaredField, ...] = ()


class Publication(Frozen):
    """Who published what, when."""

    number: int
    at: datetime
    by: str
    message: str
    commit: str | None = None
    """Of the files it was made from, where they are in git."""
    versions: tuple[str, ...]
    """Highest first."""


_pipeline: TypeAdapter[Pipeline | None] = TypeAdapter(Pipeline | None)
_fields: TypeAdapter[tuple[DeclaredField, ...]] = TypeAdapter(tuple[DeclaredField, ...])


class Catalogue:
    """Reads what is published, each version and publication once: none of them ever changes."""

    def __init__(self) -> None:
        self._newest = Published(number=0)
        self._plans: dict[str, Plan] = {}

    def published(self, transaction: Transaction) -> Published:
        """What runs now."""
        number = latest(transaction)
        if number != self._newest.number:
            self._newest = self.publication(transaction, number)
        return self._newest

    def plan(self, transaction: Transaction, version: str) -> Plan:
        """The sequence version of this name. Raises: FollowupError DBS006 when it was never published here."""
        known = self._plans.get(version)
        if known is None:
            known = self._plans[version] = plan(transaction, version)
        return known

    def publication(self, transaction: Transaction, number: int) -> Published:
        """
        What ran under this number; nothing under 0.

        Raises: FollowupError DBS006 when nothing was ever published under it here.
        """
        if number == 0:
            return Published(number=0)
        row = transaction.execute(select(publications).where(publications.c.number == number)).first()
        if row is None:
            raise _never_published(f"publication {number}")
        return Published(
            number=number,
            plans=tuple(self.plan(transaction, version) for version in row.versions),
            pipeline=_pipeline.validate_python(row.pipeline),
            fields=_fields.validate_python(row.fields),
        )


def publish(
    transaction: Transaction,
    release: Release,
    by: str,
    message: str,
    now: datetime,
    *,
    commit: str | None = None,
    after: int | None = None,
) -> int:
    """
    Let the release run from now on; its running number. Leads under way keep the version they started with.

    `after` is the publication that whoever publishes has seen.
    Raises: FollowupError PUB001 when another one runs by now, PUB002 when a version or a template is here already and
    says something else; then nothing is written.
    """
    newest = held(transaction)
    if after is not None and newest.number != after:
        raise _overtaken(after, history(transaction)[0] if newest.number else None)
    for template in release.templates:
        _keep_text(transaction, template)
    for plan in release.plans:
        _keep_version(transaction, plan, now)
    number = newest.number + 1
    transaction.execute(
        insert(publications).values(
            number=number,
            at=now,
            by=by,
            message=message,
            commit=commit,
            versions=[plan.version for plan in release.plans],
            pipeline=_pipeline.dump_python(release.pipeline, mode="json"),
            fields=_fields.dump_python(release.fields, mode="json"),
        )
    )
    audit.write(transaction, by, "published", f"publication:{number}", message, now)
    return number


def held(transaction: Transaction) -> Published:
    """What runs now; nobody else publishes before this transaction ends."""
    serialised(transaction, "publications")
    return published(transaction)


def _keep_text(transaction: Transaction, template: TemplateText) -> None:
    if insert_once(transaction, templates, digest=template.digest, text=template.text):
        return
    if template_text(transaction, template.digest) != template.text:
        raise _says_something_else(f"template {template.digest}", "templates")


def _keep_version(transaction: Transaction, new: Plan, now: datetime) -> None:
    written = {"version": new.version, "name": new.sequence.name, "plan": new.model_dump_json()}
    if insert_once(transaction, sequence_versions, **written, published_at=now):
        return
    if plan(transaction, new.version) != new:
        raise _says_something_else(new.version, "sequence_versions")


def published(transaction: Transaction) -> Published:
    """What runs now, read afresh."""
    return Catalogue().published(transaction)


def names(transaction: Transaction) -> tuple[str, ...]:
    """Every sequence that was ever published: leads may still run on one that is in no catalogue any more."""
    found = select(sequence_versions.c.name).distinct().order_by(sequence_versions.c.name)
    return tuple(transaction.execute(found).scalars())


def versions(transaction: Transaction) -> tuple[str, ...]:
    """Every version that was ever published, those published first first."""
    found = select(sequence_versions.c.version).order_by(sequence_versions.c.published_at, sequence_versions.c.version)
    return tuple(transaction.execute(found).scalars())


def plan(transaction: Transaction, version: str) -> Plan:
    """
    The sequence version with this name and hash.

    Raises: FollowupError DBS006 when it was never published here.
    """
    found = select(sequence_versions.c.plan).where(sequence_versions.c.version == version)
    text = transaction.execute(found).scalar()
    if text is None:
        raise _never_published(version)
    return Plan.model_validate_json(text)


def template_text(transaction: Transaction, digest: str) -> str:
    """
    The template with this digest.

    Raises: FollowupError DBS006 when it was never published here.
    """
    text: str | None = transaction.execute(select(templates.c.text).where(templates.c.digest == digest)).scalar()
    if text is None:
        raise _never_published(f"template {digest}")
    return text


def takes(field: DeclaredField, value: JsonValue) -> bool:
    """Whether the value is one the field can have; an empty text empties any field."""
    if value == "":
        return True
    match field.kind:
        case "choice":
            return isinstance(value, str) and value in field.values
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "flag":
            return isinstance(value, bool)
        case "date":
            return _is_date(value)


def history(transaction: Transaction) -> tuple[Publication, ...]:
    """Every publication, the newest first."""
    rows = transaction.execute(select(publications).order_by(publications.c.number.desc()))
    return tuple(
        Publication(number=r.number, at=r.at, by=r.by, message=r.message, commit=r.commit, versions=tuple(r.versions))
        for r in rows
    )


def latest(transaction: Transaction) -> int:
    """The number of the publication that runs; 0 when nothing was ever published."""
    number: int = transaction.execute(LATEST).scalar_one()
    return number


def _is_date(value: JsonValue) -> bool:
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _never_published(what: str) -> NeverPublished:
    return NeverPublished(
        code="DBS006",
        what=f"{what} was never published in this database",
        where="sequence_versions",
        why="a lead refers to it, so rows were removed or the lead came from another database",
        next="restore the table; these rows are never to be deleted",
    )


def _overtaken(seen: int, newest: Publication | None) -> FollowupError:
    return FollowupError(
        code="PUB001",
        what="somebody published meanwhile",
        where="nothing" if newest is None else f"publication {newest.number}, by {newest.by}",
        why=f"this was planned when publication {seen} ran, and would undo what came since without a word",
        next="look at it with `followup sequence plan`, then publish again; nothing of this was published",
    )


def _says_something_else(what: str, table: str) -> FollowupError:
    return FollowupError(
        code="PUB002",
        what=f"{what} is here already and says something else",
        where=table,
        why="the row was changed by hand or comes from another database, or two contents have one hash",
        next="restore the row from a backup; if it is right as it is, change any word of what you publish",
    )


def not_published(sequence: str, where: str) -> FollowupError:
    """The error for a sequence that is not among what was published there."""
    return FollowupError(
        code="PUB003",
        what=f"there is no sequence {sequence!r} in {where}",
        where="publications",
        next="see what was published with `followup sequence versions`",
    )
