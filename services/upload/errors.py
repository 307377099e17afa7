"""What this service's own exceptions are over HTTP."""

import logging

from flask import Flask, Response

from services.upload.ancestors import WrongAncestor
from services.upload.bodies import invalid
from services.upload.cancelling import JobEnded, JobUnknown
from services.upload.jobs import KeyReused
from services.upload.sources import SourceMissing, StorageError, StorageFull
from services.upload.uploads import UploadUnknown, UploadUsed
from web.refusals import Refusal, not_found

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Answer them in the one error shape."""

    @app.errorhandler(UploadUnknown)
    def unknown(_: UploadUnknown) -> Response:
        return not_found("upload").response()

    @app.errorhandler(JobUnknown)
    def unknown_job(_: JobUnknown) -> Response:
        return not_found("job").response()

    @app.errorhandler(JobEnded)
    def ended(error: JobEnded) -> Response:
        detail = "The job has ended already, so there is nothing to cancel. What it made stays."
        return Refusal(409, "job_ended", detail, state=error.state).response()

    @app.errorhandler(WrongAncestor)
    def wrong_ancestor(error: WrongAncestor) -> Response:
        return invalid({error.field: [error.message]}).response()

    @app.errorhandler(UploadUsed)
    def used(error: UploadUsed) -> Response:
        detail = "A job uses this upload already. Upload the file again to create its Seats again."
        return Refusal(409, "upload_already_used", detail, job_id=error.job_id).response()

    @app.errorhandler(KeyReused)
    def reused(error: KeyReused) -> Response:
        detail = "This Idempotency-Key was used before, with another body. Use a new key for a new job."
        return Refusal(422, "idempotency_key_reused", detail, job_id=error.job_id).response()

    @app.errorhandler(SourceMissing)
    def missing(error: SourceMissing) -> Response:
        log.error("the file of source %s is missing", error)
        return not_found("source").response()

    @app.errorhandler(StorageFull)
    def full(error: StorageFull) -> Response:
        log.error("the storage is full: %s", error)
        detail = "There is no room for the file just now, so nothing of it was kept. Try again later."
        return Refusal(507, "storage_full", detail, headers={"Retry-After": "60"}).response()

    @app.errorhandler(StorageError)
    def storage_away(error: StorageError) -> Response:
        log.error("the storage failed: %s", error)
        detail = "The file could not be stored just now, so nothing of it was kept. Try again in a moment."
        return Refusal(503, "unavailable", detail, headers={"Retry-After": "5"}).response()
