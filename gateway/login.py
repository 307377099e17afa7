"""The sign-in page, and signing out."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.identity import SIGN_IN, SIGN_OUT
from gateway.sessions import Sessions
from gateway.signin import SignIn, wrong
from web.refusals import Refusal

#: Bytes of the form that are read at most: a name, a password and a path.
_MAX_FORM = 16_384


def blueprint(sign_in: SignIn, sessions: Sessions) -> Blueprint:
    """`GET` and `POST /login`, `POST /logout`."""
    pages = Blueprint("signin", __name__)

    @pages.get(SIGN_IN)
    def login() -> AnyResponse:
        wanted = safe_next(request.args.get("next", ""))
        if sessions.current() is not None:
            return redirect(wanted, 303)
        return _form(next_path=wanted)

    @pages.post(SIGN_IN)
    def login_sent() -> AnyResponse:
        request.max_content_length = _MAX_FORM
        wanted = safe_next(request.form.get("next", ""))
        username = request.form.get("username", "").strip()
        try:
            credentials = sign_in.check(username, request.form.get("password", ""))
            token = sessions.start(credentials)
            if token is None:
                raise wrong()
        except Refusal as refusal:
            return _form(next_path=wanted, username=username, refusal=refusal)
        sessions.end()
        answer = make_response(redirect(wanted, 303))
        sessions.give_cookie(answer, token)
        return answer

    @pages.post(SIGN_OUT)
    def logout() -> AnyResponse:
        sessions.end()
        answer = make_response(redirect(SIGN_IN, 303))
        sessions.take_cookie(answer)
        return answer

    return pages


def safe_next(wanted: str) -> str:
    """A path of ours to go on to after sign-in: ``wanted`` if it is one, else the first page.

    Anything that a browser could read as another site's address (`//host`, `/\\host`, control characters) is not.
    """
    if not wanted.isprintable() or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return "/"
    return "/" if urlsplit(wanted).path in (SIGN_IN, SIGN_OUT) else wanted


def _form(*, next_path: str, username: str = "", refusal: Refusal | None = None) -> Response:
    page = render_template("login.html", error=refusal.detail if refusal else None, next=next_path, username=username)
    headers = refusal.headers if refusal else {}
    return Response(page, refusal.status if refusal else 200, headers=headers, content_type="text/html; charset=utf-8")
