"""From the socket to the storage in blocks: counted, hashed, and refused when it is cut short or too long.

The WSGI stack ends a truncated body like a complete one, so the bytes are counted against `Content-Length` here. A
multipart file goes straight to the storage as well: there is no temporary copy of it.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Final, Literal, Protocol, cast

from flask import Request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # gunicorn comes without types
from werkzeug.exceptions import ClientDisconnected
from werkzeug.formparser import FormDataParser

from telemetry import failpoints
from web.refusals import Refusal

BLOCK: Final = 131_072

#: Bytes that a multipart body may have beside its file: boundaries, headers, small fields.
MULTIPART_EXTRA: Final = 65_536

#: Characters of a file name that are kept.
MAX_FILENAME: Final = 255


#: How a body ends that was cut off: by the connection's error, or by gunicorn's of a chunk that has no end.
_BROKEN: Final = (OSError, ParseException, ClientDisconnected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What arrived: the cleaned file name; of the CSV as it is stored the ``size`` in bytes and the SHA-256 in
    hexadecimal. Of a workbook the CSV was made from one ``sheet`` of its ``sheets``.
    """

    filename: str
    size: int
    sha256: str
    format: Literal["csv", "xlsx"] = "csv"
    sheets: tuple[str, ...] | None = None
    sheet: str | None = None


class Writer(Protocol):
    """Where blocks go: `SourceWriter`, or what stands before it."""

    def write(self, block: bytes) -> None:
        """Take a block. Raises `StorageError`."""


class Sink:
    """Counts and hashes what goes to the storage, and refuses more than ``max_bytes``."""

    def __init__(self, writer: Writer, *, max_bytes: int) -> None:
        self._writer = writer
        self._max_bytes = max_bytes
        self._hash = sha256()
        self.size = 0

    def write(self, block: bytes) -> int:
        """Pass a block on. Raises a 413 `Refusal` at the first byte too many."""
        self.size += len(block)
        if self.size > self._max_bytes:
            raise too_large(self._max_bytes)
        self._hash.update(block)
        self._writer.write(block)
        failpoints.hit("upload.receiving.mid-body")
        return len(block)

    def seek(self, _offset: int, _whence: int = 0) -> int:
        """Nothing: Werkzeug rewinds the file of a part that has ended, but nobody reads it from here."""
        return self.size

    def received(self, filename: str) -> Received:
        """What has arrived, under this name."""
        return Received(filename=filename, size=self.size, sha256=self._hash.hexdigest())


class _Body:
    """The request's body: how many bytes were ``read``, and a broken connection told as what it is."""

    def __init__(self, request: Request) -> None:
        self._stream = request.stream
        self._declared = request.content_length
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._stream.read(size)
        except _BROKEN:
            raise truncated() from None
        self._read += len(block)
        return block

    def blocks(self) -> Iterator[bytes]:
        while block := self.read(BLOCK):
            yield block

    def require_whole(self) -> None:
        """Raise unless as much came as was announced; what is left is read first. A chunked body tells by itself."""
        if self._declared is None:
            return
        while self._read < self._declared:
            if not self.read(BLOCK):
                raise truncated()


def receive(request: Request, writer: Writer, *, max_bytes: int) -> Received:
    """Stream the body, raw or multipart, to ``writer``. Raises `Refusal`, then nothing of it must be kept."""
    if request.mimetype == "multipart/form-data":
        _refuse_by_headers(request, max_bytes=max_bytes + MULTIPART_EXTRA, told=max_bytes)
        return _receive_multipart(request, Sink(writer, max_bytes=max_bytes))
    filename = clean_filename(request.args.get("filename", ""))
    if not filename:
        raise _filename_missing("Say ?filename=… in the address.")
    return receive_raw(request, writer, max_bytes=max_bytes).received(filename)


def receive_raw(request: Request, writer: Writer, *, max_bytes: int) -> Sink:
    """Stream the body as it is to ``writer``. Raises `Refusal`, then nothing of it must be kept."""
    _refuse_by_headers(request, max_bytes=max_bytes, told=max_bytes)
    sink, body = Sink(writer, max_bytes=max_bytes), _Body(request)
    for block in body.blocks():
        sink.write(block)
    body.require_whole()
    return sink


def _receive_multipart(request: Request, sink: Sink) -> Received:
    opened: list[str] = []

    def open_part(
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, content_length  # told by the client: only what arrives counts
        if opened:
            raise Refusal(400, "several_files", "The form has more than one file. Upload one file at a time.")
        opened.append(filename or "")
        return cast(IO[bytes], sink)

    body = _Body(request)
    parser = FormDataParser(stream_factory=open_part, max_form_memory_size=4 * BLOCK, max_form_parts=20, silent=False)
    try:
        _, _, files = parser.parse(cast(IO[bytes], body), request.mimetype, None, request.mimetype_params)
    except ValueError as error:
        body.require_whole()
        raise Refusal(400, "malformed_multipart", f"The form that should hold the file is damaged: {error}.") from None
    body.require_whole()
    if "file" not in files:
        raise Refusal(400, "file_missing", "The form has no file in its field «file».")
    filename = clean_filename(opened[0]) or clean_filename(request.args.get("filename", ""))
    if not filename:
        raise _filename_missing("Choose a file, or say ?filename=… in the address.")
    return sink.received(filename)


def _refuse_by_headers(request: Request, *, max_bytes: int, told: int) -> None:
    chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if request.content_length is None and not chunked:
        raise Refusal(411, "length_required", "Say how long the file is (Content-Length), or send it chunked.")
    if (request.content_length or 0) > max_bytes:
        raise too_large(told)


def clean_filename(name: str) -> str:
    """The file's own name: no folders, no control or direction characters; otherwise as it was. Empty if none is left.

    Used for display and downloads only; what is stored is named by the storage.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in base if unicodedata.category(character)[0] != "C").strip()
    if kept in (".", ".."):
        return ""
    if len(kept) > MAX_FILENAME:
        stem, dot, suffix = kept.rpartition(".")
        suffix = dot + suffix if stem and len(suffix) < 10 else ""
        kept = kept[: MAX_FILENAME - len(suffix)] + suffix
    return kept


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


def _filename_missing(advice: str) -> Refusal:
    return Refusal(400, "filename_missing", f"The file has no name. {advice}")
