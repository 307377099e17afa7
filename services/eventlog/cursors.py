"""Opaque cursors: where the next page of a list begins. They hold no secret; every query is keyed by the account."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeGuard
from uuid import UUID

import orjson

#: Bytes of a cursor that are looked at; ours are far shorter.
_LONGEST = 2_000


class BadCursor(ValueError):
    """The text is not a cursor that we gave for this list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPosition:
    """Behind this job, in the list of jobs in the order ``sort``. ``key`` may be shared by several jobs."""

    sort: str
    key: datetime | int | str
    job_id: UUID

    def cursor(self) -> str:
        """The position as text."""
        key = self.key.isoformat() if isinstance(self.key, datetime) else self.key
        return _encode("jobs", self.sort, key, str(self.job_id))

    @classmethod
    def of(cls, cursor: str, *, sort: str, key: type) -> "JobPosition":
        """The position of a cursor in this order, whose keys are of the type ``key``. Raises `BadCursor`."""
        try:
            told, at, job_id = _decode("jobs", cursor)
            at = _utc(str(at)) if key is datetime else at
            if told != sort or type(at) is not key or not _is_storable(at):
                raise BadCursor(cursor)
            return cls(sort=sort, key=at, job_id=UUID(str(job_id)))
        except (ValueError, OverflowError):
            raise BadCursor(cursor) from None


def number_cursor(kind: str, number: int) -> str:
    """The cursor of a list that is in the order of a number: ``kind`` names the list."""
    return _encode(kind, number)


def number_of(kind: str, cursor: str) -> int:
    """The number of a cursor of this list. Raises `BadCursor`."""
    try:
        (number,) = _decode(kind, cursor)
    except ValueError:
        raise BadCursor(cursor) from None
    if type(number) is not int or not 0 <= number < 2**31:
        raise BadCursor(cursor)
    return number


def _is_storable(key: object) -> TypeGuard[datetime | int | str]:
    """Whether the database can compare with it."""
    if isinstance(key, str):
        return "\0" not in key
    return not isinstance(key, int) or -1 <= key < 2**31


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its offset")
    return moment.astimezone(UTC)


def _encode(*parts: str | int) -> str:
    return urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def _decode(kind: str, cursor: str) -> list[object]:
    if len(cursor) > _LONGEST:
        raise BadCursor(cursor)
    parts = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if not isinstance(parts, list) or not parts or parts[0] != kind:
        raise BadCursor(cursor)
    return parts[1:]
