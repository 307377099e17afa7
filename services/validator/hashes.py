"""Hashes in their millions, of which those are to be found that occur twice."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Final

#: Parts that hashes are sorted into, to be looked at one after the other. A power of two.
PARTS: Final = 32

#: Hashes of a part that are held in memory, and then written together.
TOGETHER: Final = 512

_PART: Final = PARTS - 1
_BYTES: Final = 8


class Hashes:
    """Whole numbers of 64 bits, evenly spread. All but the last of them are in ``file``, which others may use, too."""

    def __init__(self, file: IO[bytes], *, together: int = TOGETHER) -> None:
        self._file = file
        self._together = together
        self._parts: list[list[int]] = [[] for _ in range(PARTS)]
        self._written: list[list[tuple[int, int]]] = [[] for _ in range(PARTS)]  # where in the file, and how many

    def add(self, hashes: Iterable[int]) -> None:
        """Take some more."""
        appends = [part.append for part in self._parts]
        for number in hashes:
            appends[number & _PART](number)
        for part, written in zip(self._parts, self._written, strict=True):
            if len(part) >= self._together:
                written.append((self._file.tell(), len(part)))
                self._file.write(array("q", part).tobytes())
                part.clear()

    def repeated(self) -> Iterator[int]:
        """Those that were taken more than once, each once. Nothing can be added any more."""
        for part, written in zip(self._parts, self._written, strict=True):
            hashes = array("q", part)
            for start, count in written:
                self._file.seek(start)
                hashes.frombytes(self._file.read(count * _BYTES))
            yield from _twice(hashes)


def _twice(hashes: Sequence[int]) -> Iterator[int]:
    if len(set(hashes)) == len(hashes):
        return
    seen: set[int] = set()
    twice: set[int] = set()
    for number in hashes:
        (twice if number in seen else seen).add(number)
    yield from twice
