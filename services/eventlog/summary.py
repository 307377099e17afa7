"""The summary: the uploaded file, every row once and in its order, cell for cell, with the outcome columns added.

Two streams in the order of lines are joined, the file's rows and the outcomes; of each only one piece is in memory.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import csvfile
from contracts.messages.fields import utc_text
from contracts.messages.seats_provisioned_v1 import Outcome
from contracts.template import OUTCOME_COLUMNS, Template
from contracts.template.rules import fold
from telemetry import failpoints

_OUTCOME_WORDS = frozenset(fold(name) for name in OUTCOME_COLUMNS)


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
    source: Iterable[bytes], outcomes: Iterable[Outcome], *, template: Template, otherwise: str
) -> Iterator[bytes]:
    """The summary in blocks. Reads as far as the header at once: raises `csvfile.FileProblem` where there is none.

    ``outcomes`` are in the order of lines; a row without one is `not_processed` for the reason ``otherwise``. The
    summary has the delimiter, line ends and byte order mark of the source, and is UTF-8. Outcome columns that the
    source has, because it is an earlier summary, are replaced.
    """
    reading = csvfile.read(source, raw=True)
    return csvfile.write(_rows(reading, outcomes, template, otherwise), reading.dialect, raw=True)


def outcome_cells(outcome: Outcome) -> tuple[str, str, str, str]:
    """User ID, time, type and reason, as `OUTCOME_COLUMNS` names them."""
    return (
        "" if outcome.user_id is None else str(outcome.user_id),
        "" if outcome.created_at is None else utc_text(outcome.created_at),
        outcome.type,
        outcome.message or "",
    )


def _rows(
    reading: csvfile.Reading, outcomes: Iterable[Outcome], template: Template, otherwise: str
) -> Iterator[Sequence[str]]:
    header = reading.header.cells
    own = _without_outcomes(header, template)
    yield (*own(header), *OUTCOME_COLUMNS)
    missing = ("", "", "not_processed", otherwise)
    coming = iter(outcomes)
    outcome = next(coming, None)
    for record in reading:
        while outcome is not None and outcome.line < record.line:
            outcome = next(coming, None)
        found = outcome is not None and outcome.line == record.line
        failpoints.hit("eventlog.mid-summary")
        yield (*own(record.cells), *(outcome_cells(outcome) if outcome is not None and found else missing))


def _without_outcomes(header: Sequence[str], template: Template) -> Callable[[Sequence[str]], Sequence[str]]:
    """How to take from a row its own cells, as many as the header has at least."""
    meant = template.match_header(header).columns
    dropped = {at for at, name in enumerate(header) if meant[at] is None and fold(name) in _OUTCOME_WORDS}
    width = len(header)

    def own(cells: Sequence[str]) -> Sequence[str]:
        filled = cells if len(cells) >= width else (*cells, *[""] * (width - len(cells)))
        return [cell for at, cell in enumerate(filled) if at not in dropped] if dropped else filled

    return own
