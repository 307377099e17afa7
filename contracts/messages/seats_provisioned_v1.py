"""`seats.provisioned.v1`: provisioner → eventlog."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import Any, ClassVar, Literal
from uuid import UUID

from marshmallow import ValidationError, fields, validates_schema

from contracts.messages.fields import ACCOUNT, COUNT, MessageSchema, Time, lines_of, utc_text, utc_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the row at ``line``: a Seat (``user_id``, ``created_at``) or a reason (``code``, ``message``)."""

    line: int
    type: Literal["successful", "failed"]
    user_id: UUID | None = None
    created_at: datetime | None = None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Successful:
    """The rows that have become Seats: their ``lines`` in ascending order, and the ``user_ids`` in the same order.

    The User IDs are in the usual form, lower case. ``created_at`` tells of each Seat when it was made; None: all of
    them when the chunk was provisioned.
    """

    lines: Sequence[int] = ()
    user_ids: Sequence[str] = ()
    created_at: Sequence[datetime] | None = None

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A row that has not become a Seat: a stable ``code``, and a ``message`` for the person who wrote the row."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsProvisionedV1:
    """What became of a chunk: each of its rows is in `successful` or in `failed`, in the order of lines.

    The Seats were made at ``provisioned_at``, unless `successful` has a list `created_at`: then at these times. Where a
    job was cancelled while the chunk's Seats were made at a phone system, rows not processed are in neither.
    """

    TYPE: ClassVar[str] = "seats.provisioned.v1"
    job_id: UUID
    account: str
    chunk: int
    successful: Successful
    failed: tuple[Failed, ...]
    provisioned_at: datetime

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """An outcome for each row, in the order of lines: for those who look at one row at a time."""
        return tuple(merge(self._made(), self._failed(), key=attrgetter("line")))

    def _made(self) -> Iterator[Outcome]:
        made = self.successful
        times = made.created_at or [self.provisioned_at] * len(made)
        for line, user_id, created_at in zip(made.lines, made.user_ids, times, strict=True):
            yield Outcome(line=line, type="successful", user_id=UUID(user_id), created_at=created_at)

    def _failed(self) -> Iterator[Outcome]:
        for row in self.failed:
            yield Outcome(line=row.line, type="failed", code=row.code, message=row.message)


class SuccessfulField(fields.Field[Successful]):
    """The successful rows, checked a column at once: there are a thousand in a message."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        shape = {"lines": value.lines, "user_ids": value.user_ids}
        return shape if value.created_at is None else shape | {"created_at": list(map(utc_text, value.created_at))}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Successful:
        if not isinstance(value, dict):
            raise ValidationError("Successful rows are an object of lines and user_ids.")
        lines = lines_of(value.get("lines"))
        user_ids = _user_ids(value.get("user_ids"), len(lines))
        return Successful(lines=lines, user_ids=user_ids, created_at=_times(value.get("created_at"), len(lines)))


class FailedField(fields.Field[tuple[Failed, ...]]):
    """The failed rows."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return [{"line": row.line, "code": row.code, "message": row.message} for row in value]

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Failed, ...]:
        if not isinstance(value, list):
            raise ValidationError("Failed rows are a list.")
        try:
            rows = tuple(Failed(line=row["line"], code=row["code"], message=row["message"]) for row in value)
        except (KeyError, TypeError):
            raise ValidationError("A failed row is an object of line, code and message.") from None
        if any(type(row.code) is not str or type(row.message) is not str for row in rows):
            raise ValidationError("A code and a message are texts.")
        lines_of([row.line for row in rows])
        return rows


def _user_ids(given: Any, count: int) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) != count:
        raise ValidationError("There are as many User IDs as lines.")
    if set(map(type, given)) - {str} or set(map(len, given)) - {36} or not _are_user_ids("".join(given), count):
        raise ValidationError("User IDs are UUIDs in the usual form, lower case.")
    return tuple(given)


def _are_user_ids(joined: str, count: int) -> bool:
    """Whether a text is so many UUIDs: told by a look at the whole, since one at each would take a second a million."""
    digits = joined.replace("-", "")
    if any(joined[place::36].strip("-") for place in (8, 13, 18, 23)) or len(digits) != 32 * count:
        return False
    try:
        return len(bytes.fromhex(digits)) == 16 * count and digits == digits.lower()
    except ValueError:
        return False


def _times(given: Any, count: int) -> tuple[datetime, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or len(given) != count:
        raise ValidationError("There are as many times as lines.")
    return tuple(map(utc_time, given))


class SeatsProvisionedV1Schema(MessageSchema[SeatsProvisionedV1]):
    """Shape of the JSON body."""

    makes = SeatsProvisionedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    chunk = fields.Integer(required=True, strict=True, validate=COUNT)
    successful = SuccessfulField(required=True)
    failed = FailedField(required=True)
    provisioned_at = Time(required=True)

    @validates_schema
    def check_once(self, data: dict[str, Any], **_: Any) -> None:
        """No row is both."""
        if not {row.line for row in data["failed"]}.isdisjoint(data["successful"].lines):
            raise ValidationError("A row is successful and failed at once.", "failed")


SCHEMA = SeatsProvisionedV1Schema()
