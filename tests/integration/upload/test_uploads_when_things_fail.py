"""The database leaves while a file arrives: the file goes too, or with its row when that expires."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from database.connection import Database, DictConnection
from services.upload.housekeeping import remove_expired
from services.upload.receiving import Received
from services.upload.sources import SourceWriter
from services.upload.uploads import Uploads, UploadUnknown
from tests.integration.upload.asking import files, new_upload, rows


class LeavingDatabase(Database):
    """Fails in the transactions of these numbers, counted from 1."""

    def __init__(self, dsn: str, *failing: int) -> None:
        super().__init__(dsn, application_name="test", max_size=2)
        self._failing = failing
        self._count = 0

    @contextmanager
    def transaction(self) -> Iterator[DictConnection]:
        self._count += 1
        if self._count in self._failing:
            raise psycopg.OperationalError("away")
        with super().transaction() as connection:
            yield connection


def leaving(uploads: Uploads, database_url: str, *failing: int) -> Uploads:
    return Uploads(database=LeavingDatabase(database_url, *failing), store=uploads.store, expiry=timedelta(hours=1))


@pytest.mark.parametrize(("failing", "rows_left"), [((1,), 0), ((2,), 0), ((2, 3), 1)])
def test_no_file_is_left(
    uploads: Uploads, database: Database, database_url: str, folder: Path, failing: tuple[int, ...], rows_left: int
) -> None:
    failing_uploads = leaving(uploads, database_url, *failing)
    with pytest.raises(psycopg.OperationalError):
        new_upload(failing_uploads)
    failing_uploads.database.close()
    assert (len(rows(database, "upload")), files(folder)) == (rows_left, [])


def test_a_file_that_took_longer_than_uploads_are_kept(uploads: Uploads, database: Database, folder: Path) -> None:
    def fill(_: SourceWriter) -> Received:
        with database.transaction() as connection:
            connection.execute(b"DELETE FROM upload")
        return Received(filename="a.csv", size=0, sha256="0" * 64)

    with pytest.raises(UploadUnknown):
        uploads.take(fill, account="acme", user="ada")
    assert (rows(database, "upload"), files(folder)) == ([], [])


def test_what_could_not_be_removed_goes_when_it_expires(
    uploads: Uploads, database: Database, database_url: str
) -> None:
    failing_uploads = leaving(uploads, database_url, 2, 3)
    with pytest.raises(psycopg.OperationalError):
        new_upload(failing_uploads)
    failing_uploads.database.close()
    with database.transaction() as connection:
        connection.execute(b"UPDATE upload SET expires_at = now()")
    assert remove_expired(uploads) == 1
