"""Bad input is normal input: each gets a clear answer, and nothing is created."""

import gzip
import socket
import time
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.e2e.api import Api
from tests.e2e.rows import HEADER, document, row
from tests.stack import Stack

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 200
XLSX = b"PK\x03\x04\x14\x00\x06\x00" + b"\x00" * 200


def rejected(api: Api, content: bytes) -> list[dict[str, object]]:
    job = api.run(content)
    assert (job["state"], job["created"]) == ("rejected", 0)
    assert job["message"]
    problems = api.problems(job["job_id"])
    assert job["problems"] >= len(problems) > 0
    assert api.get(f"/jobs/{job['job_id']}/summary.csv").json["code"] == "nothing_created"
    return problems


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        (HEADER.encode() + b"\r\n", "no_rows"),
        (PNG, "not_csv"),
        (XLSX, "not_csv"),
        (gzip.compress(b"x" * 100, mtime=0), "not_csv"),
        (document([row(lastname="a\x00b")]), "nul_byte"),
        (document([row(lastname="Müller")]).replace("ü".encode(), b"\xfc"), "wrong_encoding"),
        (document([row(lastname='"never closed')]), "unclosed_quote"),
    ],
)
def test_a_file_that_can_not_be_read_is_rejected(api: Api, content: bytes, code: str) -> None:
    problems = rejected(api, content)
    assert [problem["code"] for problem in problems] == [code]
    assert problems[0]["message"]


def test_columns_are_named_with_the_nearest_known_name(api: Api) -> None:
    header = HEADER.replace("firstname", "fistname").replace("voicemail_pin", "E-Mail")
    problems = rejected(api, document([row()]).replace(HEADER.encode(), header.encode()))
    told = {(p["code"], p["column"]): p["message"] for p in problems}
    assert "firstname" in str(told["unknown_column", "fistname"])
    assert ("missing_column", "firstname") in told
    assert "E-Mail" in str(told["doubled_column", "email"])


def test_wrong_cells_are_told_by_line_and_column(api: Api) -> None:
    rows = [row(), row(email="nobody@"), row(extension="4.41E+11"), row(voicemail_pin=""), row(seat_type="gold")]
    problems = rejected(api, document(rows))
    assert [(p["line"], p["column"], p["code"]) for p in problems] == [
        (3, "email", "not_an_email"),
        (4, "extension", "scientific_notation"),
        (5, "voicemail_pin", "required"),
        (6, "seat_type", "not_allowed"),
    ]
    assert problems[0]["value"] == "nobody@"
    assert not api.get(f"/seats?q={rows[0]['email']}").json["seats"], "nothing of a rejected file is created"


def test_all_problems_are_counted_and_told(api: Api) -> None:
    job = api.run(document(row(extension="x") for _ in range(1500)))
    assert (job["state"], job["problems"], job["rows"]) == ("rejected", 1500, 1500)
    answer = api.get(f"/jobs/{job['job_id']}/problems").json
    assert answer["problems_by_code"] == {"not_digits": 1500}
    lines = api.get(f"/jobs/{job['job_id']}/problems.csv").body.decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[:4] == ["line", "column", "code", "message"]
    assert [line.split(",")[0] for line in lines[1:]] == [str(line) for line in range(2, 1502)]
    assert lines[1].startswith("2,extension,not_digits,")


def test_short_and_long_rows_are_problems(api: Api) -> None:
    lines = document([row(), row(), row()]).decode().splitlines()
    lines[1] += ",surplus"
    lines[3] = lines[3].rpartition(",")[0]
    problems = rejected(api, "\n".join(lines).encode())
    assert [(p["line"], p["code"]) for p in problems] == [(2, "row_too_long"), (4, "row_too_short")]


def test_duplicates_name_both_lines_and_existing_seats_their_user_id(api: Api) -> None:
    existing = row()
    done = api.run(document([existing]))
    user_id = api.summary(done["job_id"])[0]["user_id"]
    first = row()
    rows = [first, row(email=first["email"].upper()), row(extension=existing["extension"])]
    problems = rejected(api, document(rows))
    assert [(p["line"], p["column"], p["code"]) for p in problems] == [
        (3, "email", "duplicate_in_file"),
        (4, "extension", "seat_exists"),
    ]
    assert "Lines 2 and 3" in str(problems[0]["message"])
    assert user_id in str(problems[1]["message"])


