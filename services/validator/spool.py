"""Accepted rows on disk, in chunks, until the verdict on the whole file is known."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import orjson

from contracts.messages.seats_accepted_v1 import MAX_BYTES, MAX_ROWS, Cells

_ENVELOPE = 8 * 1024  # bytes of a message that are left for all but its rows


class Spool:
    """Rows in their order, as the JSON that a message will have of them, so that nobody has to make it again.

    The rows that are added at once become a chunk, or as many chunks as it takes: where a chunk ends depends on
    nothing but the rows.
    """

    def __init__(self, file: IO[bytes], *, most_rows: int, most_bytes: int) -> None:
        self._file = file
        self._most_rows = most_rows
        self._most_bytes = most_bytes
        self._sizes: list[int] = []  # bytes of each chunk

    def add(self, lines: Sequence[int], columns: Mapping[str, Cells]) -> None:
        """Keep rows by their columns; secrets must be sealed. Columns that are empty throughout are left out."""
        if len(lines) <= self._most_rows:
            rows = _json(lines, columns)
            if len(rows) <= self._most_bytes or len(lines) == 1:
                self._sizes.append(self._file.write(rows))
                return
        half = len(lines) // 2
        for part in (slice(half), slice(half, None)):
            self.add(lines[part], {name: cells[part] for name, cells in columns.items()})

    @property
    def chunk_count(self) -> int:
        """How many chunks there are so far."""
        return len(self._sizes)

    @property
    def sizes(self) -> Sequence[int]:
        """How many bytes each of them has."""
        return tuple(self._sizes)

    def chunks(self, *, start: int = 0) -> Iterator[bytes]:
        """The chunks from one on, counted from 0: each the JSON object of `columns`, `lines` and `values`."""
        self._file.seek(sum(self._sizes[:start]))
        for size in self._sizes[start:]:
            yield self._file.read(size)


def _json(lines: Sequence[int], columns: Mapping[str, Cells]) -> bytes:
    # An empty text is not nothing: an update clears what it stands for.
    filled = {name: cells for name, cells in columns.items() if any(cells) or "" in cells}
    return orjson.dumps({"columns": list(filled), "lines": list(lines), "values": list(filled.values())})


@contextmanager
def spooling(*, folder: Path, most_rows: int = MAX_ROWS, most_bytes: int = MAX_BYTES - _ENVELOPE) -> Iterator[Spool]:
    """A new, empty spool. Its file has no name, so it is gone however the process ends."""
    with TemporaryFile(dir=folder) as file:
        yield Spool(file, most_rows=most_rows, most_bytes=most_bytes)
