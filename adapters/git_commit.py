"""Which commit files were taken from, read from the repository's own files: no git has to be installed."""

import re
from pathlib import Path
from typing import Final

COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
LONGEST: Final = 4096
"""Characters of a file that names a commit, a branch or a directory."""


def commit_of(directory: Path) -> str | None:
    """
    The commit that is checked out where this directory is; None outside a repository, or before its first commit.

    Whether the files were changed since, it cannot say.
    """
    for place in (directory, *directory.parents):
        found = place / ".git"
        if found.exists():
            return _head(_repository(found))
    return None


def _repository(found: Path) -> Path:
    """The directory of the repository; a worktree has a file there that names it."""
    said = _line(found) if found.is_file() else None
    return found if said is None else (found.parent / said.removeprefix("gitdir:").strip()).resolve()


def _head(repository: Path) -> str | None:
    head = _line(repository / "HEAD")
    if head is None or not head.startswith("ref:"):
        return _commit(head)
    branch = head.removeprefix("ref:").strip()
    common = _line(repository / "commondir")
    places = (repository, *(() if common is None else ((repository / common).resolve(),)))
    found = (_commit(_line(place / branch)) or _packed(place, branch) for place in places)
    return next((commit for commit in found if commit is not None), None)


def _packed(repository: Path, branch: str) -> str | None:
    try:
        lines = (repository / "packed-refs").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((_commit(line.partition(" ")[0]) for line in lines if line.endswith(f" {branch}")), None)


def _line(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")[:LONGEST].strip()
    except (OSError, UnicodeDecodeError):
        return None


def _commit(said: str | None) -> str | None:
    return said if said is not None and COMMIT.fullmatch(said) else None
