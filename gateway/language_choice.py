"""Choosing the language of the pages: kept by the browser, so that it holds before anybody has signed in."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.identity import LANGUAGE
from gateway.languages import COOKIE, LANGUAGES
from web.refusals import Refusal

_A_YEAR = 31_536_000


def blueprint(*, secure: bool) -> Blueprint:
    """`POST /language` with the field `language`: keeps the choice and goes back to the page it was made on."""
    pages = Blueprint("language", __name__)

    @pages.post(LANGUAGE)
    def choose() -> AnyResponse:
        chosen = request.form.get("language", "")
        if chosen not in LANGUAGES:
            raise Refusal(400, "unknown_language", "There are no words in this language here.")
        answer = redirect(_came_from(), 303)
        answer.set_cookie(COOKIE, chosen, max_age=_A_YEAR, secure=secure, httponly=True, samesite="Lax")
        return answer

    return pages


def _came_from() -> str:
    """The page of ours that the choice was made on, with its query; only its path is believed."""
    try:
        came = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    path = came.path
    if not path.startswith("/") or path.startswith("//") or "\\" in path or path == LANGUAGE:
        return "/"
    return f"{path}?{came.query}" if came.query else path
