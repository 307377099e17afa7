"""Jobs that other services ask for: through the same door as all others, and answered when they can't be done."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from contracts.codec import Codec
from contracts.ids import job_id_of
from contracts.messages import Contract, JobAcceptedV1, JobFailedV1, JobRequestedV1, JobSubmittedV1
from contracts.topology import TOPOLOGY, UPLOAD
from database.connection import UNAVAILABLE, Database
from messaging.consumer import Consumer
from messaging.errors import Reject, Unavailable
from messaging.memory import MemoryBus
from messaging.message import Message
from services.upload import outbox
from services.upload.intake import on_dead_letter, take_request
from services.upload.sources import FolderStore, FolderWriter, StorageFull
from services.upload.uploads import Uploads
from tests.integration.upload.asking import Asking, files, new_upload, problem, rows

CODEC = Codec("upload")
CSV = "email\r\namélie@example.com\r\n"
INLINE = JobRequestedV1(
    account="acme", requested_by="hr-system", idempotency_key="key", filename="new/staff.csv", csv=CSV
)


@pytest.fixture
def take(uploads: Uploads) -> Callable[[Contract], list[Contract]]:
    return lambda request: list(take_request(request, uploads=uploads, codec=CODEC))


Take = Callable[[Contract], list[Contract]]


def due(database: Database) -> list[Contract]:
    with database.transaction() as connection:
        return [CODEC.decode(item.message) for item in outbox.claim(connection, limit=100)]


def failed_code(results: list[Contract]) -> str:
    [failed] = results
    assert isinstance(failed, JobFailedV1)
    assert (failed.account, failed.idempotency_key, failed.submitted_by) == ("acme", "key", "hr-system")
    assert failed.stage == "upload"
    assert failed.message
    return failed.code


def test_an_inline_csv_becomes_a_job(take: Take, database: Database, uploads: Uploads, folder: Path) -> None:
    assert take(INLINE) == []
    [message] = due(database)
    assert isinstance(message, JobSubmittedV1)
    assert message.job_id == job_id_of("acme", "key")
    assert (message.filename, message.submitted_by, message.idempotency_key) == ("staff.csv", "hr-system", "key")
    assert (message.size, message.sha256) == (len(CSV.encode()), sha256(CSV.encode()).hexdigest())
    assert b"".join(uploads.store.open(message.source)) == CSV.encode()
    assert files(folder) == [CSV.encode()]
    [job] = rows(database, "job")
    assert message.submitted_at == job["submitted_at"]


def test_the_same_message_again_changes_nothing(take: Take, database: Database, folder: Path) -> None:
    for _ in range(3):
        assert take(INLINE) == []
    assert len(rows(database, "job")) == len(rows(database, "upload")) == len(rows(database, "outbox")) == 1
    assert len(files(folder)) == 1


def test_the_same_message_at_the_same_time_makes_one_job(take: Take, database: Database, folder: Path) -> None:
    start = threading.Barrier(6)

    def take_at_once(_: int) -> list[Contract]:
        start.wait(20)
        return take(INLINE)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(take_at_once, range(6))) == [[]] * 6
    assert len(rows(database, "job")) == len(rows(database, "upload")) == len(rows(database, "outbox")) == 1
    assert len(files(folder)) == 1


def test_different_files_under_one_key_at_the_same_time(take: Take, database: Database, folder: Path) -> None:
    start = threading.Barrier(6)

    def take_at_once(number: int) -> int:
        start.wait(20)
        return len(take(replace(INLINE, csv=f"{CSV}{number}")))

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(take_at_once, range(6))) == [0, 1, 1, 1, 1, 1]
    assert len(rows(database, "job")) == len(files(folder)) == len(rows(database, "upload")) == 1


def test_an_upload_of_the_account_becomes_a_job(take: Take, database: Database, uploads: Uploads) -> None:
    upload = new_upload(uploads)
    assert take(replace(INLINE, csv=None, upload_id=upload.upload_id)) == []
    [message] = due(database)
    assert isinstance(message, JobSubmittedV1)
    assert (message.filename, message.sha256) == ("seats.csv", upload.received.sha256)


def test_http_and_amqp_share_their_keys(take: Take, ask: Asking, database: Database) -> None:
    upload_id = ask.upload_id()
    assert ask.submit({"upload_id": upload_id}, "key").status_code == 202
    assert take(replace(INLINE, csv=None, upload_id=rows(database, "upload")[0]["upload_id"])) == []
    assert failed_code(take(INLINE)) == "idempotency_key_reused"
    assert take(replace(INLINE, idempotency_key="other")) == []
    assert problem(ask.submit({"upload_id": upload_id}, "other")) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("other", [replace(INLINE, csv=CSV + "x"), replace(INLINE, filename="other.csv")])
def test_another_request_with_the_key_fails_and_harms_nothing(
    take: Take, database: Database, folder: Path, other: JobRequestedV1
) -> None:
    take(INLINE)
    before = (rows(database, "job"), rows(database, "upload"), rows(database, "outbox"), files(folder))
    results = take(other)
    assert failed_code(results) == "idempotency_key_reused"
    assert (rows(database, "job"), rows(database, "upload"), rows(database, "outbox"), files(folder)) == before
    [failed] = results
    assert failed.job_id != job_id_of("acme", "key"), "the job that has the key must not end by this"
    assert [again.job_id for again in take(other)] == [failed.job_id]


def test_uploads_that_can_not_be_used(take: Take, database: Database, uploads: Uploads) -> None:
    anothers, used = new_upload(uploads, account="globex"), new_upload(uploads)
    take(replace(INLINE, idempotency_key="first", csv=None, upload_id=used.upload_id))
    asked = [replace(INLINE, csv=None, upload_id=upload) for upload in (uuid4(), anothers.upload_id, used.upload_id)]
    codes = [failed_code(take(request)) for request in asked]
    assert codes == ["upload_not_found", "upload_not_found", "upload_already_used"]
    assert len(rows(database, "job")) == 1


@pytest.mark.parametrize(
    "unusable",
    [
        replace(INLINE, idempotency_key="a b"),
        replace(INLINE, idempotency_key="é"),
        replace(INLINE, idempotency_key="a\x00"),
        replace(INLINE, requested_by="a\x00b"),
        replace(INLINE, filename="/"),
        JobAcceptedV1(job_id=uuid4(), account="acme", rows=1, chunks=1, accepted_at=datetime.now(UTC)),
    ],
)
def test_what_is_not_usable_is_rejected(take: Take, database: Database, folder: Path, unusable: Contract) -> None:
    with pytest.raises(Reject):
        take(unusable)
    assert (rows(database, "job"), rows(database, "upload"), files(folder)) == ([], [], [])


def test_nul_bytes_in_the_csv_are_for_the_validator_to_judge(take: Take, folder: Path) -> None:
    assert take(replace(INLINE, csv="a\x00b")) == []
    assert files(folder) == [b"a\x00b"]


def test_without_room_for_the_file_the_message_waits(database: Database, folder: Path) -> None:
    class FullStore(FolderStore):
        def new_reference(self) -> str:
            self.prepare()
            return super().new_reference()

        def open_new(self, reference: str) -> FolderWriter:
            raise StorageFull(reference)

    uploads = Uploads(database=database, store=FullStore(folder), expiry=timedelta(hours=1))
    with pytest.raises(Unavailable):
        list(take_request(INLINE, uploads=uploads, codec=CODEC))
    assert (rows(database, "upload"), rows(database, "job"), files(folder)) == ([], [], [])


def test_without_the_database_the_message_waits(folder: Path) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", application_name="test", patience=0.2)
    uploads = Uploads(database=nowhere, store=FolderStore(folder), expiry=timedelta(hours=1))
    with pytest.raises(UNAVAILABLE):
        list(take_request(INLINE, uploads=uploads, codec=CODEC))
    nowhere.close()


def consume(bus: MemoryBus, uploads: Uploads, body: bytes) -> list[JobFailedV1]:
    """Let the consumer handle one message, and give the failures that it told."""
    bus.publish(
        Message(
            type=JobRequestedV1.TYPE,
            message_id="m-1",
            correlation_id="",
            body=body,
            timestamp=datetime.now(UTC),
            app_id="hr",
        )
    )
    stop = threading.Event()
    consumer: Consumer[Contract] = Consumer(
        bus,
        queue=UPLOAD.name,
        codec=CODEC,
        handler=partial(take_request, uploads=uploads, codec=CODEC),
        on_dead_letter=on_dead_letter,
    )
    thread = threading.Thread(target=consumer.run, args=(stop,))
    thread.start()
    pause = threading.Event()
    for _ in range(400):
        if bus.depth(TOPOLOGY.dead_queue(UPLOAD.name)):
            break
        pause.wait(0.02)
    stop.set()
    thread.join(20)
    told = [CODEC.decode(message) for message in bus.published if message.type == JobFailedV1.TYPE]
    return [contract for contract in told if isinstance(contract, JobFailedV1)]


GOOD = {
    "account": "acme",
    "requested_by": "hr",
    "idempotency_key": "key",
    "filename": "a.csv",
    "csv": "email\r\n",
}


@pytest.mark.parametrize(
    "change",
    [
        {"csv": None},
        {"upload_id": str(uuid4())},
        {"csv": "x" * 1_048_577},
        {"filename": 7},
        {"requested_by": "a\x00"},
        {"requested_by": None},
        {"filename": "\x00"},
        {"idempotency_key": "a b"},
    ],
)
def test_an_unusable_message_is_a_dead_letter_and_its_sender_hears_of_it(
    uploads: Uploads, database: Database, change: dict[str, object]
) -> None:
    bus = MemoryBus(TOPOLOGY, second=0.01)
    body = orjson.dumps(GOOD | change)
    [failed] = consume(bus, uploads, body)
    [dead] = bus.waiting(TOPOLOGY.dead_queue(UPLOAD.name))
    assert dead.body == body
    assert dead.headers["x-reason"]
    assert failed.account == "acme"
    assert failed.idempotency_key == (GOOD | change)["idempotency_key"]
    assert failed.job_id != job_id_of("acme", "key")
    texts = (failed.submitted_by, failed.filename, failed.idempotency_key)
    assert not any("\x00" in text for text in texts if text)
    assert rows(database, "job") == []


@pytest.mark.parametrize(
    "body", [b"\xff", b"[]", b"{}", orjson.dumps(GOOD | {"account": "A B"}), orjson.dumps(GOOD | {"account": None})]
)
def test_a_message_of_no_known_account_is_a_dead_letter_in_silence(uploads: Uploads, body: bytes) -> None:
    bus = MemoryBus(TOPOLOGY, second=0.01)
    assert consume(bus, uploads, body) == []
    assert bus.depth(TOPOLOGY.dead_queue(UPLOAD.name)) == 1
