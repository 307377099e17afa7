"""A database with the provisioner's tables, and its directory."""

from collections.abc import Iterator

import pytest

from database import migrations, queries
from database.connection import Database
from services.provisioner.postgres_directory import PostgresDirectory
from tests.servers import Databases

PACKAGE = "services.provisioner"


@pytest.fixture(scope="session")
def migrated_server(database_server: Databases) -> Iterator[str]:
    """The URL of a database for all tests here that need no new one: making one takes longer than most of them."""
    url = database_server.fresh()
    migrations.migrate(url, PACKAGE)
    yield url
    database_server.discard(url)


@pytest.fixture
def migrated_url(migrated_server: str) -> str:
    """The same, emptied."""
    database = Database(migrated_server, application_name="test")
    with database.transaction() as connection:
        for table in (b"seats", b"provisioned_chunks", b"verdicts", b"cancelled_jobs"):
            connection.execute(b"DELETE FROM " + table)
    database.close()
    return migrated_server


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    database = Database(migrated_url, application_name="test")
    yield database
    database.close()


@pytest.fixture
def directory(database: Database) -> PostgresDirectory:
    return PostgresDirectory(database, queries.load(PACKAGE))
