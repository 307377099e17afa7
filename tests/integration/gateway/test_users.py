"""Users and what ends with them."""

import threading
from datetime import timedelta

import pytest

from database.connection import Database
from gateway.passwords import Passwords, WeakPassword
from gateway.sessions import Sessions
from gateway.tokens import ApiTokens
from gateway.users import Credentials, UserError, Users
from tests.integration.gateway.conftest import PASSWORD, Clock


def known(users: Users, username: str = "ada") -> Credentials:
    found = users.find(username)
    assert found is not None
    return found


def test_a_user_is_found_without_regard_to_case_and_the_password_is_not_kept(users: Users, database: Database) -> None:
    assert known(users, "ADA").user == known(users).user
    assert (known(users).user.account, known(users).user.role) == ("main", "admin")
    with database.transaction() as connection:
        rows = connection.execute("SELECT * FROM users").fetchall()
    assert PASSWORD not in str(rows)


@pytest.mark.parametrize("username", ["nobody", "", "a\x00b", "\ud800", "x" * 5000])
def test_who_is_not_there_is_not_found(users: Users, username: str) -> None:
    assert users.find(username) is None


def test_user_names_are_unique_across_accounts(users: Users) -> None:
    with pytest.raises(UserError, match="already"):
        users.add(account="third", username="Ada", password=PASSWORD)


@pytest.mark.parametrize(
    ("account", "username", "role"),
    [
        ("", "eve", "user"),
        ("main", "", "user"),
        ("main", "-eve", "user"),
        ("main", "e ve", "user"),
        ("main", "eve", "x"),
    ],
)
def test_odd_names_and_roles_are_not_added(users: Users, account: str, username: str, role: str) -> None:
    with pytest.raises(UserError):
        users.add(account=account, username=username, password=PASSWORD, role=role)


def test_a_weak_password_is_not_set(users: Users) -> None:
    with pytest.raises(WeakPassword):
        users.add(account="main", username="eve", password="eve")
    with pytest.raises(WeakPassword):
        users.set_password("ada", "short")
    assert users.find("eve") is None


def test_the_first_user_is_added_once_however_many_start_at_once(database: Database) -> None:
    users, added = Users(database, Passwords()), []
    threads = [
        threading.Thread(
            target=lambda: added.append(users.add_first(account="main", username="admin", password=PASSWORD))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [False, False, False, True]


def test_where_there_is_a_user_no_first_one_is_added(users: Users) -> None:
    assert not users.add_first(account="main", username="admin", password="too short, but not looked at"[:3])
    assert users.find("admin") is None


@pytest.mark.parametrize("change", ["set_password", "disable", "revoke"])
def test_what_changes_a_user_ends_sessions_and_tokens_of_that_user_only(
    database: Database, users: Users, clock: Clock, change: str
) -> None:
    sessions = Sessions(database, secure=False, clock=clock)
    tokens = ApiTokens(database, lifetime=timedelta(hours=1), clock=clock)
    session, token = sessions.start(known(users)), tokens.issue(known(users))
    others = sessions.start(known(users, "bob"))
    assert session
    assert token
    assert others
    assert sessions.find(session)
    assert tokens.find(token.token)
    if change == "set_password":
        users.set_password("ada", "another good password")
    else:
        getattr(users, change)("ada")
    assert sessions.find(session) is None
    assert tokens.find(token.token) is None
    assert sessions.find(others)
    users.enable("ada")
    assert sessions.find(session) is None


@pytest.mark.parametrize("change", ["set_password", "disable"])
def test_a_sign_in_that_was_under_way_does_not_outlive_the_change(
    database: Database, users: Users, clock: Clock, change: str
) -> None:
    compared = known(users)
    if change == "set_password":
        users.set_password("ada", "another good password")
    else:
        users.disable("ada")
    assert Sessions(database, secure=False, clock=clock).start(compared) is None
    assert ApiTokens(database, lifetime=timedelta(hours=1), clock=clock).issue(compared) is None


def test_changes_of_nobody_are_told(users: Users) -> None:
    for change in (users.disable, users.enable, users.revoke):
        with pytest.raises(UserError, match="nobody"):
            change("nobody")
    with pytest.raises(UserError, match="nobody"):
        users.set_password("nobody", PASSWORD)
