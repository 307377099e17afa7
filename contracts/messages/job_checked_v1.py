"""`job.checked.v1`: validator → eventlog."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields

from contracts.messages.fields import ACCOUNT, COUNT, MessageSchema, Time, Tuple

#: Changes that travel in the message: the first ones in file order. All are counted.
MAX_CHANGES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an update would make of one value of a Seat. None: it is empty; of secrets neither value is told."""

    line: int
    user_id: UUID
    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCheckedV1:
    """A dry run has ended: the file has no problem, and nothing was changed.

    Of an update, ``change_count`` counts the values that it would change, in ``changed_rows`` rows, and ``changes`` has
    the first 1,000 in file order.
    """

    TYPE: ClassVar[str] = "job.checked.v1"
    job_id: UUID
    account: str
    rows: int
    change_count: int
    changed_rows: int
    changes: tuple[Change, ...]
    checked_at: datetime


class ChangeSchema(MessageSchema[Change]):
    """One change."""

    makes = Change
    line = fields.Integer(required=True, strict=True, validate=COUNT)
    user_id = fields.UUID(required=True)
    column = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)


class JobCheckedV1Schema(MessageSchema[JobCheckedV1]):
    """Shape of the JSON body."""

    makes = JobCheckedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    rows = fields.Integer(required=True, strict=True, validate=COUNT)
    change_count = fields.Integer(required=True, strict=True, validate=COUNT)
    changed_rows = fields.Integer(required=True, strict=True, validate=COUNT)
    changes = Tuple(fields.Nested(ChangeSchema()), required=True)
    checked_at = Time(required=True)


SCHEMA = JobCheckedV1Schema()
