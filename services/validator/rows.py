"""The rows of a file, a batch at a time: checked, compared with each other and with the Seats, and spooled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from contracts.problems import Problem
from contracts.sealing import Sealer
from contracts.template import USER_ID, Column, HeaderMatch
from contracts.template.header import Chosen
from csvfile import Batch, Record
from services.validator.asking import Asking
from services.validator.cells import BatchChecker, CheckedBatch
from services.validator.columns import Values
from services.validator.conflicts import Conflict
from services.validator.kinds import Answer, Found, Kind
from services.validator.problem_log import Place, ProblemLog
from services.validator.problems import SEAT_EXISTS, of_cell
from services.validator.settings import Limits
from services.validator.spool import Spool
from services.validator.uniqueness import Repeated, Seen
from services.validator.wording import Wording, code_of_width

#: Rows that become a chunk together, and are asked about at once: as many values of a column as the provisioner takes.
CHUNK = 1_000

# Problems of a cell: first what is wrong with it alone, then what is wrong beside the others.
_REPEATED, _TAKEN = 1, 2
_DUPLICATE = "duplicate_in_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an examination works with. ``kind`` is the job's, ``chosen`` what header cells are to mean. Without a
    ``spool`` nothing is kept of the rows.
    """

    kind: Kind
    limits: Limits
    seen: Seen
    spool: Spool | None
    sealer: Sealer
    chosen: Chosen


@dataclass(slots=True, kw_only=True)
class Gathered:
    """Rows that were checked, as columns: the ``values`` of all, and the ``cells`` of unique columns as they stand."""

    rows: int = 0  # with those that are not as wide as the header, and are in none of the columns
    lines: list[int] = field(default_factory=list)
    cells: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, list[str | None]] = field(default_factory=dict)

    def add(self, batch: Batch, cells: Mapping[str, Sequence[str]], values: Mapping[str, Values]) -> None:
        self.rows += batch.rows
        self.lines += batch.lines
        for name, some in cells.items():
            self.cells.setdefault(name, []).extend(some)
        for name, found in values.items():
            self.values.setdefault(name, []).extend(found)


