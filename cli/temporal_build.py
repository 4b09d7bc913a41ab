"""
Builds the Temporal server that tools/temporal pins, once per user and machine.

The result lies in the user's cache under a name made of the pins and the Go version, so checkouts share it, a changed
pin is a new file, and a build that was interrupted leaves nothing that looks finished.
"""

import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections import abc
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from cli import child
from engine.errors import FollowupError

CHECKOUT = Path(__file__).resolve().parent.parent
RECIPE = CHECKOUT / "tools" / "temporal"
PACKAGE = "github.com/temporalio/cli/cmd/temporal"
USUALLY = "usually 5 to 10 minutes on two cores, once for all checkouts; it needs the network and 4 GB of disk"
ROOM_FOR_A_LOG = 1_000_000  # bytes; with less, Go's own words about the full disk are lost
REPORT_EVERY = timedelta(seconds=5)
NO_NETWORK = re.compile(
    r"dial tcp|no such host|proxyconnect|i/o timeout|network is unreachable|connection re(fused|set)|TLS handshake"
    r"|module lookup disabled|unexpected EOF|50[234] "
)
DISK_FULL = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)

Progress = abc.Callable[[str], None]
"""Takes one line for a person who waits."""


class SourceUnavailable(FollowupError):
    """The server cannot be had this way on this machine; another way may do."""


class Go(NamedTuple):
    """A Go compiler that is new enough."""

    path: str
    version: str


def build(progress: Progress, package: str = PACKAGE) -> Path:
    """
    The pinned server's binary, or another program of the recipe, built now unless this user has it already.

    Raises: `SourceUnavailable` when Go, the network or the recipe is missing; `FollowupError` when building went wrong.
    """
    name = f"{package.rpartition('/')[2]}-{pinned()}"
    with disk_errors():
        cache = cache_directory()
        go = _go_or_finished(cache, name)
        if isinstance(go, Path):
            return go
        binary = cache / f"{name}-go{go.version}"
        if not binary.exists():
            with _only_builder(cache, progress):
                if not binary.exists():  # another checkout may have built it while we waited
                    with _workspace(cache) as workspace:
                        _build(go, package, workspace, binary, progress)
        return binary


def pinned() -> str:
    """A short name for exactly what tools/temporal says."""
    try:
        recipe = (RECIPE / "go.mod").read_bytes() + (RECIPE / "go.sum").read_bytes()
    except FileNotFoundError as missing:
        raise SourceUnavailable(
            code="TMP010",
            what="there is no recipe to build the Temporal server from",
            where=str(missing.filename),
            why="an installed package does not carry it; a checkout does",
            next="run from a checkout of the project, or put a `temporal` with server 1.32 or newer on the PATH",
        ) from missing
    return hashlib.sha256(recipe).hexdigest()[:12]


def cache_directory() -> Path:
    """Where things lie that may be made again: the user's cache, or the checkout's when the user has none."""
    home = Path(os.environ.get("HOME", "/nonexistent"))
    caches = (Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "followup", CHECKOUT / ".cache")
    for cache in caches:
        try:
            cache.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            continue
        if os.access(cache, os.W_OK | os.X_OK):
            return cache
    raise FollowupError(
        code="TMP011",
        what="there is no directory to keep the Temporal server in",
        where=" or ".join(map(str, caches)),
        why="neither can be written to",
        next="set XDG_CACHE_HOME to a directory of yours",
    )


def find_go() -> Go:
    """The Go compiler on the PATH. Raises: `SourceUnavailable` when there is none, or it is too old for the recipe."""
    needed = _needed_go()
    path = shutil.which("go")
    if path is None:
        raise SourceUnavailable(
            code="TMP012",
            what="Go is not installed",
            why=f"the Temporal server is built from pinned source, with Go {needed} or newer",
            next=f"install Go {needed} or newer and put `go` on the PATH",
        )
    said = subprocess.run([path, "version"], capture_output=True, text=True, check=False, env=_environment(), cwd="/")
    version = re.search(r"go(\d+(?:\.\d+)+)", said.stdout)
    if version is None or _numbers(version[1]) < _numbers(needed):
        raise SourceUnavailable(
            code="TMP013",
            what=f"Go is too old: {version[1] if version else (said.stdout + said.stderr).strip()}",
            where=path,
            why=f"the Temporal server is built from pinned source, with Go {needed} or newer",
            next=f"install Go {needed} or newer and put it first on the PATH",
        )
    return Go(path, version[1])


