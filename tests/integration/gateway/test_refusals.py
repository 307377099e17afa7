"""What is refused, in which shape, and what every answer carries."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from database.connection import Database
from gateway.app import create_app
from tests.integration.gateway.conftest import SAME_ORIGIN, settings_of, sign_in
from tests.integration.gateway.standin import FRESH_JOB, JOB_OF_MAIN, UPLOAD_ID, StandIn
from web.refusals import Refusal

PAGE = {"Accept": "text/html,application/xhtml+xml"}
Bearer = Callable[[str], dict[str, str]]

ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_what_another_site_sends_with_the_cookie_is_refused(
    browser: FlaskClient, services: StandIn, headers: dict[str, str]
) -> None:
    sign_in(browser)
    upload = f"/api/v1/uploads/{UPLOAD_ID}"
    for method, path in (
        ("POST", "/api/v1/jobs"),
        ("POST", "/api/v1/uploads"),
        ("DELETE", upload),
        ("POST", "/logout"),
    ):
        answer = browser.open(path, method=method, headers=headers, data=b"{}")
        assert answer.status_code == 403, path
        assert answer.json
        assert answer.json["code"] == "cross_site_request"
    assert services.asked == []
    assert browser.get("/api/v1/seats").status_code == 200


@pytest.mark.parametrize("headers", [SAME_ORIGIN, {"Origin": "http://localhost"}])
def test_our_own_pages_may(browser: FlaskClient, headers: dict[str, str]) -> None:
    sign_in(browser)
    assert browser.delete(f"/api/v1/uploads/{UPLOAD_ID}", headers=headers).status_code == 204


def test_another_site_can_not_sign_somebody_in(browser: FlaskClient) -> None:
    answer = browser.post("/login", data={"username": "ada"}, headers={"Sec-Fetch-Site": "cross-site"} | PAGE)
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "did not come from a page of Bulk Manager" in answer.text


def test_a_page_of_another_site_can_not_try_passwords(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/tokens", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_programs_with_a_token_need_no_origin(app: Flask, bearer: Bearer) -> None:
    assert app.test_client().delete(f"/api/v1/uploads/{UPLOAD_ID}", headers=bearer("ada")).status_code == 204


@pytest.mark.parametrize(
    "authorization", ["Bearer wrong", "Bearer bulk_wrong", "Bearer", "Basic YWRhOmFkYQ==", "", "Bearer bulk_\xe9"]
)
def test_a_wrong_token_is_refused_even_beside_a_good_cookie(browser: FlaskClient, authorization: str) -> None:
    sign_in(browser)
    answer = browser.get("/api/v1/seats", headers={"Authorization": authorization})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/", "/configuration", "/api/v1/jobs", "/api/v1/nothing", "/nothing", "/metricsx"])
def test_nothing_is_open_that_is_not_listed(browser: FlaskClient, path: str) -> None:
    assert browser.get(path).status_code == 401


@pytest.mark.parametrize("path", ["/login", "/healthz", "/api/v1/openapi.json", "/assets/css/base.css"])
def test_what_is_listed_is_open(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    answer.close()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/login", PAGE, 200),
        ("/configuration", PAGE, 303),
        ("/configuration", {"Accept": "*/*"}, 303),
        ("/configuration", {"Accept": "application/json"}, 401),
        ("/nothing", {}, 401),
        ("/api/v1/jobs", {}, 401),
        ("/healthz", {}, 200),
        ("/assets/css/base.css", {}, 200),
        ("/assets/nothing", {}, 404),
    ],
)
def test_every_answer_tells_the_browser_what_to_refuse(
    browser: FlaskClient, path: str, headers: dict[str, str], status: int
) -> None:
    answer = browser.get(path, headers=headers)
    answer.close()
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in answer.headers
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
    if not path.startswith("/assets/"):
        assert answer.headers["Cache-Control"] == "no-store"


def test_whoever_browses_gets_a_page_and_a_program_a_problem(browser: FlaskClient) -> None:
    sign_in(browser)
    page = browser.get("/nothing", headers=PAGE)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "Error 404" in page.text
    problem = browser.get("/nothing", headers={"Accept": "application/json"})
    assert (problem.status_code, problem.mimetype) == (404, "application/problem+json")
    assert browser.get("/api/v1/nothing", headers=PAGE).mimetype == "application/problem+json"
    assert browser.put("/api/v1/jobs", headers=SAME_ORIGIN).status_code == 405


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"", 400, "malformed_json"),
        (b"[]", 400, "malformed_json"),
        (b"\xff", 400, "malformed_json"),
        (b'{"a":' + b"[" * 5000, 400, "malformed_json"),
        (b'{"a": "' + b"x" * 1_048_576 + b'"}', 413, "too_large"),
    ],
)
def test_odd_json_is_refused(app: Flask, bearer: Bearer, body: bytes, status: int, code: str) -> None:
    answer = app.test_client().post("/api/v1/jobs", data=body, headers=bearer("ada"))
    assert answer.status_code == status
    assert answer.json
    assert answer.json["code"] == code


def test_a_service_that_is_away_is_a_503_that_says_when_to_try_again(
    app: Flask, bearer: Bearer, services: StandIn, database: Database
) -> None:
    headers = bearer("ada")
    alone = create_app(settings_of("http://127.0.0.1:9"), database).test_client()
    for method, path in (
        ("GET", "/jobs"),
        ("GET", f"/jobs/{JOB_OF_MAIN}"),
        ("GET", "/template.csv"),
        ("GET", "/seats"),
        ("POST", "/uploads"),
    ):
        answer = alone.open("/api/v1" + path, method=method, headers=headers, data=b"x" if method == "POST" else None)
        assert answer.status_code == 503, path
        assert answer.json
        assert answer.json["code"] == "unavailable"
        assert int(answer.headers["Retry-After"]) > 0


REFUSALS = [
    pytest.param(
        Refusal(503, "storage_full", "No room.", headers={"Retry-After": "17"}), (503, "storage_full", "17"), id="503"
    ),
    pytest.param(
        Refusal(507, "storage_full", "No room.", headers={"Retry-After": "17"}), (507, "storage_full", "17"), id="507"
    ),
    pytest.param(Refusal(502, "x", "x"), (503, "x", "5"), id="502"),
    pytest.param(Refusal(500, "internal_error", "x"), (500, "internal_error", None), id="500"),
    pytest.param(Refusal(401, "unauthorized", "x"), (500, "internal_error", None), id="our own key is not taken"),
    pytest.param(Refusal(409, "used_already", "x", job_id=FRESH_JOB), (409, "used_already", None), id="409"),
    pytest.param(Refusal(422, "key_reused", "x"), (422, "key_reused", None), id="422"),
]


@pytest.mark.parametrize(("refusal", "expected"), REFUSALS)
def test_what_a_service_refuses_is_told_as_ours(
    app: Flask, bearer: Bearer, services: StandIn, refusal: Refusal, expected: tuple[int, str, str | None]
) -> None:
    headers = bearer("ada")
    services.refusal = refusal
    answer = app.test_client().get("/api/v1/seats", headers=headers)
    assert answer.json
    assert (answer.status_code, answer.json["code"], answer.headers.get("Retry-After")) == expected
    assert answer.headers.get("WWW-Authenticate") is None
    if refusal.members and answer.status_code < 500:
        assert answer.json["job_id"] == FRESH_JOB


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (502, (503, "unavailable")),
        (404, (404, "not_found")),
        (400, (500, "internal_error")),
        (500, (500, "internal_error")),
    ],
)
def test_what_is_no_answer_of_a_service_is_not_told(
    app: Flask, bearer: Bearer, services: StandIn, broken: int, expected: tuple[int, str]
) -> None:
    headers = bearer("ada")
    services.broken = broken
    answer = app.test_client().get("/api/v1/seats", headers=headers)
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == expected
    assert "in between" not in answer.text


def test_silent_clients_are_given_up_on(app: Flask) -> None:
    class Connection:
        timeout = 0.0

        def settimeout(self, seconds: float) -> None:
            self.timeout = seconds

    connection = Connection()
    app.test_client().get("/healthz", environ_overrides={"gunicorn.socket": connection})
    assert connection.timeout == 60


def test_without_its_database_the_gateway_is_not_ready_and_lets_nobody_in(services: StandIn) -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/none", application_name="test", patience=0.5)
    browser = create_app(settings_of(services.url), database).test_client()
    try:
        assert browser.get("/readyz").status_code == 503
        browser.set_cookie("bulk_session", "anything")
        answer = browser.get("/configuration", headers=PAGE)
        assert (answer.status_code, answer.mimetype) == (503, "text/html")
        assert browser.get("/api/v1/jobs", headers={"Authorization": "Bearer bulk_x"}).status_code == 503
    finally:
        database.close()
