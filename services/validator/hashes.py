"""Hashes in their millions, of which those are to be found that occur twice."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Final

#: Hashes that are sorted at once.
RUN: Final = 8_192

#: Parts of the range of hashes, which are looked at one after the other.
PARTS: Final = 32

_BYTES: Final = 8
_BORDERS: Final = [-(2**63) + number * (2**64 // PARTS) for number in range(1, PARTS)]


class Hashes:
    """Whole numbers of 64 bits, evenly spread. All but the last of them are in ``file``, which others may use, too."""

    def __init__(self, file: IO[bytes], *, run: int = RUN) -> None:
        self._file = file
        self._run = run
        self._last: list[int] = []
        self._runs: list[tuple[int, list[int]]] = []  # where a sorted run begins, and where in it the parts begin

    def add(self, hashes: Iterable[int]) -> None:
        """Take some more."""
        self._last += hashes
        while len(self._last) >= self._run:
            run, self._last = sorted(self._last[: self._run]), self._last[self._run :]
            self._runs.append((self._file.tell(), [0, *(bisect_left(run, border) for border in _BORDERS), len(run)]))
            self._file.write(array("q", run).tobytes())

    def repeated(self) -> Iterator[int]:
        """Those that were taken more than once, each once. Nothing can be added any more."""
        if not self._runs:
            yield from _twice(self._last)
            return
        last = sorted(self._last)
        borders = [0, *(bisect_left(last, border) for border in _BORDERS), len(last)]
        for part in range(PARTS):
            hashes = array("q", last[borders[part] : borders[part + 1]])
            for start, parts in self._runs:
                self._file.seek(start + parts[part] * _BYTES)
                hashes.frombytes(self._file.read((parts[part + 1] - parts[part]) * _BYTES))
            yield from _twice(hashes)


def _twice(hashes: Sequence[int]) -> Iterator[int]:
    if len(set(hashes)) == len(hashes):
        return
    seen: set[int] = set()
    twice: set[int] = set()
    for number in hashes:
        (twice if number in seen else seen).add(number)
    yield from twice
