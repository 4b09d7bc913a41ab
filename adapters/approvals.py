"""
The words of a message that a person releases: drafted when the task opens, perhaps changed by whoever releases it.

They stand on the task's row, with the person's other data, and from there they leave. No memory and no history of the
lead holds them.
"""

from collections import abc
from hashlib import sha256
from typing import Final

from pydantic import JsonValue
from sqlalchemy import bindparam, select, update

from adapters.database import AnyRow, Transaction
from adapters.markup import plain_html
from adapters.tables import tasks
from adapters.templates import Rendered, problem_of
from engine.frozen import Frozen, Tolerant
from engine.life.moves import Send
from engine.sequence.outcomes import APPROVED
from engine.words import EventKind, LeadId, TaskKey

RELEASED: Final = (
    select(tasks)
    .where(
        tasks.c.lead == bindparam("lead"),
        tasks.c.kind == "approval",
        tasks.c.state == "done",
        tasks.c.disposition == APPROVED,
    )
    .order_by(tasks.c.closed_at.desc())
    .limit(1)
)
BY_KEY: Final = RELEASED.where(tasks.c.task_key == bindparam("key"))
BY_STEP: Final = RELEASED.where(
    tasks.c.enrolment == bindparam("enrolment"),
    tasks.c.visit == bindparam("visit"),
    tasks.c.step == bindparam("step"),
)
"""For memories that are older than the key in them; a step may have got another name since."""


class Words(Frozen):
    """What a person released."""

    subject: str
    text: str
    html: str
    """The same, as the inside of a mail's page; empty of a text."""
    edited: bool
    """Whether they are not as they were drafted."""

    @property
    def digest(self) -> str:
        """Equal for the same words."""
        return sha256(f"{self.subject}\n{self.text}".encode()).hexdigest()


class Edits(Tolerant):
    """What whoever released a message wrote instead; None is as it was drafted."""

    subject: str | None = None
    text: str | None = None

    @property
    def problem(self) -> str | None:
        """Why these words must not leave; None when they may."""
        if self.subject is not None and not self.subject.strip():
            return "the subject is empty"
        return problem_of(self.subject or "", "-" if self.text is None else self.text)


def edits_in(said: abc.Mapping[str, JsonValue]) -> Edits:
    """The edits in what an event says. Raises: pydantic's ValidationError when they are no text."""
    edits = Edits.model_validate(said)
    changes = {name: value.replace("\r\n", "\n").strip() for name, value in edits if value is not None}
    return edits.model_copy(update=changes)


def problem_in(kind: str, said: abc.Mapping[str, JsonValue]) -> str | None:
    """Why this event releases words that must not leave; None for every other event. Raises: ValidationError."""
    releases = kind == EventKind.TASK_DONE and said.get("disposition") == APPROVED
    problem = edits_in(said).problem if releases else None
    return None if problem is None else f"these words must not leave: {problem}"


def propose(transaction: Transaction, task_key: TaskKey, words: Rendered) -> None:
    """Write the words that are to be released beside the open task."""
    mine = (tasks.c.task_key == task_key) & (tasks.c.state == "open")
    written = {"subject": words.subject, "text": words.text, "html": words.html}
    transaction.execute(update(tasks).where(mine).values(written))


def edit(transaction: Transaction, task_key: TaskKey, edits: Edits) -> None:
    """Write what the person who releases the words changed in them."""
    row = transaction.execute(select(tasks).where(tasks.c.task_key == task_key)).first()
    if row is None or row.kind != "approval" or row.state != "open":
        return
    subject, text = edits.subject or row.subject, edits.text or row.text
    changes = {"subject": subject, "text": text, "edited": (subject, text) != (row.subject, row.text)}
    if text != row.text and row.html:
        changes["html"] = plain_html(text)  # what a person writes are words, not markup
    transaction.execute(update(tasks).where(tasks.c.task_key == task_key).values(changes))


def released(transaction: Transaction, lead: LeadId, send: Send) -> Words | None:
    """The words a person released for this touch, or for the first try of it; None when nobody did."""
    if send.released_by is not None:
        row = transaction.execute(BY_KEY, {"lead": lead, "key": send.released_by}).first()
    else:
        place = {"lead": lead, "enrolment": send.enrolment, "visit": send.visit, "step": send.step}
        row = transaction.execute(BY_STEP, place).first()
    return None if row is None else _words(row)


def _words(row: AnyRow) -> Words:
    return Words(subject=row.subject or "", text=row.text or "", html=row.html or "", edited=row.edited)
