"""Prints by how many bytes the memory in use at most grows from a small file to one ten times its size.

A process of its own, because the most that a process ever used can't be taken back.
"""

import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from services.validator.handler import validate_seats
from tests.unit.validator.fakes import Files, Site, csv_of, seat


class Endless(Files):
    """A file that is made while it is read. Every cell is another, so that nothing can be shared."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def blocks(self, account: str, source: str) -> Iterator[bytes]:
        del account, source
        names = ("department", "location", "device_model", "caller_id_name")
        for first in range(0, self._rows, 100):
            rows = (
                seat(n, password=f"{n:08d}", **{name: f"{name} {n:015d}" for name in names})
                for n in range(first, first + 100)
            )
            data = csv_of(rows)
            yield data if not first else data.partition(b"\n")[2]


def peak(rows: int, folder: Path) -> int:
    """Bytes that the process has used at most, after it has validated a file of so many rows."""
    files, size, digest = Endless(rows), 0, sha256()
    for block in files.blocks("", ""):
        size += len(block)
        digest.update(block)
    site = Site(folder=folder, files=files)
    job = replace(site.submit(b"", key=str(rows)), size=size, sha256=digest.hexdigest())
    site.files.stored.clear()
    messages = sum(1 for _ in validate_seats(job, surroundings=site.surroundings()))
    if messages != 2 + -(-rows // 1000):
        raise SystemExit(f"{rows} rows gave {messages} messages")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    small = peak(5_000, Path(sys.argv[1]))
    sys.stdout.write(f"{peak(50_000, Path(sys.argv[1])) - small}\n")
