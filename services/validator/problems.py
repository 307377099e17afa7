"""What is wrong with a file: all of it counted, the first of it kept."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import orjson

from contracts.messages.job_rejected_v1 import MAX_PROBLEMS
from contracts.problems import CATALOGUE, Problem
from contracts.template import Column
from contracts.template.schema import trim
from csvfile import FileProblem

#: The one code that another run may not find again, since it depends on the Seats that the account has meanwhile.
SEAT_EXISTS: Final = "seat_exists"

#: Characters of a cell's value that are told.
VALUE_LENGTH: Final = 100

#: Bytes that the kept problems have at most as a message; far below what a broker takes.
MESSAGE_BYTES: Final = 512 * 1024

_AROUND = 60  # bytes of JSON around the texts of a problem: the names of its fields


class ProblemLog:
    """Takes problems in file order."""

    def __init__(self, *, most: int = MAX_PROBLEMS, most_bytes: int = MESSAGE_BYTES) -> None:
        self._by_code: Counter[str] = Counter()
        self._kept: list[Problem] = []
        self._most = most
        self._bytes_left = most_bytes

    def add(self, problem: Problem) -> None:
        """Count it, and keep it if there is room and none before it had to go."""
        self._by_code[problem.code] += 1
        if len(self._kept) < self._most:
            self._bytes_left -= _size(problem)
            if self._bytes_left < 0:
                self._most = len(self._kept)
            else:
                self._kept.append(problem)

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
        """Those kept."""
        return tuple(self._kept)

    @property
    def of_the_file_itself(self) -> bool:
        """Whether any is there that every other run will find too."""
        return any(code != SEAT_EXISTS for code in self._by_code)


def of_file(problem: FileProblem) -> Problem:
    """What the CSV reader could not read."""
    return Problem(line=problem.line, column=problem.column, code=problem.code, message=problem.message)


def of_cell(column: Column, *, line: int, cell: str, code: str, message: str) -> Problem:
    """A problem with one cell; a secret is told neither as the value nor in the message."""
    if column.secret:
        kind = CATALOGUE[code]
        secret = trim(cell)
        hidden = f"{kind.title}. {kind.advice}" if secret and secret in message else message
        return Problem(line=line, column=column.name, code=code, message=hidden)
    return Problem(line=line, column=column.name, code=code, message=message, value=shortened(cell))


def shortened(cell: str) -> str:
    """A cell as it is told, cut where it is very long."""
    return cell if len(cell) <= VALUE_LENGTH else cell[:VALUE_LENGTH] + "…"


def _size(problem: Problem) -> int:
    texts = (problem.line, problem.column, problem.code, problem.message, problem.value)
    return _AROUND + len(orjson.dumps(texts))
