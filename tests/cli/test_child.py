"""Nothing we start outlives us."""

import os
import signal
import socket
import subprocess
import sys
from collections import abc
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from cli import child

ROOT = Path(__file__).resolve().parents[2]
AT_MOST = 30.0
# A child that calls home and then waits; the line goes dead when it ends.
CALLER = """
import signal, socket, sys
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
line = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
line.sendall(b"here")
signal.pause()
"""
PARENT = """
import sys
from pathlib import Path
from cli import child
child.start([sys.executable, "-c", sys.argv[1], sys.argv[2]], log=Path(sys.argv[3])).wait()
"""


@pytest.fixture
def home():
    """Where the children call."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(AT_MOST)
        yield listener


@contextmanager
def answered(home: socket.socket) -> abc.Iterator[socket.socket]:
    line, _ = home.accept()
    with line:
        line.settimeout(AT_MOST)
        assert line.recv(4) == b"here"
        yield line


def port(home: socket.socket) -> str:
    return str(home.getsockname()[1])


def test_a_child_ends_with_its_parent_even_when_that_is_killed(home, tmp_path):
    """A test run or a demo that dies must not leave a server behind that holds a port for ever."""
    command = [sys.executable, "-c", PARENT, CALLER, port(home), str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT) as parent, answered(home) as line:
        parent.kill()
        assert line.recv(1) == b""


def test_a_child_is_out_of_reach_of_ctrl_c(home, tmp_path):
    """The terminal sends Ctrl-C to our whole group; we end our children in the order that loses nothing."""
    started = child.start([sys.executable, "-c", CALLER, port(home)], log=tmp_path / "log")
    with answered(home):
        assert os.getpgid(started.pid) == started.pid
    child.kill(started)


def test_a_child_is_asked_first(home, tmp_path):
    """A worker wants to hand back what it holds."""
    started = child.start([sys.executable, "-c", CALLER, port(home)], log=tmp_path / "log")
    with answered(home):
        assert child.end(started) == -signal.SIGTERM


def test_a_child_that_does_not_listen_is_killed_when_patience_is_over(home, tmp_path):
    """Ending must end."""
    started = child.start([sys.executable, "-c", CALLER, port(home), "stubborn"], log=tmp_path / "log")
    with answered(home):
        assert child.end(started, patience=timedelta(milliseconds=50)) == -signal.SIGKILL


def test_a_program_that_does_not_exist_is_named_in_the_log(tmp_path):
    """The log is where whoever waits for the child looks."""
    log = tmp_path / "log"
    assert child.start(["/no/such/program"], log=log).wait(AT_MOST) != 0
    assert "No such file" in log.read_text()
