"""Small sequences for tests on a real database or server, in the engine's own plain data."""

from datetime import time

from engine.sequence.compiled import (
    Block,
    CalendarDays,
    Elapsed,
    Finish,
    Goto,
    HumanTask,
    Message,
    OnEvent,
    Reaction,
    Sequence,
    StagePlan,
    Step,
    Window,
    Working,
)
from engine.words import EventKind, Stage

WEEKDAYS = Window(blocks=tuple(Block(weekday=day, opens=time(9), closes=time(18)) for day in range(5)))
ALWAYS = Window(blocks=tuple(Block(weekday=day, opens=time(0), closes=time(0)) for day in range(7)))
DAY = CalendarDays(days=1)
HOUR = Elapsed(minutes=60)


def email(name: str, **changes: object) -> Message:
    """An email."""
    return Message.model_validate({"kind": "email", "id": name, "template": f"t/{name}"} | changes)


def text(name: str, **changes: object) -> Message:
    """A text."""
    return Message.model_validate({"kind": "sms", "id": name, "template": f"t/{name}"} | changes)


def call(name: str, **changes: object) -> HumanTask:
    """A call, due in an hour and given up after a working day."""
    plain = {"kind": "call", "id": name, "template": f"t/{name}", "due": Working(minutes=60)}
    return HumanTask.model_validate(plain | {"give_up": Working(minutes=540)} | changes)


def stage(name: str, *steps: Step, **changes: object) -> StagePlan:
    """A stage that is open around the clock and ends a week after its last step."""
    plain = {"name": name, "steps": steps, "otherwise": Finish(after=CalendarDays(days=7)), "hours": ALWAYS}
    return StagePlan.model_validate(plain | changes)


def sequence(name: str, *stages: StagePlan, **changes: object) -> Sequence:
    """A sequence that starts when a lead is captured."""
    plain = {
        "name": name,
        "stages": stages,
        "maintainer": "tests",
        "hours": WEEKDAYS,
        "starts": (OnEvent(event=EventKind.CAPTURED),),
    }
    return Sequence.model_validate(plain | changes)


def daily(count: int, **changes: object) -> Sequence:
    """So many emails, one a day, at any hour."""
    steps = [email("day-0"), *(email(f"day-{day}", after=DAY) for day in range(1, count))]
    return sequence("daily", stage("nurture", *steps), **changes)


def two_stages() -> Sequence:
    """A response of one email, then a nurture of two; a win leads to retain."""
    return sequence(
        "two-stages",
        stage("response", email("hello"), otherwise=Goto(stage=Stage.NURTURE, after=DAY)),
        stage("nurture", email("first", after=DAY), email("second", after=DAY)),
        stage("retain", email("welcome"), otherwise=Finish(after=CalendarDays(days=30))),
        when=(Reaction(trigger=OnEvent(event=EventKind.WON), response=Goto(stage=Stage.RETAIN)),),
    )
