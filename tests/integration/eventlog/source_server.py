"""A small real HTTP server that gives sources as upload does: by reference, to services with a token."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from web.access import AccessKey, InvalidToken

KEY = "an access key of more than thirty-two characters"


@contextmanager
def serving(sources: Mapping[str, bytes]) -> Iterator[str]:
    """The address of a server for these files, by their references; `{}` changes while it runs are seen."""
    key = AccessKey(KEY)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = _answer(key, sources, self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(key: AccessKey, sources: Mapping[str, bytes], path: str, authorization: str) -> tuple[int, bytes]:
    try:
        principal = key.verify(authorization.removeprefix("Bearer "))
    except InvalidToken:
        return 401, b"{}"
    if principal.role != "service" or principal.user != "eventlog":
        return 403, b"{}"
    source = sources.get(path.removeprefix("/sources/"))
    return (404, b"{}") if source is None else (200, source)
