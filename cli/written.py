"""What operations teams wrote, as the verbs of `followup sequence` ask for it: the catalogue, and drafts beside it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import FollowupError

if TYPE_CHECKING:  # pydantic and the adapters are imported when a verb asks, so that `--help` answers at once
    from adapters.sequence_files import SequenceFiles
    from adapters.settings import Settings
    from engine.sequence.compiled import Sequence


def files() -> "SequenceFiles":
    """What the settings name. Raises: FollowupError, the first of all there are."""
    from adapters import apart

    reading = apart.begin(settings().sequences)
    from adapters import sequence_files  # it takes as long as the reading

    return sequence_files.load(reading)


def named(files: "SequenceFiles", name: str) -> "Sequence":
    """The sequence of that name; of a draft and what runs, the one that runs. Raises: FollowupError SEQ051."""
    known = {
        sequence.name: sequence for sequence in (*(draft.part for draft in files.drafts), *files.catalogue.sequences)
    }
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
    found = [draft for draft in files.drafts if draft.part.name == name]
    if any(sequence.name == name for sequence in catalogue.sequences):
        return files
    return replace(files, catalogue=replace(catalogue, written=(*found, *catalogue.written)))


def settings() -> "Settings":
    """What the environment says. Raises: FollowupError CFG001."""
    from adapters.settings import read_settings

    return read_settings()
