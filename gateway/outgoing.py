"""The answers of the services, on their way to the client."""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header

from gateway import retelling
from web.client import Answer
from web.refusals import Refusal, not_found, unavailable

log = logging.getLogger(__name__)

API = "/api/v1"

_CSV = "text/csv; charset=utf-8"

#: Members of a problem that `Refusal` has names of its own for, and one that it must not be given.
_KNOWN = frozenset({"type", "title", "status", "code", "detail", "headers"})


def as_json(answer: Answer, *, what: str) -> Response:
    """A JSON answer; ``what`` is what a 404 says there is none of. A reader who has it already gets a 304."""
    refuse_with(answer, what=what)
    body = retelling.retold_json(answer.read())
    response = Response(body, answer.status, content_type="application/json" if body else None)
    location = Headers(answer.headers).get("Location", "")
    if location.startswith("/"):
        response.headers["Location"] = API + location
    if request.method == "GET" and answer.status == 200:
        # Kept by the browser, but shown only after asking: so that asking again and again is cheap.
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Vary"] = "Authorization, Cookie, Accept-Language"
        response.add_etag()
        response.make_conditional(request)
    return response


def as_download(answer: Answer, *, what: str, filename: str) -> Response:
    """A CSV file, streamed. ``filename`` is its name where the service gives none.

    A stream that breaks breaks the client's transfer as well: nobody must take half a file for a whole one.
    """
    refuse_with(answer, what=what)
    headers = Headers(answer.headers)
    blocks = answer.blocks()
    # The first block now: a service that breaks off at once is answered 503.
    response = Response(_with_first(next(blocks, b""), blocks), answer.status, content_type=_CSV)
    if "Content-Length" in headers:
        response.headers["Content-Length"] = headers["Content-Length"]
    _, options = parse_options_header(headers.get("Content-Disposition"))
    response.headers["Content-Disposition"] = attachment(options.get("filename") or filename)
    return response


def attachment(filename: str) -> str:
    """`Content-Disposition` for a download (RFC 6266): plain for old readers, and in UTF-8 for all others."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='', errors='replace')}"


def refuse_with(answer: Answer, *, what: str) -> None:
    """Raise the service's refusal, if it is one, as ours."""
    if answer.status < 400:
        return
    problem = _problem(answer.read())
    if answer.status == 404:
        # Always in the same words: nobody can tell what is another account's from what never was.
        raise not_found(what)
    if answer.status in (502, 503, 504, 507):
        raise _away(answer, problem)
    if answer.status == 401 or answer.status >= 500 or "code" not in problem:
        log.error("a service answered %d: %s", answer.status, problem or "no problem details")
        raise Refusal(500, "internal_error", "Something went wrong on our side. It has been logged.")
    members = {name: value for name, value in problem.items() if name not in _KNOWN}
    raise Refusal(answer.status, problem["code"], problem.get("detail", ""), title=problem.get("title"), **members)


def _away(answer: Answer, problem: dict[str, Any]) -> Refusal:
    refusal = unavailable()
    after = Headers(answer.headers).get("Retry-After") or refusal.headers["Retry-After"]
    if "code" not in problem:
        return refusal
    status = 507 if answer.status == 507 else 503
    return Refusal(status, problem["code"], problem.get("detail", refusal.detail), headers={"Retry-After": after})


def _with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _problem(body: bytes) -> dict[str, Any]:
    try:
        problem = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return problem if isinstance(problem, dict) else {}
