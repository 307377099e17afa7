"""The event log on a real database."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from database.connection import Database
from database.migrations import migrate
from services.eventlog.app import make_app
from services.eventlog.reading import Archive
from services.eventlog.sources import UploadedSources
from services.eventlog.store import EventLog
from tests.integration.eventlog.source_server import KEY, serving
from web.access import AccessKey
from web.client import ServiceClient


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    migrate(database_url, "services.eventlog")
    opened = Database(database_url, application_name="test", max_size=4)
    yield opened
    opened.close()


@pytest.fixture
def log(database: Database) -> EventLog:
    return EventLog(database)


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)


@pytest.fixture
def sources() -> dict[str, bytes]:
    """The files that the upload service keeps, by their references."""
    return {}


@pytest.fixture
def upload_url(sources: dict[str, bytes]) -> Iterator[str]:
    with serving(sources) as url:
        yield url


@pytest.fixture
def client(archive: Archive, database: Database, upload_url: str) -> FlaskClient:
    key = AccessKey(KEY)
    uploaded = UploadedSources(ServiceClient(upload_url, key))
    return make_app(archive, uploaded, key, ready=lambda: {"database": database.is_ready()}).test_client()
