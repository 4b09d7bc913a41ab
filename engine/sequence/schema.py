"""The JSON schemas of what machines are given of a sequence, for editors and for whoever builds on it."""

from typing import Final

from pydantic import JsonValue, RootModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from engine.frozen import Frozen
from engine.sequence.comparison import Comparison
from engine.sequence.compiled import Sequence
from engine.sequence.describe import Description
from engine.sequence.graph import Graph

MODELS: Final[dict[str, type[Frozen]]] = {
    "sequence": Sequence,
    "description": Description,
    "change": Comparison,
    "graph": Graph,
}
"""What there is a schema of."""


class Schema(RootModel[dict[str, JsonValue]], frozen=True):
    """A JSON schema."""


def schema_of(document: str) -> Schema:
    """The schema of one of MODELS, the same bytes every time."""
    found = MODELS[document].model_json_schema(schema_generator=_OnTheWall)
    return Schema({"$schema": GenerateJsonSchema.schema_dialect, **found})


class _OnTheWall(GenerateJsonSchema):
    """Times as they stand on the lead's wall: JSON Schema's own format `time` wants a zone behind them."""

    def time_schema(self, schema: object) -> JsonSchemaValue:
        return {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"}
