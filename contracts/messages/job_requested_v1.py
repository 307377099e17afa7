"""`job.requested.v1`: any service → upload."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.ids import job_id_of
from contracts.messages.fields import ACCOUNT, HEADER_CELL, KINDS, NAME, MessageSchema

#: Bytes of CSV, as UTF-8, that may travel in the message itself. A larger file is uploaded over HTTP first.
MAX_INLINE_BYTES = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequestedV1:
    """Another service asks for the Seats of a CSV, which is inline in ``csv`` or was uploaded as ``upload_id``.

    ``kind``, ``dry_run`` and ``columns`` are those of `job.submitted.v1`.
    """

    TYPE: ClassVar[str] = "job.requested.v1"
    account: str
    requested_by: str
    idempotency_key: str
    filename: str
    csv: str | None = None
    upload_id: UUID | None = None
    kind: str = "create"
    dry_run: bool = False
    columns: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def job_id(self) -> UUID:
        """The job that it becomes: the same key gives the same job."""
        return job_id_of(self.account, self.idempotency_key)


class JobRequestedV1Schema(MessageSchema[JobRequestedV1]):
    """Shape of the JSON body."""

    makes = JobRequestedV1
    account = fields.String(required=True, validate=ACCOUNT)
    requested_by = fields.String(required=True, validate=NAME)
    idempotency_key = fields.String(required=True, validate=validate.Length(min=1, max=255))
    filename = fields.String(required=True, validate=NAME)
    csv = fields.String(load_default=None, allow_none=True)
    upload_id = fields.UUID(load_default=None, allow_none=True)
    kind = fields.String(load_default="create", validate=validate.OneOf(KINDS))
    dry_run = fields.Boolean(load_default=False)
    columns = fields.Dict(
        keys=fields.String(validate=HEADER_CELL), values=fields.String(allow_none=True), load_default=dict
    )

    @validates_schema
    def check_source(self, data: dict[str, Any], **_: Any) -> None:
        """One of the two sources, and not too large a one."""
        if (data.get("csv") is None) == (data.get("upload_id") is None):
            raise ValidationError("Give either csv or upload_id.", "csv")
        if data.get("csv") is not None and len(data["csv"].encode("utf-8", "surrogatepass")) > MAX_INLINE_BYTES:
            raise ValidationError(f"The CSV is larger than {MAX_INLINE_BYTES} bytes: upload it over HTTP.", "csv")


SCHEMA = JobRequestedV1Schema()
