"""`job.finished.v1`: eventlog → anyone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields, validate

from contracts.messages.fields import ACCOUNT, COUNT, KINDS, MessageSchema, Time, Words

END_STATES = ("checked", "completed", "completed_with_errors", "rejected", "failed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFinishedV1:
    """The job has ended, once and for all: `created + updated + deleted + failed + not_processed = rows`.

    `checked` is the end of a dry run whose file is in order. Of ``created``, ``updated`` and ``deleted`` only the one
    that fits the job's ``kind`` is ever more than 0.
    ``rows`` is None where the rows were never counted; ``links`` are paths at the gateway.
    """

    TYPE: ClassVar[str] = "job.finished.v1"
    job_id: UUID
    account: str
    state: str
    rows: int | None
    created: int
    failed: int
    not_processed: int
    submitted_by: str | None
    submitted_at: datetime | None
    finished_at: datetime
    idempotency_key: str | None
    filename: str | None
    message: str | None
    links: Mapping[str, str]
    kind: str = "create"
    dry_run: bool = False
    updated: int = 0
    deleted: int = 0


class JobFinishedV1Schema(MessageSchema[JobFinishedV1]):
    """Shape of the JSON body."""

    makes = JobFinishedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    state = fields.String(required=True, validate=validate.OneOf(END_STATES))
    rows = fields.Integer(required=True, strict=True, allow_none=True)
    created = fields.Integer(required=True, strict=True, validate=COUNT)
    failed = fields.Integer(required=True, strict=True, validate=COUNT)
    not_processed = fields.Integer(required=True, strict=True, validate=COUNT)
    submitted_by = fields.String(required=True, allow_none=True)
    submitted_at = Time(required=True, allow_none=True)
    finished_at = Time(required=True)
    idempotency_key = fields.String(required=True, allow_none=True)
    filename = fields.String(required=True, allow_none=True)
    message = fields.String(required=True, allow_none=True)
    links = Words(required=True)
    kind = fields.String(load_default="create", validate=validate.OneOf(KINDS))
    dry_run = fields.Boolean(load_default=False)
    updated = fields.Integer(load_default=0, strict=True, validate=COUNT)
    deleted = fields.Integer(load_default=0, strict=True, validate=COUNT)


SCHEMA = JobFinishedV1Schema()
