"""The cells of a batch of rows, held to the template's rules: values, and codes of what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.template import Column, HeaderMatch, Template
from csvfile import Batch
from services.validator.columns import Broken, ColumnChecker, Values
from services.validator.header import unnamed


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedBatch:
    """``values`` by column: of each row that is as wide as the header, None where a cell is empty or broken.

    ``broken`` are by column, or by position where a column has no name, the rows, counted from 0, with the codes of
    what is wrong in them, in no order.
    """

    values: dict[str, Values]
    broken: Mapping[str | int, Sequence[Broken]]


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
        broken: dict[str | int, Sequence[Broken]] = {}
        for place in self._places:
            checked = place.checker.check(batch.columns[place.position])
            values[place.column.name] = checked.values
            if checked.broken:
                broken[place.column.name] = checked.broken
        for when, equals, needed in self._conditions:
            cells, wrong = values.get(needed), broken.get(needed, ())
            empty = (
                range(len(batch.lines)) if cells is None else [row for row, cell in enumerate(cells) if cell is None]
            )
            told = values[when.column.name]
            cut = _cut(when, broken.get(when.column.name, ()), batch)
            broken_rows = {row for row, _ in wrong}
            missing = [row for row in empty if (told[row] or cut.get(row)) == equals and row not in broken_rows]
            if missing:
                broken[needed] = [*wrong, *((row, "required") for row in missing)]
        for position in self._unnamed:
            filled = [(row, "unknown_column") for row, cell in enumerate(batch.columns[position]) if cell.strip()]
            if filled:
                broken[position] = filled
        return CheckedBatch(values=values, broken=broken)


def _cut(place: _Place, broken: Sequence[Broken], batch: Batch) -> Mapping[int, str | None]:
    """A cell that is too long is taken for what its beginning means, as the schema takes it."""
    cells = batch.columns[place.position]
    return {row: place.checker.value_of_cut(cells[row]) for row, code in broken if code == "cell_too_long"}
