"""What the faults need of this machine: a small disk, and patience."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import urllib3

_TICK = 0.05


def wait_for(true: Callable[[], bool], otherwise: str, *, seconds: float = 60) -> None:
    """Return when it is. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(_TICK)


def is_ready(url: str) -> bool:
    """Whether a process says so of itself."""
    try:
        return urllib3.request("GET", url, timeout=5, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def mount_small(folder: Path) -> bool:
    """A small disk of its own for the sources, so that it can be filled; False where we may not.

    A run leaves some 0.2 MB on it: there is room for those of the longest campaign, and filling it takes a moment.
    """
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "-o", "size=192m,mode=700", "bulk-faults", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
