"""Wait for something that another thread, process or server is about to do."""

import asyncio
from collections import abc
from datetime import UTC, datetime, timedelta

PATIENCE = timedelta(seconds=20)


async def until(condition: abc.Callable[[], bool], within: timedelta = PATIENCE, *, every: float = 0.02) -> None:
    """Return as soon as the condition holds, asked `every` so many seconds. Raises TimeoutError when it does not."""
    end = datetime.now(UTC) + within
    while not condition():
        if datetime.now(UTC) > end:
            raise TimeoutError("it did not happen")
        await asyncio.sleep(every)


async def until_so(condition: abc.Callable[[], abc.Awaitable[bool]], within: timedelta = PATIENCE) -> None:
    """As `until`, for a condition that has to ask somebody."""
    end = datetime.now(UTC) + within
    while not await condition():
        if datetime.now(UTC) > end:
            raise TimeoutError("it did not happen")
        await asyncio.sleep(0.05)
