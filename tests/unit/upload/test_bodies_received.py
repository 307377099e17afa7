"""Bodies as WSGI servers hand them over: whole, cut short in each of their ways, and by the block."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from gunicorn.http.errors import (  # type: ignore[import-untyped]  # gunicorn comes without types
    ChunkMissingTerminator,
    NoMoreData,
)

from services.upload.receiving import BLOCK, Received, receive
from services.upload.sources import FolderStore
from web.refusals import Refusal

CSV = b"email\r\n" + b"ann@example.com\r\n" * 100
FORM = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + CSV + b"\r\n--b--\r\n"


class Breaking:
    """A body that gives its data and then an error."""

    def __init__(self, data: bytes, error: Exception) -> None:
        self._stream = BytesIO(data)
        self._error = error

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        if not data:
            raise self._error
        return data


def received(tmp_path: Path, body: Any, content_type: str = "text/csv", **environ: Any) -> Received:
    """Receive a body from a server that ends it by itself, as gunicorn does."""
    store = FolderStore(tmp_path)
    writer = store.open_new(store.new_reference())
    overrides = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_TYPE": content_type, **environ}
    try:
        with Flask("test").test_request_context("/?filename=b.csv", method="POST", environ_overrides=overrides):
            return receive(request, writer, max_bytes=len(CSV))
    finally:
        writer.abort()


MULTIPART = "multipart/form-data; boundary=b"
KINDS = pytest.mark.parametrize(("body", "kind"), [(CSV, "text/csv"), (FORM, MULTIPART)])


@KINDS
def test_whole(tmp_path: Path, body: bytes, kind: str) -> None:
    got = received(tmp_path, BytesIO(body), kind, CONTENT_LENGTH=str(len(body)))
    assert (got.size, got.filename) == (len(CSV), "a.csv" if kind == MULTIPART else "b.csv")


@KINDS
def test_whole_without_a_length(tmp_path: Path, body: bytes, kind: str) -> None:
    assert received(tmp_path, BytesIO(body), kind, HTTP_TRANSFER_ENCODING="chunked").size == len(CSV)


@KINDS
@pytest.mark.parametrize("terminated", [True, False])
@pytest.mark.parametrize("missing", [1, 5, 100, 1700])
def test_too_short(tmp_path: Path, body: bytes, kind: str, terminated: bool, missing: int) -> None:
    environ = {"CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": terminated}
    with pytest.raises(Refusal) as caught:
        received(tmp_path, BytesIO(body[:-missing]), kind, **environ)
    assert (caught.value.status, caught.value.code) == (400, "truncated_upload")


@KINDS
@pytest.mark.parametrize("error", [ConnectionResetError(), NoMoreData(), ChunkMissingTerminator(b""), TimeoutError()])
def test_broken(tmp_path: Path, body: bytes, kind: str, error: Exception) -> None:
    with pytest.raises(Refusal) as caught:
        received(tmp_path, Breaking(body, error), kind, HTTP_TRANSFER_ENCODING="chunked")
    assert (caught.value.status, caught.value.code) == (400, "truncated_upload")


@pytest.mark.parametrize("end", [b"", b"\r\n--b", b"\r\n--c--\r\n"])
def test_a_form_without_its_end_although_all_of_it_came(tmp_path: Path, end: bytes) -> None:
    form = FORM.removesuffix(b"\r\n--b--\r\n") + end
    for environ in ({"CONTENT_LENGTH": str(len(form))}, {"HTTP_TRANSFER_ENCODING": "chunked"}):
        with pytest.raises(Refusal) as caught:
            received(tmp_path, BytesIO(form), MULTIPART, **environ)
        assert caught.value.code in ("malformed_multipart", "upload_too_large")


def test_it_is_read_by_the_block_and_never_whole(tmp_path: Path) -> None:
    class Counting(BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 < size <= BLOCK
            Counting.largest = max(Counting.largest, size)
            return super().read(size)

    for body, kind in ((CSV, "text/csv"), (FORM, MULTIPART)):
        received(tmp_path, Counting(body), kind, CONTENT_LENGTH=str(len(body)))
    assert Counting.largest == BLOCK
