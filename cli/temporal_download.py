"""Downloads the Temporal server with the SDK's own downloader: the last resort, for machines without Go."""

import asyncio
from datetime import timedelta
from pathlib import Path

from cli.temporal_build import Progress, SourceUnavailable, cache_directory, disk_errors

CLI_VERSION = "v1.9.1"
AT_MOST = timedelta(minutes=10)


def download(progress: Progress) -> Path:
    """The server's binary, downloaded now unless this user has it already. Raises: `SourceUnavailable`."""
    with disk_errors():
        directory = cache_directory() / f"temporal-cli-{CLI_VERSION}"
        directory.mkdir(exist_ok=True)
    if not _finished(directory):
        progress("Downloading the Temporal server with the SDK's downloader: usually under a minute.")
        asyncio.run(_fetch(directory))
    return _finished(directory)[0]


def _finished(directory: Path) -> list[Path]:
    return [file for file in directory.iterdir() if file.suffix != ".downloading"]


async def _fetch(directory: Path) -> None:
    from temporalio.testing import WorkflowEnvironment

    try:
        async with asyncio.timeout(AT_MOST.total_seconds()):
            server = await WorkflowEnvironment.start_local(
                download_dest_dir=str(directory), dev_server_download_version=CLI_VERSION
            )
    except (RuntimeError, TimeoutError) as error:
        raise SourceUnavailable(
            code="TMP017",
            what="the Temporal server cannot be downloaded",
            why=str(error) or f"no answer within {AT_MOST}",
            next="go online and run again",
        ) from error
    await server.shutdown()
