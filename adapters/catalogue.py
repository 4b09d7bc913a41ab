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
from adapters.tables import publications, sequence_versions, templates
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.wishes import Plan
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import Pipeline

LATEST: Final = select(func.coalesce(func.max(publications.c.number), 0))


class TemplateText(Frozen):
    """A template as it was published."""

    digest: str
    text: str


class Release(Frozen):
    """What is published at once: everything that runs from now on."""

    plans: tuple[Plan, ...]
    """Highest first."""
    templates: tuple[TemplateText, ...]
    pipeline: Pipeline | None = None
    fields: tuple[DeclaredField, ...] = ()


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
    versions: tuple[str, ...]


_pipeline: TypeAdapter[Pipeline | None] = TypeAdapter(Pipeline | None)
_fields: TypeAdapter[tuple[DeclaredField, ...]] = TypeAdapter(tuple[DeclaredField, ...])


class Catalogue:
    """Reads what is published, each version and publication once: none of them ever changes."""

    def __init__(self) -> None:
        self._newest = Published(number=0)
        self._plans: dict[str, Plan] = {}

    def published(self, transaction: Transaction) -> Published:
        """What runs now."""
        number = _latest(transaction)
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


def publish(transaction: Transaction, release: Release, by: str, message: str, now: datetime) -> int:
    """Let the release run from now on; its running number. Leads under way keep the version they started with."""
    serialised(transaction, "publications")
    for template in release.templates:
        insert_once(transaction, templates, digest=template.digest, text=template.text)
    for plan in release.plans:
        written = {"version": plan.version, "name": plan.sequence.name, "plan": plan.model_dump_json()}
        insert_once(transaction, sequence_versions, **written, published_at=now)
    number = _latest(transaction) + 1
    transaction.execute(
        insert(publications).values(
            number=number,
            at=now,
            by=by,
            message=message,
            versions=[plan.version for plan in release.plans],
            pipeline=_pipeline.dump_python(release.pipeline, mode="json"),
            fields=_fields.dump_python(release.fields, mode="json"),
        )
    )
    audit.write(transaction, by, "published", f"publication:{number}", message, now)
    return number


def published(transaction: Transaction) -> Published:
    """What runs now, read afresh."""
    return Catalogue().published(transaction)


def names(transaction: Transaction) -> tuple[str, ...]:
    """Every sequence that was ever published: leads may still run on one that is in no catalogue any more."""
    found = select(sequence_versions.c.name).distinct().order_by(sequence_versions.c.name)
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
        Publication(number=r.number, at=r.at, by=r.by, message=r.message, versions=tuple(r.versions)) for r in rows
    )


def _latest(transaction: Transaction) -> int:
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


def _never_published(what: str) -> FollowupError:
    return FollowupError(
        code="DBS006",
        what=f"{what} was never published in this database",
        where="sequence_versions",
        why="a lead refers to it, so rows were removed or the lead came from another database",
        next="restore the table; these rows are never to be deleted",
    )
