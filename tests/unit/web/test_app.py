"""The Flask base: one error shape, probes, tokens."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask, Response, jsonify
from flask.testing import FlaskClient

from web.access import AccessKey, InvalidToken, Principal, current, require, require_role, service_principal
from web.app import create_app, json_body
from web.refusals import Refusal, not_found

KEY = AccessKey("k" * 32)
ADMIN = Principal(account="main", user="ada", role="admin")


class Away(Exception):
    pass


def application(ready: dict[str, bool] | None = None) -> Flask:
    app = create_app("web", ready=lambda: ready or {"database": True}, away=(Away,))
    require(app, KEY)

    @app.get("/things/<name>")
    def thing(name: str) -> Response:
        match name:
            case "away":
                raise Away
            case "broken":
                raise KeyError("a secret detail")
            case "service":
                require_role("service")
            case "missing":
                raise not_found("thing")
        who = current()
        return jsonify({"who": who.user, "when": datetime(2026, 1, 1, tzinfo=UTC), "id": UUID(int=1)})

    @app.post("/things")
    def make() -> Response:
        return jsonify(json_body())

    return app


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


def bearer(principal: Principal = ADMIN, key: AccessKey = KEY) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.sign(principal)}"}


def test_an_answer_is_json_with_ids_and_utc_times(client: FlaskClient) -> None:
    answer = client.get("/things/one", headers=bearer())
    assert answer.json == {
        "who": "ada",
        "when": "2026-01-01T00:00:00Z",
        "id": "00000000-0000-0000-0000-000000000001",
    }


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/things/missing", 404, "not_found"),
        ("/nowhere", 404, "not_found"),
        ("/things", 405, "method_not_allowed"),
        ("/things/away", 503, "unavailable"),
        ("/things/broken", 500, "internal_error"),
        ("/things/service", 403, "forbidden"),
    ],
)
def test_every_error_has_the_one_shape(client: FlaskClient, path: str, status: int, code: str) -> None:
    answer = client.get(path, headers=bearer())
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.json["title"]
    assert answer.json["detail"]
    assert "secret detail" not in answer.text


def test_what_may_help_is_kept(client: FlaskClient) -> None:
    assert client.get("/things/away", headers=bearer()).headers["Retry-After"] == "5"
    assert "POST" in client.get("/things", headers=bearer()).headers["Allow"]


def test_a_refusal_has_its_members_and_headers() -> None:
    answer = Refusal(409, "taken", "It is taken.", headers={"X-A": "b"}, job_id=UUID(int=2)).response()
    assert answer.get_json(force=True) == {
        "title": "Conflict",
        "status": 409,
        "code": "taken",
        "detail": "It is taken.",
        "job_id": str(UUID(int=2)),
    }
    assert answer.headers["X-A"] == "b"


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_a_body_that_is_not_a_json_object_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/things", data=body, headers=bearer())
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "malformed_json"


def test_a_json_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/things", data=b'{"a": "' + b"x" * 1_100_000 + b'"}', headers=bearer())
    assert answer.status_code == 413


def test_a_json_object_is_read(client: FlaskClient) -> None:
    assert client.post("/things", data=b'{"a": 1}', headers=bearer()).json == {"a": 1}


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer x"}, bearer(key=AccessKey("o" * 32))]
)
def test_without_a_valid_token_nothing_is_answered(client: FlaskClient, header: dict[str, str]) -> None:
    answer = client.get("/things/one", headers=header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_tells_account_user_and_role() -> None:
    assert KEY.verify(KEY.sign(ADMIN)) == ADMIN
    assert service_principal("validator")("main") == Principal(account="main", user="validator", role="service")


@pytest.mark.parametrize("token", ["", "a.b.c"])
def test_a_token_that_is_none_of_ours_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        KEY.verify(token)


def test_a_token_with_a_role_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidToken, match="who is asking"):
        KEY.verify(KEY.sign(Principal(account="main", user="x", role="king")))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        AccessKey("short")


def test_probes_need_no_token() -> None:
    client = application({"database": True, "broker": False}).test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (
        503,
        {"status": "not ready", "checks": {"database": True, "broker": False}},
    )
    client.get("/things/one", headers=bearer())
    metrics = client.get("/metrics").text
    assert 'http_request_seconds_count{route="/things/<name>",service="web",status="200"}' in metrics


def test_an_unforeseen_error_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/things/broken", headers=bearer())
    assert "a secret detail" in caplog.text
