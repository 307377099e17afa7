"""The same tests for every directory, and for every place where verdicts are kept."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from database import migrations, queries
from database.connection import Database
from services.provisioner.directory import SeatDirectory
from services.provisioner.memory_directory import MemoryDirectory
from services.provisioner.postgres_directory import PostgresDirectory
from services.provisioner.verdicts import MemoryVerdicts, PostgresVerdicts, Verdicts
from tests.servers import Databases

PACKAGE = "services.provisioner"


@pytest.fixture(scope="session")
def migrated(database_server: Databases) -> Iterator[Database]:
    """A database for all tests here: making one takes longer than most of them."""
    url = database_server.fresh()
    migrations.migrate(url, PACKAGE)
    database = Database(url, application_name="test")
    yield database
    database.close()
    database_server.discard(url)


@pytest.fixture
def database(migrated: Database) -> Database:
    with migrated.transaction() as connection:
        connection.execute("DELETE FROM seats")
        connection.execute("DELETE FROM provisioned_chunks")
        connection.execute("DELETE FROM verdicts")
        connection.execute("DELETE FROM cancelled_jobs")
    return migrated


def ticking() -> datetime:
    """A clock that is never at the same moment twice."""
    return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(milliseconds=next(_TICKS))


_TICKS = count()


@pytest.fixture(params=["memory", "postgres"])
def directory(request: pytest.FixtureRequest) -> SeatDirectory:
    if request.param == "memory":
        return MemoryDirectory(ticking)
    return PostgresDirectory(request.getfixturevalue("database"), queries.load(PACKAGE))


@pytest.fixture(params=["memory", "postgres"])
def verdicts(request: pytest.FixtureRequest) -> Verdicts:
    if request.param == "memory":
        return MemoryVerdicts()
    return PostgresVerdicts(request.getfixturevalue("database"), queries.load(PACKAGE))


@pytest.fixture(params=["memory", "postgres"])
def both(request: pytest.FixtureRequest) -> tuple[SeatDirectory, Verdicts]:
    """Seats and verdicts that belong together."""
    if request.param == "memory":
        directory = MemoryDirectory(ticking)
        return directory, MemoryVerdicts(directory.is_cancelled)
    database, sql = request.getfixturevalue("database"), queries.load(PACKAGE)
    return PostgresDirectory(database, sql), PostgresVerdicts(database, sql)
