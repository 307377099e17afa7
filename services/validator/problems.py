"""What is wrong with a file: all of it counted, the first of it kept."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from typing import Final

import orjson

from contracts.messages.job_rejected_v1 import MAX_PROBLEMS
from contracts.problems import CATALOGUE, Problem
from contracts.template import Column
from contracts.template.schema import trim
from csvfile import FileProblem

#: Codes that another run may not find again, since they depend on the Seats that the account has meanwhile.
SEAT_EXISTS: Final = "seat_exists"
SEAT_UNKNOWN: Final = "seat_unknown"
NEEDED_BY_SEAT: Final = "needed_by_seat"
_OF_SEATS: Final = frozenset({SEAT_EXISTS, SEAT_UNKNOWN, NEEDED_BY_SEAT})

#: Characters of a cell's value that are told.
VALUE_LENGTH: Final = 100

#: Bytes that the kept problems have at most as a message; far below what a broker takes.
MESSAGE_BYTES: Final = 512 * 1024

_AROUND = 60  # bytes of JSON around the texts of a problem: the names of its fields


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where a problem stands among the others: by its line, then by its cell (-1: the row), then by its kind."""

    line: int
    position: int
    kind: int = 0


class ProblemLog:
    """Counts all problems, and keeps those that come first in the file, however they come."""

    def __init__(self, *, most: int = MAX_PROBLEMS, most_bytes: int = MESSAGE_BYTES) -> None:
        self._by_code: Counter[str] = Counter()
        self._kept: list[tuple[Place, Problem]] = []
        self._most = most
        self._most_bytes = most_bytes

    def count_codes(self, codes: Iterable[str] | Mapping[str, int]) -> None:
        """Count problems by their codes, or as many as there are of each.

        Whoever does so gives the first `wanted` of them to `keep`.
        """
        self._by_code.update(codes)

    def keep(self, problems: Iterable[tuple[Place, Problem]]) -> None:
        """Keep problems that were counted, as far as they are among the first."""
        self._kept += problems
        self._kept.sort(key=itemgetter(0))
        del self._kept[self._most :]

    def add(self, problem: Problem) -> None:
        """Count and keep one that comes behind all that were kept."""
        self.count_codes([problem.code])
        last = self._kept[-1][0] if self._kept else None
        self.keep([(last or Place(line=problem.line, position=-1), problem)])

    @property
    def most(self) -> int:
        """How many are kept at most."""
        return self._most

    @property
    def wanted(self) -> int:
        """How many more are kept, if they come behind all that were."""
        return self._most - len(self._kept)

    def wants(self, line: int) -> bool:
        """Whether a problem in this line is among the first, as far as can be told."""
        return len(self._kept) < self._most or any(line <= place.line for place, _ in self._kept[-1:])

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self._by_code.total()

    @property
    def by_code(self) -> Mapping[str, int]:
        """How many there are of each code."""
        return dict(self._by_code)

    @property
    def first(self) -> tuple[Problem, ...]:
        """Those kept, as far as there is room for them in a message: nothing behind one that has no room."""
        sizes = accumulate(_size(problem) for _, problem in self._kept)
        return tuple(problem for (_, problem), size in zip(self._kept, sizes, strict=True) if size <= self._most_bytes)

    @property
    def of_the_file_itself(self) -> bool:
        """Whether any is there that every other run will find too."""
        return any(code not in _OF_SEATS for code in self._by_code)


def of_file(problem: FileProblem) -> Problem:
    """What the CSV reader could not read."""
    return Problem(line=problem.line, column=problem.column, code=problem.code, message=problem.message)


def of_cell(column: Column, *, line: int, cell: str, code: str, message: str, suggestion: str | None = None) -> Problem:
    """A problem with one cell; a secret is told neither as the value nor in the message."""
    if column.secret:
        kind = CATALOGUE[code]
        secret = trim(cell)
        hidden = f"{kind.title}. {kind.advice}" if secret and secret in message else message
        return Problem(line=line, column=column.name, code=code, message=hidden)
    value = shortened(cell)
    return Problem(line=line, column=column.name, code=code, message=message, value=value, suggestion=suggestion)


def shortened(cell: str) -> str:
    """A cell as it is told, cut where it is very long."""
    return cell if len(cell) <= VALUE_LENGTH else cell[:VALUE_LENGTH] + "…"


def _size(problem: Problem) -> int:
    texts = (problem.line, problem.column, problem.code, problem.message, problem.value, problem.suggestion)
    return _AROUND + len(orjson.dumps(texts))
