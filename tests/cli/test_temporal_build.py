"""The server is built once, from pins, and whoever cannot build it learns why and what to do."""

import os
import stat
import threading
from pathlib import Path

import pytest

from cli.temporal_build import CHECKOUT, SourceUnavailable, build, cache_directory, pinned
from engine.errors import FollowupError

GO = """#!/bin/sh
case "$1" in
    version) echo "go version go{version} linux/amd64" ;;
    list) echo one; echo two ;;
    build) echo build >>"$0.builds"; {building} ;;
esac
"""
WRITES_A_BINARY = 'while [ "$1" != -o ]; do shift; done; echo server >"$2"'


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A user with an empty cache and nothing but a shell on the PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path


def install_go(machine: Path, building: str = WRITES_A_BINARY, version: str = "1.99.0") -> Path:
    go = machine / "bin" / "go"
    go.write_text(GO.format(building=building, version=version))
    go.chmod(go.stat().st_mode | stat.S_IXUSR)
    return go


def builds(go: Path) -> int:
    return len(Path(f"{go}.builds").read_text().split())


def finished(machine: Path) -> list[Path]:
    return list((machine / "cache" / "followup").glob("temporal-*-go*"))


def test_a_build_is_made_once_and_told(machine):
    """The first run takes minutes and says so; every later one takes none."""
    told: list[str] = []
    go = install_go(machine)

    binary = build(told.append)
    assert binary.read_text() == "server\n"
    assert "5 to 10 minutes" in told[0]

    assert build(told.append) == binary
    assert builds(go) == 1


def test_two_checkouts_share_one_build_also_when_both_want_it_at_once(machine):
    """The second waits for the first; it neither builds again nor takes a half-written file."""
    os.mkfifo(machine / "second-waits")
    go = install_go(machine, building=f"read -r _ <'{machine}/second-waits'; {WRITES_A_BINARY}")
    built: list[Path] = []

    def checkout() -> None:
        def progress(line: str) -> None:
            if "waiting for it" in line:
                (machine / "second-waits").write_text("go on\n")

        built.append(build(progress))

    checkouts = [threading.Thread(target=checkout, daemon=True) for _ in range(2)]
    for thread in checkouts:
        thread.start()
    for thread in checkouts:
        thread.join(60)
    assert len(built) == 2
    assert len(set(built)) == 1
    assert builds(go) == 1


def test_a_build_that_broke_off_leaves_nothing_that_looks_finished(machine):
    """A half-written server would fail much later, and nobody would suspect the build."""
    install_go(machine, building=f"{WRITES_A_BINARY}; echo 'x.go:1: undefined: y'; exit 1")
    with pytest.raises(FollowupError, match=r"TMP015(.|\n)*undefined: y"):
        build(print)
    assert finished(machine) == []
    assert {left.name for left in (machine / "cache" / "followup").iterdir()} == {"temporal.lock", "temporal-build.log"}


def test_what_was_built_once_runs_without_go(machine):
    """Taking the compiler away later must not take the server away."""
    go = install_go(machine)
    binary = build(print)
    go.unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(machine / "bin"))
        assert build(print) == binary


@pytest.mark.parametrize(
    ("version", "building", "code", "cure"),
    [
        pytest.param("1.25.9", "", "TMP013", "install Go 1.26", id="Go is too old"),
        pytest.param(
            "1.99.0",
            "echo 'go: golang.org/x/net@v0.58.0: dial tcp: lookup host: no such host'; exit 1",
            "TMP014",
            "HTTPS_PROXY",
            id="no network",
        ),
        pytest.param(
            "1.99.0",
            "echo 'write /tmp/go-build1/b1: no space left on device'; exit 1",
            "TMP016",
            "larger disk",
            id="the disk is full",
        ),
    ],
)
def test_what_is_missing_is_named_with_its_cure(machine, version, building, code, cure):
    """A newcomer reads one message and knows what to install, set or free."""
    install_go(machine, building=building, version=version)
    with pytest.raises(FollowupError) as told:
        build(print)
    assert told.value.code == code
    assert cure in told.value.next


def test_a_machine_without_go_is_told_which_one_to_install(machine, monkeypatch):
    """The commonest first obstacle; another way to a server may still do, so it is no final word."""
    monkeypatch.setenv("PATH", str(machine / "bin"))
    with pytest.raises(SourceUnavailable) as told:
        build(print)
    assert told.value.code == "TMP012"
    assert "install Go 1.26" in told.value.next


def test_another_pin_is_another_file(machine):
    """Changing tools/temporal never runs yesterday's server."""
    install_go(machine)
    assert pinned() in build(print).name


def test_without_a_usable_home_the_cache_is_in_the_checkout(machine, monkeypatch):
    """Service accounts often have none."""
    (machine / "a-file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(machine / "a-file"))
    assert cache_directory() == CHECKOUT / ".cache"
