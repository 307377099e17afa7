"""The body of an upload in blocks, as a server hands it over that does not notice cut bodies."""

import io

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from gateway import incoming
from web.refusals import Refusal

MIB = 1_048_576


def asked(
    body: io.BytesIO, *, length: int | None = None, content_type: str = "text/csv", chunked: bool = False
) -> Request:
    environ = EnvironBuilder(method="POST", input_stream=body, content_type=content_type).get_environ()
    environ["wsgi.input_terminated"] = True
    environ.pop("CONTENT_LENGTH", None)
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    if chunked:
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    return Request(environ)


def refused(code: str, request: Request, *, max_bytes: int) -> None:
    with pytest.raises(Refusal) as raised:
        b"".join(incoming.blocks(request, max_bytes=max_bytes))
    assert raised.value.code == code


class Breaking(io.BytesIO):
    """A body whose connection is reset."""

    def read(self, _size: int | None = -1, /) -> bytes:
        raise ConnectionResetError


def test_a_whole_body_comes_in_blocks() -> None:
    body = b"x" * 200_000
    blocks = list(incoming.blocks(asked(io.BytesIO(body), length=200_000), max_bytes=200_000))
    assert b"".join(blocks) == body
    assert max(map(len, blocks)) == incoming.BLOCK


@pytest.mark.parametrize("received", [0, 1, 99])
def test_a_body_shorter_than_it_said_is_truncated(received: int) -> None:
    refused("truncated_upload", asked(io.BytesIO(b"x" * received), length=100), max_bytes=1000)


def test_a_broken_connection_is_a_truncated_upload() -> None:
    refused("truncated_upload", asked(Breaking(), length=100), max_bytes=1000)


def test_a_body_without_a_length_is_stopped_at_the_first_byte_too_many() -> None:
    refused("upload_too_large", asked(io.BytesIO(b"x" * 101)), max_bytes=100)
    assert b"".join(incoming.blocks(asked(io.BytesIO(b"x" * 100)), max_bytes=100)) == b"x" * 100


@pytest.mark.parametrize(
    ("length", "content_type", "code"),
    [
        (101, "text/csv", "upload_too_large"),
        (101 + 65_536, "multipart/form-data; boundary=b", "upload_too_large"),
        (None, "text/csv", "length_required"),
    ],
)
def test_what_the_headers_tell_is_refused_unread(length: int | None, content_type: str, code: str) -> None:
    body = io.BytesIO(b"x" * 10)
    with pytest.raises(Refusal) as raised:
        incoming.refuse_by_length(asked(body, length=length, content_type=content_type), max_bytes=100)
    assert raised.value.code == code
    assert body.tell() == 0


@pytest.mark.parametrize(
    ("length", "content_type", "chunked"),
    [(100, "text/csv", False), (100 + 65_536, "multipart/form-data; boundary=b", False), (None, "text/csv", True)],
)
def test_what_the_headers_allow_passes(length: int | None, content_type: str, chunked: bool) -> None:
    request = asked(io.BytesIO(), length=length, content_type=content_type, chunked=chunked)
    incoming.refuse_by_length(request, max_bytes=100)


def test_a_refused_body_is_read_for_a_while_only() -> None:
    body = io.BytesIO(b"x" * (40 * MIB))
    incoming.drain(asked(body, length=40 * MIB))
    assert body.tell() == 32 * MIB


def test_draining_ends_with_the_body_or_the_connection() -> None:
    body = io.BytesIO(b"x" * 10)
    incoming.drain(asked(body, length=10))
    assert body.tell() == 10
    incoming.drain(asked(Breaking(), length=10))
