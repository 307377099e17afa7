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


_OLD_JOB = """
INSERT INTO job (job_id, state, first_seen_at, began_at, account, submitted_by, filename, search)
SELECT gen_random_uuid(), 'submitted', now(), now(), 'acme', name, name, name || chr(10) || repeat('z', 255)
FROM repeat('\N{GRINNING FACE}', 255) AS name
"""


def test_jobs_of_before_with_very_long_names_are_kept_and_fit_the_index(database_url: str) -> None:
    files = sorted((Path(services.eventlog.state.__file__).parent / "sql/migrations").iterdir())
    with psycopg.connect(database_url, autocommit=True) as connection:
        for file in files[:4]:
            connection.execute(file.read_bytes())
        connection.execute(_OLD_JOB)
        for file in files[4:]:
            connection.execute(file.read_bytes())
        assert connection.execute("SELECT search FROM job").fetchall() == [
            ("\N{GRINNING FACE}" * 200 + "\n" + "z" * 75,)
        ]
