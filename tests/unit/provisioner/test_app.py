from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contracts.ids import user_id_of
from services.provisioner.app import create_app
from services.provisioner.memory_directory import MemoryDirectory
from services.provisioner.verdicts import MemoryVerdicts
from tests.unit.provisioner.making import JOB, OTHER_JOB, SECRET, chunk_of, new_seat
from web.access import AccessKey, Principal

KEY = AccessKey("k" * 32)
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Caller:
    """Asks as somebody."""

    def __init__(self, client: FlaskClient, *, account: str = "acme", role: str = "service") -> None:
        token = KEY.sign(Principal(account=account, user="validator", role=role))
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, json: Any = None, query: Mapping[str, str] | None = None) -> TestResponse:
        return self._client.open(path, method=method, json=json, query_string=query, headers=self._headers)


@pytest.fixture
def client() -> FlaskClient:
    directory = MemoryDirectory(lambda: NOW)
    directory.create_seats(chunk_of(new_seat(line) for line in (2, 3, 4)))
    app = create_app(directory, MemoryVerdicts(), access_key=KEY, ready=lambda: {"database": True})
    return app.test_client()


@pytest.fixture
def service(client: FlaskClient) -> Caller:
    return Caller(client)


def code_of(response: TestResponse) -> str:
    assert response.content_type == "application/problem+json"
    problem = response.get_json(force=True)
    assert problem["status"] == response.status_code
    return str(problem["code"])


def test_conflicts_are_told_with_their_holders(service: Caller) -> None:
    body = {"job_id": str(OTHER_JOB), "email": ["SEAT2@example.com", "new@example.com"], "extension": ["10003"]}
    answer = service.ask("POST", "/conflicts", body)
    assert answer.status_code == 200
    assert answer.get_json() == {
        "conflicts": [
            {"column": "email", "value": "SEAT2@example.com", "user_id": str(user_id_of(JOB, 2))},
            {"column": "extension", "value": "10003", "user_id": str(user_id_of(JOB, 3))},
        ]
    }


def test_a_job_is_not_in_conflict_with_itself_nor_with_other_accounts(client: FlaskClient) -> None:
    asked = {"email": ["seat2@example.com"]}
    nothing: dict[str, Any] = {"conflicts": []}
    assert Caller(client).ask("POST", "/conflicts", asked | {"job_id": str(JOB)}).get_json() == nothing
    other = Caller(client, account="globex").ask("POST", "/conflicts", asked | {"job_id": str(OTHER_JOB)})
    assert other.get_json() == nothing


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"job_id": "x"},
        {"job_id": str(JOB), "email": "a@example.com"},
        {"job_id": str(JOB), "email": [1]},
        {"job_id": str(JOB), "email": [None]},
        {"job_id": str(JOB), "email": ["a\x00b"]},
        {"job_id": str(JOB), "shoe_size": ["44"]},
        {"job_id": str(JOB), "device_mac": ["x"] * 1_001},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(service: Caller, body: dict[str, Any]) -> None:
    answer = service.ask("POST", "/conflicts", body)
    assert answer.status_code == 400
    assert code_of(answer) == "invalid_request"
    assert answer.get_json(force=True)["errors"]


def test_a_thousand_values_of_a_column_may_be_asked_for(service: Caller) -> None:
    body = {"job_id": str(OTHER_JOB), "extension": [str(number) for number in range(1_000)]}
    assert service.ask("POST", "/conflicts", body).status_code == 200


def test_the_first_verdict_is_the_one_that_is_told(service: Caller) -> None:
    path = f"/verdicts/{uuid4()}"
    assert service.ask("PUT", path, {"verdict": "rejected"}).get_json() == {"verdict": "rejected"}
    assert service.ask("PUT", path, {"verdict": "accepted"}).get_json() == {"verdict": "rejected"}


