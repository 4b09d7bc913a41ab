"""What is simulated, alone or beside another: a sequence as it is written, or a version of it as it was published."""

from collections import abc
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from cli.against import PUBLISHED

if TYPE_CHECKING:  # as in `cli.sequence`: `--help` answers at once
    from adapters.sequence_files import SequenceFiles
    from rehearsal.company import Company


class Side(NamedTuple):
    """A sequence, and the company in which it runs."""

    sequence: str
    """Its name; empty for the whole catalogue."""
    called: str
    """What tells it apart: its name as it is written, or the version."""
    company: "Company"


def sides(said: abc.Sequence[str], owners: int, closed: tuple[date, ...]) -> tuple[Side, ...]:
    """
    What each of the words means: a sequence of the files, `name@hash` or the beginning of it, or `published`.

    `published` is the version in force of the first sequence that is named. The database is opened for versions only.
    Raises: FollowupError SEQ051 for a name that is not written, PUB006 for a version that is none.
    """
    from cli import written

    files = written.files()
    first = next((word.partition("@")[0] for word in said if word != PUBLISHED), PUBLISHED)
    ours = {"owners": tuple(f"rep-{number + 1}" for number in range(owners)), "closed": closed}
    found = (_side(files, word, first) for word in said)
    return tuple(side._replace(company=side.company.model_copy(update=ours)) for side in found)


def _side(files: "SequenceFiles", word: str, first: str) -> Side:
    if word == PUBLISHED != first:
        return _published(files, first)
    return _published(files, word) if "@" in word else _written(files, word)


def _written(files: "SequenceFiles", name: str) -> Side:
    from cli import written

    if name:
        written.named(files, name)
        files = written.with_draft(files, name)
    return Side(name, name, _company(files))


def _published(files: "SequenceFiles", version: str) -> Side:
    """The version among what is written, so that it differs from today in nothing else."""
    from adapters.catalogue import published
    from api.versions import version_named
    from cli.office import open_records

    with open_records() as records:
        plan = version_named(records.transaction, version)
        running = published(records.transaction)
    return Side(plan.sequence.name, plan.version, _company(files).with_version(plan, running))


def _company(files: "SequenceFiles") -> "Company":
    from cli import written
    from rehearsal.company import company_of

    return company_of(files, written.settings())
