"""`followup switch …`: turn sending off for everybody, for a channel, or let a sequence stand still; and on again."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.output import Output
from cli.posting import ByOption
from cli.values import identifier, whoever_asks
from cli.verb import verb
from engine.frozen import Frozen

if TYPE_CHECKING:
    from adapters.database import Transaction

SCOPES: Final = ("all", "channel", "sequence")

ScopeArgument = Annotated[str, typer.Argument(metavar="SCOPE", help=f"What: {', '.join(SCOPES)}.")]
NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="Which channel or sequence; nothing for all.", show_default=False)
]


class Switched(Frozen):
    """What a switch stands at now."""

    scope: str
    name: str
    on: bool
    changed: bool
    """False when it stood so already."""


@verb("followup switch list", "followup switch list -o json", name="list")
def list_switches(out: Output) -> None:
    """What is off now, since when, by whom and why."""
    from adapters.switches import switched_off
    from cli.office import open_records

    with open_records() as records:
        found = switched_off(records.transaction)
    columns = {
        "SCOPE": lambda switch: switch.scope,
        "NAME": lambda switch: switch.name or "-",
        "SINCE": lambda switch: out.when(switch.since),
        "BY": lambda switch: switch.by,
        "REASON": lambda switch: switch.reason or "-",
    }
    out.many(found, columns, "nothing is switched off")


@verb(
    "followup switch off all --reason 'the price in the mails is wrong'",
    "followup switch off channel sms --reason 'trouble at the carrier'",
    "followup switch off sequence inbound-lead --reason 'new words tomorrow' -o json",
)
def off(
    out: Output,
    scope: ScopeArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the audit trail.")],
    name: NameArgument = "",
    by: ByOption = None,
) -> None:
    """Nothing leaves from the next look on; what is with a provider already is not called back."""
    _turn(out, scope, name, by, reason, on=False)


@verb(
    "followup switch on all --reason 'the price is right again'",
    "followup switch on channel sms",
    "followup switch on sequence inbound-lead",
)
def on(
    out: Output,
    scope: ScopeArgument,
    name: NameArgument = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the audit trail.")] = "",
    by: ByOption = None,
) -> None:
    """Whoever stood still for it goes on within minutes, where it was; a worker's sweep rings them."""
    _turn(out, scope, name, by, reason, on=True)


def _turn(out: Output, scope: str, name: str, by: str | None, reason: str, *, on: bool) -> None:
    from adapters.switches import Scope, turn_off, turn_on
    from cli.office import open_office

    if scope not in SCOPES:
        raise typer.BadParameter(f"{scope!r} is no scope; it is {', '.join(SCOPES)}", param_hint="SCOPE")
    turn = turn_on if on else turn_off
    with open_office(writes=True) as office, office.database.transaction() as transaction:
        _check(transaction, Scope(scope), name)
        changed = turn(transaction, Scope(scope), name, by or identifier(whoever_asks()), reason, out.now)
    switched = Switched(scope=scope, name=name, on=on, changed=changed)
    out.one(switched, lambda: [("", _told(switched))])


def _check(transaction: "Transaction", scope: str, name: str) -> None:
    """A switch under a name that nobody has would turn nothing off."""
    known = _names(transaction, scope)
    if name in known:
        return
    if scope == "all":
        raise typer.BadParameter("all has no name", param_hint="NAME")
    what = f"there is no {scope} {name!r}" if name else f"name the {scope}"
    raise typer.BadParameter(f"{what}; there is {', '.join(known) or 'none'}", param_hint="NAME")


def _names(transaction: "Transaction", scope: str) -> tuple[str, ...]:
    from adapters.catalogue import names
    from engine.words import Channel

    match scope:
        case "channel":
            return tuple(Channel)
        case "sequence":
            return names(transaction)
        case _:
            return ("",)


def _told(switched: Switched) -> str:
    what = "everything" if switched.scope == "all" else f"the {switched.scope} {switched.name}"
    state = "on" if switched.on else "off"
    return f"{what} is {state}" if switched.changed else f"{what} was {state} already"


app = typer.Typer(help="Turn sending off, and on again.", no_args_is_help=True, rich_markup_mode=None)

for each in (list_switches, off, on):
    each.mount(app)
