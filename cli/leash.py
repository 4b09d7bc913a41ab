"""
Becomes another program that the kernel ends when its parent ends, even when the parent was killed with SIGKILL.

Run by `cli.child` as a script of its own, `leash.py PARENT_PID SIGNAL USER COMMAND...`: setting the leash between fork
and exec of a process that runs threads is not safe, and Temporal's client runs threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Give up root for USER when one is named, tie the leash, become COMMAND."""
    parent, signal, user, *command = sys.argv[1:]
    if user:
        become(user)
    if sys.platform == "linux":
        # After the change of user, which would untie it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal))
    if os.getppid() != int(parent):
        sys.exit(f"the process {parent} that asked for {command[0]} is gone")
    os.execvp(command[0], command)  # noqa: S606 - a list of our own making, no shell wanted


def become(user: str) -> None:
    """From here on an ordinary user, with that user's groups only."""
    import pwd

    account = pwd.getpwnam(user)
    os.initgroups(user, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


if __name__ == "__main__":
    main()
