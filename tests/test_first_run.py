"""A fresh clone needs one command, and says what it misses."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FAKE_UV = '[ "$1" = --version ] && exit; echo sync >>"$0.calls"; mkdir -p .venv/bin; ln -sf /bin/true .venv/bin/python'


@pytest.fixture
def clone(tmp_path):
    """What set-up reads of a checkout, below a directory with a space in its name, and a PATH we can add to."""
    checkout = tmp_path / "my work"
    (checkout / "tools").mkdir(parents=True)
    for name in ("pyproject.toml", "uv.lock", "tools/packages.sh"):
        shutil.copy(ROOT / name, checkout / name)
    (tmp_path / "bin").mkdir()
    return checkout


def program(clone: Path, name: str, text: str) -> Path:
    path = clone.parent / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def packages(clone: Path) -> subprocess.CompletedProcess[str]:
    path = f"{clone.parent / 'bin'}:/usr/bin:/bin"
    environment = {"HOME": str(clone.parent), "PATH": path, "XDG_CACHE_HOME": str(clone.parent / "cache")}
    return subprocess.run(
        [clone / "tools" / "packages.sh"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def calls(uv: Path) -> int:
    return len(Path(f"{uv}.calls").read_text().split())


def test_packages_are_installed_once_and_again_when_the_lock_changes(clone):
    """The second `make demo` starts at once, and a pulled change is never missed."""
    uv = program(clone, "uv", FAKE_UV)
    assert [packages(clone).returncode, packages(clone).returncode] == [0, 0]
    assert calls(uv) == 1

    (clone / "uv.lock").write_text("another lock")
    assert packages(clone).returncode == 0
    assert calls(uv) == 2


def test_a_checkout_that_was_moved_is_set_up_again(clone):
    """Its scripts still point to where it was."""
    uv = program(clone, "uv", FAKE_UV)
    packages(clone)
    moved = clone.rename(clone.with_name("elsewhere"))
    assert packages(moved).returncode == 0
    assert calls(uv) == 2


@pytest.mark.parametrize(
    ("said", "told", "cure"),
    [
        pytest.param("No space left on device (os error 28)", "the disk is full", "UV_CACHE_DIR", id="disk"),
        pytest.param("client error (Connect): dns error", "cannot be reached", "HTTPS_PROXY", id="network"),
        pytest.param("No interpreter found for Python >=3.11", "no Python 3.11", "install Python", id="Python"),
        pytest.param("Permission denied (os error 13)", "cannot be written", "to yourself", id="rights"),
        pytest.param("something new", "could not install", "packages.log", id="anything else"),
    ],
)
def test_a_failed_installation_says_what_is_missing_and_what_to_do(clone, said, told, cure):
    """The installer's own words stay, and two lines in ours follow them."""
    program(clone, "uv", f'[ "$1" = --version ] && exit; echo "{said}" >&2; exit 2')
    failed = packages(clone)
    assert failed.returncode == 1
    assert said in failed.stderr
    assert told in failed.stderr
    assert cure in failed.stderr
    assert not (clone / ".venv" / "followup-installed").exists()


def test_a_python_without_venv_is_named(clone):
    """Debian's own comes without, and its own message is long."""
    program(clone, "uv", "exit 1")  # none that works
    program(clone, "python3", "echo 'ensurepip is not available.'; exit 1")
    failed = packages(clone)
    assert failed.returncode == 1
    assert "apt install python3-venv" in failed.stderr


def test_make_lists_everything_it_can_do():
    """The list is the manual of the commands, so none may be missing from it."""
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    listed = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    for target in set(phony[1].split()) - {"packages"}:  # a part of the others
        assert re.search(rf"^  make {target} +\S", listed.stdout, re.MULTILINE), target
