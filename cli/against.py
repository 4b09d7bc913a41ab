"""What a sequence is compared with: what is published, a version of it, or a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.errors import FollowupError

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from adapters.sequence_files import SequenceFiles
    from engine.life.wishes import Plan

PUBLISHED: Final = "published"
FILE: Final = ".json"


def written_plan(files: "SequenceFiles", name: str) -> "Plan":
    """The sequence as it would be published now. Raises: FollowupError SEQ051, TPL006."""
    from dataclasses import replace

    from cli import written

    every = written.with_draft(files, name)
    written.named(files, name)
    one = tuple(sequence for sequence in every.catalogue.written if sequence.part.name == name)
    return replace(every, catalogue=replace(every.catalogue, written=one)).release().plans[0]


def earlier_plan(name: str, against: str) -> "Plan":
    """
    The version to compare with: what is published, `name@hash` or the hash alone, or what stands in a `.json` file.

    Raises: FollowupError SEQ052 when there is none, and those of a database that cannot be read.
    """
    return _from_file(name, Path(against)) if against.endswith(FILE) else _from_database(name, against)


def _from_database(name: str, against: str) -> "Plan":
    from adapters import catalogue
    from cli.office import open_records

    with open_records() as records:
        if against != PUBLISHED:
            version = against if "@" in against else f"{name}@{against}"
            try:
                return catalogue.plan(records.transaction, version)
            except catalogue.NeverPublished as error:
                raise _nothing(f"{version} was never published in this database") from error
        for plan in catalogue.published(records.transaction).plans:
            if plan.sequence.name == name:
                return plan
    raise _nothing(f"no sequence {name!r} is published in this database")


def _from_file(name: str, path: Path) -> "Plan":
    """A compiled sequence or a whole plan, alone or in a list as `followup sequence list -o json` writes it."""
    import json

    from pydantic import ValidationError

    from engine.life.wishes import Plan
    from engine.sequence.compiled import Sequence
    from engine.sequence.version import version_of

    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise _nothing(f"{path} cannot be read", reason or "") from error
    found = read if isinstance(read, list) else [read]
    for document in found:
        try:
            if isinstance(document, dict) and "sequence" in document:
                plan = Plan.model_validate(document)
            else:
                sequence = Sequence.model_validate(document)
                plan = Plan(version=version_of(sequence, ()), sequence=sequence)
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"]))
            raise _nothing(f"{path} holds no compiled sequence", f"at {where or 'its beginning'}") from error
        if plan.sequence.name == name or not isinstance(read, list):
            return plan
    raise _nothing(f"{path} holds no sequence {name!r}")


def _nothing(what: str, why: str = "") -> FollowupError:
    return FollowupError(
        code="SEQ052",
        what=what,
        where="--against",
        why=why,
        next="write --against published, a version that was published, or a file of `followup sequence list -o json`",
    )
