"""
The `followup` command.

Everything heavy is imported by the verb that needs it, so that `followup --help` answers at once.
"""

import os
import re
import sys
from collections import abc
from typing import ClassVar, NoReturn

import typer

from cli import process
from cli.group import Elsewhere, Group
from cli.output import Format
from cli.values import is_text
from cli.verb import ColorFlag, DebugFlag, Flags, OutputFlag, ProfileFlag, TimeFlag, TimeoutFlag
from engine.errors import FollowupError

COMPLETING = "_FOLLOWUP_COMPLETE"
"""Set by the shell while it asks what could be typed next."""


ASKED_FORMAT = re.compile(rf"(?:^| )(?:-o ?|--output[ =])({'|'.join(Format)})(?: |$)")


class Root(Group):
    """The whole command."""

    elsewhere: ClassVar[dict[str, Elsewhere]] = {
        "demo": Elsewhere("cli.demo.command:command", "Show leads living through the six stages, on a real server."),
        "dev": Elsewhere("cli.dev:command", "Run Temporal, a worker and the database here, until Ctrl-C."),
        "lead": Elsewhere("cli.lead:app", "Add, show, explain and steer leads."),
        "task": Elsewhere("cli.task:app", "What people have to do, and what they have done."),
        "sequence": Elsewhere("cli.sequence:app", "Read, check, rehearse and publish sequences."),
        "engine": Elsewhere("cli.engine:app", "What another release would decide differently, before it is deployed."),
        "switch": Elsewhere("cli.switch:app", "Turn sending off for everybody, a channel or a sequence, and on again."),
        "stuck": Elsewhere("cli.stuck:stuck", "What needs a person, each with the command that repairs it."),
        "upcoming": Elsewhere("cli.upcoming:upcoming", "What leaves next, to whom and in whose name."),
        "rebuild": Elsewhere("cli.rebuild:rebuild", "Start the workflow of every open lead that has none."),
        "doctor": Elsewhere("cli.doctor:doctor", "Check this machine and what it is connected to."),
        "temporal": Elsewhere(
            "cli.temporal:command",
            "Temporal's own command line, on the same server.",
            passes_on=True,
        ),
        "database": Elsewhere("cli.database:app", "Bring the database to the shape this release needs."),
    }

    def main(
        self,
        args: abc.Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: object,
    ) -> NoReturn:
        """Run what was asked for; every end is an exit code, and what we do not expect is `cli.process`'s to tell."""
        if COMPLETING in os.environ:
            super().main(args, "followup", complete_var)
        asked = list(sys.argv[1:] if args is None else args)
        try:
            _refuse_what_is_no_text(asked)
            with self.make_context("followup", [*asked]) as context:
                self.invoke(context)
        except typer.Exit as end:
            sys.exit(end.exit_code)
        except typer.Abort:
            sys.exit(process.ExitCode.INTERRUPTED)
        except typer.TyperException as wrong:
            _explain_usage(wrong, asked)
            sys.exit(process.ExitCode.USAGE)
        sys.exit(process.ExitCode.OK)


app = typer.Typer(
    cls=Root,
    help="Follow-up sequences that cannot be forgotten: each lead is one durable Temporal workflow.",
    epilog="Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 differences, 4 Temporal or database away, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def followup(
    context: typer.Context,
    output: OutputFlag = None,
    time_format: TimeFlag = None,
    color: ColorFlag = None,
    profile: ProfileFlag = None,
    command_timeout: TimeoutFlag = None,
    debug: DebugFlag = None,
) -> None:
    context.obj = Flags(output, time_format, color, profile, command_timeout, debug)


def main() -> int:
    """The command line, to its end."""
    app()
    return process.ExitCode.OK


def run() -> NoReturn:
    """What the `followup` script starts."""
    process.run(main)


def _refuse_what_is_no_text(asked: abc.Sequence[str]) -> None:
    """Raises: typer.BadParameter for bytes that are not UTF-8, which nothing we write to can keep."""
    for word in asked:
        if not is_text(word):
            raise typer.BadParameter(f"{word!r} is no text in UTF-8; write it, or name the file, in UTF-8")


def _explain_usage(wrong: typer.TyperException, asked: abc.Sequence[str]) -> None:
    """A wrong command line, told as every other error of ours; no command at all asks for help."""
    out = Flags(output=_format_asked_for(asked)).output_of()
    message = wrong.format_message().replace("Value error, ", "")
    if message.startswith("Usage:"):
        if out.format is Format.TEXT:
            sys.stderr.write(f"{message}\n")
            return
        message = "no command is named"
    context = getattr(wrong, "ctx", None)  # a usage error knows it; Typer's public exceptions do not say so
    path = "followup" if context is None else context.command_path
    out.error(FollowupError(code="CLI001", what=message, where=path, next=f"{path} --help"))


def _format_asked_for(asked: abc.Sequence[str]) -> Format:
    """How the answer was wanted, as far as a command line that cannot be understood says."""
    found = ASKED_FORMAT.search(" ".join(asked))
    return Format(found[1]) if found else Format.TEXT


if __name__ == "__main__":
    run()
