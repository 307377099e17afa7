"""Tells one process from another that later got the same number: a pid alone is not an identity."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_START_TIME_FIELD = 21  # of /proc/PID/stat, counted from 0: proc_pid_stat(5), "starttime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A process by its number and the moment it started (in the system's own notation)."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        """Whether this very process still runs; a zombie does not."""
        return started(self.pid) == self.started


def started(pid: int) -> str | None:
    """When the process began, or None if there is none."""
    if Path("/proc/self/stat").exists():
        try:
            text = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        name, _, rest = text.rpartition(")")  # the name may hold spaces and brackets
        fields = ["pid", name, *rest.split()]
        return None if fields[2] in {"Z", "X"} else fields[_START_TIME_FIELD]
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    return answer.stdout.strip() or None


def identify(pid: int) -> Identity | None:
    began = started(pid)
    return None if began is None else Identity(pid=pid, started=began)


def write(path: Path, pid: int) -> None:
    """Keep who `pid` is in a file, for the next start to find; nothing is written for a process that has ended."""
    identity = identify(pid)
    if identity is not None:
        path.write_text(f"{identity.pid} {identity.started}\n")


def read(path: Path) -> Identity | None:
    """The process of the file if it still runs, else None."""
    try:
        pid, _, began = path.read_text().strip().partition(" ")
    except FileNotFoundError:
        return None
    if not pid.isdigit() or int(pid) == os.getpid():
        return None
    identity = Identity(pid=int(pid), started=began)
    return identity if identity.is_alive() else None
