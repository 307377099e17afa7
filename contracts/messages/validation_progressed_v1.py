"""`validation.progressed.v1`: validator → eventlog."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields

from contracts.messages.fields import ACCOUNT, COUNT, MessageSchema, Time


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationProgressedV1:
    """How far the check of a large file has come: ``rows`` were checked, which are ``bytes`` of the file's."""

    TYPE: ClassVar[str] = "validation.progressed.v1"
    job_id: UUID
    account: str
    rows: int
    bytes: int
    progressed_at: datetime


class ValidationProgressedV1Schema(MessageSchema[ValidationProgressedV1]):
    """Shape of the JSON body."""

    makes = ValidationProgressedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    rows = fields.Integer(required=True, strict=True, validate=COUNT)
    bytes = fields.Integer(required=True, strict=True, validate=COUNT)
    progressed_at = Time(required=True)


SCHEMA = ValidationProgressedV1Schema()
