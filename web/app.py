"""The Flask application that every HTTP service starts from."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Flask, Response, g, jsonify, request
from flask.json.provider import JSONProvider
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest

from web import refusals

log = logging.getLogger(__name__)

#: Paths that need no token and are not logged: what probes ask many times a minute.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})

#: Bytes of a JSON request body that are read at most.
MAX_JSON_BYTES = 1_048_576

_SECONDS = Histogram("http_request_seconds", "Time to the first byte of an answer", ["service", "route", "status"])


class _Json(JSONProvider):
    """orjson: UUIDs as text, aware datetimes as ISO 8601 with `Z`."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_UTC_Z).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


def create_app(
    service: str,
    *,
    ready: Callable[[], Mapping[str, bool]],
    away: tuple[type[Exception], ...] = (),
    **flask_options: Any,
) -> Flask:
    """Make an application with the one error shape, probes, metrics and a request log.

    ``ready`` tells by name which of the things that the service needs are there; `/readyz` is 200 when all are.
    ``away`` are exceptions that mean that a database or service can't be reached: they are answered 503.
    """
    app = Flask(service, static_folder=flask_options.pop("static_folder", None), **flask_options)
    app.json = _Json(app)
    refusals.register(app, away)
    _add_probes(app, ready)
    _add_request_log(app, service)
    return app


def json_body() -> dict[str, Any]:
    """The request's body as a JSON object, or a refusal that says what is wrong with it."""
    request.max_content_length = MAX_JSON_BYTES
    try:
        body = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise refusals.Refusal(400, "malformed_json", f"The request body is not JSON: {error}.") from None
    if not isinstance(body, dict):
        raise refusals.Refusal(400, "malformed_json", "The request body must be a JSON object.")
    return body


def _add_probes(app: Flask, ready: Callable[[], Mapping[str, bool]]) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "alive"})

    @app.get("/readyz")
    def readyz() -> Response:
        checks = dict(ready())
        answer = jsonify({"status": "ready" if all(checks.values()) else "not ready", "checks": checks})
        answer.status_code = 200 if all(checks.values()) else 503
        return answer

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _add_request_log(app: Flask, service: str) -> None:
    @app.before_request
    def started() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def answered(response: Response) -> Response:
        if request.path not in PROBES:
            seconds = time.perf_counter() - g.get("started", time.perf_counter())
            route = request.url_rule.rule if request.url_rule else "unknown"
            _SECONDS.labels(service, route, response.status_code).observe(seconds)
            log.info("%s %s %d %.0f ms", request.method, request.path, response.status_code, seconds * 1000)
        return response
