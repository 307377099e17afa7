"""How long the gateway waits for a client that has stopped sending or taking: its thread is needed by others."""

from flask import Flask, request

#: Seconds without a single byte.
PATIENCE = 60.0


def limit_waits(app: Flask, *, seconds: float = PATIENCE) -> None:
    """Give up on silent clients. Where the server tells its socket (gunicorn does), it gets a time-out per request."""

    @app.before_request
    def set_timeout() -> None:
        connection = request.environ.get("gunicorn.socket")
        if connection is not None:
            connection.settimeout(seconds)
