"""What an Inbox row tells of a lead: the first half of its story, the other being what the engine did about it."""

from typing import assert_never

from engine.life.deciding.tasks import task_name
from engine.life.events import Command, Event
from engine.life.progress import Progress
from engine.life.sentences import say_event, say_wall
from engine.reasons import IgnoreReason
from engine.sequence.wording import say_stage, say_words
from engine.words import EventKind, Verb


def say_item(progress: Progress, item: Event | Command, ignored: IgnoreReason | None = None) -> str:
    """
    What happened or was commanded, before it is noted.

    It stands in histories that nobody can edit, so a reason that somebody typed is not in it.
    """
    said = _happening(progress, item) if isinstance(item, Event) else _command(progress, item)
    return said if ignored is None else f"{said}; this changes nothing ({say_words(ignored)})"


def _happening(progress: Progress, event: Event) -> str:
    data = event.data
    if event.kind is EventKind.TASK_DONE:
        done = next((state for state in progress.tasks if state.task.task_key == data.task_key), None)
        return say_event(event) if done is None else f"{task_name(done)}: {say_words(data.disposition or 'done')}"
    if event.kind is EventKind.STAGE_CHANGED and _is_stage_of_the_crm(progress, data.pipeline_stage):
        return f'the CRM moves the lead into "{data.pipeline_stage}"'
    return say_event(event)


def _is_stage_of_the_crm(progress: Progress, name: str | None) -> bool:
    return any(stage.name == name for stage in progress.circumstances.pipeline)


def _command(progress: Progress, command: Command) -> str:
    return f"{command.by} {_deed(progress, command)}"


def _deed(progress: Progress, command: Command) -> str:
    data = command.data
    match command.verb:
        case Verb.ENROLL:
            return f"enrolls the lead in {data.sequence}"
        case Verb.PAUSE:
            until = data.until
            return "pauses it" if until is None else f"pauses it until {say_wall(until, progress.circumstances.zone)}"
        case Verb.RESUME:
            return "resumes it"
        case Verb.RETRY:
            return "lets it try again"
        case Verb.SKIP:
            running = progress.enrolment
            step = data.step or (None if running is None else running.cursor.step)
            return f"skips {step or 'a step'}"
        case Verb.JUMP:
            places = (None if data.stage is None else say_stage(data.stage), data.step)
            return f"moves it to {', '.join(place for place in places if place is not None)}"
        case Verb.REASSIGN:
            return f"makes {data.owner} its owner"
        case Verb.STOP:
            return "stops it"
        case Verb.MIGRATE:
            return f"moves it to {data.version or 'another version'}"
        case Verb.RETIRE:
            return f"retires {data.sequence or 'its sequence'}"
        case _:
            assert_never(command.verb)
