"""
A verb: one command with what all commands have in common.

    @verb("followup stuck", "followup stuck -o json")
    def stuck(out: Output, limit: Annotated[int, typer.Option()] = 200) -> None:
        \"\"\"What needs a person.\"\"\"

    stuck.mount(app)

Every verb takes `-o` and the other flags below, tells its errors in one shape, and gives up in time.
"""

import inspect
import os
import signal
import traceback
from collections import abc
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from types import FrameType
from typing import Annotated, Any, Concatenate, Final, NoReturn, ParamSpec, get_args, get_type_hints

import typer

from cli.output import Color, Format, Output, TimeFormat
from cli.process import meaning_of
from engine.errors import FollowupError

Parameters = ParamSpec("Parameters")

Run = abc.Callable[..., None]

LONGEST: Final = 1_000_000.0
SHORTEST: Final = 0.001
"""Seconds. Sooner, the alarm could ring before anybody listens for it."""

OutputFlag = Annotated[Format | None, typer.Option("-o", "--output", help="How to answer.", show_default="text")]
TimeFlag = Annotated[TimeFormat | None, typer.Option(help="How text says when.", show_default="relative")]
ColorFlag = Annotated[Color | None, typer.Option(help="NO_COLOR is heeded too.", show_default="auto")]
ProfileFlag = Annotated[str | None, typer.Option(help="The profile of temporal.toml to connect with.")]
TimeoutFlag = Annotated[
    float | None,
    typer.Option(min=0, max=LONGEST, metavar="SECONDS", help="Give up after so long.", show_default="never"),
]
DebugFlag = Annotated[bool | None, typer.Option("--debug", help="Show where an error came from.")]


@dataclass(frozen=True)
class Flags:
    """What may stand before or behind any verb."""

    output: OutputFlag = None
    time_format: TimeFlag = None
    color: ColorFlag = None
    profile: ProfileFlag = None
    command_timeout: TimeoutFlag = None
    debug: DebugFlag = None

    def over(self, others: "Flags") -> "Flags":
        """These flags, and the others' where these say nothing."""
        said = {name: getattr(self, name) for name in FLAGS}
        return replace(others, **{name: value for name, value in said.items() if value is not None})

    def output_of(self) -> Output:
        """The output they ask for."""
        return Output(
            format=self.output or Format.TEXT,
            times=self.time_format or TimeFormat.RELATIVE,
            color=self.color or Color.AUTO,
            debug=self.debug or False,
        )


FLAGS: Final = get_type_hints(Flags, include_extras=True)


@dataclass(frozen=True)
class CliVerb:
    """A command that can be mounted."""

    name: str
    run: Run
    examples: tuple[str, ...]

    def mount(self, app: typer.Typer, name: str | None = None) -> None:
        """Make it a command of the app."""
        examples = "\n".join(f"  {example}" for example in self.examples)
        app.command(name or self.name, epilog=f"\b\nExamples:\n{examples}")(self.run)


def verb(
    *examples: str, name: str | None = None, formats: type[StrEnum] = Format
) -> abc.Callable[[abc.Callable[Concatenate[Output, Parameters], None]], CliVerb]:
    """
    A function that takes an Output and its own options becomes a command with ours as well.

    `formats` are those of `-o`: the ordinary ones, and whatever the verb can write besides (see `Output.own`).
    """

    def as_verb(function: abc.Callable[Concatenate[Output, Parameters], None]) -> CliVerb:
        return CliVerb(name or function.__name__.replace("_", "-"), _with_flags(function, formats), examples)

    return as_verb


def _with_flags(function: Run, formats: type[StrEnum]) -> Run:
    def run(context: typer.Context, **given: Any) -> None:
        ordinary, own = _format(given.pop("output"))
        behind = Flags(output=ordinary, **{name: given.pop(name) for name in FLAGS if name != "output"})
        flags = behind.over(context.find_root().obj or Flags())
        out = replace(flags.output_of(), own=own)
        with told(out), at_most(flags.command_timeout), connecting_by(flags.profile):
            function(out, **given)

    run.__doc__ = function.__doc__
    run.__signature__ = _signature(function, formats)  # type: ignore[attr-defined] # Typer reads it; mypy has no such attribute
    return run


def _signature(function: Run, formats: type[StrEnum]) -> inspect.Signature:
    """The function's own options, and ours behind them."""
    signature = inspect.signature(function)
    _, *own = signature.parameters.values()
    keywords = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in (FLAGS | {"output": Annotated[formats | None, *get_args(OutputFlag)[1:]]}).items()
    ]
    return signature.replace(parameters=[context, *keywords, *common])


def _format(chosen: StrEnum | None) -> tuple[Format | None, str]:
    """The ordinary format that was chosen, and the verb's own one, which is a way to write text."""
    if chosen is None:
        return None, ""
    return (Format(chosen), "") if chosen in tuple(Format) else (Format.TEXT, chosen.value)


@contextmanager
def told(out: Output) -> abc.Iterator[None]:
    """An error of ours is told, and becomes the exit code it stands for."""
    try:
        yield
    except FollowupError as error:
        if out.debug:
            traceback.print_exc()
        out.error(error)
        raise typer.Exit(meaning_of(error)) from error


@contextmanager
def at_most(seconds: float | None) -> abc.Iterator[None]:
    """
    End what is under way after so many seconds, as Ctrl-C would.

    Raises: FollowupError CLI002.
    """
    if not seconds:
        yield
        return
    late = False

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal late
        late = True
        signal.raise_signal(signal.SIGTERM)  # which `cli.process` takes for Ctrl-C, whatever that means right now

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, max(seconds, SHORTEST))
        yield
    except KeyboardInterrupt:
        if late:
            _give_up(seconds)
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def connecting_by(profile: str | None) -> abc.Iterator[None]:
    """Temporal's own variable names the profile; a flag stands above it."""
    if profile is None:
        yield
        return
    before = os.environ.get("TEMPORAL_PROFILE")
    os.environ["TEMPORAL_PROFILE"] = profile
    try:
        yield
    finally:
        os.environ.pop("TEMPORAL_PROFILE")
        if before is not None:
            os.environ["TEMPORAL_PROFILE"] = before


def _give_up(seconds: float) -> NoReturn:
    raise FollowupError(
        code="CLI002",
        what=f"the command was not finished within {seconds:g} s",
        where="--command-timeout",
        why="Temporal, the database or a lead's look took longer",
        next="allow it more time, or see what is slow with `followup doctor`",
    ) from None
