"""The same tests for every directory, and for every place where verdicts are kept."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event

import pytest

from database import migrations, queries
from database.connection import Database
from services.provisioner.directory import SeatDirectory
from services.provisioner.memory_directory import MemoryDirectory
from services.provisioner.phone_system.calling import Limits
from services.provisioner.phone_system.client import HttpPhoneSystem
from services.provisioner.phone_system.directory import Line, PhoneSystemDirectory
from services.provisioner.phone_system.rate import SharedRate
from services.provisioner.postgres_directory import PostgresDirectory
from services.provisioner.verdicts import MemoryVerdicts, PostgresVerdicts, Verdicts
from tests.phone_system import TOKEN, PhoneSystem, serving
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
        connection.execute("DELETE FROM phone_system_chunks")
    return migrated


def ticking() -> datetime:
    """A clock that is never at the same moment twice."""
    return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(milliseconds=next(_TICKS))


_TICKS = count()


@pytest.fixture(scope="session")
def phone_system_url() -> Iterator[str]:
    """Of one that does what it is asked and minds no value that is taken: what is, is our directory's to say."""
    with serving(PhoneSystem(unique=())) as url:
        yield url


@pytest.fixture
def at_phone_system(database: Database, phone_system_url: str) -> Iterator[PhoneSystemDirectory]:
    sql = queries.load(PACKAGE)
    phone_system = HttpPhoneSystem(phone_system_url, token=TOKEN, opened=str, connections=4)
    rate = SharedRate(database, sql, name=phone_system_url, allowance=None, lease=30.0)
    with ThreadPoolExecutor(4) as threads:
        line = Line(phone_system=phone_system, threads=threads, rate=rate, limits=Limits(calls=4), stop=Event())
        yield PhoneSystemDirectory(database, sql, line)
    phone_system.close()


@pytest.fixture(params=["memory", "postgres", "phone system"])
def directory(request: pytest.FixtureRequest) -> SeatDirectory:
    if request.param == "memory":
        return MemoryDirectory(ticking)
    if request.param == "phone system":
        made: SeatDirectory = request.getfixturevalue("at_phone_system")
        return made
    return PostgresDirectory(request.getfixturevalue("database"), queries.load(PACKAGE))


@pytest.fixture(params=["memory", "postgres"])
def own(request: pytest.FixtureRequest) -> SeatDirectory:
    """A directory that is the only place of its Seats, so that it changes and deletes them."""
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
