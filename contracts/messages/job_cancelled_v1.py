"""`job.cancelled.v1`: provisioner → eventlog."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields

from contracts.messages.fields import ACCOUNT, COUNT, NAME, MessageSchema, Time


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelledV1:
    """From now on no Seat of the job is made. ``chunks`` were provisioned before; their Seats stay."""

    TYPE: ClassVar[str] = "job.cancelled.v1"
    job_id: UUID
    account: str
    chunks: int
    requested_by: str
    cancelled_at: datetime


class JobCancelledV1Schema(MessageSchema[JobCancelledV1]):
    """Shape of the JSON body."""

    makes = JobCancelledV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    chunks = fields.Integer(required=True, strict=True, validate=COUNT)
    requested_by = fields.String(required=True, validate=NAME)
    cancelled_at = Time(required=True)


SCHEMA = JobCancelledV1Schema()
