"""The HTTP of this service. Its answers are told in docs/http.md."""

from dataclasses import dataclass, field

from flask import Flask, Response, jsonify

from contracts.codec import Codec
from contracts.template import latest
from database.connection import UNAVAILABLE
from services.upload import accepted_http, errors, jobs_http, uploads_http
from services.upload.accepted import AcceptedFiles
from services.upload.uploads import Uploads
from services.upload.workbooks import Limits as WorkbookLimits
from web.access import AccessKey, current, require, require_role
from web.app import create_app
from web.refusals import not_found


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is accepted at most, as `GET /limits` tells it: bytes, rows, characters of a cell, and of ``workbooks``."""

    max_upload_bytes: int
    max_rows: int
    max_cell_length: int
    workbooks: WorkbookLimits = field(default_factory=WorkbookLimits)


def make_app(*, uploads: Uploads, limits: Limits, access_key: AccessKey, codec: Codec) -> Flask:
    """The Flask application; nothing is opened before its first request."""
    app = create_app("upload", ready=lambda: {"database": uploads.database.is_ready()}, away=UNAVAILABLE)
    require(app, access_key)
    errors.register(app)
    uploads_http.add(app, uploads, max_bytes=limits.max_upload_bytes, workbooks=limits.workbooks)
    jobs_http.add(app, uploads.database, codec)
    _add_template(app, uploads, limits)
    _add_sources(app, uploads)
    accepted_http.add(
        app,
        AcceptedFiles(database=uploads.database, store=uploads.store),
        max_bytes=accepted_http.FACTOR * limits.max_upload_bytes,
    )
    return app


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
                "max_workbook_rows": limits.workbooks.rows,
                "max_workbook_bytes": limits.workbooks.unpacked,
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
