"""The commands of an operator, as processes."""

import pytest

from database.connection import Database
from gateway.commands import add_first_user
from gateway.passwords import Passwords
from gateway.users import Users
from tests.integration.gateway.conftest import PASSWORD, settings_of
from tests.integration.gateway.process import command, environment


def test_an_operator_manages_users_without_a_password_on_the_command_line(database_url: str) -> None:
    env = environment(database_url, "http://127.0.0.1:9", BULK_ADMIN_PASSWORD=PASSWORD)
    migrated = command(env, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    assert PASSWORD not in migrated.stdout + migrated.stderr
    added = command(env, "add-user", "--account", "other", "--username", "bob", "--role", "user", typed=PASSWORD + "\n")
    assert added.returncode == 0, added.stderr
    weak = command(env, "add-user", "--account", "other", "--username", "eve", typed="short\n")
    assert (weak.returncode, weak.stderr) == (1, "gateway: A password needs 12 characters at least.\n")
    assert command(env, "set-password", "--username", "bob", typed="another good password").returncode == 0
    assert command(env, "disable", "--username", "bob").returncode == 0

    database = Database(database_url, application_name="test")
    try:
        users = Users(database, Passwords())
        admin, bob = users.find("admin"), users.find("bob")
        assert admin
        assert bob
        assert (admin.user.account, admin.user.role) == ("main", "admin")
        assert (bob.user.account, bob.user.role, bob.disabled) == ("other", "user", True)
        assert Passwords().matches("another good password", bob.password_hash)
    finally:
        database.close()


def test_a_missing_setting_is_told_in_a_line() -> None:
    told = command({}, "migrate")
    assert (told.returncode, told.stderr) == (1, "gateway: BULK_DATABASE_URL is not set\n")


def test_without_a_password_no_first_user_is_made(database: Database) -> None:
    users = Users(database, Passwords())
    add_first_user(users, settings_of(""))
    assert users.find("admin") is None
    add_first_user(users, settings_of("", admin_password=PASSWORD))
    assert users.find("admin")
    add_first_user(users, settings_of("", admin_password="not looked at"))


def test_a_start_before_the_tables_or_the_database_goes_on(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    for url, said in ((database_url, "run `python -m gateway migrate`"), ("postgresql://x@127.0.0.1:9/x", "reached")):
        database = Database(url, application_name="test", patience=0.5)
        add_first_user(Users(database, Passwords()), settings_of("", admin_password=PASSWORD))
        database.close()
        assert said in caplog.messages[-1]
