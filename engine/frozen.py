"""The base of every value in the engine: frozen, strict about unknown fields, hashable."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that stays true once seen. Collections in it are tuples."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )


class Tolerant(Frozen):
    """A value that machines send: fields we do not know are ignored, so old and new code can meet."""

    model_config = ConfigDict(extra="ignore")
