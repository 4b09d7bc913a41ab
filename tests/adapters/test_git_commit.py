"""A publication names the commit it was made from, wherever git keeps that, and without git."""

import subprocess
from pathlib import Path

import pytest

from adapters.git_commit import commit_of

ONE, OTHER = "1f0c8a2b9d3e4f5061728394a5b6c7d8e9f00112", "2" * 40


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose branch `main` is at ONE."""
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / ".git" / "refs" / "heads" / "main").write_text(f"{ONE}\n")
    (tmp_path / "company" / "sequences").mkdir(parents=True)
    return tmp_path


def test_the_commit_is_found_from_any_folder_below(repository: Path):
    """Sequences rarely lie at the top."""
    assert commit_of(repository / "company" / "sequences") == ONE


def test_a_commit_that_is_checked_out_by_itself_is_one(repository: Path):
    """Pipelines check out a commit, not a branch."""
    (repository / ".git" / "HEAD").write_text(f"{OTHER}\n")
    assert commit_of(repository) == OTHER


def test_a_packed_branch_is_found(repository: Path):
    """Git packs branches when it cleans up."""
    (repository / ".git" / "refs" / "heads" / "main").unlink()
    packed = f"# pack-refs with: peeled\n{OTHER} refs/heads/xmain\n{ONE} refs/heads/main\n^{OTHER}\n"
    (repository / ".git" / "packed-refs").write_text(packed)
    assert commit_of(repository) == ONE


def test_git_itself_says_the_same_also_in_a_worktree(tmp_path: Path):
    """In a second worktree `.git` is a file, and the branch lies elsewhere."""

    def git(*words: str) -> str:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        return subprocess.run(("git", *who, *words), check=True, capture_output=True, text=True).stdout.strip()

    here, there = tmp_path / "here", tmp_path / "there"
    git("init", "-q", str(here))
    git("-C", str(here), "commit", "-q", "--allow-empty", "-m", "first")
    git("-C", str(here), "worktree", "add", "-q", str(there), "-b", "feature/words")
    git("-C", str(there), "commit", "-q", "--allow-empty", "-m", "second")
    for place in (here, there):
        assert commit_of(place) == git("-C", str(place), "rev-parse", "HEAD")
    assert commit_of(here) != commit_of(there)


@pytest.mark.parametrize("head", ["", "ref: refs/heads/none", "nonsense", "ref: ../../secret", b"\xff\xfe"])
def test_what_names_no_commit_is_no_error(repository: Path, head: str | bytes):
    """Publishing must not depend on it."""
    (repository / ".git" / "HEAD").write_bytes(head if isinstance(head, bytes) else head.encode())
    assert commit_of(repository) is None


def test_outside_of_a_repository_there_is_none(tmp_path: Path):
    """Some keep their sequences in no repository at all."""
    assert commit_of(tmp_path) is None
