"""Becomes another program that ends when its parent ends: `launch.py PARENT_PID SIGNAL USER -- COMMAND…`.

Run by path with a bare interpreter, so it imports the standard library only. A step of its own rather than
`preexec_fn`, which is unsafe (and warned about) in a process with threads.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def drop_privileges(name: str) -> None:
    """Become the system user `name` for good, with none of the caller's groups."""
    user = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask Linux to send the signal when the parent is gone, even by SIGKILL; elsewhere the pid file does it later.

    Must come after the change of user, which clears it.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it went before we asked
        sys.exit(1)


def main(arguments: list[str]) -> None:
    parent, signal_number, user, _dashes, *command = arguments
    if user:
        drop_privileges(user)
    die_with_parent(int(parent), int(signal_number))
    os.execvp(command[0], command)  # noqa: S606 - becoming that program, without a shell, is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
