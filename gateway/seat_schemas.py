"""The bodies of the API that concern Seats; see `schemas`."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

#: How many Seats can be named one by one to be deleted.
MAX_USER_IDS = 10_000


class Seat(Schema):
    """A Seat: all but its secrets."""

    user_id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)
    changed_at = fields.AwareDateTime(required=True, allow_none=True)
    job_id = fields.UUID(required=True, metadata={"description": "the job that made it"})
    line = fields.Integer(required=True, metadata={"description": "of that job's file"})
    firstname = fields.String(required=True)
    lastname = fields.String(required=True)
    email = fields.String(required=True)
    extension = fields.String(required=True)
    phone_number = fields.String(required=True, allow_none=True)
    device_mac = fields.String(required=True, allow_none=True)
    attributes = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class SeatCount(Schema):
    """How many Seats a search finds."""

    count = fields.Integer(required=True)


class Seats(Schema):
    """A page of the account's Seats."""

    seats = fields.List(fields.Nested(Seat), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class SeatsToDelete(Schema):
    """Which Seats to delete: these, or all that a search finds (all of the account, if it is empty)."""

    user_ids = fields.List(fields.UUID(), validate=validate.Length(min=1, max=MAX_USER_IDS))
    q = fields.String(validate=validate.Length(max=300))

    @validates_schema
    def check_one(self, data: dict[str, Any], **_: Any) -> None:
        """One of the two."""
        if len(data) != 1:
            raise ValidationError("Give either user_ids or q.", "user_ids")
