"""`followup doctor`: check this machine and what it is connected to."""

import asyncio
import os
from collections import abc
from typing import TYPE_CHECKING

import typer

from cli.output import Output
from cli.process import ExitCode
from cli.verb import verb

if TYPE_CHECKING:
    from api.doctor import Finding

COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@verb("followup doctor", "followup doctor -o json", "followup --profile staging doctor")
def doctor(out: Output) -> None:
    """
    Check Python, settings, database, Temporal, its workers and time zones; each line says what to do.

    Exits with 1 when a check fails, with 4 when that is because something does not answer.
    """
    from cli import logs

    logs.configure(level="warning")
    findings = asyncio.run(_findings())
    out.each(findings, lambda finding: _lines(out, finding))
    failed = [finding for finding in findings if finding.level == "fail"]
    if failed:
        unreachable = any(finding.unreachable for finding in failed)
        raise typer.Exit(ExitCode.UNREACHABLE if unreachable else ExitCode.FAILED)


def _lines(out: Output, finding: "Finding") -> abc.Iterator[str]:
    yield f"{finding.level:<4}  {finding.check:<17}  {finding.found}"
    if finding.fix:
        yield f"{'':<4}  {'':<17}  next: {finding.fix}"


async def _findings() -> "list[Finding]":
    from api.doctor import examined

    return [finding async for finding in examined(os.environ)]
