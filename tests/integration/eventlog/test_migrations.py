"""The migrations add up to the schema."""

from pathlib import Path

import psycopg

import services.eventlog.state
from database.describe import describe
from database.migrations import migrate


def test_the_migrations_rebuild_the_schema(database_url: str) -> None:
    schema = Path(services.eventlog.state.__file__).parent / "sql/schema.sql"
    with psycopg.connect(database_url) as connection:
        connection.execute(schema.read_bytes())
        wanted = describe(connection)
        connection.rollback()
    migrate(database_url, "services.eventlog")
    with psycopg.connect(database_url) as connection:
        assert describe(connection) == wanted
    assert any(line.startswith("job.job_id uuid") for line in wanted)
