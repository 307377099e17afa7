"""The rows of a chunk that are still to be called, and in which order."""

from collections import Counter, deque
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Final

from services.provisioner.phone_system.client import Row
from services.provisioner.phone_system.progress import Progress

#: How often a row is tried before it is left for another time, and the seconds between.
TRIES: Final = 3
_PAUSES: Final = (0.5, 2.0)


class Todo:
    """Rows in doubt from an earlier run come first, then those never called, in the order of lines."""

    def __init__(self, rows: Iterable[Row], progress: Progress) -> None:
        undecided = sorted((row for row in rows if not progress.is_decided(row.line)), key=lambda row: row.line)
        self._doubt = {row.line for row in undecided if row.line <= progress.asked}
        self._first = deque(row for row in undecided if row.line in self._doubt)
        self._new = deque(row for row in undecided if row.line not in self._doubt)
        self._again: list[tuple[float, int, Row]] = []
        self._tries: Counter[int] = Counter()
        self.left: list[Row] = []

    def __bool__(self) -> bool:
        """Whether there is anything to do, now or after a pause; apart from what is ``left``."""
        return bool(self._first or self._new or self._again)

    def ready(self, now: float) -> int:
        """How many rows may be called now; ``now`` is of the clock that `failed` is told."""
        return len(self._first) + len(self._new) + sum(due <= now for due, _, _ in self._again)

    def next(self, now: float) -> Row | None:
        """The row to be called next, if one is due."""
        if self._again and self._again[0][0] <= now:
            return heappop(self._again)[2]
        if self._first:
            return self._first.popleft()
        return self._new.popleft() if self._new else None

    def wait(self, now: float) -> float | None:
        """Seconds until a row that failed is due; None if there is none."""
        return max(self._again[0][0] - now, 0.0) if self._again else None

    def ahead(self, rows: int) -> int:
        """The line of the new row so many rows on, or of the last; 0 if there is none."""
        return self._new[min(rows, len(self._new)) - 1].line if self._new else 0

    def put_back(self, row: Row, *, in_doubt: bool = False) -> None:
        """The row is the next again: it was not called, or the call did nothing, unless it is ``in_doubt``."""
        if in_doubt:
            self._doubt.add(row.line)
        (self._first if row.line in self._doubt else self._new).appendleft(row)

    def failed(self, row: Row, now: float) -> None:
        """It is not known what the call did: try again a little later, or leave the row for another time."""
        self._doubt.add(row.line)
        self._tries[row.line] += 1
        tries = self._tries[row.line]
        if tries >= TRIES:
            self.left.append(row)
        else:
            heappush(self._again, (now + _PAUSES[tries - 1], row.line, row))

    def drop_new(self) -> None:
        """Only rows in doubt are still to be settled."""
        self._new.clear()
