"""Jobs that other services ask for over RabbitMQ: `job.requested` becomes a job, as if it had come over HTTP."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid5

from contracts.codec import Codec
from contracts.failure import job_failed
from contracts.messages import SCHEMAS, Contract, JobFailedV1, JobRequestedV1
from contracts.template import latest
from messaging.errors import Reject, Unavailable
from messaging.message import Message
from services.upload import jobs, metrics
from services.upload.jobs import JobOrder, KeyReused
from services.upload.receiving import Received, Sink, clean_filename
from services.upload.sources import SourceWriter, StorageError
from services.upload.uploads import Uploads, UploadUnknown, UploadUsed
from web.idempotency import is_key

STAGE = "upload"


def take_request(request: Contract, *, uploads: Uploads, codec: Codec) -> Iterator[Contract]:
    """Make the job that is asked for; its own messages go through the outbox, like every job's.

    What can't be done gives a `job.failed` for the requester. Raises `Reject` for a request that is not usable at all,
    `Unavailable` while there is no room for its file.
    """
    if not isinstance(request, JobRequestedV1):
        raise Reject(f"{request.TYPE} is not a request for a job")
    _require_usable(request)
    order = _order(request)
    try:
        if _make(order, request, uploads=uploads, codec=codec):
            metrics.JOBS.labels("amqp").inc()
    except KeyReused as error:
        yield _failed(request, order, "idempotency_key_reused", _REUSED.format(error.job_id))
    except UploadUsed as error:
        yield _failed(request, order, "upload_already_used", _USED.format(error.job_id))
    except UploadUnknown:
        yield _failed(request, order, "upload_not_found", _UNKNOWN)
    except StorageError as error:
        raise Unavailable(f"the file can't be stored now: {error}") from error


def on_dead_letter(message: Message, reason: str) -> Iterable[Contract]:
    """What is told of a request that could not be read: a `job.failed`, where its account and key can be.

    It has an id of its own, as all refusals here: the key may belong to a job that is well.
    """
    schema = SCHEMAS[JobFailedV1.TYPE]
    for failed in job_failed(message, reason, stage=STAGE):
        told = replace(
            failed,
            job_id=uuid5(failed.job_id, sha256(message.body).hexdigest()),
            idempotency_key=_printable(failed.idempotency_key),
            submitted_by=_printable(failed.submitted_by),
            filename=_printable(failed.filename),
        )
        if not schema.validate(schema.dump(told)):
            yield told


def _make(order: JobOrder, request: JobRequestedV1, *, uploads: Uploads, codec: Codec) -> bool:
    if request.csv is None:
        with uploads.database.transaction() as connection:
            return jobs.submit(connection, order, codec=codec)
    with uploads.database.transaction() as connection:
        if jobs.was_made(connection, order):
            return False
    return _make_inline(order, request, request.csv.encode(), uploads=uploads, codec=codec)


def _make_inline(order: JobOrder, request: JobRequestedV1, csv: bytes, *, uploads: Uploads, codec: Codec) -> bool:
    """Store the CSV, and make its upload and its job in one transaction.

    After an error of the database the stored file is left alone: the transaction may have been committed all the same.
    """

    def fill(writer: SourceWriter) -> Received:
        sink = Sink(writer, max_bytes=len(csv))
        sink.write(csv)
        return sink.received(clean_filename(request.filename))

    stored = uploads.keep(fill, account=request.account, user=request.requested_by)
    made = False
    try:
        with uploads.database.transaction() as connection:
            uploads.complete(connection, stored)
            made = jobs.submit(connection, replace(order, upload_id=stored.upload_id), codec=codec)
    except KeyReused:
        uploads.discard(stored.upload_id, stored.source)
        raise
    if not made:
        uploads.discard(stored.upload_id, stored.source)
    return made


def _order(request: JobRequestedV1) -> JobOrder:
    asked: dict[str, object] = {"upload_id": str(request.upload_id), "template_version": None}
    if request.csv is not None:
        asked = {"filename": request.filename, "sha256": sha256(request.csv.encode()).hexdigest()}
    return JobOrder(
        account=request.account,
        idempotency_key=request.idempotency_key,
        submitted_by=request.requested_by,
        upload_id=request.upload_id,
        template_version=latest().version,
        fingerprint=jobs.fingerprint(asked | _options(request)),
        kind=request.kind,
        dry_run=request.dry_run,
        columns=request.columns,
    )


def _options(request: JobRequestedV1) -> dict[str, object]:
    """What is asked for beyond the usual, so that requests of before there was anything to ask for stay the same."""
    options: dict[str, object] = {"kind": request.kind} if request.kind != "create" else {}
    options |= {"dry_run": True} if request.dry_run else {}
    return options | ({"columns": dict(request.columns)} if request.columns else {})


def _require_usable(request: JobRequestedV1) -> None:
    if not is_key(request.idempotency_key):
        raise Reject("idempotency_key must be 1 to 255 visible ASCII characters")
    if _printable(request.requested_by) is None:
        raise Reject("requested_by has control characters")
    if not clean_filename(request.filename):
        raise Reject("filename has no name of a file")


def _failed(request: JobRequestedV1, order: JobOrder, code: str, message: str) -> JobFailedV1:
    return JobFailedV1(
        job_id=uuid5(order.job_id, order.fingerprint),
        account=request.account,
        stage=STAGE,
        code=code,
        message=message,
        failed_at=datetime.now(UTC),
        idempotency_key=request.idempotency_key,
        submitted_by=request.requested_by,
        filename=clean_filename(request.filename),
    )


def _printable(text: str | None) -> str | None:
    """The text, or None where a part of it can neither be shown nor stored."""
    if text is None or any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        return None
    return text


_REUSED = "The idempotency key was used before, with another request. Its job is {}. Use a new key for a new request."
_USED = "The upload has been used before, by job {}. Upload the file again to create its Seats again."
_UNKNOWN = "The account has no such upload, or no longer: one that no job uses expires. Upload the file again."
