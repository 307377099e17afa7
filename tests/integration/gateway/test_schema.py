"""The gateway's tables."""

from pathlib import Path

import psycopg
import pytest

from database.describe import describe
from database.migrations import migrate
from tests import servers


def test_the_migrations_add_up_to_the_schema(database_server: servers.Databases, database_url: str) -> None:
    migrate(database_url, "gateway")
    with psycopg.connect(database_url) as connection:
        migrated = describe(connection)
    other = database_server.fresh()
    try:
        with psycopg.connect(other) as connection:
            connection.execute(Path("gateway/sql/schema.sql").read_bytes())
            assert describe(connection) == migrated
    finally:
        database_server.discard(other)


def test_migrating_again_does_nothing(database_url: str) -> None:
    assert migrate(database_url, "gateway") == ["0001_users.sql"]
    assert migrate(database_url, "gateway") == []


@pytest.mark.parametrize("role", ["service", "root", ""])
def test_the_database_knows_the_roles(database_url: str, role: str) -> None:
    migrate(database_url, "gateway")
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "INSERT INTO users VALUES (gen_random_uuid(), 'main', 'ada', 'hash', %s, now(), NULL)", (role,)
        )
