"""What operations teams wrote, as the verbs of `followup sequence` ask for it: the catalogue, and drafts beside it."""

import sys
from collections import abc
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import FollowupError

if TYPE_CHECKING:  # pydantic and the adapters are imported when a verb asks, so that `--help` answers at once
    from adapters.sequence_files import SequenceFiles
    from adapters.settings import Settings
    from engine.sequence.compiled import Sequence


def files() -> "SequenceFiles":
    """What the settings name. Raises: FollowupError, the first of all there are."""
    from adapters import sequence_files

    ours = settings()
    for fault in faults(ours):
        raise fault
    return sequence_files.load(ours.catalogue, ours.templates)


def named(files: "SequenceFiles", name: str) -> "Sequence":
    """The sequence of that name; of a draft and what runs, the one that runs. Raises: FollowupError SEQ051."""
    known = {sequence.name: sequence for sequence in (*drafts(files).catalogue.sequences, *files.catalogue.sequences)}
    if name not in known:
        raise FollowupError(
            code="SEQ051",
            what=f"there is no sequence {name!r}, in the catalogue or as a draft beside it",
            where=str(files.catalogue.place),
            next=f"write one of: {', '.join(known)}; write a new one in a file beside the catalogue, then add it there",
        )
    return known[name]


def with_draft(files: "SequenceFiles", name: str) -> "SequenceFiles":
    """The files, as if the draft of that name stood highest in their catalogue; as they are when it stands there."""
    catalogue = files.catalogue
    found = [draft for draft in drafts(files).catalogue.written if draft.part.name == name]
    if any(sequence.name == name for sequence in catalogue.sequences):
        return files
    return replace(files, catalogue=replace(catalogue, written=(*found, *catalogue.written)))


def drafts(files: "SequenceFiles") -> "SequenceFiles":
    """The same files, with what the catalogue does not list in the catalogue's place."""
    from adapters.sequence_files import package_of
    from engine.authoring import reading

    return replace(files, catalogue=reading.drafts(package_of(settings().catalogue), files.catalogue))


def settings() -> "Settings":
    """What the environment says. Raises: FollowupError CFG001."""
    from adapters.settings import read_settings

    return read_settings()


def faults(settings: "Settings") -> abc.Sequence[FollowupError]:
    """Every line that cannot be meant, in the working directory's modules as well as in installed ones."""
    from adapters.sequence_files import package_of
    from engine.authoring import reading

    if "" not in sys.path:
        sys.path.append("")
    try:
        return reading.faults(package_of(settings.catalogue))
    except FollowupError as error:
        return (error,)
