"""What is wrong with a file: all of it counted, the first of it kept on disk."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from operator import attrgetter, itemgetter
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

import orjson

from contracts.messages.job_rejected_v1 import MAX_PROBLEMS
from contracts.problems import Problem
from services.validator.problems import OF_SEATS

#: Bytes that problems told together have at most as a message; far below what a broker takes.
MESSAGE_BYTES: Final = 512 * 1024

_TOGETHER = 1_000  # problems that are sorted in memory, and then written together
_AROUND = 60  # bytes of JSON around the texts of a problem: the names of its fields


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where a problem stands among the others: by its line, then by its cell (-1: the row), then by its kind."""

    line: int
    position: int
    kind: int = 0


Placed = tuple[Place, Problem]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """So many problems, sorted, in these bytes of the file; the ``last`` of them stands there."""

    start: int
    size: int
    count: int
    last: Place


@dataclass(slots=True, kw_only=True)
class _Run:
    """Pieces that follow each other."""

    pieces: list[_Piece] = field(default_factory=list)

    @property
    def last(self) -> Place:
        return self.pieces[-1].last


class ProblemLog:
    """Counts all problems, and keeps those that come first in the file, however they come.

    They are kept in ``file``, in runs, each of them sorted: as there are a few ways of finding problems, and each goes
    through the file from its beginning to its end, there are a few runs. In memory is where their pieces are.
    """

    def __init__(self, file: IO[bytes], *, most: int, most_bytes: int = MESSAGE_BYTES) -> None:
        self._file = file
        self._by_code: Counter[str] = Counter()
        self._runs: list[_Run] = []
        self._kept = 0
        self._bound: Place | None = None  # as many as are told stand here or before
        self._most = most
        self._most_bytes = most_bytes

    def count_codes(self, codes: Iterable[str] | Mapping[str, int]) -> None:
        """Count problems by their codes, or as many as there are of each.

        Whoever does so gives the first `wanted` of them to `keep`.
        """
        self._by_code.update(codes)

    def keep(self, problems: Iterable[Placed]) -> None:
        """Keep problems that were counted, as far as they are among the first."""
        each = iter(problems)
        while together := sorted(islice(each, _TOGETHER), key=itemgetter(0)):
            if self._bound is not None:
                del together[bisect_right(together, self._bound, key=itemgetter(0)) :]
            if together:
                self._write(together)

    def add(self, problem: Problem) -> None:
        """Count and keep one that comes behind all that were kept."""
        self.count_codes([problem.code])
        place = Place(line=problem.line, position=-1)
        self.keep([(max([place, *(run.last for run in self._runs)]), problem)])

    @property
    def most(self) -> int:
        """How many are told at most."""
        return self._most

    @property
    def wanted(self) -> int:
        """How many more are kept, if they come behind all that were."""
        return max(0, self._most - self._kept)

    def wants(self, line: int) -> bool:
        """Whether a problem in this line is among the first, as far as can be told."""
        return self._bound is None or line <= self._bound.line

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self._by_code.total()

    @property
    def by_code(self) -> Mapping[str, int]:
        """How many there are of each code."""
        return dict(self._by_code)

    @property
    def of_the_file_itself(self) -> bool:
        """Whether any is there that every other run will find too."""
        return any(code not in OF_SEATS for code in self._by_code)

    def parts(self) -> Iterator[tuple[Problem, ...]]:
        """The first of them in the order of the file, as many together as a message has room for."""
        part: list[Problem] = []
        room = self._most_bytes
        for problem in islice(self._in_order(), self._most):
            size = _size(problem)
            if part and (size > room or len(part) == MAX_PROBLEMS):
                yield tuple(part)
                part, room = [], self._most_bytes
            part.append(problem)
            room -= size
        if part:
            yield tuple(part)

    def _write(self, together: Sequence[Placed]) -> None:
        before = [run for run in self._runs if run.last <= together[0][0]]
        if before:
            run = max(before, key=attrgetter("last"))
        else:
            run = _Run()
            self._runs.append(run)
        data = _json(together)
        start = self._file.seek(0, 2)
        self._file.write(data)
        run.pieces.append(_Piece(start=start, size=len(data), count=len(together), last=together[-1][0]))
        self._kept += len(together)
        if self._kept >= self._most:
            self._bound = self._place_of_last()

    def _place_of_last(self) -> Place | None:
        """Where, at the latest, the last one stands that is told."""
        count = 0
        for piece in sorted((piece for run in self._runs for piece in run.pieces), key=attrgetter("last")):
            count += piece.count
            if count >= self._most:
                return piece.last
        return None

    def _in_order(self) -> Iterator[Problem]:
        runs = [self._read(run) for run in self._runs]
        return (problem for _, problem in merge(*runs, key=itemgetter(0)))

    def _read(self, run: _Run) -> Iterator[Placed]:
        for piece in run.pieces:
            self._file.seek(piece.start)
            yield from _placed(self._file.read(piece.size))


def _json(placed: Iterable[Placed]) -> bytes:
    return orjson.dumps(
        [
            ((place.line, place.position, place.kind), (p.line, p.column, p.code, p.message, p.value, p.suggestion))
            for place, p in placed
        ]
    )


def _placed(data: bytes) -> Iterator[Placed]:
    for (line, position, kind), told in orjson.loads(data):
        place = Place(line=line, position=position, kind=kind)
        own_line, column, code, message, value, suggestion = told
        yield (
            place,
            Problem(line=own_line, column=column, code=code, message=message, value=value, suggestion=suggestion),
        )


def _size(problem: Problem) -> int:
    texts = (problem.line, problem.column, problem.code, problem.message, problem.value, problem.suggestion)
    return _AROUND + len(orjson.dumps(texts))


@contextmanager
def logging_problems(*, folder: Path, most: int) -> Iterator[ProblemLog]:
    """A new, empty log. Its file has no name, so it is gone however the process ends."""
    with TemporaryFile(dir=folder) as file:
        yield ProblemLog(file, most=most)
