"""Prints by how many bytes the memory in use at most grows from a small file to one ten times its size.

A process of its own, because the most that a process ever used can't be taken back.
"""

import resource
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID

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


class OnDisk:
    """An accepted file on disk, where upload has it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, account: str, job_id: UUID, blocks: Iterable[bytes], *, size: int) -> None:
        del account
        with (self._folder / job_id.hex).open("wb") as file:
            if sum(file.write(block) for block in blocks) != size:
                raise SystemExit("the accepted file has another size")

    def read(self, account: str, job_id: UUID, start: int, stop: int) -> bytes | None:
        path = self._folder / job_id.hex
        if not account or not path.exists():
            return None
        with path.open("rb") as file:
            file.seek(start)
            return file.read(stop - start)


def peak(rows: int, folder: Path) -> int:
    """Bytes that the process has used at most, after it has validated a file of so many rows."""
    files, size, digest = Endless(rows), 0, sha256()
    for block in files.blocks("", ""):
        size += len(block)
        digest.update(block)
    site = Site(folder=folder, files=files, kept=OnDisk(folder))
    job = replace(site.submit(b"", key=str(rows)), size=size, sha256=digest.hexdigest())
    site.files.stored.clear()
    around, chunks = site.surroundings(), -(-rows // 1000)
    at_once = sum(1 for _ in validate_seats(job, surroundings=around)) - 2
    later = sum(1 for chunk in range(1, chunks + 1) if around.waiting.after(job.account, job.job_id, chunk))
    if at_once != min(chunks, site.window) or at_once + later != chunks:
        raise SystemExit(f"{rows} rows gave {at_once} chunks, and {later} later")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    small = peak(5_000, Path(sys.argv[1]))
    sys.stdout.write(f"{peak(50_000, Path(sys.argv[1])) - small}\n")