@contextmanager
def disk_errors() -> abc.Iterator[None]:
    """A full disk, said in our words."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _disk_full(error.filename or os.strerror(error.errno)) from error


def _go_or_finished(cache: Path, name: str) -> Go | Path:
    try:
        return find_go()
    except SourceUnavailable:
        finished = sorted(cache.glob(f"{name}-go*"))  # built when there was a Go
        if not finished:
            raise
        return finished[-1]


@contextmanager
def _only_builder(cache: Path, progress: Progress) -> abc.Iterator[None]:
    # The lock is the kernel's: it ends with its holder, however that ends.
    with (cache / "temporal.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("Another checkout is building the Temporal server right now; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _workspace(cache: Path) -> abc.Iterator[Path]:
    # Go leaves its working files behind when it is interrupted, half a gigabyte of them; here they are found again.
    workspace = cache / "temporal-build"
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir()
    try:
        yield workspace
    finally:
        shutil.rmtree(workspace, ignore_errors=True)


def _build(go: Go, package: str, workspace: Path, binary: Path, progress: Progress) -> None:
    progress(f"Building the Temporal server from source with Go {go.version}: {USUALLY}.")
    began = time.monotonic()
    partial, log = workspace / "temporal", binary.with_name("temporal-build.log")
    log.write_text("")
    modules = sum("/go.mod " not in line for line in (RECIPE / "go.sum").read_text().splitlines())
    _go(go, workspace, ["list", "-deps", package], log, lambda lines: _downloaded(lines, modules, progress))
    packages = sum(not line.startswith("go: ") for line in log.read_text().splitlines())
    log.write_text("")
    _go(
        go,
        workspace,
        ["build", "-v", "-trimpath", "-ldflags", "-s -w", "-o", str(partial), package],
        log,
        lambda lines: progress(f"  compiled {len(lines):,} of {packages:,} packages"),
    )
    partial.replace(binary)
    log.unlink()
    progress(f"Built the Temporal server in {time.monotonic() - began:.0f} s: {binary}")


def _downloaded(lines: list[str], modules: int, progress: Progress) -> None:
    progress(f"  downloaded {sum(line.startswith('go: downloading') for line in lines)} of at most {modules} modules")


def _go(go: Go, workspace: Path, arguments: list[str], log: Path, report: abc.Callable[[list[str]], None]) -> None:
    environment = {**_environment(), "GOTMPDIR": str(workspace)}
    process = child.start([go.path, *arguments], log=log, environment=environment, directory=RECIPE)
    try:
        while True:
            try:
                failed = process.wait(REPORT_EVERY.total_seconds())
                break
            except subprocess.TimeoutExpired:
                report(log.read_text().splitlines())
    finally:
        child.kill(process)
    if failed:
        raise _told(log)


def _told(log: Path) -> FollowupError:
    """What Go's output means for the person who waits."""
    lines = log.read_text().splitlines()
    for line in lines:
        if DISK_FULL.search(line):
            return _disk_full(line.strip())
    for line in lines:
        if NO_NETWORK.search(line):
            return SourceUnavailable(
                code="TMP014",
                what="the source of the Temporal server cannot be downloaded",
                where=f"{log}: {line.strip()}",
                why="Go's module proxy does not answer",
                next="go online, or set GOPROXY or HTTPS_PROXY as your network wants it, and run again",
            )
    if shutil.disk_usage(log.parent).free < ROOM_FOR_A_LOG:
        return _disk_full(str(log.parent))
    return FollowupError(
        code="TMP015",
        what="the Temporal server could not be built",
        where=str(log),
        why=" / ".join(line.strip() for line in lines[-3:]),
        next="read the log; or put a `temporal` with server 1.32 or newer on the PATH",
    )


def _disk_full(where: str) -> FollowupError:
    return FollowupError(
        code="TMP016",
        what="the disk is full",
        where=where,
        why="building the Temporal server takes about 4 GB, keeping it 0.2 GB",
        next="free some space, or let XDG_CACHE_HOME, GOCACHE, GOMODCACHE and TMPDIR name directories on a larger disk",
    )


def _needed_go() -> str:
    needed = re.search(r"^go (\S+)$", (RECIPE / "go.mod").read_text(), re.MULTILINE)
    if needed is None:
        raise ValueError(f"{RECIPE / 'go.mod'} names no Go version")
    return needed[1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _environment() -> dict[str, str]:
    # The same binary on every machine, whatever its owner's settings: no C compiler, no workspace, no other toolchain.
    return {
        "HOME": str(CHECKOUT / ".cache"),  # Go insists on one; a person's own wins
        **os.environ,
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
