"""The body of an upload, on its way through: in blocks, counted, never whole in memory.

The server ends a body that was cut off like a complete one, so the bytes are counted against `Content-Length` here. An
exception while the body is passed on breaks the call to the service, so that it never sees a complete request.
"""

import time
from collections.abc import Iterator
from typing import Final

from flask import Request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # gunicorn ships no types
from werkzeug.exceptions import ClientDisconnected

from web.refusals import Refusal

BLOCK: Final = 65_536

#: Bytes that a multipart body may have beside its file: boundaries, headers, small fields.
_MULTIPART_EXTRA: Final = 65_536

#: How much of a refused body is read before the answer. A client that is still sending when the connection closes
#: loses the answer; most have sent all by then, and the rest must not keep us busy.
_DRAIN_BYTES: Final = 32 * 1_048_576
_DRAIN_SECONDS: Final = 5.0


def blocks(asked: Request, *, max_bytes: int) -> Iterator[bytes]:
    """The body in blocks. Raises `Refusal` where it is cut off, broken or too long."""
    received, limit = 0, _limit(asked, max_bytes)
    while block := _read(asked):
        received += len(block)
        if received > limit:
            raise too_large(max_bytes)
        yield block
    if asked.content_length is not None and received != asked.content_length:
        raise truncated()


def refuse_by_length(asked: Request, *, max_bytes: int) -> None:
    """Refuse at once what says itself that it is too long, or does not say where it ends."""
    chunked = "chunked" in asked.headers.get("Transfer-Encoding", "").lower()
    if asked.content_length is None and not chunked:
        raise Refusal(411, "length_required", "Say how long the file is (Content-Length), or send it chunked.")
    if (asked.content_length or 0) > _limit(asked, max_bytes):
        raise too_large(max_bytes)


def drain(asked: Request) -> None:
    """Read on for a while, so that the client gets to see the refusal."""
    until, left = time.monotonic() + _DRAIN_SECONDS, _DRAIN_BYTES
    while left > 0 and time.monotonic() < until:
        try:
            block = _read(asked)
        except Refusal:
            return
        if not block:
            return
        left -= len(block)


def truncated() -> Refusal:
    """The connection ended before the body did."""
    return Refusal(
        400, "truncated_upload", "The file did not arrive whole, so nothing of it was kept. Upload it again."
    )


def too_large(max_bytes: int) -> Refusal:
    """More bytes than are accepted."""
    return Refusal(
        413,
        "upload_too_large",
        f"The file is larger than the {max_bytes:,} bytes that are accepted, so nothing of it was kept. Split it.",
        max_upload_bytes=max_bytes,
    )


def _limit(asked: Request, max_bytes: int) -> int:
    return max_bytes + (_MULTIPART_EXTRA if asked.mimetype == "multipart/form-data" else 0)


def _read(asked: Request) -> bytes:
    try:
        return asked.stream.read(BLOCK)
    except (OSError, ClientDisconnected, ParseException):
        # A connection that broke, timed out, or sent chunks that are none.
        raise truncated() from None
