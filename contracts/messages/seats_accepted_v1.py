"""`seats.accepted.v1`: validator → provisioner."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.messages.fields import ACCOUNT, COUNT, KINDS, Lines, MessageSchema, Tuple

#: Rows, and bytes as a message, that a chunk has at most.
MAX_ROWS = 1_000
MAX_BYTES = 1_048_576

#: The cells of one column, from the first row to the last, None where empty.
Cells = Sequence[str | None]

_CELLS = {str, NoneType}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsAcceptedV1:
    """A chunk of rows to make Seats of, column by column. ``chunk`` counts from 1.

    ``lines`` tells of each row where it begins in the file; ``values`` has, for each of the ``columns``, the cells of
    all rows. A column that is empty in every row may be left out. The values of secret columns are sealed.

    ``kind`` is the job's. To update or delete, the column `user_id` names the Seats; an update leaves alone what is
    null, and clears what is "". With ``undo_of`` only Seats that this job made, and that were not changed since, are
    deleted.
    """

    TYPE: ClassVar[str] = "seats.accepted.v1"
    job_id: UUID
    account: str
    template_version: int
    chunk: int
    columns: tuple[str, ...]
    lines: Sequence[int]
    values: Sequence[Cells]
    kind: str = "create"
    undo_of: UUID | None = None


class ValuesField(fields.Field[tuple[Cells, ...]]):
    """The columns of cells, checked a column at once: cell by cell it would take most of the provisioner's time."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Cells, ...]:
        if not isinstance(value, list):
            raise ValidationError("Values are a list of columns.")
        for cells in value:
            if not isinstance(cells, list) or not set(map(type, cells)) <= _CELLS:
                raise ValidationError("A column is a list of texts and nulls.")
        return tuple(value)


class SeatsAcceptedV1Schema(MessageSchema[SeatsAcceptedV1]):
    """Shape of the JSON body."""

    makes = SeatsAcceptedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    template_version = fields.Integer(required=True, strict=True, validate=COUNT)
    chunk = fields.Integer(required=True, strict=True, validate=COUNT)
    columns = Tuple(fields.String(), required=True)
    lines = Lines(most=MAX_ROWS, required=True)
    values = ValuesField(required=True)
    kind = fields.String(load_default="create", validate=validate.OneOf(KINDS))
    undo_of = fields.UUID(load_default=None, allow_none=True)

    @validates_schema
    def check_shape(self, data: dict[str, Any], **_: Any) -> None:
        """Each column is there once, with a value, or null, for every row."""
        columns, values, rows = data["columns"], data["values"], len(data["lines"])
        if len(set(columns)) != len(columns):
            raise ValidationError("A column is named twice.", "columns")
        if len(values) != len(columns) or any(len(cells) != rows for cells in values):
            raise ValidationError("There is not a value for every row of every column.", "values")


SCHEMA = SeatsAcceptedV1Schema()
