"""What is wrong with a file, as it is told."""

from typing import Final

from contracts.problems import CATALOGUE, Problem
from contracts.template import Column
from contracts.template.schema import trim
from csvfile import FileProblem

#: Codes that another run may not find again, since they depend on the Seats that the account has meanwhile.
SEAT_EXISTS: Final = "seat_exists"
SEAT_UNKNOWN: Final = "seat_unknown"
NEEDED_BY_SEAT: Final = "needed_by_seat"
OF_SEATS: Final = frozenset({SEAT_EXISTS, SEAT_UNKNOWN, NEEDED_BY_SEAT})

#: Characters of a cell's value that are told.
VALUE_LENGTH: Final = 100


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
