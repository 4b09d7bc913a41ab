"""Ask before something happens that cannot be taken back."""

import sys
from typing import Annotated

import typer

from cli.output import Output
from cli.process import ExitCode
from engine.errors import FollowupError

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def confirm(out: Output, question: str, *, yes: bool) -> None:
    """
    Go on when the answer is yes; else the command ends with 1, and nothing was done.

    Raises: FollowupError CLI004 where nobody can answer.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise FollowupError(
            code="CLI004",
            what="nobody can be asked here",
            where="stdin",
            why=f"it is no terminal, and the question is: {question}",
            next="add --yes",
        )
    if not typer.confirm(question, err=True):
        out.remark("Nothing was done.")
        raise typer.Exit(ExitCode.FAILED)
