"""
Plays one lead's life: moves its clock from look to look, lets happen what the script says, and closes its tasks.

The lead's time is Temporal's; nothing here is faked but the people.
"""

import asyncio
from collections import abc
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from pydantic import JsonValue
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.inbox import answer
from adapters.letters import Letter
from adapters.outbox import Outbox
from adapters.tables import json_text
from adapters.tasks import Task, open_tasks
from adapters.timeline import Happening, timeline
from adapters.views.pulse import Pulse, pulse
from api.doorbell import Doorbell
from api.office import Office
from cli.demo.script import Behaviour, Scripted, ScriptedLead, duration
from engine.calendar import delays
from engine.calendar.hours import Hours
from engine.life.turn import Turn
from engine.sequence.compiled import Working
from engine.words import LeadId, Stage, TouchKey
from workflows.names import workflow_id

A_MOMENT = timedelta(seconds=1)
PATIENCE = timedelta(seconds=60)
RETRY = timedelta(milliseconds=200)
GLANCE = timedelta(milliseconds=50)
TRIES = 100
RING_AGAIN = timedelta(seconds=3)
RELATIVE = ("returns_at", "callback_at", "until")
"""Data that the script gives as a time after the event."""

Tell = abc.Callable[[ScriptedLead, Happening], None]


class Stalled(Exception):
    """A lead did not move although it should have."""


