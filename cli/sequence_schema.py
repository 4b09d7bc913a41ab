"""`followup sequence schema`: the JSON schemas of what the other verbs write."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.output import Output
from cli.verb import verb


class Document(StrEnum):
    """What there is a schema of."""

    SEQUENCE = "sequence"
    DESCRIPTION = "description"
    CHANGE = "change"
    GRAPH = "graph"


@verb("followup sequence schema > sequence.schema.json", "followup sequence schema description")
def schema(
    out: Output,
    document: Annotated[
        Document,
        typer.Argument(
            help="A compiled sequence, as `list -o json` writes it; or what `describe`, `describe --against` "
            "and `graph` write."
        ),
    ] = Document.SEQUENCE,
) -> None:
    """The JSON schema of a compiled sequence, or of what is told about one."""
    from engine.sequence.schema import schema_of

    found = schema_of(document.value)
    out.one(found, lambda: [("", line) for line in found.model_dump_json(indent=2).splitlines()])
