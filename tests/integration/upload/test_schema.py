"""The migrations add up to schema.sql."""

from pathlib import Path

import psycopg

import services.upload
from database.describe import describe
from database.migrations import migrate
from tests.servers import Databases


def test_the_migrations_make_the_schema(database_url: str, database_server: Databases) -> None:
    migrate(database_url, "services.upload")
    other = database_server.fresh()
    schema = Path(services.upload.__path__[0]) / "sql/schema.sql"
    with psycopg.connect(database_url) as migrated, psycopg.connect(other) as written:
        written.execute(schema.read_bytes())
        assert describe(migrated) == describe(written)
        assert len(describe(written)) > 20
    database_server.discard(other)