class Player:
    """One lead of the script."""

    def __init__(
        self,
        office: Office,
        client: Client,
        lead_id: LeadId,
        scripted: ScriptedLead,
        behaviour: Behaviour,
        tell: Tell,
    ) -> None:
        self._office = office
        self._skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        self._doorbell = Doorbell(self._skipper.client)
        self._handle: WorkflowHandle[object, object] = client.get_workflow_handle(workflow_id(lead_id))
        self.lead_id = lead_id
        self.scripted = scripted
        self._behaviour = behaviour
        self._tell = tell
        self._coming: list[tuple[datetime, int, Letter]] = []
        self._numbers = count(1)
        self._calls = iter(scripted.calls or behaviour.calls)
        self._last_call = (scripted.calls or behaviour.calls)[-1]
        self._seen_tasks: set[str] = set()
        self._now = datetime.now(UTC)
        self._told: set[Happening] = set()

    async def play(self, arrival: datetime, end: datetime) -> None:
        """The lead's life from its arrival to the end of the demo."""
        for event in self.scripted.events:
            happens = arrival + duration(event.after)
            self._expect(happens, self._event(event, happens))
        await self._start(arrival)
        await self._pass_until(arrival, 0)
        while True:
            row, tasks = self._look_up()
            self._tell_news()
            self._react(tasks)
            due = row.next_due if row.open and row.next_due is not None else end
            happens = self._coming[0][0] if self._coming else end
            if min(due, happens) >= end:
                break
            if happens <= due:
                await self._happen(row)
            else:
                await self._pass_until(due, row.revision)

    # --- what comes

    def _expect(self, at: datetime, letter: Letter) -> None:
        heappush(self._coming, (at, next(self._numbers), letter))

    def _event(self, event: Scripted, at: datetime) -> Letter:
        data: dict[str, JsonValue] = {
            key: _later(at, value).isoformat() if key in RELATIVE else value for key, value in event.data.items()
        }
        if event.set:
            changes = {
                key: _later(at, value).date().isoformat() if str(value).startswith("+") else value
                for key, value in event.set.items()
            }
            self._expect(at, self._letter("fields_changed", at, {"fields": changes}))
        return self._letter(event.event, at, data)

    def _react(self, tasks: abc.Sequence[Task]) -> None:
        """People of ours take the tasks that are new, in working time."""
        for task in tasks:
            if task.task_key in self._seen_tasks:
                continue
            self._seen_tasks.add(task.task_key)
            disposition, after = self._closing(task)
            if disposition != "left_open":
                at = delays.after(task.opened_at, Working(minutes=int(after.total_seconds() // 60)), self._hours())
                data: dict[str, JsonValue] = {"task_key": task.task_key, "disposition": disposition}
                self._expect(at, self._letter("task_done", at, data))

    def _closing(self, task: Task) -> tuple[str, timedelta]:
        if task.kind == "call":
            return next(self._calls, self._last_call), duration(self._behaviour.calls_after)
        if task.kind == "proof":
            return self._proof(task), duration(self._behaviour.tasks_after)
        return self._behaviour.tasks, duration(self._behaviour.tasks_after)

    def _proof(self, task: Task) -> str:
        """A person who is asked whether a message went out looks where it would be."""
        touch_key = task.touch_key
        sent = touch_key is not None and Outbox(self._office.database).look_up(TouchKey(touch_key)) is not None
        return "sent" if sent else "not_sent"

    def _letter(self, kind: str, at: datetime, data: abc.Mapping[str, JsonValue]) -> Letter:
        number = next(self._numbers)
        return Letter(
            source="demo", id=f"{self.lead_id}-{number}", kind=kind, occurred_at=at, body=json_text(dict(data))
        )

    # --- time

    async def _start(self, due: datetime) -> None:
        """A run of the lead's workflow whose clock stands until it is moved."""
        turn = Turn(lead_id=self.lead_id, due=due, why="the lead arrives", stage=Stage.CAPTURE)
        for _ in range(TRIES):
            self._now = datetime.now(UTC)
            if await self._doorbell.start(turn):
                return
            await asyncio.sleep(RETRY.total_seconds())  # the run before is about to end
        raise Stalled(f"{self.scripted.name} ({self.lead_id}) has a run that does not end")

    async def _happen(self, row: Pulse) -> None:
        """The next thing happens, at its moment; a lead whose run is over gets a new one that wakes then."""
        at, _, letter = heappop(self._coming)
        if row.open:
            await self._move(at)
            row, _ = self._look_up()
        await asyncio.to_thread(self._office.inbox.receive, letter, self.lead_id, at)
        if row.open:
            await self._ring()
            await self._until(lambda: self._applied(letter), again=self._ring)
        else:
            await self._start(at)
            await self._move(at + A_MOMENT)
            await self._until(lambda: self._applied(letter))

    async def _pass_until(self, due: datetime, revision: int) -> None:
        await self._move(due + A_MOMENT)
        await self._until(lambda: self._look_up()[0].revision > revision)

    async def _move(self, to: datetime) -> None:
        """Move the lead's clock: time passes only while nothing is under way, so every look on the way is done."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE.total_seconds()
        while self._now < to:
            try:
                await self._skipper.fast_forward(self._handle, to - self._now)
                self._now = to
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return  # the lead's run is over
                if loop.time() > end:
                    raise
                await self._ask_the_time(end)

    async def _ask_the_time(self, until: float) -> None:
        """
        How late it is for the lead, asked until it is told.

        A server that is away or busy may have moved the clock and not said so: who moves it once more without asking
        makes the lead oversleep, and what it had to send is too late. Raises: RPCError when nobody tells in time.
        """
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(RETRY.total_seconds())
            try:
                self._now = await self._skipper.get_current_time(self._handle)
                return
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return  # the lead's run is over, as whoever moves its clock will learn
                if loop.time() > until:
                    raise

    async def _ring(self) -> None:
        with suppress(RPCError):  # a server that is away is rung again
            await self._doorbell.ring(self.lead_id)

    async def _until(
        self, condition: abc.Callable[[], bool], again: abc.Callable[[], abc.Awaitable[None]] | None = None
    ) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        rung = start
        while not condition():
            if loop.time() > start + PATIENCE.total_seconds():
                raise Stalled(f"{self.scripted.name} ({self.lead_id}) does not move")
            if again is not None and loop.time() > rung + RING_AGAIN.total_seconds():
                rung = loop.time()
                await again()
            await asyncio.sleep(GLANCE.total_seconds())

    # --- what can be seen: reads of a local file, quicker than the way to a thread and back

    def _look_up(self) -> tuple[Pulse, tuple[Task, ...]]:
        with self._office.database.reading() as transaction:
            return pulse(transaction, self.lead_id), open_tasks(transaction, lead=self.lead_id)

    def _applied(self, letter: Letter) -> bool:
        with self._office.database.reading() as transaction:
            found = answer(transaction, letter.source, letter.id)
        return found is not None and found.disposition is not None

    def _tell_news(self) -> None:
        with self._office.database.reading() as transaction:
            happenings = timeline(transaction, self.lead_id)
        for happening in happenings:
            if happening not in self._told:
                self._told.add(happening)
                self._tell(self.scripted, happening)

    def _hours(self) -> Hours:
        settings = self._office.settings
        return Hours(zone=settings.org_zone, window=settings.owner_hours)


def _later(at: datetime, value: JsonValue) -> datetime:
    return at + duration(str(value).removeprefix("+"))
