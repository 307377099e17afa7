"""The defence against requests that another site makes a browser send (CSRF).

What changes something and is allowed by a cookie must come from our own pages. The browser says so itself in
`Sec-Fetch-Site`; where it does not (old browsers, plain http in a network), `Origin` must be our own address. A
request with neither is refused: no browser sends such a one. Requests with a Bearer token carry what another site does
not have, and are let through.
"""

from urllib.parse import urlsplit

from flask import Flask, Request, request

from web.refusals import Refusal

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def protect(app: Flask, *, public_url: str, secure: bool, without_cookie: frozenset[str]) -> None:
    """Refuse (403) what another site sent.

    ``without_cookie`` are paths that look at no cookie: there only a request that says itself that it comes from
    another site is refused, so that programs need not send `Origin`.
    """

    @app.before_request
    def check_origin() -> None:
        if request.method in _SAFE or "Authorization" in request.headers:
            return
        silent_is_fine = request.path in without_cookie
        if not is_our_own(request, public_url=public_url, secure=secure, otherwise=silent_is_fine):
            raise Refusal(403, "cross_site_request", "This request did not come from a page of Bulk Manager.")


def is_our_own(asked: Request, *, public_url: str, secure: bool, otherwise: bool = False) -> bool:
    """Whether our own page sent the request; ``otherwise`` where the request does not tell."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = asked.headers.get("Origin")
    if origin is None:
        return otherwise
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if secure and parts.scheme != "https":
        return False
    ours = {asked.host.lower()}
    if public_url:
        ours.add(urlsplit(public_url).netloc.lower())
    return parts.scheme in ("http", "https") and parts.netloc.lower() in ours
