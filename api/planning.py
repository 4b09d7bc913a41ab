"""
What publishing would change: each sequence held against what runs, and what it means for the leads in flight.

    plan = planned(office, release)      reads only; `plan.seen` is the publication it was held against
"""

from collections import abc
from datetime import datetime
from typing import Literal

from adapters import audit
from adapters import catalogue as shelf
from adapters.catalogue import Catalogue, Published
from adapters.database import Transaction
from adapters.release import Release
from adapters.views import versions
from api.office import Office
from engine.frozen import Frozen
from engine.life.migrating import same_structure
from engine.life.wishes import Plan
from engine.sequence.changes import Change, changes_of
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import Pipeline, PipelineStage
from engine.sequence.word_diff import Span, word_diff
from engine.sequence.wording import say_list

State = Literal["new", "changed", "unchanged", "withdrawn"]

RETIRED = "retired"
"""What the audit trail calls it."""


class CopyChange(Frozen):
    """A template whose text is not what it was."""

    template: str
    """Its name and kind, or that of a snippet."""
    before: str
    """Empty where there was none."""
    after: str
    words: tuple[Span, ...]


class InFlight(Frozen):
    """Leads that are in a version now, running or interrupted."""

    version: str
    leads: int
    copied: bool
    """Whether `--running copy` would give them the new words: nothing else of their sequence is different."""
    then: str
    """What happens to them, in a sentence."""


class PlannedSequence(Frozen):
    """What becomes of one sequence."""

    name: str
    state: State
    before: str | None = None
    """The version that runs."""
    after: str | None = None
    """The version that would run."""
    changes: tuple[Change, ...] = ()
    copy_changes: tuple[CopyChange, ...] = ()
    in_flight: tuple[InFlight, ...] = ()
    leads: int = 0
    """How many are in flight, in any version."""
    note: str = ""
    """What else whoever publishes should know."""

    @property
    def copied(self) -> tuple[str, ...]:
        """The versions whose leads `--running copy` would reach."""
        return tuple(flight.version for flight in self.in_flight if flight.copied)


class Planned(Frozen):
    """What publishing would change."""

    seen: int
    """The publication it was held against; 0: none."""
    published_at: datetime | None = None
    published_by: str = ""
    message: str = ""
    differs: bool
    """Whether there is anything to publish."""
    sequences: tuple[PlannedSequence, ...]
    order_before: tuple[str, ...]
    order: tuple[str, ...]
    """Highest first: an upper one takes a lead from a lower one."""
    order_changed: bool
    company: tuple[str, ...] = ()
    """What changes in fields and pipeline, which hold for every lead at once."""
    reached: int
    """How many leads `--running copy` would reach, of the sequences that are told."""


def planned(office: Office, release: Release, names: abc.Collection[str] = ()) -> Planned:
    """
    The release held against what runs; with `names`, of the sequences only those are told.

    Raises: DatabaseUnusable.
    """
    with office.database.reading() as transaction:
        return planned_in(transaction, release, names)


def planned_in(transaction: Transaction, release: Release, names: abc.Collection[str] = ()) -> Planned:
    """As `planned`, in a transaction that is open."""
    catalogue = Catalogue()
    before = catalogue.published(transaction)
    newest = next(iter(shelf.history(transaction)), None)
    texts = {template.digest: template.text for template in release.templates}
    sheet = _Sheet(transaction, catalogue, before, texts)
    told = [name for name in _names(before, release) if not names or name in names]
    every = tuple(sheet.sequence(name, release) for name in told)
    order, order_before = _order(release.plans), _order(before.plans)
    return Planned(
        seen=before.number,
        published_at=None if newest is None else newest.at,
        published_by="" if newest is None else newest.by,
        message="" if newest is None else newest.message,
        differs=(before.plans, before.pipeline, before.fields) != (release.plans, release.pipeline, release.fields),
        sequences=every,
        order_before=order_before,
        order=order,
        order_changed=_common(order, order_before) != _common(order_before, order),
        company=tuple(_of_company(before, release)) if before.number else (),
        reached=sum(flight.leads for one in every for flight in one.in_flight if flight.copied),
    )


