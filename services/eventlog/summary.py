"""The summary: the uploaded file, every row once and in its order, cell for cell, with the outcome columns added.

Two streams in the order of lines are joined, the file's rows and the outcomes; of each only one piece is in memory.
Both come some hundred rows at once. Rows of the file whose cells need neither quotes nor a guard, which are nearly all
of them, stay the text that they are; so next to nothing is done for a single row, and nothing for a cell.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import csvfile
from contracts.template.rules import fold
from services.eventlog.meaning import Meaning
from services.eventlog.outcome_cells import COLUMNS, OutcomeCells
from services.eventlog.outcomes import ChunkOutcomes
from telemetry import failpoints

_BATCH: Final = 1_000  # rows


class SourceChanged(Exception):
    """The file that upload gave is not the file that was submitted."""


def verified(blocks: Iterable[bytes], *, size: int, sha256: str) -> Iterator[bytes]:
    """The same blocks. Raises `SourceChanged` at their end, unless they are the ``size`` bytes with this hash."""
    digest, received = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        received += len(block)
        yield block
    if received != size or digest.hexdigest() != sha256:
        raise SourceChanged(f"{received} bytes with the hash {digest.hexdigest()}, not {size} with {sha256}")


def summarise(
    source: Iterable[bytes], chunks: Iterable[ChunkOutcomes], *, kind: str, meaning: Meaning, otherwise: str
) -> Iterator[bytes]:
    """The summary in blocks. Reads as far as the header at once: raises `csvfile.FileProblem` where there is none.

    ``chunks`` are in the order of lines; a row without an outcome is `not_processed` for the reason ``otherwise``. The
    summary has the delimiter, line ends and byte order mark of the source, and is UTF-8. Outcome columns of the job's
    ``kind`` that the source has, because it is an earlier summary, are replaced.
    """
    reading = csvfile.read(source, raw=True)
    missing = ("", "", "not_processed", otherwise)
    added = COLUMNS[kind]
    own = _own_columns(reading.header.cells, meaning, added)
    return _blocks(reading, OutcomeCells(chunks, missing=missing), own, added)


def _blocks(
    reading: csvfile.Reading, outcomes: OutcomeCells, own: Sequence[int], added: Sequence[str]
) -> Iterator[bytes]:
    dialect, header = reading.dialect, reading.header.cells
    yield from csvfile.write([(*(header[at] for at in own), *added)], dialect, raw=True)
    writing = _Writing(outcomes, own, width=len(header), delimiter=dialect.delimiter, added=len(added))
    parts = reading.passages() if len(own) == len(header) else reading.batches(_BATCH)
    for part in parts:
        rows = writing.rows(part)
        for _ in rows:
            failpoints.hit("eventlog.mid-summary")
        yield dialect.newline.join((*rows, "")).encode()


class _Writing:
    """Writes records with their outcomes. ``own`` are the places of the cells that stay, of the header's ``width``.

    Of the cells that an outcome has, the last ones are ``added``.
    """

    def __init__(self, outcomes: OutcomeCells, own: Sequence[int], *, width: int, delimiter: str, added: int) -> None:
        self._outcomes = outcomes
        self._added = added
        self._own = own
        self._width = width
        self._delimiter = delimiter

    def rows(self, part: csvfile.Passage | csvfile.Batch) -> Sequence[str]:
        """The rows of some records, in their order and without line ends."""
        others = part.others if isinstance(part, csvfile.Passage) else part.uneven
        self._outcomes.load(max([*part.lines[-1:], *(record.line for record in others[-1:])], default=0))
        rows = self._texts(part) if isinstance(part, csvfile.Passage) else self._columns(part.lines, part.columns)
        if not others:
            return rows
        even = [record for record in others if len(record.cells) == self._width]
        columns = list(zip(*(record.cells for record in even), strict=True))
        by_line = dict(zip(part.lines, rows, strict=True))
        by_line |= zip((record.line for record in even), self._columns([r.line for r in even], columns), strict=True)
        by_line |= {record.line: self._uneven(record) for record in others if len(record.cells) != self._width}
        return [by_line[line] for line in sorted(by_line)]

    def _texts(self, passage: csvfile.Passage) -> Sequence[str]:
        """Of records whose cells stay as they are."""
        told = csvfile.written_rows(self._told(passage.lines), self._delimiter, raw=True)
        return list(map(self._delimiter.join, zip(passage.texts, told, strict=True)))

    def _columns(self, lines: Sequence[int], columns: Sequence[Sequence[str]]) -> Sequence[str]:
        """Of records as wide as the header."""
        if not lines:
            return []
        own = [columns[at] for at in self._own]
        return csvfile.written_rows([*own, *self._told(lines)], self._delimiter, raw=True)

    def _uneven(self, record: csvfile.Record) -> str:
        filled = (*record.cells, *[""] * (self._width - len(record.cells)))
        cells = [
            *(filled[at] for at in self._own),
            *filled[self._width :],
            *self._outcomes.of(record.line)[-self._added :],
        ]
        [row] = csvfile.written_rows([[cell] for cell in cells], self._delimiter, raw=True)
        return row

    def _told(self, lines: Sequence[int]) -> Sequence[Sequence[str]]:
        """The outcomes' cells, column by column."""
        return list(zip(*map(self._outcomes.of, lines), strict=True))[-self._added :] or [()] * self._added


def _own_columns(header: Sequence[str], meaning: Meaning, added: Sequence[str]) -> Sequence[int]:
    """The places of a row's own cells: all but those of an earlier summary's outcomes."""
    meant = {*meaning.places(header).values()}
    replaced = {fold(name) for name in added}
    return [at for at, name in enumerate(header) if at in meant or fold(name) not in replaced]
