"""Files on their way through the real thing: gunicorn, sockets, and what breaks on the way."""

import http.client
import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID

import pytest

from database.connection import Database
from database.migrations import migrate
from gateway.passwords import Passwords
from gateway.users import Users
from tests import servers
from tests.integration.gateway.conftest import PASSWORD
from tests.integration.gateway.process import Process, environment, running
from tests.integration.gateway.standin import BLOCK, JOB_OF_MAIN, MAX_BYTES, Asked, StandIn
from tests.integration.gateway.standin import running as services_running
from web.refusals import Refusal

MIB = 1_048_576
_TURNS = threading.Event()


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with services_running(StandIn()) as services:
        yield services


@pytest.fixture(scope="module")
def gateway(database_server: servers.Databases, stand_in: StandIn) -> Iterator[Process]:
    url = database_server.fresh()
    migrate(url, "gateway")
    database = Database(url, application_name="test")
    Users(database, Passwords()).add(account="main", username="ada", password=PASSWORD)
    database.close()
    with running(environment(url, stand_in.url)) as process:
        yield process
    database_server.discard(url)


@pytest.fixture(scope="module")
def token(gateway: Process) -> str:
    connection = gateway.connect()
    connection.request("POST", "/api/v1/tokens", json.dumps({"username": "ada", "password": PASSWORD}))
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return str(answer["token"])


@pytest.fixture(autouse=True)
def _nothing_asked(stand_in: StandIn) -> None:
    stand_in.asked.clear()


def upload_head(token: str, *headers: str) -> bytes:
    lines = (
        "POST /api/v1/uploads?filename=seats.csv HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {token}",
        "Content-Type: text/csv",
        *headers,
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def sent_and_shut(gateway: Process, data: bytes) -> http.client.HTTPResponse:
    """The answer to bytes after which the client says that it sends no more."""
    with gateway.raw() as connection:
        connection.sendall(data)
        connection.shutdown(1)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.problem = json.loads(answer.read())  # type: ignore[attr-defined]  # carried along for the test
        return answer


def asked_upload(stand_in: StandIn) -> Asked:
    """The upload as the service saw it, which may be a moment later."""
    for _ in range(100):
        found = [one for one in stand_in.asked if one.path == "/uploads"]
        if found:
            return found[-1]
        _TURNS.wait(0.05)
    raise AssertionError("the service was never asked")


def code(answer: http.client.HTTPResponse) -> str:
    return str(answer.problem["code"])  # type: ignore[attr-defined]  # see sent_and_shut


def test_an_upload_cut_at_a_line_end_is_refused_and_never_complete_for_the_service(
    gateway: Process, token: str, stand_in: StandIn
) -> None:
    body = b"a,b\r\n" * 100_000
    answer = sent_and_shut(gateway, upload_head(token, f"Content-Length: {len(body)}") + body[:250_000])
    assert (answer.status, code(answer)) == (400, "truncated_upload")
    one = asked_upload(stand_in)
    assert not one.whole
    assert one.headers["Content-Length"] == str(len(body))


def test_a_client_that_goes_away_leaves_no_complete_upload(gateway: Process, token: str, stand_in: StandIn) -> None:
    with gateway.raw() as connection:
        connection.sendall(upload_head(token, "Content-Length: 1000000") + b"a,b\r\n" * 50_000)
    assert not asked_upload(stand_in).whole


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"5\r\na,b\r\n\r\n", id="no last chunk"),
        pytest.param(b"ff\r\na,b\r\n", id="inside a chunk"),
        pytest.param(b"5\r\na,b\r\n\r\n0\r\n", id="last chunk without its line end"),
        pytest.param(b"5\r\na,b\r\n\r\nzz\r\n", id="a size that is none"),
        pytest.param(b"5\r\na,b\r\nXX0\r\n\r\n", id="a chunk longer than its size"),
    ],
)
def test_a_broken_chunked_upload_is_refused(gateway: Process, token: str, stand_in: StandIn, broken: bytes) -> None:
    answer = sent_and_shut(gateway, upload_head(token, "Transfer-Encoding: chunked") + broken)
    assert (answer.status, code(answer)) == (400, "truncated_upload")
    assert not [one for one in stand_in.asked if one.path == "/uploads" and one.whole]


