"""
A group of commands, some of which are imported only when somebody uses them: `--help` must answer at once.

    class Root(Group):
        elsewhere = {"stuck": Elsewhere("cli.stuck:stuck", "What needs a person.")}
"""

from collections import abc
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import typer
from typer.core import TyperGroup

from cli.verb import CliVerb

if TYPE_CHECKING:  # Typer's own copy of Click; its classes are named only where TyperGroup's methods name them
    from typer._click import Command, Context, HelpFormatter


PASSED_ON: Final = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


class Elsewhere(NamedTuple):
    """A command in a module that is not imported yet."""

    place: str
    """`module:name` of a Typer app, a CliVerb or a plain function."""
    help: str
    passes_on: bool = False
    """Whether a plain function takes whatever is typed behind it, options and `--help` too, as its context's args."""

    @property
    def exists(self) -> bool:
        """Whether there is such a module."""
        return find_spec(self.place.partition(":")[0]) is not None


class Group(TyperGroup):
    """A group whose commands stand in its app, or elsewhere."""

    elsewhere: ClassVar[dict[str, Elsewhere]] = {}

    def list_commands(self, ctx: "Context") -> list[str]:
        """Every command, those of the app first."""
        return [*super().list_commands(ctx), *(name for name, place in self.elsewhere.items() if place.exists)]

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """The command, imported if need be."""
        place = self.elsewhere.get(cmd_name)
        if place is not None and place.exists and cmd_name not in self.commands:
            self.commands[cmd_name] = _imported(cmd_name, place)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: "Context", args: list[str]) -> "tuple[str | None, Command | None, list[str]]":
        """As ever; a misspelt command is compared with those elsewhere too, and none of them imported for it."""
        names = self.list_commands(ctx)
        if args and args[0] not in names:
            near = get_close_matches(args[0], names, n=2)
            hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """The list of commands, without importing any."""
        names = self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names))
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._help_of(name, limit)) for name in dict.fromkeys(names)])

    def _help_of(self, name: str, limit: int) -> str:
        if name in self.elsewhere:
            return self.elsewhere[name].help
        return self.commands[name].get_short_help_str(limit)


def _imported(name: str, place: Elsewhere) -> "Command":
    module, _, attribute = place.place.partition(":")
    found: object = getattr(import_module(module), attribute)
    holder = typer.Typer(add_completion=False, rich_markup_mode=None)
    match found:
        case typer.Typer():
            holder.add_typer(found, name=name)
        case CliVerb():
            found.mount(holder, name)
        case abc.Callable():
            holder.command(name, context_settings=PASSED_ON if place.passes_on else None)(found)
        case _:
            raise TypeError(f"{place.place} is no command")
    return typer.main.get_group(holder).commands[name]
