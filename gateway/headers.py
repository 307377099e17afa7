"""What every answer tells the browser to refuse on our behalf."""

from flask import Flask, Response, request

from gateway.identity import ASSETS

#: Nothing from elsewhere, nothing inline, no frames: scripts and styles are files of ours.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it browsers send `Origin: null` with our own forms, which `same_origin` has to refuse.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_A_YEAR = 31_536_000


def add(app: Flask, *, secure: bool) -> None:
    """Set the headers on all answers, errors included. ``secure``: https only, for a year."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={_A_YEAR}")
        if not request.path.startswith(ASSETS):
            # What an account owns must not stay behind in a browser or a proxy after sign-out.
            response.headers.setdefault("Cache-Control", "no-store")
        return response
