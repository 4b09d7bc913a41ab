"""Post what a person commands or reports, and tell what became of it."""

import asyncio
from collections import abc
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final
from uuid import uuid4

import typer

from cli.output import Output
from cli.process import ExitCode
from cli.values import identifier, whoever_asks

if TYPE_CHECKING:
    from adapters.inbox import To
    from adapters.letters import Letter
    from api.commands import Became
    from api.office import Office

WAYS_OUT: Final = {
    "finished_before": "enroll it in another sequence; or write again=if_inactive in this one, and restart the workers"
}
"""What to do about a refusal that is the sequence's own rule, by its reason."""

LeadArgument = Annotated[
    str, typer.Argument(metavar="LEAD", help="Our id, system:id of another system, a mail address or a phone number.")
]
ByOption = Annotated[
    str | None,
    typer.Option(parser=identifier, metavar="ID", help="Who asks.", show_default="$FOLLOWUP_USER, else the login"),
]
RequestOption = Annotated[
    str | None,
    typer.Option(parser=identifier, metavar="ID", help="Sent again under the same id, it is still done once."),
]
WaitOption = Annotated[float, typer.Option(min=0, max=600, metavar="SECONDS", help="How long to wait for the answer.")]


@dataclass(frozen=True)
class Asking:
    """Who asks, under which id, and how patiently."""

    by: str
    request: str
    wait: timedelta

    @classmethod
    def of(cls, by: str | None, request: str | None, wait: float) -> "Asking":
        """As it was said on the command line."""
        return cls(by=by or identifier(whoever_asks()), request=request or uuid4().hex, wait=timedelta(seconds=wait))


def posted(office: "Office", letter: "Letter", to: "To", wait: timedelta) -> "Became":
    """What became of the letter."""
    from api.commands import send

    return asyncio.run(send(office, letter, to, wait))


def tell(out: Output, became: "Became") -> None:
    """Say what became of it; that it could not be rung yet is a warning."""
    out.one(became, lambda: list(_lines(became)))
    if became.trouble is not None:
        out.warning(became.trouble)


def end_in_vain(became: "Became") -> None:
    """A command that changed nothing has failed."""
    if became.in_vain:
        raise typer.Exit(ExitCode.FAILED)


def _lines(became: "Became") -> abc.Iterator[tuple[str, str]]:
    yield "", f"{became.kind}: {_word(became)}"
    if became.detail and became.detail != (became.reason or "").replace("_", " "):
        yield "", f"  {became.detail}"
    if became.reason in WAYS_OUT:
        yield "", f"  next: {WAYS_OUT[became.reason]}"
    if became.parked is not None:
        yield "", f"  nothing goes on: the lead is parked still, or again: {became.parked}"
    if became.lead_id is None:
        yield "", "  nobody known is meant: it is kept, holds for that address at once, and is matched again for 24 h"
    elif became.disposition is None:
        yield "", f"  `followup lead explain {became.lead_id}` tells when it is; its request is {became.request}"


def _word(became: "Became") -> str:
    if became.lead_id is None:
        return "accepted, for somebody unknown"
    if became.disposition is None:
        return "accepted, not looked at yet"
    reason = f" ({became.reason})" if became.reason else ""
    if became.disposition == "applied":
        return f"refused{reason}" if became.in_vain else "applied"
    return f"{became.disposition.replace('_', ' ')}{reason}"
