"""The summary: the uploaded file, every row once and in its order, cell for cell, with the outcome columns added.

Two streams in the order of lines are joined, the file's rows and the outcomes; of each only one piece is in memory.
Both come, and go, a thousand rows at once and column by column, so that next to nothing is done for a single row.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import csvfile
from contracts.template import OUTCOME_COLUMNS, Template
from contracts.template.rules import fold
from services.eventlog.outcome_cells import OutcomeCells
from services.eventlog.outcomes import ChunkOutcomes
from telemetry import failpoints

_BATCH: Final = 1_000  # rows
_OUTCOME_WORDS: Final = frozenset(fold(name) for name in OUTCOME_COLUMNS)


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
    source: Iterable[bytes], chunks: Iterable[ChunkOutcomes], *, template: Template, otherwise: str
) -> Iterator[bytes]:
    """The summary in blocks. Reads as far as the header at once: raises `csvfile.FileProblem` where there is none.

    ``chunks`` are in the order of lines; a row without an outcome is `not_processed` for the reason ``otherwise``. The
    summary has the delimiter, line ends and byte order mark of the source, and is UTF-8. Outcome columns that the
    source has, because it is an earlier summary, are replaced.
    """
    reading = csvfile.read(source, raw=True)
    missing = ("", "", "not_processed", otherwise)
    return _blocks(reading, OutcomeCells(chunks, missing=missing), _own_columns(reading.header.cells, template))


def _blocks(reading: csvfile.Reading, outcomes: OutcomeCells, own: Sequence[int]) -> Iterator[bytes]:
    dialect = reading.dialect
    cells = reading.header.cells
    yield from csvfile.write([(*(cells[at] for at in own), *OUTCOME_COLUMNS)], dialect, raw=True)
    for batch in reading.batches(_BATCH):
        rows = _rows(batch, outcomes, own, width=len(cells), delimiter=dialect.delimiter)
        for _ in rows:
            failpoints.hit("eventlog.mid-summary")
        yield dialect.newline.join((*rows, "")).encode()


def _rows(
    batch: csvfile.Batch, outcomes: OutcomeCells, own: Sequence[int], *, width: int, delimiter: str
) -> Sequence[str]:
    outcomes.load(max([*batch.lines[-1:], *(record.line for record in batch.uneven)], default=0))
    told = zip(*map(outcomes.of, batch.lines), strict=True)
    rows = csvfile.written_rows([*(batch.columns[at] for at in own), *told], delimiter, raw=True) if batch.lines else []
    if not batch.uneven:
        return rows
    by_line = dict(zip(batch.lines, rows, strict=True))
    for record in batch.uneven:
        filled = (*record.cells, *[""] * (width - len(record.cells)))
        cells = [*(filled[at] for at in own), *filled[width:], *outcomes.of(record.line)]
        [by_line[record.line]] = csvfile.written_rows([[cell] for cell in cells], delimiter, raw=True)
    return [by_line[line] for line in sorted(by_line)]


def _own_columns(header: Sequence[str], template: Template) -> Sequence[int]:
    """The places of a row's own cells: all but those of an earlier summary's outcomes."""
    meant = template.match_header(header).columns
    return [at for at, name in enumerate(header) if meant[at] is not None or fold(name) not in _OUTCOME_WORDS]
