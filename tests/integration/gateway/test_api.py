"""The API: what is passed on, in whose name, and what comes back."""

import io
from collections.abc import Callable
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway.routes import ROUTES
from tests.integration.gateway.conftest import sign_in
from tests.integration.gateway.standin import (
    BLOCK,
    FRESH_JOB,
    JOB_OF_MAIN,
    JOB_OF_OTHER,
    UPLOAD_ID,
    StandIn,
)
from web.access import Principal

Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_every_described_route_is_served(app: Flask) -> None:
    served = {
        (method, rule.rule.removeprefix("/api/v1").replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("/openapi.json")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {(route.method, route.path) for route in ROUTES}


def test_the_services_are_asked_in_the_name_of_whoever_asks(
    client: FlaskClient, bearer: Bearer, services: StandIn
) -> None:
    client.get("/api/v1/seats", headers=bearer("ada"))
    client.get("/api/v1/seats", headers=bearer("bob"))
    sign_in(client)
    client.get("/api/v1/seats", headers={"X-Account": "other"})
    assert [one.principal for one in services.asked] == [
        Principal(account="main", user="ada", role="admin"),
        Principal(account="other", user="bob", role="user"),
        Principal(account="main", user="ada", role="admin"),
    ]
    assert all("bulk_" not in str(one.headers) for one in services.asked)


def test_only_the_parameters_of_a_route_are_passed_on(client: FlaskClient, bearer: Bearer, services: StandIn) -> None:
    client.get("/api/v1/jobs?state=failed&q=a%26b&cursor=c&limit=5&account=other", headers=bearer("ada"))
    assert services.last("GET", "/jobs").query == {"state": "failed", "q": "a&b", "cursor": "c", "limit": "5"}


def test_an_account_sees_its_own_jobs_and_no_others(client: FlaskClient, bearer: Bearer) -> None:
    ada, bob = bearer("ada"), bearer("bob")
    assert client.get(f"/api/v1/jobs/{JOB_OF_MAIN}", headers=ada).status_code == 200
    answers = {
        client.get(f"/api/v1/jobs/{job_id}{rest}", headers=headers).get_data()
        for headers, job_id in (
            (bob, JOB_OF_MAIN),
            (ada, JOB_OF_OTHER),
            (ada, UPLOAD_ID),
            (ada, "x"),
            (ada, "..seats"),
        )
        for rest in ("", "/summary.csv")
    }
    assert answers == {b'{"title":"Not Found","status":404,"code":"not_found","detail":"There is no such job."}'}


def test_ids_are_asked_for_in_one_spelling(client: FlaskClient, bearer: Bearer, services: StandIn) -> None:
    spelled = UPLOAD_ID.upper().replace("-", "")
    assert client.delete(f"/api/v1/uploads/{spelled}", headers=bearer("ada")).status_code == 204
    assert services.asked[-1].path == f"/uploads/{UPLOAD_ID}"


def test_a_job_that_the_event_log_has_not_heard_of_is_asked_from_upload(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.get(f"/api/v1/jobs/{FRESH_JOB}", headers=bearer("ada"))
    assert answer.status_code == 200
    assert answer.json
    assert answer.json["job_id"] == FRESH_JOB


@pytest.mark.parametrize(
    ("list_name", "expected"),
    [
        ("events", {"events": []}),
        ("outcomes", {"outcomes": [], "next_cursor": None}),
        ("problems", {"problems": [], "problem_count": 0, "problems_by_code": {}, "next_cursor": None}),
    ],
)
def test_of_such_a_job_there_is_nothing_to_tell_yet(
    client: FlaskClient, bearer: Bearer, list_name: str, expected: dict[str, object]
) -> None:
    headers = bearer("ada")
    assert client.get(f"/api/v1/jobs/{FRESH_JOB}/{list_name}", headers=headers).json == expected
    assert client.get(f"/api/v1/jobs/{JOB_OF_MAIN}/{list_name}", headers=headers).json == {list_name: []}
    assert client.get(f"/api/v1/jobs/{JOB_OF_OTHER}/{list_name}", headers=headers).status_code == 404


def test_of_such_a_job_there_is_no_summary_yet(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.get(f"/api/v1/jobs/{FRESH_JOB}/summary.csv", headers=bearer("ada"))
    assert answer.status_code == 409
    assert answer.json
    assert answer.json["code"] == "job_not_finished"


def test_asking_again_costs_a_304_until_something_changes(
    client: FlaskClient, bearer: Bearer, services: StandIn
) -> None:
    headers = bearer("ada")
    first = client.get(f"/api/v1/jobs/{JOB_OF_MAIN}", headers=headers)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = headers | {"If-None-Match": first.headers["ETag"]}
    same = client.get(f"/api/v1/jobs/{JOB_OF_MAIN}", headers=again)
    assert (same.status_code, same.get_data()) == (304, b"")
    services.state = "completed"
    changed = client.get(f"/api/v1/jobs/{JOB_OF_MAIN}", headers=again)
    assert changed.status_code == 200
    assert changed.json
    assert changed.json["state"] == "completed"


def test_a_job_is_created_with_the_key_and_found_at_its_location(
    client: FlaskClient, bearer: Bearer, services: StandIn
) -> None:
    headers = bearer("ada") | {"Idempotency-Key": "k1", "X-Other": "not for them"}
    answer = client.post("/api/v1/jobs", json={"upload_id": UPLOAD_ID}, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/api/v1/jobs/{JOB_OF_MAIN}")
    asked = services.last("POST", "/jobs")
    assert (asked.headers["Idempotency-Key"], asked.body) == ("k1", b'{"upload_id":"%s"}' % UPLOAD_ID.encode())
    assert "X-Other" not in asked.headers
    assert client.get(answer.headers["Location"], headers=headers).status_code == 200


def test_a_missing_key_is_refused_by_who_knows(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.post("/api/v1/jobs", json={"upload_id": UPLOAD_ID}, headers=bearer("ada"))
    assert answer.status_code == 400
    assert answer.json
    assert (answer.json["code"], answer.json["advice"]) == ("idempotency_key_missing", "any text of your own")


def test_a_raw_upload_arrives_as_it_was_sent(client: FlaskClient, bearer: Bearer, services: StandIn) -> None:
    body = b"firstname\r\n" * 50_000
    answer = client.post(
        "/api/v1/uploads?filename=Sitze%20%E2%82%AC.csv", data=body, headers=bearer("ada"), content_type="text/csv"
    )
    assert answer.status_code == 201
    asked = services.last("POST", "/uploads")
    assert (asked.sha256, asked.whole) == (sha256(body).hexdigest(), True)
    assert (asked.query, asked.headers["Content-Type"]) == ({"filename": "Sitze €.csv"}, "text/csv")


def test_a_form_is_passed_on_with_its_boundary(client: FlaskClient, bearer: Bearer, services: StandIn) -> None:
    form = {"file": (io.BytesIO(b"firstname\n"), "seats.csv")}
    assert client.post("/api/v1/uploads", data=form, headers=bearer("ada")).status_code == 201
    asked = services.last("POST", "/uploads")
    boundary = asked.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
    assert asked.body.count(b"--" + boundary) == 2
    assert b'filename="seats.csv"' in asked.body


def test_an_upload_over_the_services_limit_is_refused_before_it_is_sent_on(
    client: FlaskClient, bearer: Bearer, services: StandIn
) -> None:
    services.max_bytes = 10
    headers = bearer("ada")
    for _ in range(2):
        answer = client.post("/api/v1/uploads?filename=a.csv", data=b"x" * 11, headers=headers, content_type="text/csv")
        assert answer.status_code == 413
        assert answer.json
        assert (answer.json["code"], answer.json["max_upload_bytes"]) == ("upload_too_large", 10)
    assert services.asked == []
    services.max_bytes = 1
    ten = client.post("/api/v1/uploads?filename=a.csv", data=b"x" * 10, headers=headers, content_type="text/csv")
    assert ten.status_code == 201


def test_a_summary_is_a_download_under_its_own_name(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.get(f"/api/v1/jobs/{JOB_OF_MAIN}/summary.csv", headers=bearer("ada"))
    assert answer.get_data() == BLOCK * 3
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Sitze _.csv\"; filename*=UTF-8''Sitze%20%E2%82%AC.csv"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_download_without_a_name_gets_one(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.get("/api/v1/template.csv", headers=bearer("ada"))
    assert answer.get_data() == b"firstname,lastname\r\n"
    assert answer.headers["Content-Length"] == "20"
    assert "seat-template.csv" in answer.headers["Content-Disposition"]


def test_the_description_is_json_that_anybody_may_read(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.json
    assert answer.json["openapi"] == "3.1.0"
    assert "/jobs/{job_id}" in answer.json["paths"]


def test_the_limits_come_from_upload(client: FlaskClient, bearer: Bearer) -> None:
    assert client.get("/api/v1/limits", headers=bearer("ada")).json == {"max_upload_bytes": 300_000_000}
