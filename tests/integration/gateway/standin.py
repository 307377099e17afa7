"""Stand-ins for the services behind the gateway: a small real HTTP server that keeps what it was asked.

It trusts only the gateway's token, as the services do, and knows one job and one summary per account.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

import orjson
from flask import Flask, Response, abort, request
from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import WSGIRequestHandler, make_server

from web import access
from web.access import AccessKey, Principal
from web.app import create_app
from web.refusals import Refusal, not_found

KEY = "an access key of thirty-two characters"
JOB_OF_MAIN = "11111111-1111-4111-8111-111111111111"
JOB_OF_OTHER = "22222222-2222-4222-8222-222222222222"
JOBS = {"main": JOB_OF_MAIN, "other": JOB_OF_OTHER}
FRESH_JOB = "33333333-3333-4333-8333-333333333333"
UPLOAD_ID = "44444444-4444-4444-8444-444444444444"
MAX_BYTES = 300_000_000
BLOCK = b"x" * 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that came in. ``whole`` is false where its body broke off."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    principal: Principal
    size: int = 0
    sha256: str = ""
    whole: bool = True
    body: bytes = b""


@dataclass(slots=True)
class StandIn:
    """Three services in one server at ``url``. ``state`` is what the job of each account says of itself.

    ``ended`` is how upload knows that it has ended. ``told`` is what the event log tells of a job besides, ``taken``
    are the jobs that upload has by now, ``seats`` the User IDs of the account.
    """

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    state: str = "provisioning"
    ended: str = ""
    max_bytes: int = MAX_BYTES
    blocks: int = 3
    refusal: Refusal | None = None
    broken: int | None = None
    told: dict[str, object] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    seats: tuple[str, ...] = ()
    repeated: list[str] = field(default_factory=list)

    def last(self, method: str, path: str) -> Asked:
        """The last request to this path."""
        return [one for one in self.asked if (one.method, one.path) == (method, path)][-1]

    def note(self) -> Asked:
        """Keep the request that is being answered, with its body read to the end."""
        hashed, size, whole, kept = sha256(), 0, True, b""
        try:
            while block := request.stream.read(65_536):
                hashed.update(block)
                size += len(block)
                kept = kept + block if size < 100_000 else kept
        except (ClientDisconnected, OSError):
            whole = False
        one = Asked(
            method=request.method,
            path=request.path,
            query=dict(request.args),
            headers=dict(request.headers),
            principal=access.current(),
            size=size,
            sha256=hashed.hexdigest(),
            whole=whole and size == (request.content_length if request.content_length is not None else size),
            body=kept,
        )
        self.asked.append(one)
        return one


def application(stand_in: StandIn) -> Flask:
    """What the server answers."""
    app = create_app("stand-in", ready=dict)
    access.require(app, AccessKey(KEY))

    @app.before_request
    def refuse() -> None:
        if stand_in.refusal is not None:
            raise stand_in.refusal
        if stand_in.broken is not None:
            abort(Response("something in between is broken", stand_in.broken))

    _add_uploads(app, stand_in)
    _add_jobs(app, stand_in)
    _add_seats(app, stand_in)
    _add_cancel(app, stand_in)
    _add_downloads(app, stand_in)
    return app


def _add_uploads(app: Flask, stand_in: StandIn) -> None:
    @app.get("/limits")
    def limits() -> Response:
        return _json({"max_upload_bytes": stand_in.max_bytes})

    @app.post("/uploads")
    def uploads() -> tuple[Response, int]:
        one = stand_in.note()
        if not one.whole:
            raise Refusal(400, "truncated_upload", "cut off")
        return _json({"upload_id": UPLOAD_ID, "size": one.size, "sha256": one.sha256}), 201

    @app.delete("/uploads/<upload_id>")
    def delete_upload(upload_id: str) -> tuple[str, int]:
        stand_in.note()
        if upload_id != UPLOAD_ID:
            raise not_found("upload of that id")
        return "", 204


def _add_jobs(app: Flask, stand_in: StandIn) -> None:
    @app.post("/jobs")
    def post_jobs() -> tuple[Response, int, dict[str, str]]:
        one = stand_in.note()
        if "Idempotency-Key" not in one.headers:
            raise Refusal(400, "idempotency_key_missing", "Send an Idempotency-Key.", advice="any text of your own")
        if one.headers["Idempotency-Key"] == "reused":
            raise Refusal(422, "idempotency_key_reused", "Another request had it.")
        answer = _json({"job_id": JOB_OF_MAIN, "state": "submitted"})
        return answer, 202, {"Location": f"/jobs/{JOB_OF_MAIN}"}

    @app.get("/jobs")
    def get_jobs() -> Response:
        one = stand_in.note()
        return _json({"jobs": [{"job_id": JOBS[one.principal.account]}], "next_cursor": None})

    @app.get("/jobs/<job_id>")
    def get_job(job_id: str) -> Response:
        one = stand_in.note()
        if job_id in stand_in.taken:
            return _json({"job_id": job_id, "state": "submitted"})
        # It plays both services: as the event log, asked first, it does not know the fresh job, as upload it does.
        if job_id != JOBS.get(one.principal.account) and (job_id != FRESH_JOB or len(stand_in.asked) % 2):
            raise not_found("job that the stand-in knows")
        return _json({"job_id": job_id, "state": stand_in.state, "filename": "seats.csv"} | stand_in.told)

    @app.get("/jobs/<job_id>/<rest>")
    def get_details(job_id: str, rest: str) -> Response:
        one = stand_in.note()
        if job_id != JOBS.get(one.principal.account):
            raise not_found(rest)
        return _json({rest: []})


def _add_seats(app: Flask, stand_in: StandIn) -> None:
    @app.get("/seats")
    def seats() -> Response:
        stand_in.note()
        return _json({"seats": [], "next_cursor": None})

    @app.get("/seats/count")
    def count_seats() -> Response:
        stand_in.note()
        return _json({"count": len(stand_in.seats)})

    @app.post("/seats/lookup")
    def look_up_seats() -> Response:
        asked = orjson.loads(stand_in.note().body)["user_ids"]
        return _json({"seats": [_seat(user_id) for user_id in stand_in.seats if user_id in asked]})

    @app.get("/seats.csv")
    def seats_csv() -> Response:
        stand_in.note()
        stand_in.repeated = request.args.getlist("user_id")
        lines = ["user_id,email", *(f"{user_id},a@example.com" for user_id in stand_in.seats)]
        return Response("\r\n".join(lines), content_type="text/csv")


def _seat(user_id: str) -> dict[str, object]:
    shown = {"firstname": "Ann", "lastname": "=Lee", "email": "ann@example.com", "extension": "0042"}
    return {"user_id": user_id, **shown, "phone_number": None}


def _add_cancel(app: Flask, stand_in: StandIn) -> None:
    @app.post("/jobs/<job_id>/cancel")
    def cancel_job(job_id: str) -> tuple[Response, int]:
        one = stand_in.note()
        if job_id not in (JOBS.get(one.principal.account), FRESH_JOB):
            raise not_found("job that the stand-in knows")
        if stand_in.ended:
            raise Refusal(409, "job_ended", "It has ended.", state=stand_in.ended)
        return _json({"job_id": job_id, "state": "submitted"}), 202


def _add_downloads(app: Flask, stand_in: StandIn) -> None:
    @app.get("/jobs/<job_id>/summary.csv")
    def summary(job_id: str) -> Response:
        one = stand_in.note()
        if job_id != JOBS.get(one.principal.account):
            raise not_found("summary")
        headers = {"Content-Disposition": "attachment; filename*=UTF-8''Sitze%20%E2%82%AC.csv"}
        return Response(iter([BLOCK] * stand_in.blocks), headers=headers, content_type="application/octet-stream")

    @app.get("/jobs/<job_id>/failed.csv")
    @app.get("/jobs/<job_id>/created.csv")
    def rows(job_id: str) -> Response:
        one = stand_in.note()
        if job_id != JOBS.get(one.principal.account):
            raise not_found("rows")
        headers = {"Content-Disposition": f'attachment; filename="seats-{one.path.rpartition("/")[2]}"'}
        return Response(iter([b"email,extension\r\n", b"ann@example.com,0042\r\n"]), headers=headers)

    @app.get("/jobs/<job_id>/problems.csv")
    def problems(job_id: str) -> Response:
        def broken() -> Iterator[bytes]:
            yield BLOCK
            yield BLOCK
            raise RuntimeError("the disk is gone")

        stand_in.note()
        return Response(broken(), content_type="text/csv")

    @app.get("/template.csv")
    def template_csv() -> Response:
        stand_in.note()
        return Response("firstname,lastname\r\n", content_type="text/csv")


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), content_type="application/json")


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing: the test says what matters."""


@contextmanager
def running(stand_in: StandIn) -> Iterator[StandIn]:
    """Serve on a free port of this machine."""
    server = make_server("127.0.0.1", 0, application(stand_in), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
