"""The shipped sequences and templates as they lie in the checkout, and a lead that lives on them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.sequence_files import load
from adapters.template_files import TemplateFile
from engine.life.circumstances import Circumstances, FieldValue
from engine.life.moves import OpenTask, Send
from engine.words import Channel, EventKind
from tests.support.life import NEW_YORK, Life, at, circumstances

HOUSE = Path(__file__).parents[2]
FILES = load("sequences.catalogue", HOUSE / "sequences" / "templates")
CATALOGUE = FILES.catalogue
RELEASE = FILES.release()
PIPELINE = FILES.pipeline

MONDAY_MORNING = "2027-03-01 09:20"
ACKNOWLEDGEMENT = "acknowledgement"


def lead(when: str = MONDAY_MORNING, *, channels: tuple[Channel, ...] = tuple(Channel), **fields: str | bool) -> Life:
    """A lead with these addresses and fields, captured at this time in New York."""
    known = tuple(state for state in circumstances().channels if state.channel in channels)
    life = Life(*RELEASE.plans, now=at(when), world=world(channels=known, fields=fields_of(fields)))
    life.happens(EventKind.CAPTURED)
    return life


def world(**changes: object) -> Circumstances:
    """A lead's world under the shipped pipeline."""
    assert PIPELINE is not None
    return circumstances(pipeline=PIPELINE.stages, **changes)


def fields_of(values: dict[str, str | bool]) -> tuple[FieldValue, ...]:
    """Values as the engine is given them."""
    return tuple(FieldValue(name=name, value=value) for name, value in values.items())


def learn(life: Life, **fields: str | bool) -> None:
    """We learn something about the lead; the rest of what we know stays."""
    known = {field.name: field.value for field in life.progress.circumstances.fields if field.name not in fields}
    values = tuple(FieldValue(name=name, value=value) for name, value in known.items())
    life.becomes(fields=(*values, *fields_of(fields)))


def day_from(life: Life, days: int) -> str:
    """The date that many days from the lead's now."""
    return (life.now + timedelta(days=days)).date().isoformat()


def days_after(start: str, when: datetime) -> int:
    """How many dates in New York lie between them."""
    return (when.astimezone(ZoneInfo(NEW_YORK)).date() - date.fromisoformat(start[:10])).days


def wait(life: Life, *dispositions: str, **duration: float) -> None:
    """Time passes; calls end as told, the last way for all that follow; tasks get done. `none`: nobody acts."""
    end = life.now + timedelta(**duration)
    left = list(dispositions) or ["no_answer"]
    while life.now < end:
        life.let_pass(seconds=min(3600, (end - life.now).total_seconds()))
        for state in life.progress.tasks if "none" not in left else ():
            if not any(other.task.task_key == state.task.task_key for other in life.progress.tasks):
                continue
            disposition = "done"
            if state.task.task_kind == "call":
                disposition = left.pop(0) if len(left) > 1 else left[0]
            life.happens(EventKind.TASK_DONE, task_key=state.task.task_key, disposition=disposition)


def touches(life: Life) -> Iterator[tuple[datetime, str, str]]:
    """When, on which channel, by which step the lead was touched: messages that left and calls that were asked for."""
    for when, move in life.moves:
        if isinstance(move, Send):
            yield when, move.channel.value, move.step
        elif isinstance(move, OpenTask) and move.task_kind == "call" and move.step is not None:
            yield when, "call", move.step


def template_of(step: str) -> TemplateFile:
    """The template of a shipped step."""
    return next(file for file in FILES.templates.values() if file.name.endswith(f"/{step}"))