class Rows:
    """Takes the rows of a file in their order. What is wrong with them goes to the log."""

    def __init__(self, means: Means, match: HeaderMatch, log: ProblemLog, asking: "Asking[Gathered, Answer]") -> None:
        self._means = means
        self._log = log
        self._asking = asking
        template, cell_length = means.kind.template, means.limits.cell_length
        self._width = len(match.columns)
        self._position = {c.name: position for position, c in enumerate(match.columns) if c is not None}
        self._checker = BatchChecker(template, match, cell_length=cell_length)
        self._wording = Wording(template, match, cell_length=cell_length)
        self._unique = [column for column in template.unique if column.name in self._position]
        self._secret = [column.name for column in template.secret if column.name in self._position]
        self._gathered = Gathered()

    def take(self, batch: Batch) -> None:
        """Check a batch. When a chunk is together, ask about it, and spool it if nothing is wrong with the file."""
        checked = self._checker.check(batch)
        if checked.broken or batch.uneven:
            self._log.count_codes(code for broken in checked.broken.values() for _, code in broken)
            self._log.count_codes(code_of_width(len(record.cells), self._width) for record in batch.uneven)
            self._log.keep(self._worded(batch, checked))
        cells = {column.name: batch.columns[self._position[column.name]] for column in self._unique}
        self._means.seen.add(batch.lines, cells, checked.values)
        self._gathered.add(batch, cells, checked.values)
        if self._gathered.rows >= CHUNK:
            self._settle()

    def end(self) -> None:
        """Settle the last chunk, and what only all rows together tell: the values that stand in several of them."""
        self._settle()
        self._repetitions()
        for gathered, answer in self._asking.rest():
            self._judge(gathered, answer)

    def _repetitions(self) -> None:
        for column in self._unique:
            repetitions = self._means.seen.repeated(column.name, most=self._log.most)
            if repetitions.count:
                self._log.count_codes({_DUPLICATE: repetitions.count})
                self._log.keep(self._repeated(column, repeated) for repeated in repetitions.first)

    def _settle(self) -> None:
        gathered, self._gathered = self._gathered, Gathered()
        unique = {column.name: gathered.values.get(column.name, []) for column in self._unique}
        asked = {name: list(filter(None, values)) for name, values in unique.items()}
        if any(asked.values()):
            self._asking.put(gathered if self._means.kind.judge else replace(gathered, values=unique), asked)
        spool = self._means.spool
        if spool is not None and gathered.lines and not self._log.of_the_file_itself:
            self._keep(gathered, spool)
        for about, answer in self._asking.answers():
            self._judge(about, answer)

    def _judge(self, gathered: Gathered, answer: Answer) -> None:
        self._log.keep(self._taken(gathered, answer.conflicts))
        if self._means.kind.judge:
            found = list(self._means.kind.judge(gathered.lines, gathered.values, answer))
            self._log.count_codes(one.code for one in found)
            self._log.keep(self._found(one, gathered) for one in found if self._log.wants(gathered.lines[one.row]))

    def _worded(self, batch: Batch, checked: CheckedBatch) -> Iterator[tuple[Place, Problem]]:
        """The problems of the first rows that have any, as many as are kept or a few more."""
        left = self._log.wanted
        wrong: dict[int, list[str | int]] = {}
        for column, broken in checked.broken.items() if left else ():
            for row, _ in broken:
                wrong.setdefault(row, []).append(column)
        even = (
            (Record(batch.lines[row], tuple(cells[row] for cells in batch.columns)), wrong[row])
            for row in sorted(wrong)[:left]
        )
        uneven = ((record, ()) for record in batch.uneven[:left])
        for record, columns in sorted([*even, *uneven], key=itemgetter(0)):
            if left <= 0:
                return
            for problem in self._wording.problems(record, columns):
                left -= 1
                yield Place(line=record.line, position=self._place(problem)), problem

    def _place(self, problem: Problem) -> int:
        """A row's own problems come first, then those of its cells in the file's order, then of columns it lacks."""
        return -1 if problem.column is None else self._position.get(problem.column, len(self._position))

    def _repeated(self, column: Column, repeated: Repeated) -> tuple[Place, Problem]:
        advice = "Each Seat needs its own: change one of them, or remove one of the rows."
        if column.name == USER_ID:
            advice = "A Seat can have one row in a file: make one of them, or remove one."
        message = f"Lines {repeated.first} and {repeated.line} have the same {column.name}. {advice}"
        return self._problem(column, repeated.line, repeated.cell, _DUPLICATE, message, kind=_REPEATED)

    def _taken(self, gathered: Gathered, conflicts: Sequence[Conflict]) -> Iterator[tuple[Place, Problem]]:
        columns = {column.name: column for column in self._unique}
        holders = {(c.column, columns[c.column].unique_key(c.value)): c.user_id for c in conflicts}
        own = gathered.values.get(USER_ID)
        for name, column in columns.items() if holders else ():
            for row, value in enumerate(gathered.values[name]):
                user_id = holders.get((name, column.unique_key(value))) if value is not None else None
                if user_id is not None and not (own and own[row] == user_id):
                    self._log.count_codes([SEAT_EXISTS])
                    if self._log.wants(gathered.lines[row]):
                        yield self._held(column, gathered.lines[row], gathered.cells[name][row], user_id)

    def _held(self, column: Column, line: int, cell: str, user_id: str) -> tuple[Place, Problem]:
        message = f"The Seat with the User ID {user_id} has this {column.name} already. {self._means.kind.if_taken}"
        return self._problem(column, line, cell, SEAT_EXISTS, message, kind=_TAKEN)

    def _found(self, found: Found, gathered: Gathered) -> tuple[Place, Problem]:
        column = self._means.kind.template.column(found.column)
        value = gathered.values[found.column][found.row] if found.column in self._position else None
        return self._problem(column, gathered.lines[found.row], value or "", found.code, found.message, kind=_TAKEN)

    def _problem(
        self, column: Column, line: int, cell: str, code: str, message: str, *, kind: int
    ) -> tuple[Place, Problem]:
        position = self._position.get(column.name, len(self._position))
        place = Place(line=line, position=position, kind=kind)
        return place, of_cell(column, line=line, cell=cell, code=code, message=message)

    def _keep(self, gathered: Gathered, spool: Spool) -> None:
        columns: dict[str, Values] = dict(gathered.values)
        for name in self._secret:
            sealed = iter(self._means.sealer.seal_all(list(filter(None, columns[name]))))
            columns[name] = [next(sealed) if value else value for value in columns[name]]
        spool.add(gathered.lines, columns)
