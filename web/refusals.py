"""The one error shape of every HTTP answer: problem details (RFC 9457) with a stable `code`."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

import orjson
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class Refusal(Exception):
    """A request that is answered with a problem.

    ``status`` is the HTTP status, ``code`` the stable word that programs read, ``detail`` the sentence that people
    read: what happened and what to do. Further ``members`` become members of the problem object.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        title: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.title = title or HTTPStatus(status).phrase
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> Response:
        """The answer as it goes out."""
        problem = {"title": self.title, "status": self.status, "code": self.code, "detail": self.detail}
        body = orjson.dumps(problem | self.members, default=str)
        return Response(body, self.status, headers=self.headers, content_type=CONTENT_TYPE)


def not_found(what: str) -> Refusal:
    """The same answer for what does not exist and for what belongs to another account."""
    return Refusal(404, "not_found", f"There is no such {what}.")


def unavailable(detail: str = "This part of Bulk Manager can't be reached just now. Try again in a moment.") -> Refusal:
    """Something that we need is away: worth another try, which `Retry-After` (seconds) says."""
    return Refusal(503, "unavailable", detail, headers={"Retry-After": "5"})


_DETAILS = {
    400: ("bad_request", "The request could not be understood."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "The request is larger than is accepted."),
    415: ("unsupported_media_type", "The content type of the request is not accepted."),
}


def from_http_exception(error: HTTPException) -> Refusal:
    """A refusal that Flask or Werkzeug made by itself, in our shape."""
    status = error.code or 500
    phrase = HTTPStatus(status).phrase
    code, detail = _DETAILS.get(status, (phrase.lower().replace(" ", "_"), phrase + "."))
    kept = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After", "Location")}
    return Refusal(status, code, detail, headers=kept)


def register(app: Flask, away: tuple[type[Exception], ...]) -> None:
    """Answer every error in the one shape; ``away`` are the errors of a missing database or service."""

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> Response:
        return error.response()

    @app.errorhandler(HTTPException)
    def refused_by_flask(error: HTTPException) -> Response:
        return from_http_exception(error).response()

    for kind in away:

        @app.errorhandler(kind)
        def is_away(error: Exception) -> Response:
            log.warning("answered 503: %s: %s", type(error).__name__, error)
            return unavailable().response()

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.error("unforeseen error", exc_info=error)
        return Refusal(500, "internal_error", "Something went wrong on our side. It has been logged.").response()
