"""Signing in and out on the page, and as a program."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from database.connection import Database
from gateway.app import create_app
from gateway.settings import Settings
from gateway.throttle import BY_NAME
from gateway.users import Users, utc_now
from tests.integration.gateway.conftest import PASSWORD, SAME_ORIGIN, Clock, settings_of, sign_in
from tests.integration.gateway.standin import JOB_OF_MAIN, StandIn

PAGE = {"Accept": "text/html,application/xhtml+xml"}


def token_for(app: Flask, body: object) -> tuple[int, dict[str, str], dict[str, str]]:
    answer = app.test_client().post("/api/v1/tokens", json=body)
    return answer.status_code, answer.json or {}, dict(answer.headers)


def test_whoever_browses_is_sent_to_sign_in_and_back(browser: FlaskClient) -> None:
    answer = browser.get("/event-logs?state=failed&q=a%20b", headers=PAGE)
    assert (answer.status_code, answer.location) == (303, "/login?next=" + quote("/event-logs?state=failed&q=a%20b"))
    form = browser.get(answer.location, headers=PAGE)
    assert form.status_code == 200
    assert "state=failed&amp;q=a%20b" in form.text
    signed_in = browser.post(
        "/login",
        data={"username": "ada", "password": PASSWORD, "next": "/event-logs?state=failed&q=a%20b"},
        headers=SAME_ORIGIN,
    )
    assert (signed_in.status_code, signed_in.location) == (303, "/event-logs?state=failed&q=a%20b")
    assert browser.get("/event-logs", headers=PAGE).status_code == 200


def test_sign_in_never_leads_to_another_site(browser: FlaskClient) -> None:
    data = {"username": "ada", "password": PASSWORD, "next": "//evil.example"}
    assert browser.post("/login", data=data, headers=SAME_ORIGIN).location == "/"
    assert browser.get("/login?next=https://evil.example").location == "/"


def test_who_is_signed_in_already_goes_on(browser: FlaskClient) -> None:
    sign_in(browser)
    answer = browser.get("/login?next=/event-logs")
    assert (answer.status_code, answer.location) == (303, "/event-logs")


def test_asking_for_the_head_of_a_summary_is_fine(browser: FlaskClient) -> None:
    sign_in(browser)
    answer = browser.head(f"/api/v1/jobs/{JOB_OF_MAIN}/summary.csv")
    assert (answer.status_code, answer.get_data()) == (200, b"")


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser: FlaskClient) -> None:
    data = {"username": "ada", "password": PASSWORD}
    (cookie,) = browser.post("/login", data=data, headers=SAME_ORIGIN).headers.getlist("Set-Cookie")
    assert re.fullmatch(r"bulk_session=[\w-]{43}; HttpOnly; Path=/; SameSite=Lax", cookie)


def test_over_https_the_cookie_is_bound_to_the_host(database: Database, users: Users, services: StandIn) -> None:
    settings = settings_of(services.url, public_url="https://bulk.example", secure=True)
    browser = create_app(settings, database).test_client()
    answer = browser.post(
        "https://bulk.example/login", data={"username": "ada", "password": PASSWORD}, headers=SAME_ORIGIN
    )
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert re.fullmatch(r"__Host-bulk_session=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax", cookie)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert browser.get("https://bulk.example/configuration", headers=PAGE).status_code == 200


@pytest.mark.parametrize(
    ("username", "password"),
    [("ada", "wrong password"), ("nobody", PASSWORD), ("", ""), ("ada", ""), ("a\x00b", "x"), ("dis", PASSWORD)],
)
def test_wrong_name_wrong_password_and_disabled_get_the_same_answer(
    app: Flask, users: Users, username: str, password: str
) -> None:
    users.add(account="main", username="dis", password=PASSWORD)
    users.disable("dis")
    browser = app.test_client()
    answer = browser.post("/login", data={"username": username, "password": password}, headers=SAME_ORIGIN)
    assert answer.status_code == 401
    assert "The user name or the password is not right." in answer.text
    assert "Set-Cookie" not in answer.headers
    if username and password:
        status, problem, _ = token_for(app, {"username": username, "password": password})
        assert (status, problem["code"]) == (401, "wrong_credentials")


def test_the_right_password_of_a_disabled_user_counts_as_an_attempt(
    browser: FlaskClient, users: Users, database: Database
) -> None:
    users.disable("ada")
    for _ in range(3):
        sign_in(browser)
    with database.transaction() as connection:
        rows = connection.execute("SELECT failures FROM sign_in_attempts").fetchall()
    assert [row["failures"] for row in rows] == [3, 3]


def test_signing_in_again_makes_a_new_session_and_ends_the_old(app: Flask, browser: FlaskClient) -> None:
    sign_in(browser)
    old = browser.get_cookie("bulk_session")
    sign_in(browser, "bob")
    new = browser.get_cookie("bulk_session")
    assert old
    assert new
    assert old.value != new.value
    thief = app.test_client()
    thief.set_cookie("bulk_session", old.value)
    assert thief.get("/api/v1/seats").status_code == 401


def test_signing_out_ends_the_session_on_the_server(app: Flask, browser: FlaskClient) -> None:
    sign_in(browser)
    cookie = browser.get_cookie("bulk_session")
    assert cookie
    answer = browser.post("/logout", headers=SAME_ORIGIN)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert browser.get_cookie("bulk_session") is None
    thief = app.test_client()
    thief.set_cookie("bulk_session", cookie.value)
    assert thief.get("/api/v1/seats").status_code == 401
    assert thief.get("/", headers=PAGE).location == "/login"


def test_who_was_signed_out_by_time_can_still_sign_out(browser: FlaskClient, clock: Clock) -> None:
    sign_in(browser)
    clock.forward(hours=1)
    answer = browser.post("/logout", headers=SAME_ORIGIN | PAGE)
    assert (answer.status_code, answer.location) == (303, "/login")


@pytest.mark.parametrize("change", ["disable", "revoke"])
def test_a_revoked_session_and_token_open_nothing(
    browser: FlaskClient, bearer: Callable[[str], dict[str, str]], users: Users, change: str
) -> None:
    sign_in(browser)
    headers = bearer("ada")
    assert browser.get("/api/v1/seats").status_code == 200
    assert browser.get("/api/v1/seats", headers=headers).status_code == 200
    getattr(users, change)("ada")
    assert browser.get("/api/v1/seats").status_code == 401
    assert browser.get("/api/v1/seats", headers=headers).status_code == 401


def test_an_idle_session_is_sent_to_sign_in(browser: FlaskClient, clock: Clock) -> None:
    sign_in(browser)
    clock.forward(minutes=31)
    assert browser.get("/configuration", headers=PAGE).status_code == 303
    refused = browser.get("/api/v1/jobs")
    assert refused.status_code == 401
    assert refused.json
    assert refused.json["code"] == "unauthorized"
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("username", ["ada", "nobody"])
def test_guessing_is_slowed_down_for_known_and_unknown_names_alike(
    app: Flask, database: Database, username: str, clock: Clock
) -> None:
    browser = app.test_client()
    statuses = [sign_in(browser, username, "a wrong guess") for _ in range(BY_NAME.free + 2)]
    assert statuses == [401] * (BY_NAME.free + 1) + [429]
    status, problem, headers = token_for(app, {"username": username, "password": PASSWORD})
    assert (status, problem["code"], headers["Retry-After"]) == (429, "too_many_attempts", "2")
    page = browser.post("/login", data={"username": username, "password": PASSWORD}, headers=SAME_ORIGIN)
    assert (page.status_code, page.headers["Retry-After"]) == (429, "2")
    assert "Try again in 2 seconds" in page.text
    with database.transaction() as connection:
        connection.execute("UPDATE sign_in_attempts SET blocked_until = %s", (clock.now + timedelta(seconds=100),))
    assert "in 2 minutes" in browser.post("/login", data={"username": username}, headers=SAME_ORIGIN).text
    clock.forward(seconds=100)
    assert sign_in(browser, username) == (303 if username == "ada" else 401)


@pytest.mark.parametrize(
    "body",
    [[], "x", {}, {"username": "ada"}, {"username": 1, "password": PASSWORD}, {"username": "ada", "password": None}],
)
def test_a_token_needs_a_name_and_a_password(app: Flask, body: object) -> None:
    status, problem, _ = token_for(app, body)
    assert status == 400
    assert problem["code"] in ("invalid_request", "malformed_json")


def test_who_is_disabled_between_password_and_session_gets_none(
    settings: Settings, database: Database, users: Users
) -> None:
    asked: list[datetime] = []

    def clock() -> datetime:
        """Asked when the attempt begins, and again when the password was right: then the user is disabled."""
        asked.append(utc_now())
        if len(asked) == 2:
            users.disable("ada")
        return asked[-1]

    app = create_app(settings, database, clock=clock)
    assert sign_in(app.test_client()) == 401
    users.enable("ada")
    asked.clear()
    status, problem, _ = token_for(app, {"username": "ada", "password": PASSWORD})
    assert (status, problem["code"]) == (401, "wrong_credentials")
    assert len(asked) > 2


def test_a_form_larger_than_a_form_can_be_is_refused(browser: FlaskClient) -> None:
    answer = browser.post("/login", data={"username": "x" * 20_000}, headers=SAME_ORIGIN | PAGE)
    assert (answer.status_code, answer.mimetype) == (413, "text/html")


def test_behind_a_proxy_the_brakes_know_the_clients_address(
    database: Database, users: Users, settings: Settings
) -> None:
    for proxies, expected in ((0, "127.0.0.1"), (1, "203.0.113.9")):
        with database.transaction() as connection:
            connection.execute("DELETE FROM sign_in_attempts")
        app = create_app(settings_of(settings.upload_url, proxies=proxies), database)
        headers = SAME_ORIGIN | {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
        app.test_client().post("/login", data={"username": "ada", "password": "wrong"}, headers=headers)
        with database.transaction() as connection:
            rows = connection.execute("SELECT subject FROM sign_in_attempts").fetchall()
        assert f"address:{expected}" in [row["subject"] for row in rows]
