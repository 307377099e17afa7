"""Opaque cursors: where the next page of a list begins. They hold no secret; every query is keyed by the account."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson

#: Bytes of a cursor that are looked at; ours are far shorter.
_LONGEST = 200


class BadCursor(ValueError):
    """The text is not a cursor that we gave for this list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPosition:
    """Behind this job, in the list of jobs, newest first. ``began_at`` may be shared by several jobs."""

    began_at: datetime
    job_id: UUID

    def cursor(self) -> str:
        """The position as text."""
        return _encode("job", self.began_at.isoformat(), str(self.job_id))

    @classmethod
    def of(cls, cursor: str) -> "JobPosition":
        """The position of a cursor. Raises `BadCursor`."""
        try:
            began_at, job_id = _decode("job", cursor)
            return cls(began_at=_utc(str(began_at)), job_id=UUID(str(job_id)))
        except (ValueError, OverflowError):
            raise BadCursor(cursor) from None


#: Before the newest job that can be.
NEWEST = JobPosition(began_at=datetime.max.replace(tzinfo=UTC), job_id=UUID(int=2**128 - 1))


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
