"""
LeadWorkflow: the lead's clock and conscience. It waits until it is due or rung, looks, and goes on.

It decides nothing and remembers nothing but a Turn, so it hardly ever changes: what is decided, and by which rules, is
the look's business. Change this class only with the recorded histories of tests/replay/ beside you.
"""

import asyncio
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeUpdate
from temporalio.exceptions import ActivityError, is_cancelled_exception

from engine.life.turn import Glance, Scrap, Turn
from engine.words import Act
from workflows.names import LEAD_STAGE, LEAD_STATE, QUEUES, RING, SNAPSHOT, WORKFLOW
from workflows.pace import Pace
from workflows.page import page, retold
from workflows.scraps import handful, readable

RUNG = "something happened"
OUT_OF_TIME = "its time is over"
"""Summaries of a look that nothing was due for."""


@workflow.defn(name=WORKFLOW)
class LeadWorkflow:
    """One lead."""

    pace = Pace()

    @workflow.init
    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.story = turn.story
        self.rung = False
        self.full = False
        self.scraps: list[Scrap] = []
        self.heard = turn.heard
        self.alarm: tuple[Turn, asyncio.Task[None]] | None = None

    @workflow.run
    async def run(self, turn: Turn) -> None:
        """Live until the lead is over and the bell is silent."""
        workflow.set_current_details(page(self.turn, self.story))
        while not self.turn.over or self.rung:
            act, summary = await self.ring_or_due()
            stage = self.turn.stage
            await self.look(act, summary)
            self.show()
            self.full = self.full or self.turn.stage != stage
            # Temporal holds a fresh run back for up to a second: a first response that is due now does not wait for it.
            if workflow.info().is_continue_as_new_suggested() or (self.full and self.turn.due > workflow.now()):
                self.turn_the_page()

    async def ring_or_due(self) -> tuple[Act, str]:
        """The one wait point: until the bell rings or the turn is due. Returns what to look for, and its summary."""
        if not self.rung and self.turn.due > workflow.now():
            alarm = self.set_alarm()
            await workflow.wait_condition(lambda: self.rung or alarm.done())
        rung, self.rung = self.rung, False
        return (Act.LOOK, RUNG) if rung else (self.turn.act, self.turn.then or self.turn.why)

    def set_alarm(self) -> asyncio.Task[None]:
        """The timer to the due moment; a ring that changed nothing finds it still standing."""
        if self.alarm is not None:
            turn, timer = self.alarm
            if (turn.due, turn.why) == (self.turn.due, self.turn.why) and not timer.done():
                return timer
            timer.cancel()
        timer = asyncio.create_task(workflow.sleep(self.turn.due - workflow.now(), summary=self.turn.why))
        self.alarm = (self.turn, timer)
        return timer

    async def look(self, act: Act, summary: str) -> None:
        """The one activity, named after what is due; its answer is the next turn."""
        scraps, self.scraps = handful(self.scraps)
        self.rung = self.rung or bool(self.scraps)
        glance = Glance(lead_id=self.turn.lead_id, revision=self.turn.revision, scraps=scraps)
        try:
            self.turn = await workflow.execute_activity(
                act, glance, result_type=Turn, task_queue=QUEUES[act], summary=summary, **self.pace.options(act)
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            # The time to send is over, or no worker of the channel was there: look again without it.
            self.scraps = [*scraps, *self.scraps]
            late = {"due": workflow.now(), "act": Act.LOOK, "then": OUT_OF_TIME, "story": ""}
            self.turn = self.turn.model_copy(update=late)
        self.story = retold(self.story, self.turn.story)

    def show(self) -> None:
        """What on-call sees: two search attributes, when they really changed, and the whole story."""
        shown = workflow.info().typed_search_attributes
        told = ((LEAD_STAGE, self.turn.stage), (LEAD_STATE, self.turn.state))
        changed: list[SearchAttributeUpdate[str]] = [key.value_set(v) for key, v in told if shown.get(key) != v]
        if changed:
            workflow.upsert_search_attributes(changed)
        workflow.set_current_details(page(self.turn, self.story))

    def turn_the_page(self) -> None:
        """Go on in a fresh run; what was signalled is filed before that, and a bell that rings now is heard there."""
        if self.scraps or self.turn.over:
            return
        rung = {"due": workflow.now(), "act": Act.LOOK, "then": RUNG} if self.rung else {}
        workflow.continue_as_new(self.turn.model_copy(update={"story": self.story, "heard": self.heard, **rung}))

    @workflow.signal(dynamic=True)
    def bell(self, name: str, args: Sequence[RawValue]) -> None:
        """Any signal rings; what one says, by its name or its content, is kept for the next look, which files it."""
        # A reset signals anew what came after it, to a run with another id; the first run of all stays the same.
        first = workflow.info().first_execution_run_id
        self.rung = True
        contents = [readable(arg) for arg in args] or ([] if name == RING else ["{}"])
        for content in contents:
            self.heard += 1
            self.scraps.append(Scrap(name=name, body=content, mark=f"{first}/{self.heard}"))

    @workflow.query(name=SNAPSHOT)
    def snapshot(self) -> Turn:
        """The turn as it stands, with the story so far."""
        return self.turn.model_copy(update={"story": self.story})
