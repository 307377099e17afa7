"""The HTTP of this service. Its answers are told in docs/http.md."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from flask import Flask, Response, jsonify, request

from contracts.codec import Codec
from contracts.template import latest
from database.connection import UNAVAILABLE
from services.upload import accepted_http, errors, jobs, metrics
from services.upload.accepted import AcceptedFiles
from services.upload.bodies import job_body
from services.upload.cancelling import request_cancel
from services.upload.jobs import JobOrder
from services.upload.receiving import Received, receive
from services.upload.sources import SourceWriter
from services.upload.uploads import Uploads
from web.access import AccessKey, current, require, require_role
from web.app import create_app, json_body
from web.refusals import Refusal, not_found


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is accepted at most, as `GET /limits` tells it: bytes, rows, characters of a cell."""

    max_upload_bytes: int
    max_rows: int
    max_cell_length: int


def make_app(*, uploads: Uploads, limits: Limits, access_key: AccessKey, codec: Codec) -> Flask:
    """The Flask application; nothing is opened before its first request."""
    app = create_app("upload", ready=lambda: {"database": uploads.database.is_ready()}, away=UNAVAILABLE)
    require(app, access_key)
    errors.register(app)
    _add_uploads(app, uploads, limits)
    _add_jobs(app, uploads, codec)
    _add_template(app, uploads, limits)
    _add_sources(app, uploads)
    accepted_http.add(
        app,
        AcceptedFiles(database=uploads.database, store=uploads.store),
        max_bytes=accepted_http.FACTOR * limits.max_upload_bytes,
    )
    return app


def _add_uploads(app: Flask, uploads: Uploads, limits: Limits) -> None:
    @app.post("/uploads")
    def take_upload() -> tuple[Response, int]:
        who = current()
        fill = partial(_counted_receive, max_bytes=limits.max_upload_bytes)
        upload = uploads.take(fill, account=who.account, user=who.user)
        return jsonify(upload), 201

    @app.delete("/uploads/<uuid:upload_id>")
    def delete_upload(upload_id: UUID) -> tuple[str, int]:
        uploads.delete(upload_id, account=current().account)
        return "", 204


def _counted_receive(writer: SourceWriter, *, max_bytes: int) -> Received:
    try:
        received = receive(request, writer, max_bytes=max_bytes)
    except Refusal as refusal:
        metrics.UPLOADS_REFUSED.labels(refusal.code).inc()
        raise
    metrics.UPLOADS.inc()
    metrics.UPLOAD_BYTES.inc(received.size)
    return received


def _add_jobs(app: Flask, uploads: Uploads, codec: Codec) -> None:
    @app.post("/jobs")
    def submit_job() -> tuple[Response, int, dict[str, str]]:
        key = _idempotency_key()
        body = job_body(json_body())
        order = JobOrder(
            account=current().account,
            idempotency_key=key,
            submitted_by=current().user,
            upload_id=body.upload_id,
            template_version=body.template_version,
            fingerprint=body.fingerprint,
        )
        with uploads.database.transaction() as connection:
            made = jobs.submit(connection, order, codec=codec)
        metrics.JOBS.labels("http").inc(made)
        return jsonify({"job_id": order.job_id, "state": "submitted"}), 202, {"Location": f"/jobs/{order.job_id}"}

    @app.get("/jobs/<uuid:job_id>")
    def get_job(job_id: UUID) -> Response:
        with uploads.database.transaction() as connection:
            job = jobs.find(connection, job_id, account=current().account)
        if job is None:
            raise not_found("job")
        return jsonify(_as_submitted(job))

    @app.post("/jobs/<uuid:job_id>/cancel")
    def cancel_job(job_id: UUID) -> tuple[Response, int]:
        who = current()
        with uploads.database.transaction() as connection:
            request_cancel(connection, job_id, account=who.account, requested_by=who.user, codec=codec)
        return jsonify({"job_id": job_id, "state": "submitted"}), 202


def _add_template(app: Flask, uploads: Uploads, limits: Limits) -> None:
    @app.get("/template")
    def get_template() -> Response:
        return jsonify(latest().definition())

    @app.get("/template.csv")
    def get_template_csv() -> Response:
        headers = {"Content-Disposition": 'attachment; filename="seats-template.csv"'}
        return Response(latest().csv(), headers=headers, content_type="text/csv; charset=utf-8")

    @app.get("/limits")
    def get_limits() -> Response:
        hours = int(uploads.expiry.total_seconds() // 3600)
        return jsonify(
            {
                "max_upload_bytes": limits.max_upload_bytes,
                "max_rows": limits.max_rows,
                "max_cell_length": limits.max_cell_length,
                "upload_expires_hours": hours,
            }
        )


def _add_sources(app: Flask, uploads: Uploads) -> None:
    @app.get("/sources/<source>")
    def get_source(source: str) -> Response:
        require_role("service")
        if uploads.source_size(source, account=current().account) is None:
            raise not_found("source")
        opened = uploads.store.open(source)
        headers = {"Content-Length": str(opened.size)}  # so that the reader notices when the answer breaks off
        return Response(opened, headers=headers, content_type="application/octet-stream")


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise Refusal(
            400,
            "idempotency_key_missing",
            "Send the header Idempotency-Key with a value of your own for each job, so that asking twice is harmless.",
        )
    if not jobs.is_key(key):
        raise Refusal(
            400, "idempotency_key_invalid", "The Idempotency-Key must be 1 to 255 visible ASCII characters, no spaces."
        )
    return key


def _as_submitted(job: jobs.Job) -> dict[str, object]:
    """The job as it was when it was made, in the shape that the event log gives it from then on."""
    return {
        "job_id": job.job_id,
        "state": "submitted",
        "filename": job.filename,
        "submitted_by": job.submitted_by,
        "submitted_at": job.submitted_at,
        "finished_at": None,
        "template_version": job.template_version,
        "rows": None,
        "processed": 0,
        "created": 0,
        "failed": 0,
        "not_processed": 0,
        "problems": 0,
        "message": None,
    }
