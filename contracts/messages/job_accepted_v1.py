"""`job.accepted.v1`: validator → eventlog."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields

from contracts.messages.fields import ACCOUNT, COUNT, MessageSchema, Time


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAcceptedV1:
    """The file has no problem. Its ``rows`` travel to the provisioner in ``chunks`` messages."""

    TYPE: ClassVar[str] = "job.accepted.v1"
    job_id: UUID
    account: str
    rows: int
    chunks: int
    accepted_at: datetime


class JobAcceptedV1Schema(MessageSchema[JobAcceptedV1]):
    """Shape of the JSON body."""

    makes = JobAcceptedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    rows = fields.Integer(required=True, strict=True, validate=COUNT)
    chunks = fields.Integer(required=True, strict=True, validate=COUNT)
    accepted_at = Time(required=True)


SCHEMA = JobAcceptedV1Schema()
