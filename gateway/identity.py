"""Who is asking: found before anything is answered. What is not listed as open needs somebody who is signed in."""

from urllib.parse import quote

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.browsing import wants_page
from gateway.sessions import Sessions
from gateway.tokens import ApiTokens
from gateway.users import User
from web.access import Principal
from web.app import PROBES
from web.refusals import Refusal

SIGN_IN = "/login"
SIGN_OUT = "/logout"
TOKENS = "/api/v1/tokens"
LANGUAGE = "/language"

#: The style sheets and scripts: the sign-in page needs them.
ASSETS = "/assets/"

#: Paths that anybody may ask for. Signing out too: the session may have ended by itself before.
OPEN = PROBES | {SIGN_IN, SIGN_OUT, TOKENS, LANGUAGE, "/api/v1/openapi.json", "/favicon.ico"}


def require(app: Flask, *, sessions: Sessions, tokens: ApiTokens) -> None:
    """Let nobody in who is not known. Whoever browses is sent to sign in, and back afterwards."""

    @app.before_request
    def find_out() -> AnyResponse | None:
        if request.path in OPEN or request.path.startswith(ASSETS):
            return None
        user = _bearer(tokens) if "Authorization" in request.headers else sessions.current()
        if user is None:
            if wants_page(request) and request.method in ("GET", "HEAD"):
                return to_sign_in()
            raise Refusal(
                401, "unauthorized", "Please sign in.", headers={"WWW-Authenticate": 'Bearer realm="Bulk Manager"'}
            )
        g.principal = user.principal
        return None


def current() -> Principal:
    """On whose behalf the request that is being answered is made."""
    principal: Principal = g.principal
    return principal


def to_sign_in() -> AnyResponse:
    """To the sign-in page, and from there back to where the request wanted to go."""
    wanted = request.full_path if request.query_string else request.path
    return redirect(SIGN_IN if wanted == "/" else f"{SIGN_IN}?next={quote(wanted)}", 303)


def _bearer(tokens: ApiTokens) -> User | None:
    scheme, _, token = request.headers["Authorization"].partition(" ")
    return tokens.find(token.strip()) if scheme.lower() == "bearer" else None
