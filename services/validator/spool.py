"""Accepted rows on disk, in chunks, until the verdict on the whole file is known."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import orjson

from contracts.messages.seats_accepted_v1 import MAX_BYTES, MAX_ROWS

_ENVELOPE = 8 * 1024  # bytes of a message that are left for all but its rows

#: A row's line, and its values.
Row = tuple[int, list[str | None]]


class Spool:
    """Rows in their order, one JSON line each. Where a chunk ends depends on nothing but the rows before."""

    def __init__(self, file: IO[bytes], *, most_rows: int, most_bytes: int) -> None:
        self._file = file
        self._most_rows = most_rows
        self._most_bytes = most_bytes
        self._chunks: list[int] = []  # rows of each chunk
        self._bytes = 0  # of the last chunk

    def add(self, line: int, values: Sequence[str | None]) -> None:
        """Keep one row; its secrets must be sealed."""
        row = orjson.dumps({"line": line, "values": values}) + b"\n"
        if not self._chunks or self._chunks[-1] == self._most_rows or self._bytes + len(row) > self._most_bytes:
            self._chunks.append(0)
            self._bytes = 0
        self._chunks[-1] += 1
        self._bytes += len(row)
        self._file.write(row)

    @property
    def chunk_count(self) -> int:
        """How many chunks there are so far."""
        return len(self._chunks)

    def chunks(self) -> Iterator[list[Row]]:
        """The rows of each chunk, read back one chunk at a time."""
        self._file.seek(0)
        for count in self._chunks:
            yield [_row(line) for line in islice(self._file, count)]


@contextmanager
def spooling(*, folder: Path, most_rows: int = MAX_ROWS, most_bytes: int = MAX_BYTES - _ENVELOPE) -> Iterator[Spool]:
    """A new, empty spool. Its file has no name, so it is gone however the process ends."""
    with TemporaryFile(dir=folder) as file:
        yield Spool(file, most_rows=most_rows, most_bytes=most_bytes)


def _row(line: bytes) -> Row:
    row = orjson.loads(line)
    return row["line"], row["values"]
