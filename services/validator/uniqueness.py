"""Values that stand in the file twice, found exactly and in bounded memory.

Of every value a hash is kept, of 64 bits and with a key that is the process's own. They are on disk in parts, each of
which is small enough to look in memory for hashes that occur twice. Only where there are such hashes the values
themselves, which are on disk as well, are read again and compared.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import orjson

from contracts.template import Column
from services.validator.hashes import Hashes

#: Hashes whose values are compared in one reading of the values.
SUSPECTS = 32_768

Values = Sequence[str | None]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Repeated:
    """The ``cell`` in ``line`` means the same as the one in line ``first``."""

    line: int
    first: int
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetitions:
    """``count`` values of a column were there before; ``first`` has the first of them, in file order."""

    count: int = 0
    first: Sequence[Repeated] = ()


class Seen:
    """The values of the ``columns``, as they come. ``hash_of`` is another one in tests alone."""

    def __init__(
        self, columns: Sequence[Column], *, values: IO[bytes], hashes: IO[bytes], hash_of: Callable[[str], int] = hash
    ) -> None:
        self._columns = columns
        self._file = values
        self._sizes: list[int] = []  # bytes of each batch in the file
        self._hash_of = hash_of
        self._hashes = [Hashes(hashes) for _ in columns]

    def add(self, lines: Sequence[int], cells: Mapping[str, Sequence[str]], values: Mapping[str, Values]) -> None:
        """Note rows, in file order: by column the cells as they stand, and their values, empty or None for none."""
        batch: list[object] = [list(lines)]
        for column, hashes in zip(self._columns, self._hashes, strict=True):
            keys = _keys(column, values.get(column.name, ()))
            hashes.add(map(self._hash_of, filter(None, keys)))
            stand = cells.get(column.name)
            batch += [keys, None if keys is stand or keys == stand else stand]
        self._sizes.append(self._file.write(orjson.dumps(batch)))

    def repeated(self, column: str, *, most: int) -> Repetitions:
        """The values of a column that stand in lines before theirs too: all counted, ``most`` of them told."""
        index = [known.name for known in self._columns].index(column)
        suspects = self._hashes[index].repeated()
        count = 0
        first: list[Repeated] = []
        while group := set(islice(suspects, SUSPECTS)):
            comparison = _Comparison(suspects=group, most=most)
            for lines, keys, cells in self._stored(index):
                hashes = [self._hash_of(key) if key else None for key in keys]
                comparison.take(hashes, lines, keys, cells or keys)
            count += comparison.count
            first = nsmallest(most, [*first, *comparison.told])
        return Repetitions(count=count, first=first)

    def _stored(self, index: int) -> Iterator[tuple[list[int], list[str | None], list[str] | None]]:
        self._file.seek(0)
        for size in self._sizes:
            lines, *columns = orjson.loads(self._file.read(size))
            yield lines, columns[2 * index], columns[2 * index + 1]


@dataclass(slots=True, kw_only=True)
class _Comparison:
    """Values compared that have the same hashes as others."""

    suspects: set[int]
    most: int
    count: int = 0
    told: list[Repeated] = field(default_factory=list)
    _lines: dict[str, int] = field(default_factory=dict)  # where a value stands first

    def take(self, hashes: list[int | None], lines: list[int], keys: Values, cells: Values) -> None:
        if self.suspects.isdisjoint(hashes):
            return
        for row, number in enumerate(hashes):
            key = keys[row]
            if key and number in self.suspects:
                first = self._lines.setdefault(key, lines[row])
                if first != lines[row]:
                    self._repeated(Repeated(line=lines[row], first=first, cell=cells[row] or ""))

    def _repeated(self, repeated: Repeated) -> None:
        self.count += 1
        if len(self.told) < self.most:
            self.told.append(repeated)


def _keys(column: Column, values: Values) -> Values:
    given = list(filter(None, values))
    keys = column.unique_keys(given)
    if keys is given or len(keys) == len(values):
        return values if keys is given else keys
    each = iter(keys)
    return [next(each) if value else None for value in values]


@contextmanager
def remembering(columns: Sequence[Column], *, folder: Path, hash_of: Callable[[str], int] = hash) -> Iterator[Seen]:
    """A new, empty `Seen`. Its files have no names, so they are gone however the process ends."""
    with TemporaryFile(dir=folder) as values, TemporaryFile(dir=folder) as hashes:
        yield Seen(columns, values=values, hashes=hashes, hash_of=hash_of)