def test_a_chunked_upload_that_ends_properly_arrives(gateway: Process, token: str, stand_in: StandIn) -> None:
    answer = sent_and_shut(
        gateway, upload_head(token, "Transfer-Encoding: chunked") + b"5\r\na,b\r\n\r\n4\r\n1,2\n\r\n0\r\n\r\n"
    )
    assert answer.status == 201
    assert asked_upload(stand_in).body == b"a,b\r\n1,2\n"


def test_what_says_itself_that_it_is_too_long_is_refused_before_anything_is_sent_on(
    gateway: Process, token: str, stand_in: StandIn
) -> None:
    answer = sent_and_shut(gateway, upload_head(token, f"Content-Length: {MAX_BYTES + 1}") + b"a,b\r\n")
    assert (answer.status, code(answer)) == (413, "upload_too_large")
    assert not [one for one in stand_in.asked if one.path == "/uploads"]


def test_a_client_still_sending_sees_why_its_file_is_refused(gateway: Process, token: str) -> None:
    connection = gateway.connect()
    headers = {"Authorization": f"Bearer {token}", "Content-Length": str(MAX_BYTES + 1)}
    connection.putrequest("POST", "/api/v1/uploads?filename=a.csv")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    for _ in range(8):
        connection.send(b"x" * MIB)
    connection.sock.shutdown(1)
    assert connection.getresponse().status == 413
    connection.close()


def test_a_client_still_sending_sees_that_the_service_has_no_room(
    gateway: Process, token: str, stand_in: StandIn
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    connection = gateway.connect()
    connection.request("POST", "/api/v1/uploads?filename=a.csv", b"a,b", headers)  # it knows the limit from here on
    connection.getresponse().read()
    stand_in.refusal = Refusal(507, "storage_full", "No room.")
    try:
        connection.request("POST", "/api/v1/uploads?filename=a.csv", b"x" * (16 * MIB), headers)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["code"]) == (507, "storage_full")
    finally:
        stand_in.refusal = None
        connection.close()


def test_200_mb_go_up_and_down_in_the_memory_of_a_few_blocks(gateway: Process, token: str, stand_in: StandIn) -> None:
    before, size, hashed = gateway.peak_memory(), 200 * MIB, sha256()
    for _ in range(200):
        hashed.update(b"x" * MIB)
    connection = gateway.connect()
    headers = {"Authorization": f"Bearer {token}", "Content-Length": str(size), "Content-Type": "text/csv"}
    connection.request("POST", "/api/v1/uploads?filename=a.csv", (b"x" * MIB for _ in range(200)), headers)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["sha256"]) == (201, hashed.hexdigest())
    assert asked_upload(stand_in).size == size

    stand_in.blocks = size // len(BLOCK)
    connection.request("GET", f"/api/v1/jobs/{JOB_OF_MAIN}/summary.csv", headers={"Authorization": f"Bearer {token}"})
    answer, down = connection.getresponse(), 0
    while block := answer.read(MIB):
        down += len(block)
    connection.close()
    assert down == size
    assert gateway.peak_memory() - before < 20 * MIB


def test_a_download_that_breaks_inside_breaks_for_the_client_too(gateway: Process, token: str) -> None:
    connection = gateway.connect()
    connection.request("GET", f"/api/v1/jobs/{JOB_OF_MAIN}/problems.csv", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    assert answer.status == 200
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    connection.close()


def test_the_gateway_is_ready_with_its_database(gateway: Process) -> None:
    connection = gateway.connect()
    connection.request("GET", "/readyz")
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["checks"]) == (200, {"database": True})
    connection.close()


def test_many_seats_can_be_named_in_an_address(gateway: Process, token: str, stand_in: StandIn) -> None:
    user_ids = [str(UUID(int=number)) for number in range(180)]
    connection = gateway.connect()
    path = "/api/v1/seats.csv?" + "&".join(f"user_id={user_id}" for user_id in user_ids)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    assert (answer.status, stand_in.repeated) == (200, user_ids)
    answer.read()
    connection.close()
