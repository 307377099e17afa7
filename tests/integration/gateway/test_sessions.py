"""How long sessions and tokens last, and what is kept of them."""

from datetime import timedelta
from hashlib import sha256

import pytest

from database.connection import Database
from gateway.sessions import Sessions
from gateway.tokens import ApiToken, ApiTokens
from gateway.users import Users
from tests.integration.gateway.conftest import Clock


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Sessions:
    return Sessions(database, secure=False, clock=clock)


@pytest.fixture
def tokens(database: Database, clock: Clock) -> ApiTokens:
    return ApiTokens(database, lifetime=timedelta(hours=24), clock=clock)


@pytest.fixture
def session(users: Users, sessions: Sessions) -> str:
    credentials = users.find("ada")
    assert credentials
    token = sessions.start(credentials)
    assert token
    return token


@pytest.fixture
def token(users: Users, tokens: ApiTokens) -> ApiToken:
    credentials = users.find("ada")
    assert credentials
    issued = tokens.issue(credentials)
    assert issued
    return issued


def test_a_session_ends_after_half_an_hour_of_silence(sessions: Sessions, session: str, clock: Clock) -> None:
    clock.forward(minutes=29)
    assert sessions.find(session)
    clock.forward(minutes=29)
    assert sessions.find(session)
    clock.forward(minutes=30)
    assert sessions.find(session) is None


def test_a_session_ends_after_twelve_hours_however_busy(sessions: Sessions, session: str, clock: Clock) -> None:
    for _ in range(12 * 3 - 1):
        clock.forward(minutes=20)
        assert sessions.find(session)
    clock.forward(minutes=20)
    assert sessions.find(session) is None


def test_ended_sessions_are_swept_up_when_the_next_begins(
    users: Users, sessions: Sessions, session: str, clock: Clock, database: Database
) -> None:
    clock.forward(minutes=31)
    credentials = users.find("bob")
    assert credentials
    sessions.start(credentials)
    with database.transaction() as connection:
        assert len(connection.execute("SELECT FROM sessions").fetchall()) == 1


@pytest.mark.parametrize("wrong", ["", "x", "é", "\ud800"])
def test_made_up_sessions_are_nobodys(sessions: Sessions, session: str, wrong: str) -> None:
    assert sessions.find(session + wrong) is None or not wrong
    assert sessions.find(wrong) is None


def test_only_hashes_are_kept(session: str, token: ApiToken, database: Database) -> None:
    with database.transaction() as connection:
        kept = connection.execute("SELECT token_hash FROM sessions UNION ALL SELECT token_hash FROM api_tokens")
        hashes = [bytes(row["token_hash"]) for row in kept]
    assert hashes == [sha256(one.encode()).digest() for one in (session, token.token)]


def test_a_token_is_known_by_its_prefix_and_ends_by_itself(tokens: ApiTokens, token: ApiToken, clock: Clock) -> None:
    assert token.token.startswith("bulk_")
    assert len(token.token) > 5 + 40
    assert token.expires_at == clock.now + timedelta(hours=24)
    clock.forward(hours=23, minutes=59)
    found = tokens.find(token.token)
    assert found
    assert (found.username, found.account) == ("ada", "main")
    clock.forward(minutes=1)
    assert tokens.find(token.token) is None


def test_a_token_tells_when_it_was_used_to_the_minute(
    tokens: ApiTokens, token: ApiToken, clock: Clock, database: Database
) -> None:
    def last_used() -> object:
        with database.transaction() as connection:
            row = connection.execute("SELECT last_used_at FROM api_tokens").fetchone()
        assert row
        return row["last_used_at"]

    assert last_used() is None
    tokens.find(token.token)
    first = clock.now
    assert last_used() == first
    clock.forward(seconds=30)
    tokens.find(token.token)
    assert last_used() == first
    clock.forward(seconds=31)
    tokens.find(token.token)
    assert last_used() == clock.now


def test_old_tokens_are_swept_up_when_the_next_is_issued(
    users: Users, tokens: ApiTokens, token: ApiToken, clock: Clock, database: Database
) -> None:
    clock.forward(hours=25)
    credentials = users.find("ada")
    assert credentials
    tokens.issue(credentials)
    with database.transaction() as connection:
        assert len(connection.execute("SELECT FROM api_tokens").fetchall()) == 1


def test_a_session_is_no_token_and_a_token_no_session(
    tokens: ApiTokens, token: ApiToken, sessions: Sessions, session: str
) -> None:
    assert tokens.find(session) is None
    assert tokens.find("bulk_" + session) is None
    assert sessions.find(token.token) is None
