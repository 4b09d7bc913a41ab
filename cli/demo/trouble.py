"""What `--crash` does to the demo: a worker killed between claim and outcome, twice, and the server killed once."""

import asyncio
from collections import abc

from adapters.views.accounts import accounts_of, on_their_way
from cli.demo.screen import Screen
from cli.demo.world import World
from engine.words import LeadId

DRILLS = (
    ("after_response:12", "after the provider had the message and before we wrote it down"),
    ("after_claim:12", "after a message was claimed and before it left"),
)
"""Where the worker kills itself, at which reach of the point, and what that means."""


class Trouble:
    """Breaks things, says so, and puts them right as a supervisor would: by starting them again."""

    def __init__(self, world: World, screen: Screen, names: abc.Mapping[LeadId, str]) -> None:
        self._world = world
        self._screen = screen
        self._names = names

    async def watch(self) -> None:
        """Each drill in turn, then the server."""
        for point, meaning in DRILLS:
            await self._world.restart_worker(point)
            await asyncio.to_thread(self._world.wait_for_worker)
            self._say(f"kill -9 of the worker, {meaning}: {self._hit()}")
            self._count("so far")
        await self._world.restart_worker("")
        await asyncio.sleep(1)
        self._say("kill -9 of the Temporal server")
        await asyncio.to_thread(self._world.server.kill)
        await asyncio.to_thread(self._world.server.restart)
        self._say("the server is back; every lead goes on where it was")

    def _hit(self) -> str:
        """Whose messages were on their way."""
        with self._world.office.database.reading() as transaction:
            hit = on_their_way(transaction)
        return ", ".join(f"{one.channel} {one.step} to {self._names.get(one.lead_id, one.lead_id)}" for one in hit)

    def _count(self, title: str) -> None:
        with self._world.office.database.reading() as transaction:
            self._screen.accounts(f"[bold red]     {title}[/]", accounts_of(transaction), over=False)

    def _say(self, text: str) -> None:
        self._screen.say(f"[bold red]>>> {text}[/]")
