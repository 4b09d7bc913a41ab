"""What is published at once, before it is in any database."""

from engine.frozen import Frozen
from engine.life.wishes import Plan
from engine.sequence.fields import DeclaredField
from engine.sequence.pipeline import Pipeline


class TemplateText(Frozen):
    """A template as it was published."""

    digest: str
    text: str


class Release(Frozen):
    """What is published at once: everything that runs from now on."""

    plans: tuple[Plan, ...]
    """Highest first."""
    templates: tuple[TemplateText, ...]
    pipeline: Pipeline | None = None
    fields: tuple[DeclaredField, ...] = ()
