"""The marshmallow schema of one row, made from the template's columns.

`load` takes the cells of a row by column name (columns that the file does not have may be absent) and gives the values
as they are stored, None where a cell is empty. What is wrong comes as marshmallow's `ValidationError` whose messages
are `{column: [{"code": …, "message": …}]}`, with a `suggestion` where it is known what is probably meant.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from contracts.template.columns import Column
from contracts.template.rules import MARKS, BrokenRule
from contracts.template.suggestions import suggest

#: What is not part of a cell although it stands at its ends: white space of all kinds, and marks without width.
_AROUND = re.compile(f"^[\\s{MARKS}]+|[\\s{MARKS}]+$")


def trim(cell: str) -> str:
    """A cell without the white space, and marks without width, around it."""
    return _AROUND.sub("", cell) if cell and (not cell.isascii() or cell.strip() != cell) else cell


#: One thing that is wrong: its `code`, its `message` and perhaps a `suggestion`.
Told: TypeAlias = dict[str, str]


def _told(code: str, message: str, suggestion: str | None = None) -> list[Told]:
    told = {"code": code, "message": message}
    return [told if suggestion is None else told | {"suggestion": suggestion}]


def _missing(column: Column) -> list[Told]:
    return _told("required", f"{column.label} is empty. Every row needs one.")


def told_needed(column: Column) -> list[Told]:
    """What is wrong with an empty cell that a value of another column asks for."""
    when = column.required_when
    why = f" It is needed because {when.column} is {when.equals}." if when else ""
    return _told("required", f"{column.label} is empty.{why}")


def told_in(error: ValidationError) -> list[Told]:
    """What an error of a `CellField` tells."""
    return [message for message in error.messages if isinstance(message, dict)]


class CellField(fields.Field[str | None]):
    """One cell, held to the rule of its column."""

    def __init__(self, column: Column) -> None:
        if column.required:
            super().__init__(required=True, error_messages={"required": f"The column {column.name} is missing."})
        else:
            super().__init__(load_default=None)
        self.column = column

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        if not isinstance(value, str):
            raise ValidationError(_told("not_allowed", "This is not text."))
        cell = trim(value)
        if not cell:
            if self.column.required:
                raise ValidationError(_missing(self.column))
            return None
        try:
            return self.column.check.normalise(cell)
        except BrokenRule as broken:
            raise ValidationError(self._broken(broken, cell)) from None

    def _broken(self, broken: BrokenRule, cell: str) -> list[Told]:
        """What is wrong, and what is probably meant: not of secrets, which nobody is to be told."""
        meant = None if self.column.secret else suggest(self.column.check, cell)
        message = broken.message if meant is None else f"{broken.message} Did you mean {meant}?"
        return _told(broken.code, message, meant)


class SeatSchema(Schema):
    """What all versions have in common: strict about columns, and the columns that others make required."""

    conditional: Sequence[Column] = ()

    class Meta:
        unknown = RAISE

    @validates_schema(skip_on_field_errors=False)
    def check_conditions(self, data: Mapping[str, Any], **_: Any) -> None:
        """Columns that are required because of the value of another."""
        told: dict[str, list[Told]] = {}
        for column in self.conditional:
            when = column.required_when
            if when and data.get(when.column) == when.equals and column.name in data and data[column.name] is None:
                told[column.name] = told_needed(column)
        if told:
            raise ValidationError(told)


def make(columns: Sequence[Column]) -> SeatSchema:
    """A schema for rows with these columns. Keep it: making one costs more than loading a row."""
    made = SeatSchema.from_dict({column.name: CellField(column) for column in columns}, name="Seat")()
    if not isinstance(made, SeatSchema):
        raise TypeError("marshmallow made another class than it was asked to")
    made.conditional = [column for column in columns if column.required_when]
    return made
