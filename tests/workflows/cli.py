"""The `temporal` program itself, as on-call types it."""

import asyncio
from pathlib import Path
from typing import NamedTuple

from cli.temporal_server import LocalServer, find_server_binary
from tests.support.waiting import PATIENCE


class Said(NamedTuple):
    """How a command ended."""

    code: int
    output: str


async def temporal(server: LocalServer, home: Path, *arguments: str) -> Said:
    """Run `temporal workflow …` against this server, without the settings of whoever runs the tests."""
    process = await asyncio.create_subprocess_exec(
        find_server_binary(print),
        "workflow",
        *arguments,
        *("--address", server.address, "--disable-config-file", "--disable-config-env"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"HOME": str(home)},
    )
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE.total_seconds())
    return Said(process.returncode or 0, output.decode())
