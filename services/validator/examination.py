"""One pass through a file: every row is checked, and kept where the whole may still be accepted."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import csvfile
from contracts.problems import Problem
from contracts.sealing import Sealer
from contracts.template import Column, HeaderMatch, Template
from services.validator.cells import CellChecker, Row
from services.validator.conflicts import Conflict
from services.validator.header import header_problems, match_header
from services.validator.problems import SEAT_EXISTS, ProblemLog, of_cell, of_file
from services.validator.settings import Limits
from services.validator.spool import Spool
from services.validator.uniqueness import Seen

#: Rows that are looked at together: as many values of a column as the provisioner is asked about at once.
BATCH = 1_000

Ask = Callable[[Mapping[str, Sequence[str]]], Sequence[Conflict]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an examination works with. ``ask`` tells which values Seats of the account have already."""

    template: Template
    limits: Limits
    ask: Ask
    seen: Seen
    spool: Spool
    sealer: Sealer


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was found: how many ``rows`` were read, and the ``problems``."""

    rows: int = 0
    problems: ProblemLog = field(default_factory=ProblemLog)


def examine(blocks: Iterable[bytes], means: Means) -> Findings:
    """Read the file, given in blocks. As long as it has no problem of its own, its rows go to the spool."""
    findings = Findings()
    try:
        _examine(csvfile.read(blocks), means, findings)
    except csvfile.FileProblem as problem:
        findings.problems.add(of_file(problem))
    return findings


def _examine(reading: csvfile.Reading, means: Means, findings: Findings) -> None:
    match = match_header(means.template, reading.header)
    for problem in header_problems(match, reading.header):
        findings.problems.add(problem)
    if findings.problems.count:
        return  # without its columns a row can't be understood
    rows = _Rows(means, match, findings)
    for records in _batches(reading, means.limits.rows):
        rows.take(records)
    if not findings.rows:
        findings.problems.add(_no_rows(reading.header))


def _batches(reading: csvfile.Reading, most: int) -> Iterator[list[csvfile.Record]]:
    """Records in lists of BATCH. What stops the reading is raised when all records before it have been given."""
    batch: list[csvfile.Record] = []
    stopped: csvfile.FileProblem | None = None
    try:
        for number, record in enumerate(reading, start=1):
            if number > most:
                raise _too_many_rows(record, most)
            batch.append(record)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except csvfile.FileProblem as problem:
        stopped = problem
    if batch:
        yield batch
    if stopped:
        raise stopped


class _Rows:
    """Takes the records of a file in their order."""

    def __init__(self, means: Means, match: HeaderMatch, findings: Findings) -> None:
        self._means = means
        self._findings = findings
        template = means.template
        self._checker = CellChecker(template, match, cell_length=means.limits.cell_length)
        self._index = {column.name: index for index, column in enumerate(template.columns)}
        self._position = {c.name: position for position, c in enumerate(match.columns) if c is not None}
        self._unique = [column for column in template.unique if column.name in self._position]
        self._secret = [self._index[column.name] for column in template.secret]

    def take(self, records: Sequence[csvfile.Record]) -> None:
        """Check a batch, add its problems in file order, and spool it where none has been found so far."""
        self._findings.rows += len(records)
        rows = [self._checker.check(record) for record in records]
        found = [problem for row in rows for problem in row.problems]
        entries = {column.name: self._entries(column, rows) for column in self._unique}
        for column in self._unique:
            found += self._repeated(column, entries[column.name])
        found += self._taken(entries)
        for problem in sorted(found, key=self._place):
            self._findings.problems.add(problem)
        if not self._findings.problems.of_the_file_itself:
            self._spool(rows)

    def _place(self, problem: Problem) -> tuple[int, int]:
        """A row's own problems come first, then those of its cells in the file's order, then of columns it lacks."""
        if problem.column is None:
            return problem.line, -1
        return problem.line, self._position.get(problem.column, len(self._position))

    def _entries(self, column: Column, rows: Sequence[Row]) -> list[tuple[str, Row]]:
        index = self._index[column.name]
        return [(value, row) for row in rows if (value := row.values[index]) is not None]

    def _repeated(self, column: Column, entries: Sequence[tuple[str, Row]]) -> Iterator[Problem]:
        values = [(column.unique_key(value), row.line) for value, row in entries]
        repeated = self._means.seen.repeated(column.name, values)
        for _, row in entries if repeated else ():
            if row.line in repeated:
                first = repeated[row.line]
                message = (
                    f"Lines {first} and {row.line} have the same {column.name}. Each Seat needs its own: change one of "
                    "them, or remove one of the rows."
                )
                yield self._problem(column, row, "duplicate_in_file", message)

    def _taken(self, entries: Mapping[str, Sequence[tuple[str, Row]]]) -> Iterator[Problem]:
        asked = {name: [value for value, _ in found] for name, found in entries.items()}
        conflicts = self._means.ask(asked) if any(asked.values()) else ()
        columns = {column.name: column for column in self._unique}
        holders = {(c.column, columns[c.column].unique_key(c.value)): c.user_id for c in conflicts}
        for name, found in entries.items() if holders else ():
            column = columns[name]
            for value, row in found:
                user_id = holders.get((name, column.unique_key(value)))
                if user_id is not None:
                    message = (
                        f"The Seat with the User ID {user_id} has this {name} already. Change it, or remove the row if "
                        "the person has a Seat."
                    )
                    yield self._problem(column, row, SEAT_EXISTS, message)

    def _problem(self, column: Column, row: Row, code: str, message: str) -> Problem:
        cell = row.record.cells[self._position[column.name]]
        return of_cell(column, line=row.line, cell=cell, code=code, message=message)

    def _spool(self, rows: Sequence[Row]) -> None:
        for row in rows:
            for index in self._secret:
                secret = row.values[index]
                if secret is not None:
                    row.values[index] = self._means.sealer.seal(secret)
            self._means.spool.add(row.line, row.values)


def _no_rows(header: csvfile.Header) -> Problem:
    message = "The file has a header but no row below it. Add one row for each Seat."
    return Problem(line=header.line, column=None, code="no_rows", message=message)


def _too_many_rows(record: csvfile.Record, most: int) -> csvfile.FileProblem:
    message = f"The file has more than {most:,} rows, which is the most. Split it into several files."
    return csvfile.FileProblem(line=record.line, code="too_many_rows", message=message)
