"""Fields that the schemas of several messages share."""

from datetime import UTC, datetime
from operator import lt
from typing import Any, Generic, TypeVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

M = TypeVar("M")

#: Unicode text of any kind that names a person or a file.
NAME = validate.Length(min=1, max=255)
ACCOUNT = validate.Regexp(r"\A[a-z0-9][a-z0-9._-]{0,62}\Z", error="An account is 1 to 63 of a-z, 0-9, dot, - and _.")
COUNT = validate.Range(min=0)

#: A cell of a header. No database keeps a NUL.
HEADER_CELL = validate.ContainsNoneOf("\0", error="A NUL character is in no header.")

#: What a job does with the Seats of its rows.
KINDS = ("create", "update", "delete")


class MessageSchema(Schema, Generic[M]):
    """A message's schema: readers ignore fields that they do not know, so that a publisher may add some."""

    makes: type[M]

    class Meta:
        unknown = EXCLUDE

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> M:
        """The dataclass in place of the dict."""
        return self.makes(**data)


class Time(fields.AwareDateTime):
    """A moment, always in UTC: `2026-11-22T09:30:00.000000Z`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", default_timezone=UTC, **kwargs)

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return utc_text(value) if value is not None else None


class Tuple(fields.List[Any]):
    """A list that is a tuple once it is read."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(*args, **kwargs))


class Lines(fields.Field[tuple[int, ...]]):
    """Lines of a file, in ascending order and each once, at most ``most``: checked in one pass."""

    def __init__(self, *, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._most = most

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[int, ...]:
        if isinstance(value, list) and self._most is not None and len(value) > self._most:
            raise ValidationError(f"There are at most {self._most} lines.")
        return lines_of(value)


class Words(fields.Dict):
    """A mapping of text to text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=fields.String(), values=fields.String(), **kwargs)


def utc_text(moment: datetime) -> str:
    """A moment as text, with microseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def lines_of(value: Any) -> tuple[int, ...]:
    """The lines that a list in JSON tells. Raises `ValidationError`."""
    if not isinstance(value, list) or set(map(type, value)) - {int}:
        raise ValidationError("Lines are a list of numbers.")
    if value and (value[0] < 1 or not all(map(lt, value, value[1:]))):
        raise ValidationError("Lines count from 1 and ascend.")
    return tuple(value)


def utc_time(value: Any) -> datetime:
    """The moment that a text in JSON tells. Raises `ValidationError`."""
    moment: datetime = _TIME.deserialize(value)
    return moment


_TIME = Time(required=True)
