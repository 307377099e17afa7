"""Records by the thousand, column by column."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Record(NamedTuple):
    """One row; `line` is the physical line in which it begins, the first line of the file being 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records that follow each other. ``columns`` has, for each cell of the header, the cells of all records that are
    as wide as it, and ``lines`` where these records begin; ``uneven`` are the records of another width.
    """

    lines: Sequence[int]
    columns: Sequence[Sequence[str]]
    uneven: Sequence[Record] = ()

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.lines) + len(self.uneven)

    def before(self, line: int) -> "Batch":
        """The records that begin before a line."""
        even = bisect_left(self.lines, line)
        return Batch(
            lines=self.lines[:even],
            columns=[cells[:even] for cells in self.columns],
            uneven=[record for record in self.uneven if record.line < line],
        )


@dataclass(slots=True, kw_only=True)
class Gathering:
    """Takes records as they come, and gives batches of ``size`` of them."""

    size: int
    width: int
    _lines: list[int] = field(default_factory=list)
    _columns: list[list[str]] = field(default_factory=list)
    _uneven: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._begin()

    def take(self, lines: Sequence[int], columns: Sequence[Sequence[str]]) -> Iterator[Batch]:
        """Take records as wide as the header; gives the batches that are full now."""
        at = 0
        while at < len(lines):
            end = at + self._room
            self._lines.extend(lines[at:end])
            for gathered, cells in zip(self._columns, columns, strict=True):
                gathered.extend(cells[at:end])
            yield from self._full()
            at = end

    def take_records(self, records: Sequence[Record]) -> Iterator[Batch]:
        """The same for records of any width."""
        at = 0
        while at < len(records):
            end = at + self._room
            even = [record for record in records[at:end] if len(record.cells) == self.width]
            if even:
                self._lines.extend(record.line for record in even)
                for gathered, cells in zip(
                    self._columns, zip(*(record.cells for record in even), strict=True), strict=True
                ):
                    gathered.extend(cells)
            if len(even) < len(records[at:end]):
                self._uneven.extend(record for record in records[at:end] if len(record.cells) != self.width)
            yield from self._full()
            at = end

    def rest(self) -> Iterator[Batch]:
        """The last batch, unless it is empty."""
        if self._room < self.size:
            yield Batch(lines=self._lines, columns=self._columns, uneven=self._uneven)
            self._begin()

    @property
    def _room(self) -> int:
        return self.size - len(self._lines) - len(self._uneven)

    def _full(self) -> Iterator[Batch]:
        if not self._room:
            yield from self.rest()

    def _begin(self) -> None:
        self._lines, self._uneven = [], []
        self._columns = [[] for _ in range(self.width)]
