"""The cells of a row, held to the template's rules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from marshmallow import ValidationError

from contracts.problems import Problem
from contracts.template import Column, HeaderMatch, Template
from contracts.template.rules import BrokenRule
from contracts.template.schema import trim
from csvfile import Record
from services.validator.header import unnamed
from services.validator.problems import of_cell, shortened

#: Different values of a column that are remembered with what they become, and the longest of them, in characters.
REMEMBERED = 2_000
REMEMBERED_LENGTH = 100


@dataclass(slots=True, kw_only=True)
class Row:
    """A row that was checked: ``values`` in the template's order, None where a cell is empty or has a problem."""

    record: Record
    values: list[str | None]
    problems: list[Problem] = field(default_factory=list)

    @property
    def line(self) -> int:
        """Where it stands in the file."""
        return self.record.line


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where a column's cells stand in the file and in `Row.values`, and what is known of them already."""

    column: Column
    position: int
    index: int
    normalise: Callable[[str], str]
    remembered: dict[str, str] = field(default_factory=dict)
    room: int


class CellChecker:
    """Checks row by row. Rows without problems, as nearly all are, take a short way to what the schema gives too."""

    def __init__(self, template: Template, match: HeaderMatch, *, cell_length: int) -> None:
        self._template = template
        self._schema = template.schema()
        self._cell_length = cell_length
        self._width = len(match.columns)
        self._unnamed = unnamed(match)
        self._index = {column.name: index for index, column in enumerate(template.columns)}
        self._places = [
            _place(column, position, self._index[column.name])
            for position, column in enumerate(match.columns)
            if column is not None
        ]
        self._conditions = [
            (self._index[column.required_when.column], column.required_when.equals, self._index[column.name])
            for column in template.columns
            if column.required_when
        ]

    def check(self, record: Record) -> Row:
        """The row's values and problems, these in the order of the template's columns."""
        cells = record.cells
        if len(cells) != self._width:
            return Row(record=record, values=self._nothing(), problems=[_wrong_width(record, self._width)])
        if max(map(len, cells)) <= self._cell_length and not self._stray(cells):
            values = self._short_way(cells)
            if values is not None:
                return Row(record=record, values=values)
        return self._long_way(record)

    def _nothing(self) -> list[str | None]:
        return [None] * len(self._index)

    def _stray(self, cells: Sequence[str]) -> list[int]:
        return [position for position in self._unnamed if cells[position].strip()]

    def _short_way(self, cells: Sequence[str]) -> list[str | None] | None:
        """The values, or None where anything at all is wrong."""
        values = self._nothing()
        try:
            for place in self._places:
                cell = cells[place.position]
                if cell or place.column.required:
                    values[place.index] = place.remembered.get(cell) or _value(place, cell)
        except BrokenRule:
            return None
        for when, equals, needed in self._conditions:
            if values[when] == equals and values[needed] is None:
                return None
        return values

    def _long_way(self, record: Record) -> Row:
        """By the schema, which words what is wrong."""
        cells = record.cells
        given = {place.column.name: cells[place.position][: self._cell_length] for place in self._places}
        told: dict[str, list[dict[str, str]]] = {}
        try:
            loaded = self._schema.load(given)
        except ValidationError as error:
            loaded, told = dict(cast(dict[str, Any], error.valid_data)), dict(error.messages_dict)
        for place in self._places:
            if len(cells[place.position]) > self._cell_length:
                told[place.column.name] = [self._too_long(cells[place.position])]
                loaded.pop(place.column.name, None)
        values = [loaded.get(name) for name in self._index]
        return Row(record=record, values=values, problems=list(self._problems(record, told)))

    def _problems(self, record: Record, told: dict[str, list[dict[str, str]]]) -> Iterator[Problem]:
        at = {place.column.name: place.position for place in self._places}
        for column in self._template.columns:
            cell = record.cells[at[column.name]] if column.name in at else ""
            for problem in told.get(column.name, ()):
                yield of_cell(column, line=record.line, cell=cell, **problem)
        for position in self._stray(record.cells):
            yield _in_no_column(record, position)

    def _too_long(self, cell: str) -> dict[str, str]:
        message = f"This cell has {len(cell):,} characters; at most {self._cell_length:,} are allowed."
        return {"code": "cell_too_long", "message": message}


def _place(column: Column, position: int, index: int) -> _Place:
    # Unique values come once, and secrets are not to be kept: there is nothing to gain by remembering them.
    room = 0 if column.unique or column.secret else REMEMBERED
    return _Place(column=column, position=position, index=index, normalise=column.check.normalise, room=room)


def _value(place: _Place, cell: str) -> str | None:
    trimmed = trim(cell)
    if not trimmed:
        if place.column.required:
            raise BrokenRule("required", "")
        return None
    value = place.normalise(trimmed)
    if place.room and len(cell) <= REMEMBERED_LENGTH:
        place.remembered[cell] = value
        place.room -= 1
    return value


def _wrong_width(record: Record, width: int) -> Problem:
    count = len(record.cells)
    if count < width:
        code, advice = "row_too_short", "Fill the row up, with empty cells where need be."
    else:
        code, advice = "row_too_long", "A cell that has the delimiter in it must be in quotation marks."
    message = f"This row has {_cells(count)}, and the header has {width}. {advice}"
    return Problem(line=record.line, column=None, code=code, message=message)


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
