"""The cells that a summary adds to each row of the file, found by the row's line."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from types import MappingProxyType
from typing import Final

from contracts.messages.fields import utc_text
from contracts.template import OUTCOME_COLUMNS
from services.eventlog.outcomes import ChunkOutcomes

#: User ID, time, type and reason, as `OUTCOME_COLUMNS` names them.
Cells = tuple[str, str, str, str]

#: The columns of a summary, by the kind of its job. That of an update or deletion has its User IDs where they stood.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "create": OUTCOME_COLUMNS,
        "update": ("updated_at", "type", "reason"),
        "delete": ("deleted_at", "type", "reason"),
    }
)


class OutcomeCells:
    """Goes through chunks of outcomes, which come in the order of their last lines, and keeps one or two of them.

    ``missing`` are the cells of a row that has no outcome. Where two chunks tell of a line the first of them counts.
    """

    def __init__(self, chunks: Iterable[ChunkOutcomes], *, missing: Cells) -> None:
        self._chunks = iter(chunks)
        self._missing = missing
        self._asked = 0  # the line up to which cells were asked for
        self._through = 0  # the line up to which chunks have been read
        self._known: dict[int, Cells] = {}

    def load(self, line: int) -> None:
        """Make ready for the lines up to this one, from behind the one that was told last."""
        before, self._asked = self._asked, line
        if self._through >= line:
            return
        self._known = {at: cells for at, cells in self._known.items() if at > before}
        while self._through < line and (chunk := next(self._chunks, None)) is not None:
            told = dict(_cells(chunk))
            if chunk.first_line <= self._through:
                told = {at: cells for at, cells in told.items() if at > self._through}
            self._known.update(told)
            self._through = max(self._through, chunk.last_line)

    def of(self, line: int) -> Cells:
        """The cells of a row; `load` has been told of its line."""
        return self._known.get(line, self._missing)


def _cells(chunk: ChunkOutcomes) -> Iterator[tuple[int, Cells]]:
    times = {moment: utc_text(moment) for moment in set(chunk.created_at)}
    moments = [times[moment] for moment in chunk.created_at]
    made = zip(chunk.user_ids, moments, repeat("successful"), repeat(""), strict=False)
    yield from zip(chunk.lines, made, strict=True)
    for row in chunk.failed:
        yield row.line, ("", "", "failed", row.message)
