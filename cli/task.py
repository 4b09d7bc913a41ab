"""`followup task …`: what people have to do, and what they have done."""

from collections import abc
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Output
from cli.posting import Asking, ByOption, RequestOption, WaitOption, end_in_vain, posted, tell
from cli.values import MOST, moment, steady
from cli.verb import verb
from engine.errors import FollowupError
from engine.words import EventKind, TaskKey

if TYPE_CHECKING:
    from adapters.database import Transaction
    from adapters.tasks import Task
    from adapters.views.task import TaskPage
    from api.office import Office

TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="Its key, as `followup task list` shows it.")]


@verb("followup task list", "followup task list --owner rep-1 --overdue", "followup task list -o json", name="list")
def list_tasks(
    out: Output,
    owner: Annotated[str | None, typer.Option(metavar="ID", help="Only tasks of this person.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what should have been done by now.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 200,
) -> None:
    """Open tasks, the most urgent first."""
    from adapters.tasks import open_tasks
    from cli.office import open_records

    with open_records() as records:
        tasks = open_tasks(records.transaction, owner=owner, limit=limit)
        zone = records.settings.org_zone
    wanted = takewhile(lambda task: task.due < out.now, tasks) if overdue else tasks
    columns = {
        "TASK": lambda task: task.task_key,
        "KIND": lambda task: task.kind,
        "STEP": lambda task: task.step or "-",
        "LEAD": lambda task: task.lead_id,
        "FOR": lambda task: task.owner or task.to_role,
        "DUE": lambda task: out.when(task.due, zone),
        "WHY": lambda task: task.why,
    }
    out.many(wanted, columns, "nothing is to be done")


@verb("followup task show 6f2c…", "followup task show 6f2c… --reveal")
def show(
    out: Output,
    task_key: TaskArgument,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show addresses in full.")] = False,
) -> None:
    """What is to be done, for whom and by when, with the words to say."""
    from adapters.catalogue import Catalogue
    from adapters.drafting import Drafting
    from adapters.views.lead import masked, revealed
    from adapters.views.task import task_page
    from cli.office import open_records

    with open_records() as records:
        drafting = Drafting(records.settings, Catalogue(), records.people)
        task = _task(records.transaction, task_key)
        page = task_page(records.transaction, drafting, task, revealed if reveal else masked)
        zone = records.settings.org_zone
    out.one(page, lambda: list(_facts(out, page, zone)))


def _facts(out: Output, page: "TaskPage", zone: str) -> abc.Iterator[tuple[str, str]]:
    task = page.task
    yield "task", task.task_key
    yield "kind", f"{task.kind} {task.step}" if task.step else task.kind
    yield "lead", f"{page.lead_name or '-'} ({task.lead_id})"
    for address in page.addresses:
        yield "", f"      {address}"
    yield "for", task.owner or task.to_role
    yield "due", out.moment(task.due, zone)
    yield "why", task.why
    yield "state", task.state if task.disposition is None else f"{task.state}: {task.disposition}"
    if task.state == "open":
        yield "ends as", ", ".join(outcomes_of(task.kind))
    if task.edited:
        yield "words", "changed by whoever released it"
    if page.instructions:
        yield "", ""
        yield "", page.title
        yield "", ""
        yield from (("", line) for line in page.instructions.splitlines())


@verb(
    "followup task complete 6f2c… --as connected_positive --note 'wants an offer by Friday'",
    "followup task complete 6f2c… --as callback_requested --callback-at '2026-12-01 15:00 America/New_York'",
    "followup task complete 6f2c… --as done",
)
def complete(
    out: Output,
    task_key: TaskArgument,
    disposition: Annotated[str, typer.Option("--as", metavar="DISPOSITION", help="How it ended.")],
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="What else is to be known.")] = None,
    callback_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="With callback_requested: when to call again.")
    ] = None,
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """Say that a task is done and how it ended; the sequence goes on from there."""
    from cli.office import open_office

    with open_office(writes=True) as office:
        with office.database.reading() as transaction:
            task = _task(transaction, task_key)
        _check(task, disposition, callback_at)
        said = {"disposition": disposition}
        if note is not None:
            said["reason"] = note
        if callback_at is not None:
            said["callback_at"] = moment(steady(callback_at, request)).isoformat()
        _posts(out, office, task, said, Asking.of(by, request, wait))


