"""What nobody used goes; what a job uses stays."""

import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from contracts.codec import Codec
from database.connection import Database
from services.upload import housekeeping, jobs
from services.upload.accepted import AcceptedFiles
from services.upload.housekeeping import keep_house, remove_expired
from services.upload.jobs import JobOrder
from services.upload.sources import FolderStore, StorageError
from services.upload.uploads import Uploads
from tests.integration.upload.asking import files, new_upload, rows


def expire_all(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(b"UPDATE upload SET expires_at = now() - interval '1 second'")


def leave_of_ended_job(database: Database, uploads: Uploads) -> None:
    """An accepted file that stayed behind when its job ended."""
    source = uploads.store.new_reference()
    writer = uploads.store.open_new(source)
    writer.write(b"over")
    writer.commit()
    with database.transaction() as connection:
        connection.execute(
            b"INSERT INTO job (job_id, account, idempotency_key, fingerprint, submitted_by, submitted_at, "
            b"template_version, end_state, finished_at) "
            b"VALUES (%(job)s, 'acme', %(job)s::text, '', 'ada', now(), 1, 'completed', now())",
            {"job": (job_id := uuid4())},
        )
        connection.execute(
            b"INSERT INTO accepted_file (source, job_id, received_at) VALUES (%s, %s, now())", (source, job_id)
        )


def test_expired_uploads_go_with_their_files(database: Database, uploads: Uploads, folder: Path) -> None:
    used, unused = new_upload(uploads, b"used"), new_upload(uploads, b"unused")
    order = JobOrder(
        account="acme",
        idempotency_key="key",
        submitted_by="ada",
        upload_id=used.upload_id,
        template_version=1,
        fingerprint="f",
    )
    with database.transaction() as connection:
        jobs.submit(connection, order, codec=Codec("upload"))
    assert remove_expired(uploads) == 0
    expire_all(database)
    new_upload(uploads, b"young")
    assert remove_expired(uploads) == 1
    assert files(folder) == [b"used", b"young"]
    assert unused.upload_id not in [row["upload_id"] for row in rows(database, "upload")]


def test_more_than_a_batch_goes_in_one_round(database: Database, uploads: Uploads, folder: Path) -> None:
    with database.transaction() as connection:
        connection.execute(
            b"INSERT INTO upload (upload_id, account, uploaded_by, source, expires_at) "
            b"SELECT gen_random_uuid(), 'acme', 'ada', md5(n::text), now() FROM generate_series(1, %s) AS n",
            (2 * housekeeping.BATCH + 1,),
        )
    assert remove_expired(uploads) == 2 * housekeeping.BATCH + 1
    assert rows(database, "upload") == []


def test_what_a_killed_process_left_goes_too(database: Database, uploads: Uploads, folder: Path) -> None:
    reference = uploads.store.new_reference()
    with database.transaction() as connection:
        connection.execute(
            b"INSERT INTO upload (upload_id, account, uploaded_by, source, expires_at) "
            b"VALUES (%s, 'acme', 'ada', %s, now())",
            (uuid4(), reference),
        )
    writer = uploads.store.open_new(reference)
    writer.write(b"half a fi")
    assert len(files(folder)) == 1
    assert remove_expired(uploads) == 1
    assert (rows(database, "upload"), files(folder)) == ([], [])
    writer.abort()


class StuckStore(FolderStore):
    """A folder from which nothing can be removed."""

    def delete(self, reference: str) -> None:
        raise StorageError(f"{reference} is stuck")


def test_a_file_that_can_not_be_removed_keeps_its_row(database: Database, uploads: Uploads, folder: Path) -> None:
    new_upload(uploads)
    expire_all(database)
    stuck = Uploads(database=database, store=StuckStore(folder), expiry=timedelta(hours=1))
    assert remove_expired(stuck) == 0
    assert len(rows(database, "upload")) == len(files(folder)) == 1
    assert remove_expired(uploads) == 1


def test_housekeeping_goes_on_until_it_is_stopped(
    database: Database, uploads: Uploads, accepted: AcceptedFiles, folder: Path
) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=keep_house, args=(uploads, accepted, stop), kwargs={"interval": 0.05})
    thread.start()
    new_upload(uploads)
    expire_all(database)
    leave_of_ended_job(database, uploads)
    until = time.monotonic() + 20
    while files(folder) and time.monotonic() < until:
        threading.Event().wait(0.05)
    threading.Event().wait(0.2)  # rounds that find nothing
    stop.set()
    thread.join(20)
    assert (files(folder), thread.is_alive()) == ([], False)


def test_housekeeping_outlives_the_database(folder: Path) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", application_name="test", patience=0.05)
    uploads = Uploads(database=nowhere, store=FolderStore(folder), expiry=timedelta(hours=1))
    accepted = AcceptedFiles(database=nowhere, store=uploads.store)
    stop = threading.Event()
    thread = threading.Thread(target=keep_house, args=(uploads, accepted, stop), kwargs={"interval": 0.01})
    thread.start()
    threading.Event().wait(0.3)
    assert thread.is_alive()
    stop.set()
    thread.join(20)
    nowhere.close()
