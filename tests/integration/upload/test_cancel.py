"""Asking to cancel a job, and hearing that one has ended."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from contracts.codec import Codec
from contracts.messages import Contract, JobCancelRequestedV1, JobFinishedV1, JobSubmittedV1
from database.connection import Database
from messaging.errors import Reject
from services.upload import outbox
from services.upload.accepted import AcceptedFiles
from services.upload.ending import take_end
from tests.integration.upload.asking import ADA, BOB, Asking, problem, rows
from web.access import Principal

ENDED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EVE = Principal(account="acme", user="eve", role="admin")


def sent(database: Database) -> list[Contract]:
    """Let the outbox run dry, in its order."""
    found: list[Contract] = []
    with database.transaction() as connection:
        while due := outbox.claim(connection, limit=100):
            found += [Codec("test").decode(item.message) for item in due]
            outbox.remove(connection, [item.id for item in due])
    return found


def finished(job_id: str, state: str = "completed", account: str = "acme") -> JobFinishedV1:
    return JobFinishedV1(
        job_id=UUID(job_id),
        account=account,
        state=state,
        rows=1,
        created=1,
        failed=0,
        not_processed=0,
        submitted_by="ada",
        submitted_at=None,
        finished_at=ENDED_AT,
        idempotency_key=None,
        filename=None,
        message=None,
        links={},
    )


@pytest.fixture
def hear(accepted: AcceptedFiles) -> Callable[[Contract], None]:
    def hear(message: Contract) -> None:
        assert list(take_end(message, accepted=accepted)) == []

    return hear


Hear = Callable[[Contract], None]


def test_a_cancel_goes_out_after_the_job(ask: Asking, database: Database) -> None:
    job_id = ask.job_id()
    answer = ask.cancel(job_id)
    assert (answer.status_code, answer.get_json()) == (202, {"job_id": job_id, "state": "submitted"})
    [job] = rows(database, "job")
    submitted, cancel = sent(database)
    assert isinstance(submitted, JobSubmittedV1)
    assert cancel == JobCancelRequestedV1(
        job_id=UUID(job_id), account="acme", requested_by="ada", requested_at=job["cancel_requested_at"]
    )


def test_it_is_said_once_whoever_asks_and_however_often(ask: Asking, database: Database) -> None:
    job_id = ask.job_id()
    start = threading.Barrier(6)

    def cancel(number: int) -> int:
        start.wait(20)
        return ask.cancel(job_id, ADA if number % 2 else EVE).status_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(cancel, range(6))) == [202] * 6
    assert ask.cancel(job_id).status_code == 202
    assert [type(message) for message in sent(database)] == [JobSubmittedV1, JobCancelRequestedV1]
    assert ask.cancel(job_id).status_code == 202
    assert sent(database) == [], "not even when the first was published long ago"


def test_what_is_not_there_or_anothers_can_not_be_cancelled(ask: Asking, database: Database) -> None:
    job_id = ask.job_id()
    for asked, principal in ((str(uuid4()), ADA), (job_id, BOB), ("nonsense", ADA)):
        assert problem(ask.cancel(asked, principal)) == (404, "not_found")
    assert [type(message) for message in sent(database)] == [JobSubmittedV1]


@pytest.mark.parametrize("state", ["completed", "cancelled", "rejected"])
def test_an_ended_job_can_not_be_cancelled(ask: Asking, database: Database, hear: Hear, state: str) -> None:
    job_id = ask.job_id()
    hear(finished(job_id, state))
    refused = ask.cancel(job_id)
    assert problem(refused) == (409, "job_ended")
    assert refused.get_json()["state"] == state
    assert [type(message) for message in sent(database)] == [JobSubmittedV1]


def test_the_first_end_is_the_end(ask: Asking, database: Database, hear: Hear) -> None:
    job_id = ask.job_id()
    for state in ("cancelled", "completed", "cancelled"):
        hear(finished(job_id, state))
    [job] = rows(database, "job")
    assert (job["end_state"], job["finished_at"]) == ("cancelled", ENDED_AT)


def test_ends_of_other_jobs_change_nothing(ask: Asking, database: Database, hear: Hear) -> None:
    job_id = ask.job_id()
    before = rows(database, "job")
    hear(finished(str(uuid4()), "failed"))  # a refused request has a job of its own
    hear(finished(job_id, account="globex"))
    assert rows(database, "job") == before


def test_other_messages_are_rejected(ask: Asking, accepted: AcceptedFiles) -> None:
    ended = finished(ask.job_id())
    other = JobCancelRequestedV1(job_id=ended.job_id, account="acme", requested_by="ada", requested_at=ENDED_AT)
    with pytest.raises(Reject):
        take_end(other, accepted=accepted)
    with pytest.raises(Reject):
        take_end(replace(other, requested_by="eve"), accepted=accepted)
