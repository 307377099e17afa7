"""The HTTP of jobs: `POST /jobs`, what is known of one before the event log is, and cancelling."""

from dataclasses import asdict
from uuid import UUID

from flask import Flask, Response, jsonify

from contracts.codec import Codec
from database.connection import Database
from services.upload import jobs, metrics
from services.upload.ancestors import terms_of
from services.upload.bodies import JobBody, job_body
from services.upload.cancelling import request_cancel
from services.upload.jobs import JobOrder
from web.access import current
from web.app import json_body
from web.idempotency import idempotency_key
from web.refusals import not_found


def add(app: Flask, database: Database, codec: Codec) -> None:
    """Serve them."""

    @app.post("/jobs")
    def submit_job() -> tuple[Response, int, dict[str, str]]:
        key = idempotency_key()
        job_id = _submit(key, job_body(json_body()), database=database, codec=codec)
        return jsonify({"job_id": job_id, "state": "submitted"}), 202, {"Location": f"/jobs/{job_id}"}

    @app.get("/jobs/<uuid:job_id>")
    def get_job(job_id: UUID) -> Response:
        with database.transaction() as connection:
            job = jobs.find(connection, job_id, account=current().account)
        if job is None:
            raise not_found("job")
        return jsonify(_as_submitted(job))

    @app.post("/jobs/<uuid:job_id>/cancel")
    def cancel_job(job_id: UUID) -> tuple[Response, int]:
        who = current()
        with database.transaction() as connection:
            request_cancel(connection, job_id, account=who.account, requested_by=who.user, codec=codec)
        return jsonify({"job_id": job_id, "state": "submitted"}), 202


def _submit(key: str, body: JobBody, *, database: Database, codec: Codec) -> UUID:
    who = current()
    with database.transaction() as connection:
        terms = terms_of(connection, body, account=who.account)
        order = JobOrder(
            account=who.account,
            idempotency_key=key,
            submitted_by=who.user,
            upload_id=body.upload_id,
            template_version=terms.template_version,
            fingerprint=body.fingerprint,
            kind=terms.kind,
            dry_run=body.dry_run,
            columns=body.columns,
            retry_of=body.retry_of,
            undo_of=terms.undo_of,
        )
        made = jobs.submit(connection, order, codec=codec)
    metrics.JOBS.labels("http").inc(made)
    return order.job_id


def _as_submitted(job: jobs.Job) -> dict[str, object]:
    """The job as it was when it was made, in the shape that the event log gives it from then on."""
    return asdict(job) | {
        "state": "submitted",
        "children": [],
        "started_at": None,
        "accepted_at": None,
        "finished_at": None,
        "rows": None,
        "rows_checked": 0,
        "bytes_checked": 0,
        "processed": 0,
        "created": 0,
        "updated": 0,
        "deleted": 0,
        "failed": 0,
        "not_processed": 0,
        "change_count": 0,
        "changed_rows": 0,
        "problems": 0,
        "problems_kept": 0,
        "message": None,
    }