@verb(
    "followup task approve 6f2c…",
    "followup task approve 6f2c… --subject 'Your roof, by Friday' --text-file offer.txt",
)
def approve(
    out: Output,
    task_key: TaskArgument,
    subject: Annotated[str | None, typer.Option(metavar="TEXT", help="What the mail's subject says instead.")] = None,
    text_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Its words instead, as UTF-8."),
    ] = None,
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """Release a message, as it was drafted or in other words; exactly these leave, when hours and limits allow."""
    edits = {"subject": subject, "text": None if text_file is None else _text_of(text_file)}
    said = {name: value for name, value in edits.items() if value is not None}
    _decide(out, task_key, {"disposition": "approved", **said}, Asking.of(by, request, wait))


@verb("followup task reject 6f2c… --reason 'the price is out of date'")
def reject(
    out: Output,
    task_key: TaskArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept with the answer.")],
    by: ByOption = None,
    request: RequestOption = None,
    wait: WaitOption = 10,
) -> None:
    """Leave a message out; the sequence goes on with its next step."""
    _decide(out, task_key, {"disposition": "rejected", "reason": reason}, Asking.of(by, request, wait))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise typer.BadParameter("it is not UTF-8", param_hint="--text-file") from error
    except OSError as error:
        raise typer.BadParameter(error.strerror or "it cannot be read", param_hint="--text-file") from error


def _decide(out: Output, task_key: str, said: dict[str, str], asking: Asking) -> None:
    """Say what is to become of a message that waits for its release."""
    from cli.office import open_office

    with open_office(writes=True) as office:
        with office.database.reading() as transaction:
            task = _task(transaction, task_key)
        _must_be_a_release(task, said)
        _posts(out, office, task, said, asking)


def _must_be_a_release(task: "Task", said: dict[str, str]) -> None:
    from adapters.approvals import edits_in

    if task.kind != "approval":
        raise typer.BadParameter(
            f"this is a task of the kind {task.kind}; end it with `followup task complete`", param_hint="TASK"
        )
    if "subject" in said and not task.subject:
        raise typer.BadParameter("a text has no subject", param_hint="--subject")
    problem = edits_in(dict(said)).problem
    if problem is not None:
        raise FollowupError(
            code="TSK002",
            what="these words must not leave",
            where=f"task {task.task_key}",
            why=problem,
            next="mend them and release it again; nothing was kept",
        )


def _posts(out: Output, office: "Office", task: "Task", said: dict[str, str], asking: Asking) -> None:
    """Report that the task is done, and tell what became of that."""
    from api.commands import report

    about = {"task_key": task.task_key, **said}
    letter = report(EventKind.TASK_DONE, about, asking.by, asking.request, out.now)
    became = posted(office, letter, task.lead_id, asking.wait)
    tell(out, became)
    end_in_vain(became)


def _task(transaction: "Transaction", task_key: str) -> "Task":
    from adapters.tasks import read

    task = read(transaction, TaskKey(task_key))
    if task is None:
        raise FollowupError(
            code="TSK001",
            what="there is no such task",
            where=f"task {task_key}",
            why="no task was ever opened under this key",
            next="see `followup task list`",
        )
    return task


def _check(task: "Task", disposition: str, callback_at: str | None) -> None:
    """A disposition picks what follows, so one that means nothing is refused before anything is kept."""
    from engine.reasons import CallDisposition

    known = outcomes_of(task.kind)
    if disposition not in known:
        raise typer.BadParameter(
            f"a task of the kind {task.kind} cannot end {disposition!r}; it ends {', '.join(known)}", param_hint="--as"
        )
    if callback_at is not None and disposition != CallDisposition.CALLBACK_REQUESTED:
        raise typer.BadParameter("it goes with --as callback_requested", param_hint="--callback-at")


def outcomes_of(kind: str) -> tuple[str, ...]:
    """How a task of this kind may end."""
    from engine.sequence.outcomes import APPROVAL_OUTCOMES, CALL_OUTCOMES, PROOF_OUTCOMES, TASK_OUTCOMES

    known = {"call": CALL_OUTCOMES, "task": TASK_OUTCOMES, "approval": APPROVAL_OUTCOMES, "proof": PROOF_OUTCOMES}
    return known.get(kind, ("done",))


app = typer.Typer(help="What people have to do, and what they have done.", no_args_is_help=True, rich_markup_mode=None)

for each in (list_tasks, show, complete, approve, reject):
    each.mount(app)
