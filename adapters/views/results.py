"""What became of everybody who began a sequence: the ledger, the tasks and the Inbox, counted."""

from collections import abc, defaultdict
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, Subquery, case, exists, func, literal, or_, select

from adapters.catalogue import plan
from adapters.database import Transaction
from adapters.ledger import NEVER_LEFT
from adapters.tables import enrolments, inbox, ledger, sequence_versions, tasks
from adapters.tasks import LEFT_OUT
from engine.measure.results import Group, SequenceResults, Tally, step_results
from engine.measure.steps import MACHINES, counts
from engine.reasons import ReplyClass
from engine.sequence.compiled import Sequence
from engine.words import EventKind, TouchState

REFUSALS: Final = (ReplyClass.OPT_OUT, ReplyClass.COMPLAINT)
"""Answers that want no more of this."""
IS_A_STEP: Final = tasks.c.kind.in_(("call", "task")) & tasks.c.step.is_not(None)
"""Whether a sequence asked for it; other tasks are the engine's own."""

OF_TOUCHES: Final = (ledger.c.lead == enrolments.c.lead) & (ledger.c.enrolment == enrolments.c.number)
OF_TASKS: Final = (tasks.c.lead == enrolments.c.lead) & (tasks.c.enrolment == enrolments.c.number) & IS_A_STEP


def results(transaction: Transaction, sequence: str, since: datetime | None = None) -> SequenceResults:
    """The results of the sequence, for everybody who began it from that moment on."""
    theirs = enrolments.c.sequence == sequence
    if since is not None:
        theirs &= enrolments.c.started_at >= since
    tallies = [*_touches(transaction, theirs), *_tasks(transaction, theirs)]
    return SequenceResults(
        sequence=sequence,
        since=since,
        groups=_groups(transaction, theirs),
        steps=step_results(sequence, tallies, _sequences(transaction, {tally.version for tally in tallies})),
        touches=transaction.execute(_how_many(theirs).join(ledger, OF_TOUCHES)).scalar_one(),
        tasks=transaction.execute(_how_many(theirs).join(tasks, OF_TASKS)).scalar_one(),
    )


def _how_many(theirs: ColumnElement[bool]) -> "Select[int]":
    return select(func.count()).select_from(enrolments).where(theirs)


def _touches(transaction: Transaction, theirs: ColumnElement[bool]) -> abc.Iterator[Tally]:
    sent = _sent(theirs)
    place = (ledger.c.version, ledger.c.stage, ledger.c.step, ledger.c.channel, ledger.c.variant, ledger.c.state)
    is_left_out = ledger.c.state == TouchState.SUPPRESSED.value
    marked = (
        select(
            *place,
            case((is_left_out, ledger.c.detail), else_=literal("")).label("because"),
            case((_followed(sent, _answer()), 1), else_=0).label("answered"),
            case((_followed(sent, _refusal()), 1), else_=0).label("stopped"),
        )
        .select_from(enrolments)
        .join(ledger, OF_TOUCHES)
        .outerjoin(sent, sent.c.touch_key == ledger.c.touch_key)
        .where(theirs)
        .subquery()
    )
    alike = [column for column in marked.c if column.name not in ("answered", "stopped")]
    counted = select(
        *alike,
        func.count().label("many"),
        func.sum(marked.c.answered).label("answered"),
        func.sum(marked.c.stopped).label("stopped"),
    ).group_by(*alike)
    for row in transaction.execute(counted):
        yield Tally(
            of="touch",
            version=row.version,
            stage=row.stage,
            step=row.step,
            channel=row.channel,
            variant=row.variant or "",
            state=row.state,
            because=row.because or "",
            count=row.many,
            answered=row.answered,
            stopped=row.stopped,
        )


def _sent(theirs: ColumnElement[bool]) -> Subquery:
    """Every message to these leads that may have left, with the moment of the next one to the same lead."""
    at, never_left = ledger.c.attempt_started_at, [state.value for state in NEVER_LEFT]
    after = func.lead(at).over(partition_by=ledger.c.lead, order_by=at)
    who = select(enrolments.c.lead).where(theirs)
    left = ledger.c.state.not_in(never_left) & ledger.c.lead.in_(who)
    return select(ledger.c.touch_key, ledger.c.lead, at.label("at"), after.label("next_at")).where(left).subquery()


def _followed(sent: Subquery, by: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether it came after the message, and before the next one."""
    before_next = or_(sent.c.next_at.is_(None), inbox.c.occurred_at < sent.c.next_at)
    return exists().where(inbox.c.lead == sent.c.lead, by, inbox.c.occurred_at >= sent.c.at, before_next)


def _answer() -> ColumnElement[bool]:
    heard = (inbox.c.kind == EventKind.REPLIED.value) & (inbox.c.disposition == "applied")
    return heard & ~or_(*(_says(reply) for reply in (*MACHINES, *REFUSALS)))


def _refusal() -> ColumnElement[bool]:
    wrote = (inbox.c.kind == EventKind.REPLIED.value) & or_(*(_says(reply) for reply in REFUSALS))
    return or_(inbox.c.kind == EventKind.OPTED_OUT.value, wrote)


def _says(reply: ReplyClass) -> ColumnElement[bool]:
    """Bodies are kept in one way of writing JSON, in which quotes inside of a text are escaped."""
    return inbox.c.body.contains(f'"reply":"{reply.value}"', autoescape=True)


def _tasks(transaction: Transaction, theirs: ColumnElement[bool]) -> abc.Iterator[Tally]:
    on_time = (tasks.c.state == "done") & (tasks.c.closed_at <= tasks.c.due)
    left_out = case((tasks.c.state == LEFT_OUT, tasks.c.because), else_=literal("")).label("because")
    alike = (tasks.c.version, tasks.c.step, tasks.c.kind, tasks.c.state, left_out)
    counted = (
        select(*alike, func.count().label("many"), func.sum(case((on_time, 1), else_=0)).label("on_time"))
        .select_from(enrolments)
        .join(tasks, OF_TASKS)
        .where(theirs)
        .group_by(*alike)
    )
    for row in transaction.execute(counted):
        yield Tally(
            of="task",
            version=row.version,
            step=row.step,
            channel=row.kind,
            state=row.state,
            because=row.because or "",
            count=row.many,
            on_time=row.on_time,
        )


def _groups(transaction: Transaction, theirs: ColumnElement[bool]) -> tuple[Group, ...]:
    columns = (enrolments.c.held_out, enrolments.c.because)
    found = select(*columns, func.count().label("many")).where(theirs).group_by(*columns)
    ends: dict[bool, dict[str | None, int]] = defaultdict(dict)
    for row in transaction.execute(found):
        ends[row.held_out][row.because] = row.many
    return tuple(
        Group(
            held_out=held_out,
            began=sum(ended.values()),
            running=ended.get(None, 0),
            ended=counts({because: count for because, count in ended.items() if because is not None}),
        )
        for held_out, ended in sorted(ends.items())
    )


def _sequences(transaction: Transaction, versions: abc.Collection[str]) -> dict[str, Sequence]:
    """The versions that these results speak of, the newest first."""
    columns = sequence_versions.c
    wanted = select(columns.version).where(columns.version.in_(versions)).order_by(columns.published_at.desc())
    return {version: plan(transaction, version).sequence for version in transaction.scalars(wanted).all()}
