"""Bodies that are cut short, under the real gunicorn: it ends them like complete ones, so the service must notice.

None of them may leave a row or a file behind.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from database.connection import Database
from tests.integration.upload.asking import files, rows
from tests.integration.upload.gunicorn import MAX_BYTES, ROOT, Server, serving
from tests.servers import Databases

CSV = b"email,extension\r\n" + b"ann@example.com,101\r\n" * 5_000
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
FORM = HEAD + CSV + b"\r\n--b--\r\n"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
RAW = {"Content-Type": "text/csv"}
CHUNKED = {"Transfer-Encoding": "chunked"}


@pytest.fixture(scope="module")
def server_url(database_server: Databases) -> Iterator[str]:
    url = database_server.fresh()
    env = os.environ | {"BULK_DATABASE_URL": url}
    for _ in range(2):  # the second time there is nothing left to do
        subprocess.run([sys.executable, "-m", "services.upload", "migrate"], cwd=ROOT, env=env, check=True, timeout=60)
    yield url
    database_server.discard(url)


@pytest.fixture(scope="module")
def server(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(server_url, tmp_path_factory.mktemp("sources")) as server:
        yield server


@pytest.fixture
def kept(server: Server, server_url: str) -> Iterator[Callable[[], int]]:
    """How many uploads there are; each of them has its row and its file."""
    database = Database(server_url, application_name="test", max_size=1)

    def count() -> int:
        found = rows(database, "upload")
        assert len(found) == len(files(server.folder))
        assert all(row["received_at"] for row in found)
        return len(found)

    yield count
    database.close()


def length(body: bytes) -> dict[str, str]:
    return {"Content-Length": str(len(body))}


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


END = b"0\r\n\r\n"

WHOLE = {
    "raw": (RAW | length(CSV), [CSV]),
    "raw in pieces": (RAW | length(CSV), [CSV[:10], CSV[10:70_000], CSV[70_000:]]),
    "raw, empty": (RAW | length(b""), []),
    "raw, chunked": (RAW | CHUNKED, [chunk(CSV[:100]), chunk(CSV[100:]), END]),
    "form": (MULTIPART | length(FORM), [FORM]),
    "form, chunked": (MULTIPART | CHUNKED, [chunk(FORM[:50]), chunk(FORM[50:]), END]),
}

CUT = {
    "raw, one byte missing": (RAW | length(CSV), [CSV[:-1]]),
    "raw, cut at a line end": (RAW | length(CSV), [CSV[:17]]),
    "raw, nothing came": (RAW | length(CSV), []),
    "raw, chunk cut": (RAW | CHUNKED, [chunk(CSV)[:-500]]),
    "raw, cut between chunks": (RAW | CHUNKED, [chunk(CSV)]),
    "raw, last chunk cut": (RAW | CHUNKED, [chunk(CSV), b"0\r\n"]),
    "form, cut in its head": (MULTIPART | length(FORM), [FORM[:30]]),
    "form, cut in the file": (MULTIPART | length(FORM), [FORM[: len(FORM) // 2]]),
    "form, cut in the boundary": (MULTIPART | length(FORM), [FORM[:-4]]),
    "form, last byte missing": (MULTIPART | length(FORM), [FORM[:-1]]),
    "form, chunk cut": (MULTIPART | CHUNKED, [chunk(FORM)[:-500]]),
    "form, cut between chunks": (MULTIPART | CHUNKED, [chunk(FORM)]),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_body_is_kept(server: Server, kept: Callable[[], int], name: str) -> None:
    before = kept()
    headers, parts = WHOLE[name]
    answer = server.upload(headers, *parts)
    assert answer is not None
    assert answer.status == 201, answer.text
    assert kept() == before + 1
    assert (CSV in files(server.folder)) or name == "raw, empty"


@pytest.mark.parametrize("name", CUT)
def test_a_truncated_body_is_refused_and_leaves_nothing(server: Server, kept: Callable[[], int], name: str) -> None:
    before = kept()
    headers, parts = CUT[name]
    answer = server.upload(headers, *parts, cut=True)
    assert answer is not None
    assert answer.status == 400
    assert "truncated_upload" in answer.text
    assert kept() == before


@pytest.mark.parametrize("name", ["raw, one byte missing", "raw, chunk cut", "form, cut in the file"])
def test_a_client_that_is_gone_leaves_nothing(server: Server, kept: Callable[[], int], name: str) -> None:
    before = kept_when_quiet(kept)
    headers, parts = CUT[name]
    server.vanish(headers, *parts)
    assert kept_when_quiet(kept) == before


def kept_when_quiet(kept: Callable[[], int]) -> int:
    """The count, once no upload is half done; asked for until then, at most for ten seconds."""
    pause = threading.Event()
    for _ in range(100):
        pause.wait(0.1)
        try:
            return kept()
        except AssertionError:
            continue
    return kept()


@pytest.mark.parametrize("name", ["raw", "raw, chunked", "form"])
def test_a_disk_that_is_full_is_told_while_the_file_is_sent_and_leaves_nothing(
    server: Server, kept: Callable[[], int], name: str
) -> None:
    before = kept()
    headers, parts = WHOLE[name]
    with server.no_file_over(20_000):
        answer = server.upload(headers, *parts)
        assert answer is not None
        assert (answer.status, kept()) == (507, before)
        assert "storage_full" in answer.text
    again = server.upload(headers, *parts)
    assert again is not None
    assert (again.status, kept()) == (201, before + 1)


def test_too_much_is_refused_before_it_is_sent(server: Server, kept: Callable[[], int]) -> None:
    before = kept()
    answer = server.upload(RAW | {"Content-Length": "99999999999"}, b"email\r\n")
    assert answer is not None
    assert (answer.status, kept()) == (413, before)
    assert "upload_too_large" in answer.text


@pytest.mark.parametrize("kind", [RAW, MULTIPART])
def test_too_much_is_refused_while_it_is_sent(server: Server, kept: Callable[[], int], kind: dict[str, str]) -> None:
    before = kept()
    head = HEAD if kind is MULTIPART else b""
    answer = server.upload(kind | CHUNKED, chunk(head + b"x" * MAX_BYTES), chunk(b"y" * 150_000))
    assert answer is not None
    assert (answer.status, kept()) == (413, before)
    assert "upload_too_large" in answer.text
