"""`job.submitted.v1`: upload → validator, eventlog."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields, validate

from contracts.messages.fields import ACCOUNT, COUNT, NAME, MessageSchema, Time, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSubmittedV1:
    """A job is safe and waits for validation. The file does not travel: upload gives it by its reference ``source``."""

    TYPE: ClassVar[str] = "job.submitted.v1"
    job_id: UUID
    account: str
    submitted_by: str
    submitted_at: datetime
    filename: str
    idempotency_key: str
    template_version: int
    options: Mapping[str, str]
    source: str
    size: int
    sha256: str


class JobSubmittedV1Schema(MessageSchema[JobSubmittedV1]):
    """Shape of the JSON body."""

    makes = JobSubmittedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    submitted_by = fields.String(required=True, validate=NAME)
    submitted_at = Time(required=True)
    filename = fields.String(required=True, validate=NAME)
    idempotency_key = fields.String(required=True)
    template_version = fields.Integer(required=True, strict=True, validate=COUNT)
    options = Words(required=True)
    source = fields.String(required=True, validate=NAME)
    size = fields.Integer(required=True, strict=True, validate=COUNT)
    sha256 = fields.String(required=True, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"))


SCHEMA = JobSubmittedV1Schema()
