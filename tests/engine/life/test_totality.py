"""`noting` and `load` answer whatever they are shown: receipts that find nothing, and memories of older engines."""

import json

import pytest

from engine.life import upcast
from engine.life.events import Event, EventData
from engine.life.moves import BranchTaken, CloseTask, Finish, Record, StageEntered
from engine.life.noting import Fact
from engine.life.receipts import Done, Skipped
from engine.reasons import SkipReason, StopReason
from engine.words import EventKind, Stage, TaskKey, TouchKey
from tests.support.life import Life, at
from tests.support.sequences import call, days, email, goto, sequence, stage

MONDAY = at("2026-11-23 09:00")
ENDS = Done(move=Finish(because=StopReason.COMPLETED, why="over"))


def captured(*steps, **more) -> Life:
    """A lead that has just come into a sequence of these steps."""
    rosa = Life(sequence(stage("nurture", *steps, **more)), now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    return rosa


def given_up(key: TaskKey) -> Done:
    """A task is given up."""
    return Done(move=CloseTask(task_key=key, ended="given_up", because=SkipReason.AUTO_SKIPPED, why="late"))


@pytest.mark.parametrize(
    "fact",
    [
        ENDS,
        Done(move=Record(change=StageEntered(stage=Stage.CONVERT, plan=0), why="moved")),
        given_up(TaskKey("nobody's")),
    ],
    ids=["an end", "a change", "a task"],
)
def test_a_receipt_about_a_lead_in_no_sequence_changes_nothing(fact):
    """What a move was about may have gone by the time it is noted."""
    rosa = Life(now=MONDAY)
    before = rosa.progress
    rosa.note(fact)
    assert rosa.progress == before


@pytest.mark.parametrize(
    "fact",
    [
        Done(move=Record(change=BranchTaken(step="one", arm=0), why="no branch")),
        Skipped(touch_key=TouchKey("touch-1"), because=SkipReason.NO_ADDRESS),
    ],
    ids=["a branch that is none", "a step after the last"],
)
def test_a_receipt_that_finds_the_lead_elsewhere_changes_nothing(fact):
    """Only the step a lead stands before is settled."""
    rosa = captured(email("one"), otherwise=goto("nurture", after=days(3)))
    before = rosa.progress
    rosa.note(fact)
    assert rosa.progress == before


@pytest.mark.parametrize(
    "closing",
    [
        given_up,
        lambda key: Event(
            number=9,
            id="e9",
            kind=EventKind.TASK_DONE,
            occurred_at=MONDAY,
            source="crm",
            data=EventData(task_key=key, disposition="no_answer"),
        ),
    ],
    ids=["given up", "done"],
)
def test_a_task_of_an_enrolment_that_is_over_only_closes(closing):
    """Its step is nobody's any more."""
    rosa = captured(call("ring"), email("after"))
    fact: Fact = closing(rosa.progress.tasks[0].task.task_key)
    rosa.note(ENDS)
    rosa.note(fact)
    rosa.look()
    assert (rosa.tasks, rosa.sent, rosa.ended) == ([], [], ["completed"])


def test_a_memory_is_read_as_it_was_written():
    """A lead sleeps in the database between two looks."""
    rosa = captured(call("ring"), email("after"))
    assert upcast.load(upcast.text_of(rosa.progress), rosa.shelf) == rosa.progress


def test_an_older_memory_is_read_step_by_step(monkeypatch):
    """A lead may sleep for years; each release knows how to read the one before."""
    rosa = captured(email("one"), email("two", after=days(1)))
    monkeypatch.setitem(upcast.UPCASTS, 0, lambda stored: {**stored, "flags": []})
    old = json.loads(upcast.text_of(rosa.progress)) | {"schema_version": 0}
    del old["flags"]
    assert upcast.load(json.dumps(old), rosa.shelf) == rosa.progress
