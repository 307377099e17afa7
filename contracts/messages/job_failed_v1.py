"""`job.failed.v1`: any stage → eventlog."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields

from contracts.messages.fields import ACCOUNT, NAME, MessageSchema, Time


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailedV1:
    """The job can't go on. ``message`` is fit for an admin.

    ``account`` is None where the failing stage could not read it. The last three are told where there is no
    `job.submitted.v1`, because the request itself could not become a job.
    """

    TYPE: ClassVar[str] = "job.failed.v1"
    job_id: UUID
    account: str | None
    stage: str
    code: str
    message: str
    failed_at: datetime
    idempotency_key: str | None = None
    submitted_by: str | None = None
    filename: str | None = None


class JobFailedV1Schema(MessageSchema[JobFailedV1]):
    """Shape of the JSON body."""

    makes = JobFailedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, allow_none=True, validate=ACCOUNT)
    stage = fields.String(required=True, validate=NAME)
    code = fields.String(required=True, validate=NAME)
    message = fields.String(required=True)
    failed_at = Time(required=True)
    idempotency_key = fields.String(load_default=None, allow_none=True)
    submitted_by = fields.String(load_default=None, allow_none=True)
    filename = fields.String(load_default=None, allow_none=True)


SCHEMA = JobFailedV1Schema()
