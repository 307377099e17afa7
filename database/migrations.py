"""Migrations: plain SQL files, applied once and in order, under a lock.

A service keeps them in `sql/migrations/NNNN_what.sql`; `sql/schema.sql` is what they add up to. Several processes may
call `migrate` at once: an advisory lock lets one do the work, the others find it done. A lock that lives in the
session goes with a process that dies, which is why it is not a table row.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

import psycopg

log = logging.getLogger(__name__)

_LOCK = 0x62756C6B  # "bulk": any constant that all of our processes share

_TABLE = """
CREATE TABLE IF NOT EXISTS migration (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationChanged(RuntimeError):
    """A migration that was applied has another text now. Applied migrations are never edited: add a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file: its name without the folder, and its SQL."""

    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Hash of the SQL text, hexadecimal."""
        return sha256(self.sql.encode()).hexdigest()


def of_package(package: str) -> Sequence[Migration]:
    """The migrations of a package, in order of their names."""
    folder = files(package).joinpath("sql/migrations")
    found = [Migration(name=f.name, sql=f.read_text("utf-8")) for f in folder.iterdir() if f.name.endswith(".sql")]
    return sorted(found, key=lambda migration: migration.name)


def migrate(dsn: str, package: str) -> list[str]:
    """Apply what is missing and tell the names of it. Each migration is one transaction."""
    applied: list[str] = []
    with psycopg.connect(dsn, autocommit=True, connect_timeout=10, client_encoding="utf8") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute("SET client_min_messages = warning")
        connection.execute(_TABLE)
        known = {str(name): str(digest) for name, digest in connection.execute("SELECT name, sha256 FROM migration")}
        for migration in of_package(package):
            if migration.name not in known:
                _apply(connection, migration)
                applied.append(migration.name)
            elif known[migration.name] != migration.sha256:
                raise MigrationChanged(f"{package}: {migration.name} was changed after it had been applied")
    return applied


def _apply(connection: "psycopg.Connection[tuple[object, ...]]", migration: Migration) -> None:
    with connection.transaction():
        connection.execute(migration.sql.encode())
        connection.execute("INSERT INTO migration (name, sha256) VALUES (%s, %s)", (migration.name, migration.sha256))
    log.info("applied migration %s", migration.name)
