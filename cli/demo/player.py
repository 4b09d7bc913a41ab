"""
Plays one lead's life: moves its clock from look to look, lets happen what the script says, and closes its tasks.

The lead's time is Temporal's; nothing here is faked but the people.
"""

import asyncio
from collections import abc
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from pydantic import JsonValue
from sqlalchemy import select
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.database import AnyRow
from adapters.letters import Letter
from adapters.tables import inbox, json_text, leads, outbox, tasks
from adapters.timeline import Happening, timeline
from api.doorbell import Doorbell
from api.office import Office
from cli.demo.script import Behaviour, Scripted, ScriptedLead, duration
from engine.calendar import delays
from engine.calendar.hours import Hours
from engine.life.turn import Turn
from engine.sequence.compiled import Working
from engine.words import LeadId, Stage
from workflows.names import workflow_id

A_MOMENT = timedelta(seconds=1)
PATIENCE = timedelta(seconds=60)
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
        self._told: set[Happening] = set()

    async def play(self, arrival: datetime, end: datetime) -> None:
        """The lead's life from its arrival to the end of the demo."""
        for event in self.scripted.events:
            happens = arrival + duration(event.after)
            self._expect(happens, self._event(event, happens))
        await self._start(arrival)
        while True:
            row, open_tasks = await asyncio.to_thread(self._look_up)
            self._tell_news()
            self._react(open_tasks)
            due = row.next_due if row.open else end
            happens = self._coming[0][0] if self._coming else end
            if min(due, happens) >= end:
                break
            if happens <= due:
                await self._happen()
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

    def _react(self, open_tasks: abc.Sequence[AnyRow]) -> None:
        """People of ours take the tasks that are new, in working time."""
        for task in open_tasks:
            if task.task_key in self._seen_tasks:
                continue
            self._seen_tasks.add(task.task_key)
            disposition, after = self._closing(task)
            if disposition != "left_open":
                at = delays.after(task.opened_at, Working(minutes=int(after.total_seconds() // 60)), self._hours())
                data: dict[str, JsonValue] = {"task_key": task.task_key, "disposition": disposition}
                self._expect(at, self._letter("task_done", at, data))

    def _closing(self, task: AnyRow) -> tuple[str, timedelta]:
        if task.kind == "call":
            return next(self._calls, self._last_call), duration(self._behaviour.calls_after)
        if task.kind == "proof":
            return self._proof(task), duration(self._behaviour.tasks_after)
        return self._behaviour.tasks, duration(self._behaviour.tasks_after)

    def _proof(self, task: AnyRow) -> str:
        """A person who is asked whether a message went out looks where it would be."""
        with self._office.database.reading() as transaction:
            found = transaction.execute(select(outbox.c.touch_key).where(outbox.c.touch_key == task.touch_key)).first()
        return "not_sent" if found is None else "sent"

    def _letter(self, kind: str, at: datetime, data: abc.Mapping[str, JsonValue]) -> Letter:
        number = next(self._numbers)
        return Letter(
            source="demo", id=f"{self.lead_id}-{number}", kind=kind, occurred_at=at, body=json_text(dict(data))
        )

    # --- time

    async def _start(self, arrival: datetime) -> None:
        turn = Turn(lead_id=self.lead_id, due=arrival, why="the lead arrives", stage=Stage.CAPTURE)
        await self._doorbell.start(turn)
        await self._pass_until(arrival, 0)

    async def _happen(self) -> None:
        """The next thing happens, at its moment."""
        at, _, letter = heappop(self._coming)
        if not await self._doorbell.runs(self.lead_id):
            await self._doorbell.start(Turn(lead_id=self.lead_id, due=at, why="something happened"))
        await self._move(at)
        await asyncio.to_thread(self._office.inbox.receive, letter, self.lead_id, at)
        await self._doorbell.ring(self.lead_id)
        await self._until(lambda: self._applied(letter))

    async def _pass_until(self, due: datetime, revision: int) -> None:
        await self._move(due + A_MOMENT)
        await self._until(lambda: self._look_up()[0].revision > revision)

    async def _move(self, to: datetime) -> None:
        """Move the lead's clock; a server that is away for a moment is asked again."""
        end = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
        while True:
            try:
                now = await self._skipper.get_current_time(self._handle)
                if now < to:
                    await self._skipper.fast_forward(self._handle, to - now)
                return
            except RPCError:
                if asyncio.get_running_loop().time() > end:
                    raise
                await asyncio.sleep(0.2)

    async def _until(self, condition: abc.Callable[[], bool]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
        while not await asyncio.to_thread(condition):
            if asyncio.get_running_loop().time() > end:
                raise Stalled(f"{self.scripted.name} ({self.lead_id}) does not move")
            await asyncio.sleep(0.01)

    # --- what can be seen

    def _look_up(self) -> tuple[AnyRow, abc.Sequence[AnyRow]]:
        with self._office.database.reading() as transaction:
            row = transaction.execute(select(leads).where(leads.c.id == self.lead_id)).one()
            mine = (tasks.c.lead == self.lead_id) & (tasks.c.state == "open")
            return row, transaction.execute(select(tasks).where(mine)).all()

    def _applied(self, letter: Letter) -> bool:
        with self._office.database.reading() as transaction:
            row = transaction.execute(select(inbox.c.disposition).where(inbox.c.event_id == letter.id)).one()
            return row.disposition is not None

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
