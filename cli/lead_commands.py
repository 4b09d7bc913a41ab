"""What people command for one lead. Each is kept, rung, and answered from its row."""

import inspect
from collections import abc
from typing import Annotated, Any, Final

import typer

from cli.output import Output
from cli.posting import Asking, ByOption, LeadArgument, RequestOption, WaitOption, end_in_vain, posted, tell
from cli.values import coming, identifier, steady
from cli.verb import CliVerb, verb
from engine.words import Stage, Verb

ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the audit trail.")]

Data = dict[str, object]
"""What a command says, by the names of CommandData."""


def _option(name: str, annotation: object, default: object = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


ABOUT: Final = {"out": _option("out", Output), "lead": _option("lead", LeadArgument)}

COMMON: Final = {
    "reason": _option("reason", ReasonOption, ""),
    "by": _option("by", ByOption, None),
    "request": _option("request", RequestOption, None),
    "wait": _option("wait", WaitOption, 10),
}
"""What may be said of every command."""


def command(what: Verb, *examples: str) -> abc.Callable[[abc.Callable[..., Data]], CliVerb]:
    """A function from the options that are its own to what the command says becomes a verb about one lead."""

    def as_verb(function: abc.Callable[..., Data]) -> CliVerb:
        own = inspect.signature(function).parameters

        def run(out: Output, /, lead: str, **given: Any) -> None:
            said = function(**{name: given[name] for name in own})
            asking = Asking.of(given["by"], given["request"], given["wait"])
            _command(out, what, lead, asking, said | {"reason": given["reason"]})

        options = {**ABOUT, **own, **COMMON}.values()
        run.__doc__ = function.__doc__
        run.__signature__ = inspect.Signature([option.replace(kind=option.KEYWORD_ONLY) for option in options])  # type: ignore[attr-defined] # Typer reads it; mypy has no such attribute
        return verb(*examples, name=what.value)(run)

    return as_verb


@command(
    Verb.ENROLL,
    "followup lead enroll rosa@example.com speed-to-lead --reason 'asked for it on the phone'",
    "followup lead enroll crm:4711 win-back -o json",
)
def enroll(sequence: Annotated[str, typer.Argument(metavar="SEQUENCE", help="A published sequence.")]) -> Data:
    """Start a sequence for the lead; a refusal is answered with its reason, and exit code 1."""
    return {"sequence": sequence}


@command(
    Verb.PAUSE, "followup lead pause crm:4711 --until +3d --reason 'on holiday'", "followup lead pause rosa@example.com"
)
def pause(
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Goes on by itself then; without it, a person is asked later.")
    ] = None,
    request: RequestOption = None,
) -> Data:
    """Let nothing automatic happen to the lead."""
    return {"until": None if until is None else coming(steady(until, request))}


@command(Verb.RESUME, "followup lead resume crm:4711")
def resume() -> Data:
    """End a pause; remaining waits go on where they were."""
    return {}


@command(Verb.RETRY, "followup lead retry crm:4711 --reason 'corrected the address'")
def retry() -> Data:
    """Let a lead that was parked for a person try again, after you have mended what was wrong."""
    return {}


@command(Verb.SKIP, "followup lead skip crm:4711 --step first-call --reason 'called already'")
def skip(
    step: Annotated[
        str | None,
        typer.Option(metavar="STEP", help="Only if the lead stands before this step: said twice, skips once."),
    ] = None,
) -> Data:
    """Leave out the step the lead stands before."""
    return {"step": step}


@command(Verb.JUMP, "followup lead jump crm:4711 --stage nurture", "followup lead jump crm:4711 --step what-to-expect")
def jump(
    stage: Annotated[Stage | None, typer.Option(help="A stage of its sequence.")] = None,
    step: Annotated[str | None, typer.Option(metavar="STEP", help="A step of its sequence.")] = None,
) -> Data:
    """Move the lead to another stage or step of its sequence."""
    if stage is None and step is None:
        raise typer.BadParameter("name a --stage, a --step or both")
    return {"stage": stage, "step": step}


@command(Verb.REASSIGN, "followup lead reassign crm:4711 --owner rep-2 --reason 'rep-1 is ill'")
def reassign(owner: Annotated[str, typer.Option(parser=identifier, metavar="ID", help="The new owner.")]) -> Data:
    """Make somebody else responsible for the lead, its open tasks included."""
    return {"owner": owner}


@command(Verb.STOP, "followup lead stop crm:4711 --reason 'bought from somebody else'")
def stop() -> Data:
    """End what runs for the lead; its open tasks are cancelled."""
    return {}


def _command(out: Output, what: Verb, lead: str, asking: Asking, said: Data) -> None:
    """File it, ring, and tell what it led to."""
    from adapters.views.finding import find
    from api.commands import command as letter_of
    from cli.office import open_office
    from engine.life.events import CommandData

    with open_office(writes=True) as office:
        with office.database.reading() as transaction:
            meant = find(transaction, office.people, lead)
        letter = letter_of(what, CommandData.model_validate(said), asking.by, asking.request, out.now)
        became = posted(office, letter, meant, asking.wait)
    tell(out, became)
    end_in_vain(became)


VERBS = (enroll, pause, resume, retry, skip, jump, reassign, stop)
