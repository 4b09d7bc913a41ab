"""
How every process of ours ends: with its true exit code.

    if __name__ == "__main__":
        process.run(main)

A Python process that used Temporal's client may be aborted while the interpreter shuts down, after all its work was
done and printed (temporalio/sdk-python#300). So nobody here lets the interpreter shut down: `leave` flushes what was
written and goes. Callers close clients, workers and servers before.
"""

import logging
import os
import select
import signal
import sys
import traceback
from collections import abc
from enum import IntEnum
from types import FrameType
from typing import NoReturn

from cli import zone_data
from engine.errors import FollowupError, SequenceInvalid


class ExitCode(IntEnum):
    """What a shell, a supervisor or a pipeline may rely on."""

    OK = 0
    FAILED = 1
    USAGE = 2  # a wrong command line, a wrong setting, an invalid sequence
    CHANGES = 3  # `followup engine diff --exit-code` found some
    UNREACHABLE = 4  # no Temporal or no database to be had
    INTERRUPTED = 130  # Ctrl-C or SIGTERM


MEANING = {"CFG": ExitCode.USAGE, "SEQ": ExitCode.USAGE, "TMP": ExitCode.UNREACHABLE, "DBS": ExitCode.UNREACHABLE}


def run(main: abc.Callable[[], int | None]) -> NoReturn:
    """Run *main* to its end and leave with what it returned, or with the code its exception stands for."""
    heed_sigterm()
    zone_data.pin()
    leave(exit_code_of(main))


def heed_sigterm() -> None:
    """From here on SIGTERM means what Ctrl-C means, so that whatever is open gets closed."""
    signal.signal(signal.SIGTERM, _as_interrupt)


def exit_code_of(main: abc.Callable[[], int | None]) -> int:
    """Run *main*; an exception is told on stderr and becomes an exit code."""
    try:
        return main() or ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except SystemExit as request:
        return _requested(request)
    except FollowupError as error:
        sys.stderr.write(f"{error}\n")
        return meaning_of(error)
    except BrokenPipeError as error:
        return ExitCode.OK if _reader_has_gone() else _told_in_full(error)
    except BaseException as error:  # noqa: BLE001 - the edge of the process: a bug is told in full, then we still leave by our own door
        return _told_in_full(error)


def meaning_of(error: FollowupError) -> ExitCode:
    """The exit code of an error, by the area its code begins with."""
    if isinstance(error, SequenceInvalid):
        return ExitCode.USAGE
    return MEANING.get(error.code[:3], ExitCode.FAILED)


def leave(code: int) -> NoReturn:
    """End the process now with *code*, after everything written has been handed over; never returns."""
    for written in (*logging.getLogger().handlers, sys.stdout, sys.stderr):
        try:
            written.flush()
        except BrokenPipeError:
            pass  # the reader has gone (`| head`): it had what it wanted
        except (OSError, ValueError):  # a full disk, a closed stream: what we said is lost, so we did not succeed
            code = code or ExitCode.FAILED
    os._exit(code)


def _requested(request: SystemExit) -> int:
    match request.code:
        case None:
            return ExitCode.OK
        case int(code):
            return code
        case message:
            sys.stderr.write(f"{message}\n")
            return ExitCode.FAILED


def _reader_has_gone() -> bool:
    """Whether nobody reads our stdout any more (`| head`), as against some other connection that broke."""
    stdout = select.poll()
    stdout.register(1, 0)
    return any(events & select.POLLERR for _, events in stdout.poll(0))


def _told_in_full(bug: BaseException) -> ExitCode:
    traceback.print_exception(bug)
    return ExitCode.FAILED


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    # Whatever Ctrl-C means right now (asyncio cancels its main task), SIGTERM means too; also where a shell started us
    # in the background and had SIGINT ignored.
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):
        raise KeyboardInterrupt
    interrupt(number, frame)
