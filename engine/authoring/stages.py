"""The word for a stage of a sequence."""

from collections.abc import Sequence
from typing import get_args

from engine.authoring.exits import must_be_exit
from engine.authoring.reactions import When, joined
from engine.authoring.refusals import here, must_be, must_be_word
from engine.authoring.steps import AnyStep, must_be_steps
from engine.authoring.times import WRITE_A_WINDOW
from engine.authoring.vocabulary import StagePlanName
from engine.sequence.compiled import Exit, StagePlan, Window
from engine.sequence.written import Written
from engine.words import Stage


def stage(
    name: StagePlanName,
    *steps: Written[AnyStep],
    otherwise: Written[Exit],
    when: Sequence[When] = (),
    hours: Window | None = None,
) -> Written[StagePlan]:
    """
    The steps of one stage, one after another, and where the lead goes when they are done.

    `"as_is"` leaves the lead in the stage it is in; `when` interrupts; `hours` replace the sequence's here.
    """
    place = here()
    must_be_word(name, get_args(StagePlanName), "stage", place)
    must_be_steps(steps, place)
    must_be_exit(otherwise, "otherwise", place)
    if hours is not None:
        must_be(hours, Window, "a window", place, WRITE_A_WINDOW)
    plan = StagePlan(
        name="as_is" if name == "as_is" else Stage(name),
        steps=tuple(step.part for step in steps),
        otherwise=otherwise.part,
        when=joined(when, place),
        hours=hours,
    )
    return Written(plan, place, (*steps, otherwise, *when))
