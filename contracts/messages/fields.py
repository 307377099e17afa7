"""Fields that the schemas of several messages share."""

from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

M = TypeVar("M")

#: Unicode text of any kind that names a person or a file.
NAME = validate.Length(min=1, max=255)
ACCOUNT = validate.Regexp(r"\A[a-z0-9][a-z0-9._-]{0,62}\Z", error="An account is 1 to 63 of a-z, 0-9, dot, - and _.")
COUNT = validate.Range(min=0)


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


class Words(fields.Dict):
    """A mapping of text to text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=fields.String(), values=fields.String(), **kwargs)


def utc_text(moment: datetime) -> str:
    """A moment as text, with microseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
