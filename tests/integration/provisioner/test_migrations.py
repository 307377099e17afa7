from pathlib import Path

import psycopg

import services.provisioner
from database import migrations
from database.describe import describe
from tests.servers import Databases

PACKAGE = "services.provisioner"


def test_the_migrations_add_up_to_the_schema(database_server: Databases, database_url: str) -> None:
    assert migrations.migrate(database_url, PACKAGE)
    schema = Path(services.provisioner.__path__[0], "sql", "schema.sql").read_text("utf-8")
    other_url = database_server.fresh()
    try:
        with psycopg.connect(database_url) as migrated, psycopg.connect(other_url) as made:
            made.execute(schema.encode())
            assert describe(made) == describe(migrated)
            assert any(line.startswith("seats.user_id uuid") for line in describe(migrated))
    finally:
        database_server.discard(other_url)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrations.migrate(database_url, PACKAGE)
    assert migrations.migrate(database_url, PACKAGE) == []
