"""Provisioners at a phone system: each with its own connections and threads, as processes have them."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from database import migrations, queries
from database.connection import Database
from services.provisioner.phone_system.bucket import Allowance
from services.provisioner.phone_system.calling import Limits
from services.provisioner.phone_system.client import HttpPhoneSystem
from services.provisioner.phone_system.directory import Line, PhoneSystemDirectory
from services.provisioner.phone_system.rate import SharedRate
from tests.phone_system import TOKEN, PhoneSystem, serving
from tests.servers import Databases

PACKAGE = "services.provisioner"
TABLES = (b"seats", b"provisioned_chunks", b"verdicts", b"cancelled_jobs", b"phone_system_chunks", b"phone_systems")


class Provisioner:
    """A directory, and the event that stops it."""

    def __init__(self, directory: PhoneSystemDirectory, database: Database, rate: SharedRate) -> None:
        self.directory = directory
        self.database = database
        self.rate = rate
        self.stop = threading.Event()


def opened(sealed: str) -> str:
    """Tests seal nothing."""
    return f"opened {sealed[-4:]}"


@contextmanager
def provisioner_at(
    url: str,
    database_url: str,
    *,
    calls: int = 4,
    allowance: Allowance | None = None,
    held_for: float = 30.0,
    timeout: float = 5.0,
    turn: float = 60.0,
    patience: float = 600.0,
) -> Iterator[Provisioner]:
    sql = queries.load(PACKAGE)
    database = Database(database_url, application_name="test")
    phone_system = HttpPhoneSystem(url, token=TOKEN, opened=opened, connections=calls, timeout=timeout)
    rate = SharedRate(database, sql, name=url, allowance=allowance, lease=30.0)
    limits = Limits(calls=calls, turn=turn, patience=patience)
    stop = threading.Event()
    with ThreadPoolExecutor(calls) as threads:
        line = Line(phone_system=phone_system, threads=threads, rate=rate, limits=limits, stop=stop)
        provisioner = Provisioner(PhoneSystemDirectory(database, sql, line, held_for=held_for), database, rate)
        provisioner.stop = stop
        try:
            yield provisioner
        finally:
            phone_system.close()
            database.close()


@pytest.fixture(scope="session")
def phone_system_server(database_server: Databases) -> Iterator[str]:
    url = database_server.fresh()
    migrations.migrate(url, PACKAGE)
    yield url
    database_server.discard(url)


@pytest.fixture
def migrated_url(phone_system_server: str) -> str:
    database = Database(phone_system_server, application_name="test")
    with database.transaction() as connection:
        for table in TABLES:
            connection.execute(b"DELETE FROM " + table)
    database.close()
    return phone_system_server


@pytest.fixture
def phone_system() -> PhoneSystem:
    """Quick and content; tests set it otherwise."""
    return PhoneSystem()


Start = Callable[..., Provisioner]


@pytest.fixture
def start(phone_system: PhoneSystem, migrated_url: str) -> Iterator[Start]:
    """Starts provisioners, which share the phone system and the database."""
    with ExitStack() as stack:
        url = stack.enter_context(serving(phone_system))

        def started(**how: object) -> Provisioner:
            return stack.enter_context(provisioner_at(url, migrated_url, **how))  # type: ignore[arg-type]  # mixed

        yield started
