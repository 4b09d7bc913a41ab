"""A task as whoever does it needs it: what is asked, about whom, and the words for it."""

from collections import abc

from sqlalchemy import select

from adapters.circumstances import known
from adapters.database import Transaction
from adapters.drafting import Drafting
from adapters.tables import leads
from adapters.tasks import Task
from adapters.templates import Rendered
from engine.frozen import Frozen


class TaskPage(Frozen):
    """One task, with its lead and its instructions."""

    task: Task
    lead_name: str
    addresses: tuple[str, ...]
    title: str
    instructions: str
    """The step's template, filled in with what is known today, or the words that are to be released; else nothing."""


def task_page(transaction: Transaction, drafting: Drafting, task: Task, shown: abc.Callable[[str], str]) -> TaskPage:
    """The page of a task, addresses as `shown` shows them."""
    row = transaction.execute(select(leads).where(leads.c.id == task.lead_id)).one()
    lead = known(transaction, row)
    text = None if task.text is None else Rendered(subject=task.subject or "", text=task.text)
    if task.template is not None and task.version is not None:
        text = drafting.task_text(transaction, lead, task.version, f"{task.template}.{task.kind}")
    return TaskPage(
        task=task,
        lead_name=" ".join(part for part in (row.first_name, row.last_name) if part),
        addresses=tuple(shown(address.address) for address in lead.addresses),
        title="" if text is None else text.subject,
        instructions="" if text is None else text.text,
    )
