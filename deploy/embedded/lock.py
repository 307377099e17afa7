"""One stack for one data folder: the second is told where the first is."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.errors import StartFailed

FILE = "run.lock"


@contextmanager
def only_one(folder: Path, about: str) -> Iterator[None]:
    """Hold the folder's lock; it goes with the process, however that ends. `about` is what a second start is told."""
    with (folder / FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise StartFailed(f"Bulk Manager already runs with this data ({folder}): {file.read().strip()}") from None
        file.truncate(0)
        file.write(f"{about}\n")
        file.flush()
        yield


def is_held(folder: Path) -> bool:
    """Whether a stack runs on this folder now."""
    try:
        with (folder / FILE).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
