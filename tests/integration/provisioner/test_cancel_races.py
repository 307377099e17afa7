"""A cancellation against chunks in flight: from its return no Seat is made, and all chunks before it are counted."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from database import queries
from database.connection import Database
from messaging.errors import Retry
from services.provisioner.directory import Cancellation, ChunkResult, JobCancelled
from services.provisioner.listing import START
from services.provisioner.postgres_directory import PostgresDirectory
from tests.integration.provisioner.test_races import INSERT, held_open, wait_until_somebody_waits
from tests.unit.provisioner.making import JOB, chunk_of, new_seat

SQL = queries.load("services.provisioner")
CHUNKS = 12
ROWS = 10


def attempt(directory: PostgresDirectory, job_id: UUID, number: int) -> ChunkResult | None:
    """What became of a chunk of its own rows; None if the job had been cancelled."""
    first = number * ROWS
    chunk = chunk_of((new_seat(line) for line in range(first, first + ROWS)), job_id=job_id, chunk=number)
    try:
        return directory.create_seats(chunk)
    except JobCancelled:
        return None


def seats_of(directory: PostgresDirectory, job_id: UUID) -> int:
    page = directory.search("acme", "", after=START, limit=10_000)
    return sum(seat.job_id == job_id for seat in page.seats)


@pytest.mark.parametrize("at", range(0, CHUNKS, 2))
def test_after_the_cancellation_there_are_exactly_the_seats_of_the_chunks_it_counted(
    directory: PostgresDirectory, at: int
) -> None:
    job_id = uuid4()
    started = threading.Semaphore(0)
    seen: list[tuple[Cancellation, int]] = []

    def make(number: int) -> ChunkResult | None:
        started.release()
        return attempt(directory, job_id, number)

    def cancel() -> None:
        for _ in range(at):
            started.acquire(timeout=30)
        cancellation = directory.cancel_job("acme", job_id)
        seen.append((cancellation, seats_of(directory, job_id)))

    with ThreadPoolExecutor(5) as threads:
        cancelling = threads.submit(cancel)
        results = list(threads.map(make, range(1, CHUNKS + 1)))
        cancelling.result(30)
    [(cancellation, seats_then)] = seen
    provisioned = sum(result is not None for result in results)
    assert cancellation.chunks == provisioned
    assert seats_then == seats_of(directory, job_id) == provisioned * ROWS
    assert directory.cancel_job("acme", job_id) == cancellation
    answered = [attempt(directory, job_id, number) for number in range(1, CHUNKS + 1)]
    assert answered == results


def test_a_cancellation_waits_for_the_chunk_in_hand_and_counts_it(
    directory: PostgresDirectory, migrated_url: str
) -> None:
    """The chunk can't go on for a while; the chunk that comes after the cancellation was asked for is refused."""
    with (
        ThreadPoolExecutor(3) as threads,
        held_open(migrated_url, INSERT, {"email": "x", "extension": "10010"}) as other,
    ):
        made = threads.submit(attempt, directory, JOB, 1)  # its first row waits for the extension
        wait_until_somebody_waits(migrated_url)
        cancelled = threads.submit(directory.cancel_job, "acme", JOB)
        wait_until_somebody_waits(migrated_url, least=2)
        late = threads.submit(attempt, directory, JOB, 2)
        assert not cancelled.done()
        other.rollback()
        assert made.result(10) is not None
        assert cancelled.result(10).chunks == 1
        assert late.result(10) is None
    assert seats_of(directory, JOB) == ROWS


def test_a_cancellation_that_has_to_wait_too_long_is_tried_again(database: Database, migrated_url: str) -> None:
    impatient = PostgresDirectory(database, SQL, lock_timeout="50ms")
    held = held_open(migrated_url, SQL["let_no_cancellation_pass"].decode(), {"account": "acme", "job_id": JOB})
    with held, pytest.raises(Retry, match="lock timeout"):
        impatient.cancel_job("acme", JOB)
    assert attempt(impatient, JOB, 1) is not None
    assert impatient.cancel_job("acme", JOB).chunks == 1


def test_jobs_and_accounts_do_not_wait_for_each_other(directory: PostgresDirectory, migrated_url: str) -> None:
    with held_open(migrated_url, SQL["let_no_cancellation_pass"].decode(), {"account": "acme", "job_id": JOB}):
        assert directory.cancel_job("acme", uuid4()).chunks == 0
        assert directory.cancel_job("globex", JOB).chunks == 0


def test_a_cancellation_removed_while_it_is_read_is_tried_again(database: Database) -> None:
    removing = {**SQL, "cancellation": SQL["cancellation"] + b" AND false"}
    with pytest.raises(Retry, match="cancellation was removed"):
        PostgresDirectory(database, removing).cancel_job("acme", JOB)
