"""What is wrong with a row, in words: by the schema that is made from the template."""

from collections.abc import Collection, Iterator, Sequence

from marshmallow import ValidationError

from contracts.problems import Problem
from contracts.template import Column, HeaderMatch, Template
from contracts.template.schema import CellField, Told, told_in, told_needed
from csvfile import Record
from csvfile.dialect import DELIMITERS
from services.validator.header import unnamed
from services.validator.problems import of_cell, shortened


class Wording:
    """Words the problems of a row, in the words of the template's schema."""

    def __init__(self, template: Template, match: HeaderMatch, *, cell_length: int) -> None:
        self._template = template
        self._fields = {column.name: CellField(column) for column in template.columns}
        self._cell_length = cell_length
        self._width = len(match.columns)
        self._unnamed = unnamed(match)
        self._positions = {c.name: position for position, c in enumerate(match.columns) if c is not None}

    def problems(self, record: Record, wrong: Collection[str | int]) -> Iterator[Problem]:
        """Problems in the order of the template's columns: of those in which something is known to be ``wrong``."""
        if len(record.cells) != self._width:
            yield _wrong_width(record, self._width)
            return
        for column in self._template.columns:
            if column.name in wrong:
                position = self._positions.get(column.name)
                cell = "" if position is None else record.cells[position]
                for problem in self._told(column, cell):
                    yield of_cell(column, line=record.line, cell=cell, **problem)
        for position in self._unnamed:
            if position in wrong:
                yield _in_no_column(record, position)

    def _told(self, column: Column, cell: str) -> Sequence[Told]:
        """What the schema says of a cell. One that is right alone lacks what another one asks for."""
        if len(cell) > self._cell_length:
            return [self._too_long(cell)]
        try:
            self._fields[column.name].deserialize(cell)
        except ValidationError as error:
            return told_in(error)
        return told_needed(column)

    def _too_long(self, cell: str) -> Told:
        message = f"This cell has {len(cell):,} characters; at most {self._cell_length:,} are allowed."
        return {"code": "cell_too_long", "message": message}


def _wrong_width(record: Record, width: int) -> Problem:
    count = len(record.cells)
    code = code_of_width(count, width)
    if count == 1 and any(record.cells[0].count(mark) == width - 1 for mark in DELIMITERS):
        advice = "Its values are separated by another character than the header's. Use the same one in all lines."
    elif code == "row_too_short":
        advice = "Fill the row up, with empty cells where need be."
    else:
        advice = "A cell that has the delimiter in it must be in quotation marks."
    message = f"This row has {_cells(count)}, and the header has {width}. {advice}"
    return Problem(line=record.line, column=None, code=code, message=message)


def code_of_width(count: int, width: int) -> str:
    """The code of a row that has not as many cells as the header."""
    return "row_too_short" if count < width else "row_too_long"


def _in_no_column(record: Record, position: int) -> Problem:
    return Problem(
        line=record.line,
        column=None,
        code="unknown_column",
        message=f"This row has a cell in column {position + 1}, which has no name in the header. Name it or empty it.",
        value=shortened(record.cells[position]),
    )


def _cells(count: int) -> str:
    return f"{count} cell" if count == 1 else f"{count} cells"
