"""`job.cancel-requested.v1`: upload → provisioner, eventlog."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields

from contracts.messages.fields import ACCOUNT, NAME, MessageSchema, Time


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelRequestedV1:
    """Someone wants the job to stop. The provisioner answers with `job.cancelled.v1`; what has been made stays."""

    TYPE: ClassVar[str] = "job.cancel-requested.v1"
    job_id: UUID
    account: str
    requested_by: str
    requested_at: datetime


class JobCancelRequestedV1Schema(MessageSchema[JobCancelRequestedV1]):
    """Shape of the JSON body."""

    makes = JobCancelRequestedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    requested_by = fields.String(required=True, validate=NAME)
    requested_at = Time(required=True)


SCHEMA = JobCancelRequestedV1Schema()