def send_raw(stack: Stack, head: str, body: bytes) -> bytes:
    """Send bytes, say that no more will come, and read what is answered."""
    place = urlsplit(stack.url)
    with socket.create_connection((str(place.hostname), place.port or 80), timeout=20) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def head(api: Api, length: int, content_type: str = "text/csv") -> str:
    return (
        f"POST /api/v1/uploads?filename=cut.csv HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {api._token}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )


def stored(stack: Stack) -> set[str]:
    """The files at upload, once none is being received: it hears of a broken upload a moment after the client does."""
    assert stack.data is not None
    deadline = time.monotonic() + 20
    while True:
        names = {path.name for path in (stack.data / "sources").rglob("*") if path.is_file()}
        if not any(name.endswith(".part") for name in names):
            return names
        assert time.monotonic() < deadline, "a part of a broken upload was kept"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/csv", document([row()])),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + document([row()]),
        ),
    ],
)
def test_a_truncated_upload_is_refused_and_nothing_is_kept(
    api: Api, stack: Stack, content_type: str, body: bytes
) -> None:
    before = stored(stack) if stack.data else set()
    answer = send_raw(stack, head(api, len(body) + 100, content_type), body)
    assert answer.startswith(b"HTTP/1.1 400"), answer
    assert b"truncated_upload" in answer
    if stack.data:
        assert stored(stack) == before


def test_a_multipart_upload_is_taken_whole(api: Api) -> None:
    fresh = row()
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="from a form.csv"\r\n'
        b"Content-Type: text/csv\r\n\r\n" + document([fresh]) + b"\r\n--b--\r\n"
    )
    answer = api.call("POST", "/uploads", body=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (answer.status, answer.json["filename"]) == (201, "from a form.csv")
    assert answer.json["size"] == len(document([fresh]))
    assert api.wait(api.create(answer.json["upload_id"]).json["job_id"])["created"] == 1


def test_an_upload_over_the_limit_is_refused_before_it_is_received(api: Api, stack: Stack) -> None:
    limit = api.get("/limits").json["max_upload_bytes"]
    answer = send_raw(stack, head(api, limit + 1), b"firstname")
    assert answer.startswith(b"HTTP/1.1 413"), answer
    assert b"upload_too_large" in answer


@pytest.mark.parametrize("path", ["/jobs/{}", "/jobs/{}/problems", "/jobs/{}/events", "/jobs/{}/summary.csv"])
@pytest.mark.parametrize("unknown", ["6b1f0c1e-0000-4000-8000-000000000000", "nonsense", "..%2f..%2fetc"])
def test_unknown_ids_are_404(api: Api, path: str, unknown: str) -> None:
    answer = api.get(path.format(unknown))
    assert answer.status == 404
    assert answer.json["code"] == "not_found"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "malformed_json"), (b"[]", "malformed_json"), (b"{}", None), (b'{"upload_id": 7}', None)],
)
def test_a_malformed_request_is_400(api: Api, body: bytes, code: str | None) -> None:
    answer = api.call("POST", "/jobs", body=body, headers={"Idempotency-Key": "x", "Content-Type": "application/json"})
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert code is None or answer.json["code"] == code


def test_a_job_needs_an_idempotency_key(api: Api) -> None:
    answer = api.call("POST", "/jobs", json={"upload_id": str(uuid4())})
    assert (answer.status, answer.json["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    "path", ["/jobs?cursor=nonsense", "/jobs?state=sleeping", "/seats?cursor=%ff", "/jobs?limit=x"]
)
def test_bad_queries_are_400(api: Api, path: str) -> None:
    assert api.get(path).status == 400


def test_nobody_gets_in_without_a_token(api: Api) -> None:
    for header in ({"Authorization": ""}, {"Authorization": "Bearer bulk_wrong"}, {"X-Account": "main"}):
        answer = api.call("GET", "/jobs", headers={"Authorization": ""} | header)
        assert (answer.status, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_no_log_line_shows_a_secret(stack: Stack, api: Api) -> None:
    secret = "918273645918273"
    job = api.run(document([row(password=secret)], header=f"{HEADER},password"))
    assert job["created"] == 1
    if stack.data is None:
        pytest.skip("the log of a system that was not started here can't be read")
    assert any(job["job_id"] in line for line in stack.log), "the log names its jobs"
    assert not any(secret in line for line in stack.log)
