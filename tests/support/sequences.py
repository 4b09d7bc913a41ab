"""
Compiled sequences for tests of the engine, written as briefly as a test wants to read.

    sequence(stage("response", email("hello"), call("first-call", after=hours(2))))
"""

from engine.life.wishes import Plan
from engine.reasons import ReplyClass
from engine.sequence.compiled import (
    AgainIfInactive,
    Branch,
    BusinessDays,
    CalendarDays,
    Case,
    Condition,
    Elapsed,
    Exit,
    FieldIs,
    Finish,
    Goto,
    HumanTask,
    Message,
    OnEntered,
    OnEvent,
    OnReply,
    Reaction,
    Response,
    Sequence,
    StagePlan,
    Start,
    Step,
    Trigger,
    Window,
    Working,
)
from engine.words import EventKind, Stage
from tests.support.life import WEEKDAYS

HOUR = Working(minutes=60)


def minutes(number: int) -> Elapsed:
    """An exact duration."""
    return Elapsed(minutes=number)


def days(number: int) -> Elapsed:
    """Times 24 hours."""
    return Elapsed(minutes=number * 24 * 60)


def working_days(number: int) -> BusinessDays:
    """Business days."""
    return BusinessDays(days=number)


def dates(number: int) -> CalendarDays:
    """Calendar days."""
    return CalendarDays(days=number)


def email(step: str, **more: object) -> Message:
    """An email."""
    return Message.model_validate({"kind": "email", "id": step, "template": f"life/{step}", **more})


def sms(step: str, **more: object) -> Message:
    """A text."""
    return Message.model_validate({"kind": "sms", "id": step, "template": f"life/{step}", **more})


def call(step: str, **more: object) -> HumanTask:
    """A call by a person of ours, due in an hour of work."""
    return HumanTask.model_validate({"kind": "call", "id": step, "template": f"life/{step}", "due": HOUR, **more})


def task(step: str, **more: object) -> HumanTask:
    """Another task for a person of ours, due in an hour of work."""
    return HumanTask.model_validate({"kind": "task", "id": step, "template": f"life/{step}", "due": HOUR, **more})


def branch(step: str, *cases: Case, otherwise: tuple[Step, ...] = (), out: Exit | None = None) -> Branch:
    """A branch; `out` is where its last arm leads."""
    return Branch(id=step, cases=cases, otherwise=otherwise, otherwise_exit=out)


def case(condition: Condition, *steps: Step, then: Exit | None = None) -> Case:
    """An arm of a branch."""
    return Case(condition=condition, steps=steps, then=then)


def stage(
    name: str,
    *steps: Step,
    otherwise: Exit = Finish(),  # noqa: B008 - a frozen value
    when: tuple[Reaction, ...] = (),
    hours: Window | None = None,
) -> StagePlan:
    """A stage; it ends the sequence when nothing else is said."""
    return StagePlan.model_validate(
        {"name": name, "steps": steps, "otherwise": otherwise, "when": when, "hours": hours}
    )


def sequence(*stages: StagePlan, name: str = "life", **more: object) -> Plan:
    """A published sequence that starts when a lead is captured, and may run again."""
    said = {"starts": (on_event("captured"),), "again": AgainIfInactive(), "hours": WEEKDAYS, **more}
    written = Sequence.model_validate({"name": name, "stages": stages, "maintainer": "ops", **said})
    return Plan(version=f"{name}@000000000001", sequence=written)


def on_event(kind: str) -> OnEvent:
    """Something happened."""
    return OnEvent(event=EventKind(kind))


def on(trigger: Trigger | str, response: Response) -> Reaction:
    """A reaction; a plain name is an event."""
    return Reaction(trigger=on_event(trigger) if isinstance(trigger, str) else trigger, response=response)


def reply(kind: str) -> OnReply:
    """The lead answered in this sense."""
    return OnReply(reply=ReplyClass(kind))


def entered(pipeline_stage: str) -> OnEntered:
    """The CRM moved the lead there."""
    return OnEntered(pipeline_stage=pipeline_stage)


def goto(name: str, **more: object) -> Goto:
    """On to a stage."""
    return Goto.model_validate({"stage": Stage(name), **more})


def start(name: str, **more: object) -> Start:
    """Over to another sequence."""
    return Start.model_validate({"sequence": name, **more})


def finish(reason: str = "completed", **more: object) -> Finish:
    """The end."""
    return Finish.model_validate({"reason": reason, **more})


def field_is(name: str, *values: str | bool) -> FieldIs:
    """A field has one of these values."""
    return FieldIs(field=name, values=values)
