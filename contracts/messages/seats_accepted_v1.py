"""`seats.accepted.v1`: validator → provisioner."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import ValidationError, fields, validates_schema

from contracts.messages.fields import ACCOUNT, COUNT, MessageSchema, Tuple

#: Rows, and bytes as a message, that a chunk has at most.
MAX_ROWS = 1_000
MAX_BYTES = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """One row: its ``line`` in the file, and its values in the order of the chunk's columns, None where empty."""

    line: int
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsAcceptedV1:
    """A chunk of rows to make Seats of. ``chunk`` counts from 1. The values of secret columns are sealed."""

    TYPE: ClassVar[str] = "seats.accepted.v1"
    job_id: UUID
    account: str
    template_version: int
    chunk: int
    columns: tuple[str, ...]
    rows: tuple[SeatRow, ...]


class RowsField(fields.Field[tuple[SeatRow, ...]]):
    """The rows, checked in one pass: a nested schema for each would take most of the provisioner's time."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return [{"line": row.line, "values": row.values} for row in value]

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[SeatRow, ...]:
        if not isinstance(value, list) or len(value) > MAX_ROWS:
            raise ValidationError(f"Rows are a list of at most {MAX_ROWS}.")
        try:
            return tuple(_row(item["line"], item["values"]) for item in value)
        except (KeyError, TypeError):
            raise ValidationError("A row is an object of line and values.") from None


def _row(line: Any, values: Any) -> SeatRow:
    if type(line) is not int or line < 1:
        raise ValidationError("A line is a number from 1.")
    if not isinstance(values, list) or any(value is not None and type(value) is not str for value in values):
        raise ValidationError("Values are a list of texts and nulls.")
    return SeatRow(line=line, values=tuple(values))


class SeatsAcceptedV1Schema(MessageSchema[SeatsAcceptedV1]):
    """Shape of the JSON body."""

    makes = SeatsAcceptedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    template_version = fields.Integer(required=True, strict=True, validate=COUNT)
    chunk = fields.Integer(required=True, strict=True, validate=COUNT)
    columns = Tuple(fields.String(), required=True)
    rows = RowsField(required=True)

    @validates_schema
    def check_widths(self, data: dict[str, Any], **_: Any) -> None:
        """Every row has a value, or null, for every column."""
        if any(len(row.values) != len(data["columns"]) for row in data["rows"]):
            raise ValidationError("A row has more or fewer values than there are columns.", "rows")


SCHEMA = SeatsAcceptedV1Schema()
