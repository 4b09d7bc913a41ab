"""`followup lead messages`: what was written to a lead, word for word."""

from collections import abc
from typing import TYPE_CHECKING

from cli.output import Output
from cli.posting import LeadArgument
from cli.verb import verb
from engine.sequence.wording import say_words

if TYPE_CHECKING:
    from adapters.views.messages import Written


@verb("followup lead messages rosa@example.com", "followup lead messages crm:4711 -o json")
def messages(out: Output, lead: LeadArgument) -> None:
    """Every message to the lead as it was written, with what became of it."""
    from adapters.views.finding import find
    from adapters.views.messages import written_to
    from cli.office import open_records

    with open_records() as records:
        meant = find(records.transaction, records.people, lead)
        written = written_to(records.transaction, meant)
        zone = records.settings.org_zone
    out.each(written, lambda message: _lines(out, message, zone), "nothing was written to this lead")


def _lines(out: Output, message: "Written", zone: str) -> abc.Iterator[str]:
    yield f"{out.moment(message.at, zone)}  {message.channel} {message.step}: {say_words(message.state)}"
    yield f"    from {message.sender}"
    if message.subject:
        yield f"    {message.subject}"
    yield ""
    yield from (f"    {line}".rstrip() for line in message.text.splitlines())
    yield ""