class _Sheet:
    """What is read to make a plan, each thing once."""

    def __init__(
        self, transaction: Transaction, catalogue: Catalogue, before: Published, texts: abc.Mapping[str, str]
    ) -> None:
        self._transaction = transaction
        self._catalogue = catalogue
        self._before = {plan.sequence.name: plan for plan in before.plans}
        self._texts = texts
        self._in_flight = versions.in_flight(transaction)

    def sequence(self, name: str, release: Release) -> PlannedSequence:
        """What becomes of one sequence."""
        was = self._before.get(name)
        now = next((plan for plan in release.plans if plan.sequence.name == name), None)
        flights = tuple(self._flights(name, now))
        both = was is not None and now is not None
        return PlannedSequence(
            name=name,
            state=_state(was, now),
            before=None if was is None else was.version,
            after=None if now is None else now.version,
            changes=changes_of(was, now) if both and was is not None and now is not None else (),
            copy_changes=copy_changes(was, now, self._text) if both else (),
            in_flight=flights,
            leads=sum(flight.leads for flight in flights),
            note=self._note(name) if was is None and now is not None else "",
        )

    def _flights(self, name: str, now: Plan | None) -> abc.Iterator[InFlight]:
        for version, leads in sorted(self._in_flight.items(), key=lambda item: (-item[1], item[0])):
            if version.partition("@")[0] == name:
                copied = now is not None and version != now.version and self._same(version, now)
                yield InFlight(version=version, leads=leads, copied=copied, then=_then(version, now, copied))

    def _same(self, version: str, now: Plan) -> bool:
        return same_structure(self._catalogue.plan(self._transaction, version), now)

    def _text(self, digest: str) -> str:
        return self._texts.get(digest) or shelf.template_text(self._transaction, digest)

    def _note(self, name: str) -> str:
        entries = audit.about(self._transaction, f"sequence:{name}")
        retired = next((entry for entry in reversed(entries) if entry.action == RETIRED), None)
        if retired is None:
            return ""
        return f"{retired.actor} retired it on {retired.at:%-d %b %Y}; this brings it back"


def copy_changes(was: Plan | None, now: Plan | None, text_of: abc.Callable[[str], str]) -> tuple[CopyChange, ...]:
    """The templates of two versions that do not say the same, by name."""
    old, new = ({} if plan is None else {ref.name: ref.digest for ref in plan.templates} for plan in (was, now))
    changed = sorted(name for name in {**old, **new} if old.get(name) != new.get(name))
    found = ((name, _said(old, name, text_of), _said(new, name, text_of)) for name in changed)
    return tuple(CopyChange(template=n, before=b, after=a, words=word_diff(b, a)) for n, b, a in found)


def _said(refs: abc.Mapping[str, str], name: str, text_of: abc.Callable[[str], str]) -> str:
    digest = refs.get(name)
    return "" if digest is None else text_of(digest)


def _state(was: Plan | None, now: Plan | None) -> State:
    if was is None:
        return "new"
    if now is None:
        return "withdrawn"
    return "unchanged" if was.version == now.version else "changed"


def _then(version: str, now: Plan | None, copied: bool) -> str:
    if now is None:
        return "go on in it to its end; nobody new comes in"
    if version == now.version:
        return "go on as before"
    if copied:
        return "keep their words, unless you publish with --running copy: then they get the new ones from now on"
    return "keep the version they began with, to its end; new enrolments get the new one"


# --- what stands around the sequences ---------------------------------------------------------------------------------


def _names(before: Published, release: Release) -> tuple[str, ...]:
    """Every sequence of either, as the new order has them; what is withdrawn comes last."""
    return tuple(dict.fromkeys((*_order(release.plans), *_order(before.plans))))


def _order(plans: tuple[Plan, ...]) -> tuple[str, ...]:
    return tuple(plan.sequence.name for plan in plans)


def _common(order: tuple[str, ...], other: tuple[str, ...]) -> list[str]:
    return [name for name in order if name in other]


def _of_company(before: Published, release: Release) -> abc.Iterator[str]:
    yield from _of_fields(before.fields, release.fields)
    yield from _of_pipeline(before.pipeline, release.pipeline)


def _of_fields(before: tuple[DeclaredField, ...], after: tuple[DeclaredField, ...]) -> abc.Iterator[str]:
    was, now = ({field.name: _say_field(field) for field in fields} for fields in (before, after))
    yield from _told("field", was, now)


def _say_field(field: DeclaredField) -> str:
    return f"{field.kind} ({', '.join(field.values)})" if field.values else field.kind


def _of_pipeline(before: Pipeline | None, after: Pipeline | None) -> abc.Iterator[str]:
    stages = [{stage.name: f"means {stage.stage}" for stage in _stages(pipeline)} for pipeline in (before, after)]
    yield from _told("pipeline stage", *stages)
    was, now = ({} if each is None else {rule.stage: rule for rule in each.rules} for each in (before, after))
    changed = [stage for stage in now if stage in was and was[stage] != now[stage]]
    if changed:
        yield f"who answers for {say_list(changed, 'and')}, and by when, is another"
    if not any((stages[0] != stages[1], changed)) and before != after:
        yield "the pipeline is written anew"


def _stages(pipeline: Pipeline | None) -> abc.Iterable[PipelineStage]:
    return () if pipeline is None else pipeline.stages


def _told(what: str, was: abc.Mapping[str, str], now: abc.Mapping[str, str]) -> abc.Iterator[str]:
    for name, said in now.items():
        if name not in was:
            yield f"{what} {name}: {said} (new)"
        elif was[name] != said:
            yield f"{what} {name}: {said} (was: {was[name]})"
    yield from (f"{what} {name} is gone" for name in was if name not in now)
