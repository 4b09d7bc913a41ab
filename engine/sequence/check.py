"""
Everything that can be known about a catalogue before a lead runs on it.

What a single sequence cannot mean is refused while it is built (engine.authoring); this is the rest: what the whole
lacks, what its parts do to each other, and what is probably not what was meant.
"""

from collections.abc import Mapping

from engine.sequence.catalogue import Catalogue
from engine.sequence.check_catalogue import (
    endless_rounds,
    field_meanings,
    names_taken,
    overlaps,
    pipeline_names,
    too_few_touches,
    uncovered_stages,
    unstarted,
)
from engine.sequence.check_stages import (
    asked_too_early,
    bursts,
    calls_only,
    closed_hours,
    conversations_by_mail,
    crowded_days,
    last_words,
    repeated_openings,
    unreachable_stages,
)
from engine.sequence.check_templates import languages_missing, template_faults
from engine.sequence.findings import Finding, in_order
from engine.sequence.pipeline import Pipeline
from engine.sequence.templates import TemplateFacts


def check(
    catalogue: Catalogue,
    templates: Mapping[str, TemplateFacts] | None = None,
    pipeline: Pipeline | None = None,
    folder: str = "templates",
) -> tuple[Finding, ...]:
    """
    All findings, errors first; nothing is published while there is an error.

    Without `templates` every message counts as useful, and without `pipeline` its names are not looked at. `folder` is
    where templates are to be written.
    """
    found = [
        *uncovered_stages(catalogue),
        *too_few_touches(catalogue, templates),
        *endless_rounds(catalogue),
        *overlaps(catalogue),
        *unstarted(catalogue),
        *_in_each(catalogue, templates, pipeline, folder),
    ]
    return in_order(found)


def check_drafts(
    drafts: Catalogue,
    catalogue: Catalogue,
    templates: Mapping[str, TemplateFacts],
    pipeline: Pipeline | None = None,
    folder: str = "templates",
) -> tuple[Finding, ...]:
    """All findings about the drafts beside a catalogue, errors first; its rules for the whole do not apply to them."""
    return in_order([*names_taken(drafts, catalogue), *_in_each(drafts, templates, pipeline, folder)])


def _in_each(
    catalogue: Catalogue, templates: Mapping[str, TemplateFacts] | None, pipeline: Pipeline | None, folder: str
) -> list[Finding]:
    found = [*field_meanings(catalogue)]
    for sequence in catalogue.written:
        found += unreachable_stages(sequence, pipeline)
        found += last_words(sequence)
        found += repeated_openings(sequence)
        found += bursts(sequence)
        found += crowded_days(sequence)
        found += conversations_by_mail(sequence)
        found += calls_only(sequence)
        found += closed_hours(sequence)
        found += asked_too_early(sequence)
    if pipeline is not None:
        found += pipeline_names(catalogue, pipeline)
    if templates is not None:
        found += template_faults(catalogue, templates, folder)
        found += languages_missing(catalogue, templates)
    return found
