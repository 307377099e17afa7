"""The gateway with a real database, before stand-ins of the services behind it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from database.connection import Database
from database.migrations import migrate
from gateway.app import create_app
from gateway.passwords import Passwords
from gateway.settings import Settings
from gateway.users import Users
from tests import servers
from tests.integration.gateway.standin import KEY, StandIn, running

PASSWORD = "correct horse battery"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass(slots=True)
class Clock:
    """A clock that a test moves on."""

    now: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Let time go by: `forward(minutes=31)`."""
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def _migrated(database_server: servers.Databases) -> Iterator[Database]:
    """One database for all tests of the gateway: making one takes longer than most of them."""
    url = database_server.fresh()
    migrate(url, "gateway")
    database = Database(url, application_name="test", max_size=8)
    yield database
    database.close()
    database_server.discard(url)


@pytest.fixture
def database(_migrated: Database) -> Database:
    """The tables of the gateway, empty."""
    with _migrated.transaction() as connection:
        connection.execute(
            "DELETE FROM sessions; DELETE FROM api_tokens; DELETE FROM sign_in_attempts; DELETE FROM users"
        )
    return _migrated


@pytest.fixture
def users(database: Database, clock: Clock) -> Users:
    """Two users of two accounts: `ada` of `main` and `bob` of `other`."""
    users = Users(database, Passwords(), clock=clock)
    users.add(account="main", username="ada", password=PASSWORD)
    users.add(account="other", username="bob", password=PASSWORD, role="user")
    return users


@pytest.fixture
def services() -> Iterator[StandIn]:
    with running(StandIn()) as stand_in:
        yield stand_in


@pytest.fixture
def settings(services: StandIn) -> Settings:
    return settings_of(services.url)


@pytest.fixture
def app(settings: Settings, database: Database, users: Users, clock: Clock) -> Flask:
    return create_app(settings, database, clock=clock)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Nobody yet: see `sign_in`."""
    return app.test_client()


@pytest.fixture
def bearer(app: Flask) -> Callable[[str], dict[str, str]]:
    """Headers with a token of a user."""

    def headers(username: str) -> dict[str, str]:
        answer = app.test_client().post("/api/v1/tokens", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json['token']}"}  # type: ignore[index]  # JSON may be anything

    return headers


def settings_of(services_url: str, **more: object) -> Settings:
    """Settings with all services at one address. The database is handed to the application beside them."""
    return Settings(
        database_url="",
        access_key=KEY,
        upload_url=services_url,
        provisioner_url=services_url,
        eventlog_url=services_url,
        **more,  # type: ignore[arg-type]  # the caller names fields
    )


def sign_in(browser: FlaskClient, username: str = "ada", password: str = PASSWORD, **form: str) -> int:
    """Send the sign-in form as a browser does; the status."""
    sent = {"username": username, "password": password} | form
    return browser.post("/login", data=sent, headers=SAME_ORIGIN).status_code
