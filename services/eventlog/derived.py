"""Files made of a job's own file: with its problems beside its rows, with the rows that are left, with the Seats made.

Each is read and written as a stream, row by row, and can be uploaded as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import csvfile
from contracts.problems import Problem
from contracts.template import USER_ID
from contracts.template.rules import fold
from services.eventlog.meaning import Meaning
from services.eventlog.outcome_cells import OutcomeCells
from services.eventlog.outcomes import ChunkOutcomes

#: The column that an annotated file has more. It is ignored in an uploaded file.
PROBLEMS: Final = "problems"

#: The columns by which a person knows a Seat, in the list of those that a job has made.
_KNOWN_BY: Final[Sequence[str]] = ("firstname", "lastname", "email", "extension")

_SPREADSHEET: Final = csvfile.Dialect(newline="\r\n", bom=True)


def annotated(source: Iterable[bytes], problems: Iterable[Problem], *, told: int) -> Iterator[bytes]:
    """The file with a column that says what is wrong with each row. Raises `csvfile.FileProblem`.

    ``problems`` are in the order of lines; what is wrong with the header is said beside the first row. ``told`` is how
    many were found in all: where there are more, the last row that has any says so.
    """
    reading = csvfile.read(source, raw=True)
    own = [at for at, name in enumerate(reading.header.cells) if fold(name) != PROBLEMS]
    return csvfile.write(_annotated_rows(reading, own, _Notes(problems, told=told)), reading.dialect, raw=True)


def _annotated_rows(reading: csvfile.Reading, own: Sequence[int], notes: "_Notes") -> Iterator[Sequence[str]]:
    header = reading.header.cells
    yield [*(header[at] for at in own), PROBLEMS]
    for record in reading:
        cells = _filled(record.cells, len(header))
        yield [*(cells[at] for at in own), *cells[len(header) :], notes.through(record.line)]


class _Notes:
    """Problems in words, line by line; one line's are in memory at a time."""

    def __init__(self, problems: Iterable[Problem], *, told: int) -> None:
        self._problems = iter(problems)
        self._more = told
        self._next = self._following()

    def through(self, line: int) -> str:
        """What is to be said of everything up to a line, since the last one that was asked for."""
        found = []
        while self._next is not None and self._next.line <= line:
            found.append(self._next)
            self._next = self._following()
        words = [_note(problem, line) for problem in found]
        if words and self._next is None and self._more:
            words.append("more problems were found in the file than can be listed here")
        return "; ".join(words)

    def _following(self) -> Problem | None:
        following = next(self._problems, None)
        self._more -= following is not None
        return following


def _note(problem: Problem, line: int) -> str:
    where = problem.column or ""
    if problem.line < line:
        where = f"line {problem.line}, {where}" if where else f"line {problem.line}"
    return f"{where}: {problem.message}" if where else problem.message


def left_over(source: Iterable[bytes], chunks: Iterable[ChunkOutcomes], *, meaning: Meaning) -> Iterator[bytes]:
    """The rows that failed or were not processed, with the columns that count. Raises `csvfile.FileProblem`.

    Columns that were ignored are left out, and those whose meaning was chosen have their names from the template.
    """
    reading = csvfile.read(source, raw=True)
    outcomes = OutcomeCells(chunks, missing=_NO_OUTCOME)
    places = meaning.places(reading.header.cells)
    return csvfile.write(_left_rows(reading, outcomes, places, meaning), reading.dialect, raw=True)


def _left_rows(
    reading: csvfile.Reading, outcomes: OutcomeCells, places: dict[str, int], meaning: Meaning
) -> Iterator[Sequence[str]]:
    header = reading.header.cells
    yield [name if meaning.is_chosen(header[at]) else header[at] for name, at in places.items()]
    for record in reading:
        if not _is_made(outcomes, record.line):
            cells = _filled(record.cells, len(header))
            yield [*(cells[at] for at in places.values()), *cells[len(header) :]]


def made(source: Iterable[bytes], chunks: Iterable[ChunkOutcomes], *, meaning: Meaning) -> Iterator[bytes]:
    """The Seats that a job has made, by their User IDs and what people know them by. Raises `csvfile.FileProblem`."""
    reading = csvfile.read(source)
    outcomes = OutcomeCells(chunks, missing=_NO_OUTCOME)
    places = meaning.places(reading.header.cells)
    known_by = {name: places[name] for name in _KNOWN_BY if name in places}
    return csvfile.write(_made_rows(reading, outcomes, known_by), _SPREADSHEET)


def _made_rows(reading: csvfile.Reading, outcomes: OutcomeCells, places: dict[str, int]) -> Iterator[Sequence[str]]:
    width = len(reading.header.cells)
    yield [USER_ID, *places]
    for record in reading:
        if _is_made(outcomes, record.line):
            cells = _filled(record.cells, width)
            yield [outcomes.of(record.line)[0], *(cells[at] for at in places.values())]


_NO_OUTCOME: Final = ("", "", "not_processed", "")


def _is_made(outcomes: OutcomeCells, line: int) -> bool:
    outcomes.load(line)
    return outcomes.of(line)[2] == "successful"


def _filled(cells: Sequence[str], width: int) -> Sequence[str]:
    return (*cells, *[""] * (width - len(cells)))
