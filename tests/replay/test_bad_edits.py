"""
Every edit of the workflow class that would stop sleeping leads is caught by a recorded history.

Each row is a small edit as somebody might make it in good faith, and the history that refuses it. An edit that no
longer applies fails too: then the class has changed, and the table has to be looked at with it.
"""

import sys
from collections import abc
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from tests.replay.builds import RELEASES
from workflows import lead
from workflows.plugin import LeadPlugin

SOURCE = Path(lead.__file__).read_text()
LATEST = RELEASES[-1]
EDITED = "edited_lead"

IN_EVERY_HISTORY = "over"

REFUSED = "TMPRL1100|Fatal error in workflow machines"
"""How Temporal says that a history cannot have been made by this class: by its commands, or by their states."""


class Edit(NamedTuple):
    """One text in the class's source, and another in its place."""

    name: str
    before: str
    after: str
    caught_by: str


LOOKS = "            await self.look(act, summary)\n"
SHOWS = "            self.show()\n"
DETAILS = "        workflow.set_current_details(page(self.turn, self.story))\n        while"

EDITS = (
    Edit("an added wait", DETAILS, f"        await workflow.sleep(1)\n{DETAILS}", IN_EVERY_HISTORY),
    Edit("a second activity", LOOKS, LOOKS + LOOKS, IN_EVERY_HISTORY),
    Edit(
        "a child that takes part", LOOKS, f'{LOOKS}            await workflow.start_child_workflow("Report")\n', "over"
    ),
    Edit(
        "no search attributes", "            workflow.upsert_search_attributes(changed)\n", "            pass\n", "due"
    ),
    Edit("search attributes at every look", " if shown.get(key) != v", "", "queried"),
    Edit(
        "one upsert for each attribute",
        "            workflow.upsert_search_attributes(changed)\n",
        "            for each in changed:\n                workflow.upsert_search_attributes([each])\n",
        "due",
    ),
    Edit("shown before the look", LOOKS, SHOWS + LOOKS, "due"),
    Edit(
        "the activity first, the timer after it",
        "            act, summary = await self.ring_or_due()\n",
        "            act, summary = self.turn.act, self.turn.why\n",
        "due",
    ),
    Edit("one activity for everything", "                act, glance,", '                "look", glance,', "due"),
    Edit("a ring looks for what is due", "(Act.LOOK, RUNG) if rung else", "(self.turn.act, RUNG) if rung else", "rung"),
    Edit(
        "a timer that is always armed anew",
        "            if (turn.due, turn.why) == (self.turn.due, self.turn.why) and not timer.done():\n",
        "            if False:\n",
        "rung_for_nothing",
    ),
    Edit("a timer that is left standing", "            timer.cancel()\n", "            self.left = timer\n", "rung"),
    Edit(
        "the timer's own timeout",
        "        timer = asyncio.create_task(workflow.sleep(self.turn.due - workflow.now(), summary=self.turn.why))\n",
        "        timer = asyncio.create_task(workflow.sleep(0.001, summary=self.turn.why))\n"
        "        workflow.start_local_activity('note', start_to_close_timeout=self.pace.start_to_close)\n",
        "due",
    ),
    Edit("a ring that wakes nobody", "lambda: self.rung or alarm.done()", "alarm.done", "rung"),
    Edit(
        "a flag that is cleared after the look",
        LOOKS,
        f"{LOOKS}            self.rung = False\n",
        "rung_while_looking",
    ),
    Edit(
        "a bell that is not heard at the end", "not self.turn.over or self.rung", "not self.turn.over", "over_and_rung"
    ),
    Edit(
        "a second look for every content",
        "        self.rung = self.rung or bool(self.scraps)\n",
        "        self.rung = self.rung or bool(scraps)\n",
        "content",
    ),
    Edit(
        "a fresh run as soon as the stage changes",
        "(self.full and self.turn.due > workflow.now())",
        "self.full",
        "first_response",
    ),
    Edit(
        "no fresh run at a stage change",
        "        self.full = self.full or self.turn.stage != stage\n",
        "",
        "stage_change",
    ),
    Edit("a fresh run after every look", "self.full or self.turn.stage != stage", "True", "due"),
    Edit(
        "no fresh run when Temporal suggests it",
        "workflow.info().is_continue_as_new_suggested() or ",
        "",
        "suggested",
    ),
    Edit(
        "a fresh run before what was said is filed",
        "        if self.scraps or self.turn.over:\n",
        "        if self.turn.over:\n",
        "content_while_looking",
    ),
    Edit(
        "a look that failed ends the run",
        "            if is_cancelled_exception(error):\n                raise\n",
        "            raise\n",
        "out_of_time",
    ),
    Edit(
        "a cancellation that is a failed look",
        "            if is_cancelled_exception(error):\n                raise\n",
        "",
        "cancelled_while_looking",
    ),
)


@contextmanager
def edited(edit: Edit) -> abc.Iterator[type]:
    """The class with the edit in its source, as a module of its own."""
    module = ModuleType(EDITED)
    sys.modules[EDITED] = module
    try:
        exec(compile(SOURCE.replace(edit.before, edit.after), EDITED, "exec"), module.__dict__)  # noqa: S102 - our own source
        yield module.LeadWorkflow
    finally:
        del sys.modules[EDITED]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
async def test_an_edit_that_would_stop_sleeping_leads_is_caught(edit: Edit) -> None:
    """Whoever changes the class learns it here, and not from a thousand leads that stand still."""
    assert SOURCE.count(edit.before) == 1, "the edit no longer applies"
    history = WorkflowHistory.from_json("lead-recorded", (LATEST / f"{edit.caught_by}.json").read_text())
    with edited(edit) as changed:
        with pytest.raises((NondeterminismError, RuntimeError), match=REFUSED):
            await Replayer(workflows=[changed], plugins=[LeadPlugin()]).replay_workflow(history)


async def test_the_class_without_an_edit_is_let_through() -> None:
    """Else everything would be caught, and nothing proven."""
    with edited(Edit("none", "", "", "due")) as same:
        history = WorkflowHistory.from_json("lead-recorded", (LATEST / "due.json").read_text())
        await Replayer(workflows=[same], plugins=[LeadPlugin()]).replay_workflow(history)
