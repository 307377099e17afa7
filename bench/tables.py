"""Databases of the benchmark on the system's own PostgreSQL server, and the Seat table in them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from deploy.embedded.parts import ROOT

SCHEMA = ROOT / "services" / "provisioner" / "sql" / "schema.sql"
PROVISIONER = "provisioner"
SEATS = "bench_seats"
DJANGO = "bench_django"

_TABLES: LiteralString = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """``dsn`` gives the superuser's address of a database."""

    dsn: Callable[[str], str]

    def create(self, name: str, *, schema: str | None) -> None:
        """A new database, with the tables of an SQL script."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        if schema is not None:
            with psycopg.connect(self.dsn(name)) as connection:
                connection.execute(schema.encode())

    def prepare(self, name: str, *, only: str | None = None) -> None:
        """Every run begins alike: its tables (or ``only`` one of them) empty, and nothing left to be written back."""
        with psycopg.connect(self.dsn(name), autocommit=True) as connection:
            names = [only] if only else [row[0] for row in connection.execute(_TABLES)]
            if names:
                listed = sql.SQL(", ").join(map(sql.Identifier, names))
                connection.execute("SET lock_timeout = '60s'")
                connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(listed))
            connection.execute("CHECKPOINT")

    def count(self, name: str) -> int:
        with psycopg.connect(self.dsn(name)) as connection:
            found = connection.execute("SELECT count(*) FROM seats").fetchone()
        return 0 if found is None else int(found[0])

    def export(self, name: str, path: Path) -> None:
        """The rows of the Seat table as COPY's text, in the order of the file that they were made of."""
        with (
            psycopg.connect(self.dsn(name)) as connection,
            connection.cursor() as cursor,
            path.open("wb") as file,
            cursor.copy("COPY (SELECT * FROM seats ORDER BY job_id, line) TO STDOUT") as copy,
        ):
            for block in copy:
                file.write(block)

    def version(self) -> str:
        with psycopg.connect(self.dsn("postgres")) as connection:
            found = connection.execute("SHOW server_version").fetchone()
        return "unknown" if found is None else str(found[0])
