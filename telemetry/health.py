"""A worker's health over HTTP: is it alive, is it ready, and its metrics."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

log = logging.getLogger(__name__)

_POLL = 0.1  # seconds until `stop` is noticed

Answer = tuple[HTTPStatus, str, bytes]


class HealthServer:
    """Answers ``/healthz``, ``/readyz`` and ``/metrics`` for a process that has no HTTP of its own.

    `listen` is ``host:port`` (port 0: any free one, see `address`). `alive` and `ready` are asked at each request, from
    other threads; `ready` gives a yes or no for each thing needed, and all must be yes for status 200, else it is 503.
    """

    def __init__(self, listen: str, *, alive: Callable[[], bool], ready: Callable[[], Mapping[str, bool]]) -> None:
        self._listen = _address(listen)
        self._answers: dict[str, Callable[[], Answer]] = {
            "/healthz": lambda: _health(alive()),
            "/readyz": lambda: _readiness(ready()),
            "/metrics": _metrics,
        }
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port in use; RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("the health server has not been started")
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def start(self) -> None:
        """Listen, and answer in a thread of its own; OSError when the address is taken."""

        class Handler(_Handler):
            answers = self._answers

        self._server = ThreadingHTTPServer(self._listen, Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL,), name="health", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; harmless when not started."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = self._thread = None


class _Handler(BaseHTTPRequestHandler):
    answers: Mapping[str, Callable[[], Answer]]

    def do_GET(self) -> None:
        status, content_type, body = _asked(self.answers, self.path)
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Probes come every few seconds: they are not logged."""


def _asked(answers: Mapping[str, Callable[[], Answer]], target: str) -> Answer:
    ask = answers.get(target.partition("?")[0])
    if ask is None:
        return _json(HTTPStatus.NOT_FOUND, {"status": "not found"})
    try:
        return ask()
    except Exception:
        log.exception("the health check %s failed", target)
        return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "the check itself failed"})


def _health(alive: bool) -> Answer:
    status = HTTPStatus.OK if alive else HTTPStatus.SERVICE_UNAVAILABLE
    return _json(status, {"status": "alive" if alive else "not alive"})


def _readiness(parts: Mapping[str, bool]) -> Answer:
    is_ready = all(parts.values())
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return _json(status, {"status": "ready" if is_ready else "not ready", **parts})


def _metrics() -> Answer:
    return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(REGISTRY)


def _json(status: HTTPStatus, value: Mapping[str, object]) -> Answer:
    return status, "application/json", json.dumps(value).encode() + b"\n"


def _address(listen: str) -> tuple[str, int]:
    host, separator, port = listen.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit():
        raise ValueError(f"a listening address is host:port, such as 127.0.0.1:9100, not {listen!r}")
    return host.strip("[]"), int(port)
