"""Rows of cells to blocks of bytes."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence

from csvfile.dialect import Dialect
from csvfile.guard import SUSPECT, guard, guard_raw

BLOCK = 65_536  # characters gathered before a block is given


def write(rows: Iterable[Sequence[str]], dialect: Dialect, *, raw: bool = False) -> Iterator[bytes]:
    """The rows as CSV in UTF-8, in blocks of about 64 KiB; `raw` is for cells that were read raw."""
    guarded = guard_raw if raw else guard
    buffer = _Buffer(dialect.newline)
    # The csv module quotes a lone CR or LF only if it is part of its line end (before Python 3.13): it is given both.
    writer = csv.writer(buffer, delimiter=dialect.delimiter, lineterminator="\r\n")
    if dialect.bom:
        yield codecs.BOM_UTF8
    for row in rows:
        writer.writerow([guarded(cell) if cell[:1] in SUSPECT else cell for cell in row])
        if buffer.size > BLOCK:
            yield buffer.take()
    if buffer.size:
        yield buffer.take()


class _Buffer:
    """Gathers what the csv module writes, one call a row, with the line end of the dialect."""

    def __init__(self, newline: str) -> None:
        self._newline = newline
        self._rows: list[str] = []
        self.size = 0

    def write(self, row: str) -> None:
        text = row[:-2] + self._newline
        self._rows.append(text)
        self.size += len(text)

    def take(self) -> bytes:
        text = "".join(self._rows)
        self._rows.clear()
        self.size = 0
        return text.encode()
