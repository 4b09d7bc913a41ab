"""Every reaction and every start that a sequence may write is done: nothing that is accepted is ignored."""

from collections.abc import Iterator

import pytest

from engine.authoring import by_hand, elapsed, email, entered, finish, goto, on, reply, sequence, stage, task, window
from engine.authoring.reactions import ENGINE_EVENTS, ENGINE_REPLIES
from engine.life.wishes import Plan
from engine.reasons import ReplyClass
from engine.words import EventKind, Stage
from tests.support.life import Life, at

MONDAY = at("2026-11-23 09:00")
SAID = {EventKind.BY_HAND: {"name": "offer"}, EventKind.STAGE_CHANGED: {"pipeline_stage": "Proposal"}}
WRITTEN = {EventKind.BY_HAND: by_hand("offer"), EventKind.STAGE_CHANGED: entered("Proposal")}
NOT_BY_NAME = {EventKind.TASK_DONE}


def triggers() -> Iterator[object]:
    """What a sequence may write, the event it waits for, and what the event says."""
    for kind in EventKind:
        if kind not in ENGINE_EVENTS | NOT_BY_NAME:
            yield pytest.param(WRITTEN.get(kind, kind.value), kind, SAID.get(kind, {}), id=kind.value)
    for answer in ReplyClass:
        if answer not in ENGINE_REPLIES:
            yield pytest.param(reply(answer), EventKind.REPLIED, {"reply": answer.value}, id=f"reply {answer.value}")


EVERY = pytest.mark.parametrize(("trigger", "kind", "said"), list(triggers()))


def lead(*stages, **more) -> Life:
    """A lead, and one sequence that is open day and night."""
    written = sequence("life", *stages, maintainer="ops", hours=window("Mon-Sun", "00:00-24:00"), **more)
    return Life(Plan(version="life@000000000001", sequence=written.part), now=MONDAY)


@EVERY
@pytest.mark.parametrize("where", ["stage", "sequence"])
def test_a_reaction_that_may_be_written_is_done(trigger, kind, said, where):
    """An author who reads it aloud is right about what happens."""
    goes = [on(trigger, goto("re_engage"))]
    rosa = lead(
        stage(
            "nurture", email("two", after=elapsed(hours=50)), otherwise=finish(), when=goes if where == "stage" else []
        ),
        stage("re_engage", email("three", after=elapsed(hours=50)), otherwise=finish()),
        starts=[by_hand("go")],
        when=goes if where == "sequence" else [],
    )
    rosa.happens(EventKind.BY_HAND, name="go")
    stages = [rosa.progress.stage]
    rosa.happens(kind, **said)
    assert [*stages, rosa.progress.stage] == [Stage.NURTURE, Stage.RE_ENGAGE]


@EVERY
def test_a_start_that_may_be_written_starts_it(trigger, kind, said):
    """A sequence that waits for something that never starts it is missed by nobody, and by its leads."""
    rosa = lead(stage("nurture", task("look"), otherwise=finish()), starts=[trigger])
    rosa.happens(kind, **said)
    assert rosa.progress.enrolment is not None
