"""What the faults need of this machine: ports that stay free while their server is away, a small disk, patience."""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import urllib3

from deploy.embedded.ports import is_free

_chance = random.SystemRandom()
_TICK = 0.05


def quiet_ports(count: int) -> list[int]:
    """Free ports that no outgoing connection is given while their server is away: below the range for these."""
    chosen: list[int] = []
    while len(chosen) < count:
        port = _chance.randrange(10_000, 32_000)
        if port not in chosen and is_free(port):
            chosen.append(port)
    return chosen


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
    """A small disk of its own for the sources, so that it can be filled; False where we may not."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "bulk-faults", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
