"""A person at a shell, beside a worker that is at work on a real server."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from engine.sequence.compiled import Sequence
from tests.support.house import House
from tests.support.shell import Said, Shell

PATIENCE = "60"
"""Seconds that an answer may take on a busy machine."""


class Desk:
    """The house, and a shell in it."""

    def __init__(self, house: House, shell: Shell) -> None:
        self.house = house
        self.shell = shell

    async def types(self, *words: str) -> Said:
        """Run `followup` while the worker goes on working."""
        return await asyncio.to_thread(self.shell, *words)

    async def commands(self, *words: str) -> Said:
        """Run a verb that waits for the lead's answer."""
        return await self.types(*words, "--wait", PATIENCE)


class OpenDesk(Protocol):
    """Opens a house with these sequences."""

    def __call__(self, *sequences: Sequence) -> AbstractAsyncContextManager[Desk]:
        """The desk in it."""
        ...
