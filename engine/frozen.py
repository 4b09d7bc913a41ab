"""The base of every value in the engine: frozen, strict about unknown fields, hashable."""

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


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


class Terse(Tolerant):
    """A tolerant value whose defaults go without saying: they are not written, and whoever reads it knows them."""

    @model_serializer(mode="wrap")
    def _without_defaults(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        fields = type(self).model_fields
        return {name: value for name, value in handler(self).items() if getattr(self, name) != fields[name].default}
