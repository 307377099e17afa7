"""Transactions and migrations on a real PostgreSQL."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from database.connection import UNAVAILABLE, Database
from database.describe import describe
from database.migrations import MigrationChanged, migrate


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, application_name="tests", max_size=4)
    yield database
    database.close()


def test_a_transaction_is_committed_at_its_end_and_rolled_back_when_it_raises(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("CREATE TABLE thing (n int)")
        connection.execute("INSERT INTO thing VALUES (1)")
    with pytest.raises(psycopg.errors.DivisionByZero), database.transaction() as connection:
        connection.execute("INSERT INTO thing VALUES (2), (1 / (SELECT n - 1 FROM thing))")
    with database.transaction() as connection:
        assert connection.execute("SELECT n FROM thing").fetchall() == [{"n": 1}]


def test_times_come_in_utc(database: Database) -> None:
    with database.transaction() as connection:
        row = connection.execute("SELECT timestamptz '2026-11-22 12:00+02' AS t").fetchone()
    assert row is not None
    assert row["t"].isoformat() == "2026-11-22T10:00:00+00:00"


def test_it_opens_again_after_close(database: Database) -> None:
    assert database.is_ready()
    database.close()
    assert database.is_ready()


def test_a_database_that_is_away_is_told_within_the_patience() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none", application_name="tests", patience=0.3)
    assert not away.is_ready()
    with pytest.raises(UNAVAILABLE), away.transaction():
        pass
    away.close()


def test_connections_that_the_server_has_closed_are_replaced(database: Database) -> None:
    with database.transaction() as connection:
        pid = connection.info.backend_pid
    with psycopg.connect(database._dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (pid,))
    assert database.is_ready()


@pytest.fixture
def package(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A package with one migration, and the folder of its migrations."""
    name = f"migrated_{os.getpid()}"
    folder = tmp_path / name / "sql" / "migrations"
    folder.mkdir(parents=True)
    (tmp_path / name / "__init__.py").touch()
    (folder / "0001_first.sql").write_text("CREATE TABLE first (n int PRIMARY KEY, word text NOT NULL DEFAULT 'x');")
    sys.path.insert(0, str(tmp_path))
    yield name, folder
    sys.path.remove(str(tmp_path))
    sys.modules.pop(name, None)


def test_migrations_are_applied_once_and_in_order(database_url: str, package: tuple[str, Path]) -> None:
    name, folder = package
    (folder / "0002_second.sql").write_text("ALTER TABLE first ADD second int; CREATE INDEX ON first (second);")
    assert migrate(database_url, name) == ["0001_first.sql", "0002_second.sql"]
    assert migrate(database_url, name) == []
    with psycopg.connect(database_url) as connection:
        assert describe(connection) == [
            "CREATE INDEX first_second_idx ON public.first USING btree (second)",
            "CREATE UNIQUE INDEX first_pkey ON public.first USING btree (n)",
            "first first_pkey PRIMARY KEY (n)",
            "first.n integer not null",
            "first.second integer",
            "first.word text not null default 'x'::text",
        ]


def test_a_migration_that_fails_leaves_nothing_of_itself(database_url: str, package: tuple[str, Path]) -> None:
    name, folder = package
    (folder / "0002_second.sql").write_text("CREATE TABLE second (n int); SELECT 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(database_url, name)
    (folder / "0002_second.sql").write_text("CREATE TABLE second (n int);")
    assert migrate(database_url, name) == ["0002_second.sql"]


def test_a_migration_that_was_edited_later_is_refused(database_url: str, package: tuple[str, Path]) -> None:
    name, folder = package
    migrate(database_url, name)
    (folder / "0001_first.sql").write_text("CREATE TABLE other (n int);")
    with pytest.raises(MigrationChanged, match="0001_first"):
        migrate(database_url, name)


def test_many_processes_may_migrate_at_once(database_url: str, package: tuple[str, Path]) -> None:
    name, _ = package
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(migrate(database_url, name))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(applied) == [[], [], [], ["0001_first.sql"]]
