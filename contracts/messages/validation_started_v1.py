"""`validation.started.v1`: validator → eventlog."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields

from contracts.messages.fields import ACCOUNT, MessageSchema, Time


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationStartedV1:
    """The validator has begun to read the file."""

    TYPE: ClassVar[str] = "validation.started.v1"
    job_id: UUID
    account: str
    started_at: datetime


class ValidationStartedV1Schema(MessageSchema[ValidationStartedV1]):
    """Shape of the JSON body."""

    makes = ValidationStartedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    started_at = Time(required=True)


SCHEMA = ValidationStartedV1Schema()
