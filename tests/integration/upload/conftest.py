"""The upload service on a real database, asked through Flask's test client."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.codec import Codec
from database.connection import Database
from database.migrations import migrate
from services.upload.accepted import AcceptedFiles
from services.upload.app import Limits, make_app
from services.upload.sources import FolderStore
from services.upload.uploads import Uploads
from tests.integration.upload.asking import KEY, Asking
from web.access import AccessKey

LIMITS = Limits(max_upload_bytes=1000, max_rows=100, max_cell_length=50)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    migrate(database_url, "services.upload")
    database = Database(database_url, application_name="test-upload", max_size=16)
    yield database
    database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sources"


@pytest.fixture
def uploads(database: Database, folder: Path) -> Uploads:
    store = FolderStore(folder)
    store.prepare()
    return Uploads(database=database, store=store, expiry=timedelta(hours=24))


@pytest.fixture
def accepted(uploads: Uploads) -> AcceptedFiles:
    return AcceptedFiles(database=uploads.database, store=uploads.store)


@pytest.fixture
def ask(uploads: Uploads) -> Asking:
    app = make_app(uploads=uploads, limits=LIMITS, access_key=AccessKey(KEY), codec=Codec("upload"))
    return Asking(app)
