"""Jobs: the request to create the Seats of an upload, made once for each idempotency key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from psycopg.types.json import Jsonb

from contracts.codec import Codec
from contracts.ids import job_id_of
from contracts.messages import JobSubmittedV1
from database.connection import DictConnection
from services.upload import columns, outbox
from services.upload.queries import sql
from services.upload.uploads import why_not_free


class KeyReused(Exception):
    """The idempotency key belongs to another request of the account, whose job is ``job_id``."""

    def __init__(self, job_id: UUID) -> None:
        super().__init__(f"the key belongs to job {job_id}, which was asked for with another body")
        self.job_id = job_id


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """What is asked for. ``fingerprint`` tells a repeated request from another one with the same key.

    ``upload_id`` is None while a CSV that came inside a message is not an upload yet. The other fields are those of
    `job.submitted.v1`.
    """

    account: str
    idempotency_key: str
    submitted_by: str
    upload_id: UUID | None
    template_version: int
    fingerprint: str
    kind: str = "create"
    dry_run: bool = False
    columns: Mapping[str, str | None] = field(default_factory=dict)
    retry_of: UUID | None = None
    undo_of: UUID | None = None

    @property
    def job_id(self) -> UUID:
        """The job that it becomes, or became: the same key gives the same job."""
        return job_id_of(self.account, self.idempotency_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What this service knows of a job; how it goes on is the event log's."""

    job_id: UUID
    filename: str
    submitted_by: str
    submitted_at: datetime
    template_version: int
    kind: str
    dry_run: bool
    columns: Mapping[str, str | None]
    retry_of: UUID | None
    undo_of: UUID | None
    size: int
    sha256: str


def fingerprint(request: Mapping[str, object]) -> str:
    """SHA-256 of a request, whatever the order of its fields."""
    return sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()


def submit(connection: DictConnection, order: JobOrder, *, codec: Codec) -> bool:
    """Make the job, claim its upload and make its message due, all in this transaction; False where it was made before.

    A dry run leaves the upload free: it can be checked again, become a job or be deleted. What was chosen for columns
    is remembered once a job is meant in earnest.

    Any number of requests may come at once: one makes the job, the others wait for it and find it. Raises `KeyReused`,
    `UploadUnknown` or `UploadUsed`, and then the transaction must be rolled back.
    """
    row = {
        "job_id": order.job_id,
        "account": order.account,
        "idempotency_key": order.idempotency_key,
        "fingerprint": order.fingerprint,
        "submitted_by": order.submitted_by,
        "template_version": order.template_version,
        "kind": order.kind,
        "dry_run": order.dry_run,
        "columns": Jsonb(dict(order.columns)),
        "retry_of": order.retry_of,
        "undo_of": order.undo_of,
    }
    made = connection.execute(sql("insert_job"), row).fetchone()
    if made is None:
        was_made(connection, order)
        return False
    message = _message(connection, order, submitted_at=made["submitted_at"])
    outbox.put(connection, codec.encode(message))
    if not order.dry_run:
        columns.remember(connection, order.columns, account=order.account)
    return True


def was_made(connection: DictConnection, order: JobOrder) -> bool:
    """Whether this very request has its job already. Raises `KeyReused` where another one has the key."""
    row = connection.execute(sql("job_fingerprint"), {"job_id": order.job_id}).fetchone()
    if row is not None and row["fingerprint"] != order.fingerprint:
        raise KeyReused(order.job_id)
    return row is not None


def find(connection: DictConnection, job_id: UUID, *, account: str) -> Job | None:
    """A job of the account; None where it has no such job."""
    row = connection.execute(sql("find_job"), {"job_id": job_id, "account": account}).fetchone()
    return None if row is None else Job(**row)


def _message(connection: DictConnection, order: JobOrder, *, submitted_at: datetime) -> JobSubmittedV1:
    file = _file(connection, order)
    return JobSubmittedV1(
        job_id=order.job_id,
        account=order.account,
        submitted_by=order.submitted_by,
        submitted_at=submitted_at,
        filename=file["filename"],
        idempotency_key=order.idempotency_key,
        template_version=order.template_version,
        options={},
        source=file["source"],
        size=file["size"],
        sha256=file["sha256"],
        kind=order.kind,
        dry_run=order.dry_run,
        columns=order.columns,
        retry_of=order.retry_of,
        undo_of=order.undo_of,
    )


def _file(connection: DictConnection, order: JobOrder) -> Mapping[str, Any]:
    """What is stored of the upload, which is the job's from now on unless it is a dry run."""
    key = {"upload_id": order.upload_id, "account": order.account, "job_id": order.job_id}
    file = connection.execute(sql("look_at_upload" if order.dry_run else "use_upload"), key).fetchone()
    if file is None:
        raise why_not_free(connection, order.upload_id, account=order.account)
    if order.dry_run:
        connection.execute(sql("keep_file"), file | {"job_id": order.job_id})
    return file
