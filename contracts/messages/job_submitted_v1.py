"""`job.submitted.v1`: upload → validator, eventlog."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields, validate

from contracts.messages.fields import ACCOUNT, COUNT, HEADER_CELL, KINDS, NAME, MessageSchema, Time, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSubmittedV1:
    """A job is safe and waits for validation. The file does not travel: upload gives it by its reference ``source``.

    ``kind``: what is to become of the rows: Seats are created, or those that their `user_id` names are updated or
    deleted. A ``dry_run`` is checked and then ends, and nothing is changed. ``columns`` tells what header cells mean
    that the template does not know: the name of a column or, with null, that they are to be ignored. ``retry_of`` is
    the job whose failed rows these are; ``undo_of`` the job whose Seats are to be deleted, unless they were changed.
    """

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
    kind: str = "create"
    dry_run: bool = False
    columns: Mapping[str, str | None] = field(default_factory=dict)
    retry_of: UUID | None = None
    undo_of: UUID | None = None


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
    kind = fields.String(load_default="create", validate=validate.OneOf(KINDS))
    dry_run = fields.Boolean(load_default=False)
    columns = fields.Dict(
        keys=fields.String(validate=HEADER_CELL), values=fields.String(allow_none=True), load_default=dict
    )
    retry_of = fields.UUID(load_default=None, allow_none=True)
    undo_of = fields.UUID(load_default=None, allow_none=True)


SCHEMA = JobSubmittedV1Schema()
