"""The cells of a batch of rows, held to the template's rules: values, and codes of what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.template import Column, HeaderMatch, Template
from csvfile import Batch
from services.validator.columns import Broken, ColumnChecker, Values
from services.validator.header import unnamed


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedBatch:
    """``values`` by column: of each row that is as wide as the header, None where a cell is empty or broken.

    ``broken`` are rows, counted from 0, with the codes of what is wrong in them, in no order; a row with several
    problems is there several times.
    """

    values: dict[str, Values]
    broken: Sequence[Broken]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a column's cells stand in the file."""

    column: Column
    position: int
    checker: ColumnChecker


class BatchChecker:
    """Checks the rows of a file. It knows the code of all that `Wording` words, and gives the same values."""

    def __init__(self, template: Template, match: HeaderMatch, *, cell_length: int) -> None:
        self._unnamed = unnamed(match)
        self._places = [
            _Place(column=column, position=position, checker=ColumnChecker(column, cell_length=cell_length))
            for position, column in enumerate(match.columns)
            if column is not None
        ]
        places = {place.column.name: place for place in self._places}
        self._conditions = [
            (places[column.required_when.column], column.required_when.equals, column.name)
            for column in template.columns
            if column.required_when and column.required_when.column in places
        ]

    def check(self, batch: Batch) -> CheckedBatch:
        """All rows that are as wide as the header."""
        values: dict[str, Values] = {}
        broken: list[Broken] = []
        broken_in: dict[str, dict[int, str]] = {}
        for place in self._places:
            checked = place.checker.check(batch.columns[place.position])
            values[place.column.name] = checked.values
            if checked.broken:
                broken += checked.broken
                broken_in[place.column.name] = dict(checked.broken)
        for when, equals, needed in self._conditions:
            rows = self._rows_where(when, equals, values, broken_in, batch)
            cells, wrong = values.get(needed), broken_in.get(needed, {})
            broken += [(row, "required") for row in rows if (not cells or cells[row] is None) and row not in wrong]
        for position in self._unnamed:
            broken += [(row, "unknown_column") for row, cell in enumerate(batch.columns[position]) if cell.strip()]
        return CheckedBatch(values=values, broken=broken)

    @staticmethod
    def _rows_where(
        when: _Place, equals: str, values: dict[str, Values], broken_in: dict[str, dict[int, str]], batch: Batch
    ) -> Iterator[int]:
        """The rows in which a column has a value. A cell that is too long is taken for what its beginning means."""
        name = when.column.name
        yield from (row for row, value in enumerate(values[name]) if value == equals)
        for row, code in broken_in.get(name, {}).items():
            if code == "cell_too_long" and when.checker.value_of_cut(batch.columns[when.position][row]) == equals:
                yield row
