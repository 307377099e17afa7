"""The HTTP of uploads: a file comes in, and its header is told; or it is taken back."""

import logging
from functools import partial
from uuid import UUID

from flask import Flask, Response, jsonify, request

from contracts.messages.fields import KINDS
from contracts.template import Template, latest
from database.connection import UNAVAILABLE
from services.upload import columns, metrics
from services.upload.heading import Heading, heading_of
from services.upload.receiving import Received, receive
from services.upload.sorting import Sorting
from services.upload.sources import SourceMissing, SourceWriter, StorageError
from services.upload.uploads import Upload, Uploads
from services.upload.workbooks import Limits
from web.access import current
from web.refusals import Refusal

log = logging.getLogger(__name__)

_AWAY: tuple[type[Exception], ...] = (SourceMissing, StorageError, *UNAVAILABLE)


def add(app: Flask, uploads: Uploads, *, max_bytes: int, workbooks: Limits) -> None:
    """Serve them."""
    sorting = Sorting(store=uploads.store, max_bytes=max_bytes, limits=workbooks)

    @app.post("/uploads")
    def take_upload() -> tuple[Response, int]:
        who, template = current(), _template()
        fill = partial(_counted_receive, sorting=sorting)
        upload = uploads.take(fill, account=who.account, user=who.user)
        return jsonify(_told(upload, _heading(uploads, upload, template, account=who.account))), 201

    @app.delete("/uploads/<uuid:upload_id>")
    def delete_upload(upload_id: UUID) -> tuple[str, int]:
        uploads.delete(upload_id, account=current().account)
        return "", 204


def _template() -> Template:
    """The template by which the header is looked at: that of the kind of job which the file is for."""
    kind = request.args.get("kind", "") or "create"
    if kind not in KINDS:
        raise Refusal(400, "invalid_request", f"The kind is one of {', '.join(KINDS)}.")
    return latest().for_kind(kind)


def _counted_receive(writer: SourceWriter, *, sorting: Sorting) -> Received:
    fill = partial(receive, request, max_bytes=sorting.max_bytes)
    try:
        received = sorting.take(fill, writer, sheet=request.args.get("sheet"))
    except Refusal as refusal:
        metrics.UPLOADS_REFUSED.labels(refusal.code).inc()
        raise
    metrics.UPLOADS.inc()
    metrics.UPLOAD_BYTES.inc(received.size)
    return received


def _heading(uploads: Uploads, upload: Upload, template: Template, *, account: str) -> Heading | None:
    """The header of what was stored; None where it can't be had, which is no reason to refuse a file that is safe."""
    try:
        with uploads.database.transaction() as connection:
            opened = uploads.store.open(upload.source)
            try:
                return heading_of(opened, template, remembered=partial(columns.remembered, connection, account=account))
            finally:
                opened.close()
    except _AWAY as error:
        log.warning("the header of upload %s can't be read now: %s", upload.upload_id, error)
        return None


def _told(upload: Upload, heading: Heading | None) -> dict[str, object]:
    received = upload.received
    return {
        "upload_id": upload.upload_id,
        "filename": received.filename,
        "size": received.size,
        "sha256": received.sha256,
        "expires_at": upload.expires_at,
        "format": received.format,
        "sheets": received.sheets,
        "sheet": received.sheet,
        "header": heading,
    }
