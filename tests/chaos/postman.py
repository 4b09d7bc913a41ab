"""
The postman: a process that hands in orders through the real Inbox and the real doorbell, and may be killed at any time.

    python -m tests.chaos.postman ORDERS ANSWERS     settings from FOLLOWUP_*, the server from TEMPORAL_*

Orders are appended to one file by whoever has them, answers to another by the postman: what stands there was said to
be kept. Another postman takes up what the last one was not answered for.
"""

import asyncio
import os
import sys
from collections import abc
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import Field, JsonValue
from temporalio.service import RPCError

from adapters.leads import ExternalId, NewLead
from adapters.letters import OPERATOR, Letter
from adapters.settings import read_settings
from adapters.tables import json_text
from api import capturing, posting
from api.office import Office
from cli import logs, process
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.words import EventKind, Verb

CRM = "crm"
AT_ONCE = 8
LOOKED_EVERY = 0.05
AGAIN_AFTER = 0.3


class Order(Frozen):
    """One event or command to be handed in; `to` is the lead as the sender knows it."""

    id: str
    to: str
    kind: EventKind | Verb
    data: dict[str, JsonValue] = Field(default_factory=dict)
    new: NewLead | None = None
    """Who it is, of somebody new."""
    not_before: datetime

    @property
    def source(self) -> str:
        """Who hands it in: people of ours command, the CRM tells what happened."""
        return OPERATOR if isinstance(self.kind, Verb) else CRM


class Answer(Frozen):
    """What the postman says of an order: that it is about to hand it in, or that it was told `kept`."""

    id: str
    kept: bool
    at: datetime


def main() -> int:
    """Hand in until SIGTERM, or until a crash point is reached."""
    settings = read_settings()
    logs.configure(settings.log_format, settings.log_level)
    with Office(settings) as office:
        asyncio.run(Postman(office, Path(sys.argv[1]), Path(sys.argv[2])).works())
    return process.ExitCode.OK


class Postman:
    """Hands in every order that was not answered, each until it is."""

    def __init__(self, office: Office, orders: Path, answers: Path) -> None:
        self._office = office
        self._orders = orders
        self._answers = os.open(answers, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._answered = {answer.id for answer in answers_in(answers) if answer.kept}
        self._line = asyncio.Semaphore(AT_ONCE)

    async def works(self) -> None:
        """Until somebody ends it."""
        async with asyncio.TaskGroup() as errands:
            with self._orders.open("rb") as tray:
                while True:
                    line = tray.readline()
                    if not line.endswith(b"\n"):  # the rest is being written
                        tray.seek(-len(line), os.SEEK_CUR)
                        await asyncio.sleep(LOOKED_EVERY)
                        continue
                    order = Order.model_validate_json(line)
                    if order.id not in self._answered:
                        errands.create_task(self._hands_in(order))

    async def _hands_in(self, order: Order) -> None:
        await asyncio.sleep(max(timedelta(0), order.not_before - datetime.now(UTC)).total_seconds())
        while True:
            async with self._line:
                self._says(order, kept=False)
                try:
                    await self._once(order)
                    return self._says(order, kept=True)
                except (FollowupError, RPCError):  # we said no, and the sender sends again
                    pass
            await asyncio.sleep(AGAIN_AFTER)

    async def _once(self, order: Order) -> None:
        now = datetime.now(UTC)
        body = json_text(order.data)
        letter = Letter(
            source=order.source, id=order.id, kind=order.kind, occurred_at=order.not_before, body=body, by="tests"
        )
        if order.new is not None:
            await capturing.capture(self._office, order.new, letter, now)
        else:
            await posting.post(self._office, letter, ExternalId(system=CRM, id=order.to), wait=timedelta(0))

    def _says(self, order: Order, *, kept: bool) -> None:
        answer = Answer(id=order.id, kept=kept, at=datetime.now(UTC))
        os.write(self._answers, answer.model_dump_json().encode() + b"\n")


def answers_in(path: Path) -> abc.Iterator[Answer]:
    """Everything that postmen have said so far."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield Answer.model_validate_json(line)


if __name__ == "__main__":
    process.run(main)
