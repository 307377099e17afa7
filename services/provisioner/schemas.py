"""What requests to the provisioner may look like."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.provisioner import words
from services.provisioner.verdicts import Verdict
from web.refusals import Refusal

#: Values of one column that are looked up at once.
MAX_VALUES = 1_000

#: Seats on one page, and Seats that an export may name.
MAX_PAGE = 200


def _storable(text: str) -> None:
    if "\x00" in text:
        raise ValidationError("A NUL character can't be part of any value.")


class _Values(fields.List[str]):
    """A list of texts. Where all of them are in order, as they nearly always are, they are looked at all at once."""

    def __init__(self) -> None:
        each = fields.String(required=True, validate=_storable)
        super().__init__(each, load_default=list, validate=validate.Length(max=MAX_VALUES))

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[str | None]:
        if isinstance(value, list) and set(map(type, value)) <= {str} and "\x00" not in "".join(value):
            return value
        return super()._deserialize(value, *args, **kwargs)


class ConflictsRequest(Schema):
    """The values of one batch of rows, by column."""

    job_id = fields.UUID(required=True)
    email = _Values()
    extension = _Values()
    phone_number = _Values()
    device_mac = _Values()


class VerdictRequest(Schema):
    """A decision on a whole file."""

    verdict = fields.Enum(
        Verdict,
        by_value=True,
        required=True,
        validate=validate.OneOf((Verdict.ACCEPTED, Verdict.REJECTED), error="Must be one of: accepted, rejected."),
    )


class CountQuery(Schema):
    """Which Seats to count."""

    q = fields.String(load_default="", validate=[validate.Length(max=words.MAX_TEXT), _storable])


class SeatsQuery(CountQuery):
    """Which Seats to list."""

    cursor = fields.String(load_default="")
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_PAGE))


class ExportQuery(CountQuery):
    """Which Seats to export: of those found these alone, or all if none are named."""

    user_id = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MAX_PAGE))


class LookupRequest(Schema):
    """Seats by their User IDs."""

    user_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=MAX_VALUES))


def load(schema: Schema, data: Any) -> dict[str, Any]:
    """What the request says. Raises a `Refusal` that tells, field by field, what is wrong with it."""
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ValidationError as error:
        detail = "The request has fields that can't be accepted; see errors."
        raise Refusal(400, "invalid_request", detail, errors=_named(error.messages)) from None
    return loaded


def _named(messages: Any) -> Any:
    """The messages with names throughout: marshmallow counts the elements of a list with numbers."""
    if isinstance(messages, dict):
        return {str(name): _named(inner) for name, inner in messages.items()}
    return messages
