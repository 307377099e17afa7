"""The HTTP of accepted files, for the validator: `PUT` a whole one, `GET` a part of it."""

from typing import Final
from uuid import UUID

from flask import Flask, Response, request

from services.upload.accepted import AcceptedFiles
from services.upload.receiving import receive_raw
from services.upload.sources import OpenSource, SourceWriter
from web.access import current, require_role
from web.refusals import Refusal, not_found

#: How much longer than the longest upload an accepted file may be: rows are compressed, but sealed secrets grow.
FACTOR: Final = 4

_TYPE = "application/octet-stream"


def add(app: Flask, accepted: AcceptedFiles, *, max_bytes: int) -> None:
    """Serve them. The role `service` is needed."""

    def fill(writer: SourceWriter) -> None:
        receive_raw(request, writer, max_bytes=max_bytes)

    @app.put("/accepted/<uuid:job_id>")
    def put_accepted(job_id: UUID) -> tuple[str, int]:
        require_role("service")
        accepted.keep(fill, job_id=job_id, account=current().account)
        return "", 204

    @app.get("/accepted/<uuid:job_id>")
    def get_accepted(job_id: UUID) -> Response:
        require_role("service")
        opened = accepted.open(job_id, account=current().account)
        if opened is None:
            raise not_found("accepted file")
        try:
            return _answer(opened)
        except BaseException:
            opened.close()
            raise


def _answer(opened: OpenSource) -> Response:
    """The file, or the one range of it that is asked for; a `Range` that can't be read asks for all, as HTTP has it."""
    asked, headers = request.range, {"Content-Length": str(opened.size), "Accept-Ranges": "bytes"}
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return Response(opened, headers=headers, content_type=_TYPE)
    part = asked.range_for_length(opened.size)
    if part is None:
        told = {"Content-Range": f"bytes */{opened.size}"}
        raise Refusal(416, "range_not_satisfiable", f"The file has {opened.size:,} bytes.", headers=told)
    start, stop = part
    opened.select(start, stop)
    headers |= {"Content-Length": str(stop - start), "Content-Range": f"bytes {start}-{stop - 1}/{opened.size}"}
    return Response(opened, 206, headers=headers, content_type=_TYPE)
