"""Many requests for jobs at the same time: each key and each upload has one job, whoever comes first."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import pytest

from contracts.codec import Codec
from database.connection import Database
from services.upload import jobs
from services.upload.housekeeping import remove_expired
from services.upload.jobs import JobOrder, KeyReused
from services.upload.uploads import Uploads, UploadUnknown, UploadUsed
from tests.integration.upload.asking import new_upload, rows

AT_ONCE = 12


def order(key: str, upload_id: UUID) -> JobOrder:
    return JobOrder(
        account="acme",
        idempotency_key=key,
        submitted_by="ada",
        upload_id=upload_id,
        template_version=1,
        fingerprint=jobs.fingerprint({"upload_id": str(upload_id)}),
    )


def outcome(database: Database, asked: JobOrder) -> str:
    try:
        with database.transaction() as connection:
            return "made" if jobs.submit(connection, asked, codec=Codec("upload")) else "found"
    except (KeyReused, UploadUsed, UploadUnknown) as error:
        return type(error).__name__


def all_at_once(tasks: Sequence[Callable[[], str]]) -> Counter[str]:
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], str]) -> str:
        start.wait(30)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return Counter(pool.map(run, tasks))


@pytest.mark.parametrize("round_", range(3))
def test_one_request_many_times(database: Database, uploads: Uploads, round_: int) -> None:
    asked = order("key", new_upload(uploads).upload_id)
    outcomes = all_at_once([partial(outcome, database, asked)] * AT_ONCE)
    assert outcomes == {"made": 1, "found": AT_ONCE - 1}
    assert len(rows(database, "job")) == len(rows(database, "outbox")) == 1


@pytest.mark.parametrize("round_", range(3))
def test_one_key_for_many_uploads(database: Database, uploads: Uploads, round_: int) -> None:
    orders = [order("key", new_upload(uploads).upload_id) for _ in range(AT_ONCE)]
    outcomes = all_at_once([partial(outcome, database, asked) for asked in orders])
    assert outcomes == {"made": 1, "KeyReused": AT_ONCE - 1}
    assert [row["job_id"] is not None for row in rows(database, "upload")].count(True) == 1
    assert len(rows(database, "outbox")) == 1


@pytest.mark.parametrize("round_", range(3))
def test_one_upload_for_many_keys(database: Database, uploads: Uploads, round_: int) -> None:
    upload_id = new_upload(uploads).upload_id
    outcomes = all_at_once([partial(outcome, database, order(str(key), upload_id)) for key in range(AT_ONCE)])
    assert outcomes == {"made": 1, "UploadUsed": AT_ONCE - 1}
    assert len(rows(database, "job")) == len(rows(database, "outbox")) == 1


def test_a_job_and_the_deletion_of_its_upload(database: Database, uploads: Uploads) -> None:
    """Either the job is made and the file stays, or the upload is deleted and there is no job."""

    def delete(upload_id: UUID) -> str:
        try:
            uploads.delete(upload_id, account="acme")
        except UploadUsed:
            return "kept"
        return "deleted"

    for number in range(30):
        upload_id = new_upload(uploads).upload_id
        asked = order(f"key-{number}", upload_id)
        tasks = [partial(outcome, database, asked), partial(delete, upload_id)]
        assert all_at_once(tasks) in ({"made": 1, "kept": 1}, {"UploadUnknown": 1, "deleted": 1})
    jobs_made = rows(database, "job")
    assert len(rows(database, "upload")) == len(rows(database, "outbox")) == len(jobs_made)


def test_a_job_and_the_expiry_of_its_upload(database: Database, uploads: Uploads) -> None:
    """A transaction that began in time keeps the upload; housekeeping takes only what no job has."""
    for number in range(10):
        upload_id = new_upload(uploads).upload_id
        asked = order(f"key-{number}", upload_id)

        def expire_and_remove(upload_id: UUID = upload_id) -> str:
            with database.transaction() as connection:
                connection.execute(b"UPDATE upload SET expires_at = now() WHERE upload_id = %s", (upload_id,))
            remove_expired(uploads)
            return "housekeeping"

        found = all_at_once([partial(outcome, database, asked), expire_and_remove])
        assert found in ({"made": 1, "housekeeping": 1}, {"UploadUnknown": 1, "housekeeping": 1})
    remove_expired(uploads)  # what was being looked at is left for the next time
    used = [row["source"] for row in rows(database, "upload")]
    assert len(used) == len(rows(database, "job"))
    for source in used:
        assert b"".join(uploads.store.open(source)) == b"email\r\n"
