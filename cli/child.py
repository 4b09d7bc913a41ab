"""
A child process that cannot outlive us.

    server = child.start(["temporal", "server", "start-dev"], log=Path("server.log"))
    ...
    child.end(server)

Every helper process of demo, dev, tests and benchmarks is started here. A child has a process group of its own, so
Ctrl-C reaches us alone and we end our children in the order we choose; should we be killed outright, Linux ends them.
"""

import os
import signal
import subprocess
import sys
from collections import abc
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
PATIENCE = timedelta(seconds=10)


def start(
    command: abc.Sequence[str | Path],
    *,
    log: Path | None = None,
    environment: abc.Mapping[str, str] | None = None,
    directory: Path | None = None,
    user: str = "",
    when_orphaned: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """
    Start *command* with its output appended to *log*, or mixed into ours; the caller ends it with `end`.

    Call it from a thread that lives as long as the child is wanted: Linux ends the child with the *thread* that
    started it, with the signal *when_orphaned*. With *user*, root starts the child as that user.
    """
    leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(when_orphaned)), user]
    with log.open("ab") if log else nullcontext() as output:
        return subprocess.Popen(
            [*leash, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd=directory,
            start_new_session=True,
        )


def end(
    process: subprocess.Popen[bytes], *, politely: signal.Signals = signal.SIGTERM, patience: timedelta = PATIENCE
) -> int:
    """
    Ask the child, and whatever it started, to finish; insist with SIGKILL when *patience* is over.

    Returns: its exit code, negative when a signal ended it.
    """
    if process.poll() is None:
        os.killpg(process.pid, politely)
        try:
            process.wait(patience.total_seconds())
        except subprocess.TimeoutExpired:
            kill(process)
    return process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started at once, as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