@pytest.mark.parametrize("verdict", ["perhaps", "cancelled", None])
def test_a_verdict_is_accepted_or_rejected(service: Caller, verdict: str | None) -> None:
    answer = service.ask("PUT", f"/verdicts/{JOB}", {"verdict": verdict})
    assert (answer.status_code, code_of(answer)) == (400, "invalid_request")


def test_a_verdict_on_a_cancelled_job_is_answered_with_that() -> None:
    directory = MemoryDirectory(lambda: NOW)
    app = create_app(directory, MemoryVerdicts(directory.is_cancelled), access_key=KEY, ready=dict)
    directory.cancel_job("acme", JOB)
    answer = Caller(app.test_client()).ask("PUT", f"/verdicts/{JOB}", {"verdict": "accepted"})
    assert (answer.status_code, answer.get_json()) == (200, {"verdict": "cancelled"})


def test_a_verdict_on_what_is_no_job_id_is_not_found(service: Caller) -> None:
    assert code_of(service.ask("PUT", "/verdicts/7", {"verdict": "accepted"})) == "not_found"


def test_seats_are_listed_page_by_page(service: Caller) -> None:
    first = service.ask("GET", "/seats", query={"limit": "2"}).get_json()
    assert [seat["line"] for seat in first["seats"]] == [4, 3]
    second = service.ask("GET", "/seats", query={"limit": "2", "cursor": first["next_cursor"]}).get_json()
    assert [seat["line"] for seat in second["seats"]] == [2]
    assert second["next_cursor"] is None


def test_a_seat_is_told_without_its_secrets(client: FlaskClient) -> None:
    answer = Caller(client, role="user").ask("GET", "/seats", query={"q": "seat2@"})
    seat = new_seat(2)
    assert answer.get_json()["seats"] == [
        {
            "user_id": str(user_id_of(JOB, 2)),
            "created_at": "2026-11-22T09:30:00Z",
            "changed_at": None,
            "job_id": str(JOB),
            "line": 2,
            "firstname": seat.firstname,
            "lastname": seat.lastname,
            "email": seat.email,
            "extension": seat.extension,
            "phone_number": seat.phone_number,
            "device_mac": seat.device_mac,
            "attributes": dict(seat.attributes),
        }
    ]
    assert SECRET not in answer.text


def test_seats_of_another_account_are_not_there(client: FlaskClient) -> None:
    other = Caller(client, account="globex")
    assert other.ask("GET", "/seats").get_json() == {"seats": [], "next_cursor": None}
    assert other.ask("GET", "/seats", query={"q": str(user_id_of(JOB, 2))}).get_json()["seats"] == []


@pytest.mark.parametrize("cursor", ["x", "A" * 38 + "!", "ünï"])
def test_a_bad_cursor_is_refused(service: Caller, cursor: str) -> None:
    answer = service.ask("GET", "/seats", query={"cursor": cursor})
    assert (answer.status_code, code_of(answer)) == (400, "bad_cursor")


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"q": "x" * 301}, {"q": "\x00"}])
def test_a_bad_query_is_refused(service: Caller, query: dict[str, str]) -> None:
    answer = service.ask("GET", "/seats", query=query)
    assert (answer.status_code, code_of(answer)) == (400, "invalid_request")


@pytest.mark.parametrize(("method", "path"), [("POST", "/conflicts"), ("PUT", f"/verdicts/{JOB}")])
@pytest.mark.parametrize("role", ["admin", "user"])
def test_only_services_may_ask_for_conflicts_and_give_verdicts(
    client: FlaskClient, method: str, path: str, role: str
) -> None:
    answer = Caller(client, role=role).ask(method, path, {})
    assert (answer.status_code, code_of(answer)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/conflicts"), ("PUT", f"/verdicts/{JOB}"), ("GET", "/seats"), ("GET", "/else")]
)
def test_nobody_is_answered_without_a_token(client: FlaskClient, method: str, path: str) -> None:
    assert code_of(client.open(path, method=method, json={})) == "unauthorized"


def test_the_probes_are_answered_without_a_token(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").get_json()["checks"] == {"database": True}
