"""Jobs that are made of what the system knows itself: failed rows tried again, Seats of a job or a search deleted.

The rows go through upload as every file does, so that such a job has its file, its progress and its outcomes like any
other. The same `Idempotency-Key` gives the same job, also when its rows could not be had any more.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from flask import Response
from marshmallow import ValidationError
from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header

import csvfile
from contracts.ids import job_id_of
from gateway import outgoing
from gateway.identity import current
from gateway.schemas import END_STATES
from gateway.seat_schemas import MAX_USER_IDS, SeatsToDelete
from gateway.services import Services
from web.app import json_body
from web.client import Answer, ServiceClient
from web.idempotency import HEADER, idempotency_key
from web.refusals import Refusal, not_found

View = Callable[..., Response]

_SHOWN: Final = ("user_id", "firstname", "lastname", "email", "extension")
_JSON: Final = {"Content-Type": "application/json"}
_DELETED: Final = "deleted Seats.csv"

#: Seats that the provisioner is asked for at once.
_LOOKED_UP: Final = 1_000

#: In place of an upload where none is needed: the job is there already.
_NO_UPLOAD: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Rows on their way to upload."""

    filename: str
    blocks: Iterable[bytes] = field(repr=False)


def retry(services: Services) -> View:
    """The view of `POST /jobs/{job_id}/retry`."""

    def view(job_id: str) -> Response:
        parent = _id(job_id)

        def rows() -> File:
            job = _ended(services, parent)
            if job["dry_run"] or job["state"] == "rejected":
                detail = "Nothing was made of this file. Mend it and upload it again."
                raise Refusal(409, "nothing_to_retry", detail)
            if job["rows"] is not None and not (job["failed"] or job["not_processed"]):
                raise Refusal(409, "nothing_to_retry", "All rows of this job were processed, and none failed.")
            return _file(services.eventlog, f"/jobs/{parent}/failed.csv", filename="failed.csv")

        return _make(services, {"retry_of": parent}, rows)

    return view


def undo(services: Services) -> View:
    """The view of `POST /jobs/{job_id}/undo`."""

    def view(job_id: str) -> Response:
        parent = _id(job_id)

        def rows() -> File:
            job = _ended(services, parent)
            if job["kind"] != "create" or not job["created"]:
                raise Refusal(409, "nothing_to_undo", "This job created no Seats, so there is nothing to undo.")
            return _file(services.eventlog, f"/jobs/{parent}/created.csv", filename="created.csv")

        return _make(services, {"kind": "delete", "undo_of": parent}, rows)

    return view


def delete_seats(services: Services) -> View:
    """The view of `POST /seats/delete`."""

    def view() -> Response:
        try:
            asked: dict[str, Any] = SeatsToDelete().load(json_body())
        except ValidationError as error:
            detail = f"Send either user_ids, {MAX_USER_IDS:,} at most, or q."
            raise Refusal(400, "invalid_request", detail, fields=sorted(error.messages_dict)) from None
        if "q" in asked:
            return _make(services, _deletion(asked["q"]), lambda: _found(services.provisioner, asked["q"]))
        user_ids = sorted(set(map(str, asked["user_ids"])))
        return _make(services, _deletion(user_ids), lambda: _named(services.provisioner, user_ids))

    return view


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise not_found("job") from None


def _deletion(asked: str | list[str]) -> dict[str, object]:
    return {"kind": "delete", "made_from": f"Seats {sha256(orjson.dumps(asked)).hexdigest()}"}


def _make(services: Services, body: Mapping[str, object], rows: Callable[[], File]) -> Response:
    """Submit a job of these rows, unless it is there already. What no job uses is not left behind."""
    key, upload_id = idempotency_key(), _NO_UPLOAD
    if not _is_there(services.upload, job_id_of(current().account, key)):
        upload_id = _uploaded(services.upload, rows())
    taken = False
    try:
        answer = services.upload.send(
            "POST",
            "/jobs",
            principal=current(),
            headers={HEADER: key, **_JSON},
            body=orjson.dumps({"upload_id": upload_id, **body}),
        )
        taken = answer.status < 400
        return outgoing.as_json(answer, what="job")
    finally:
        if not taken and upload_id != _NO_UPLOAD:
            services.upload.send("DELETE", f"/uploads/{upload_id}", principal=current()).close()


def _is_there(upload: ServiceClient, job_id: UUID) -> bool:
    answer = upload.send("GET", f"/jobs/{job_id}", principal=current())
    if answer.status == 404:
        answer.read()
        return False
    outgoing.refuse_with(answer, what="job")
    answer.read()
    return True


def _uploaded(upload: ServiceClient, file: File) -> UUID:
    answer = upload.send(
        "POST",
        "/uploads",
        principal=current(),
        query={"filename": file.filename},
        headers={"Content-Type": "text/csv"},
        body=file.blocks,
    )
    outgoing.refuse_with(answer, what="upload")
    return UUID(orjson.loads(answer.read())["upload_id"])


def _ended(services: Services, job_id: UUID) -> dict[str, Any]:
    """A job that has ended, as the event log knows it."""
    answer = services.eventlog.send("GET", f"/jobs/{job_id}", principal=current())
    if answer.status == 404:
        answer.read()
        if not _is_there(services.upload, job_id):
            raise not_found("job")
        raise _not_finished()
    outgoing.refuse_with(answer, what="job")
    job: dict[str, Any] = orjson.loads(answer.read())
    if job["state"] not in END_STATES:
        raise _not_finished()
    return job


def _not_finished() -> Refusal:
    return Refusal(409, "job_not_finished", "The job has not ended yet. Try again when it has.")


def _file(service: ServiceClient, path: str, *, filename: str, query: Mapping[str, str] | None = None) -> File:
    """A CSV that a service gives, by the name that it gives it."""
    answer: Answer = service.send("GET", path, principal=current(), query=dict(query or {}))
    outgoing.refuse_with(answer, what="job")
    _, options = parse_options_header(Headers(answer.headers).get("Content-Disposition"))
    return File(filename=options.get("filename") or filename, blocks=answer.blocks())


def _found(provisioner: ServiceClient, q: str) -> File:
    """The Seats that a search finds."""
    answer = provisioner.send("GET", "/seats/count", principal=current(), query={"q": q})
    outgoing.refuse_with(answer, what="Seat")
    if not orjson.loads(answer.read())["count"]:
        raise _nothing_to_delete()
    file = _file(provisioner, "/seats.csv", filename=_DELETED, query={"q": q})
    return File(filename=_DELETED, blocks=file.blocks)


def _named(provisioner: ServiceClient, user_ids: list[str]) -> File:
    """The Seats with these User IDs, those of them that there are."""
    seats: list[dict[str, Any]] = []
    for start in range(0, len(user_ids), _LOOKED_UP):
        body = orjson.dumps({"user_ids": user_ids[start : start + _LOOKED_UP]})
        answer = provisioner.send("POST", "/seats/lookup", principal=current(), headers=_JSON, body=body)
        outgoing.refuse_with(answer, what="Seat")
        seats += orjson.loads(answer.read())["seats"]
    if not seats:
        raise _nothing_to_delete()
    rows = [_SHOWN, *([str(seat[name]) for name in _SHOWN] for seat in seats)]
    return File(filename=_DELETED, blocks=csvfile.write(rows, csvfile.Dialect(newline="\r\n", bom=True)))


def _nothing_to_delete() -> Refusal:
    return Refusal(409, "nothing_to_delete", "There are no such Seats any more, so there is nothing to delete.")
