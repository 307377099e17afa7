"""Chunks at the same time: whatever waits, collides or blocks, every row has one outcome and every value one Seat."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import DeadlockDetected

from database import queries
from database.connection import Database
from messaging.errors import Retry
from services.provisioner.directory import ChunkResult, Made, NewSeat, NotMade, SeatChunk
from services.provisioner.listing import START
from services.provisioner.postgres_directory import PostgresDirectory
from tests.unit.provisioner.making import JOB, OTHER_JOB, chunk_of, new_seat

INSERT = """
INSERT INTO seats (user_id, account, job_id, line, created_at, firstname, lastname, email, email_key, extension,
                   attributes, secrets, words)
VALUES (gen_random_uuid(), 'acme', gen_random_uuid(), 2, now(), 'Ann', 'Lee', %(email)s, %(email)s, %(extension)s,
        '{}', '{}', '')
"""


def at_once(calls: list[Callable[[], ChunkResult]]) -> list[ChunkResult]:
    start = Barrier(len(calls))

    def call(make: Callable[[], ChunkResult]) -> ChunkResult:
        start.wait(10)
        return make()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def until_made(directory: PostgresDirectory, chunk: SeatChunk) -> ChunkResult:
    """What the consumer does with a `Retry`, without its pauses."""
    for _ in range(20):
        try:
            return directory.create_seats(chunk)
        except Retry:
            continue
    raise AssertionError("tried 20 times in vain")


def lines_in(directory: PostgresDirectory) -> list[int]:
    return sorted(seat.line for seat in directory.search("acme", "", after=START, limit=5_000).seats)


@contextmanager
def held_open(url: str, statement: str, parameters: dict[str, Any]) -> Iterator["psycopg.Connection[Any]"]:
    """A transaction of somebody else that has done something and not ended."""
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode(), parameters)
        yield connection


def wait_until_somebody_waits(url: str, *, least: int = 1) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(500):
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ).fetchone()
            if row and row[0] >= least:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_chunk_that_is_delivered_many_times_at_once_is_made_once(directory: PostgresDirectory) -> None:
    chunk = chunk_of(new_seat(line) for line in range(2, 502))
    first, *others = at_once([lambda: directory.create_seats(chunk)] * 5)
    assert all(isinstance(outcome, Made) for outcome in first.outcomes)
    assert others == [first] * 4
    assert lines_in(directory) == list(range(2, 502))


@pytest.mark.parametrize("shuffled", [False, True])
def test_two_jobs_that_race_for_the_same_values_make_each_seat_once(
    directory: PostgresDirectory, shuffled: bool
) -> None:
    jobs = [uuid4(), uuid4()]

    def seats(job_id: UUID) -> Iterator[NewSeat]:
        for line in range(2, 202):
            other = 203 - line if shuffled and job_id == jobs[1] else line
            yield new_seat(line, extension=new_seat(other).extension)

    chunks = [
        chunk_of(list(seats(job_id))[first : first + 50], job_id=job_id, chunk=1 + first // 50)
        for first in range(0, 200, 50)
        for job_id in jobs
    ]
    results = at_once([partial(until_made, directory, chunk) for chunk in chunks])
    for chunk, result in zip(chunks, results, strict=True):
        assert [outcome.line for outcome in result.outcomes] == list(chunk.lines)
    made = [outcome for result in results for outcome in result.outcomes if isinstance(outcome, Made)]
    found = directory.search("acme", "", after=START, limit=5_000).seats
    assert {seat.user_id for seat in found} == {outcome.user_id for outcome in made}
    assert len({seat.email for seat in found}) == len({seat.extension for seat in found}) == len(made)
    if not shuffled:
        assert len(made) == 200


def test_a_row_taken_meanwhile_waits_for_whoever_takes_it(directory: PostgresDirectory, migrated_url: str) -> None:
    taken = {"email": new_seat(3).email, "extension": "1"}
    chunk = chunk_of(new_seat(line) for line in (2, 3, 4))
    with held_open(migrated_url, INSERT, taken) as other, ThreadPoolExecutor(1) as thread:
        result = thread.submit(directory.create_seats, chunk)
        wait_until_somebody_waits(migrated_url)
        other.commit()
        kinds = [type(outcome) for outcome in result.result(10).outcomes]
    assert kinds == [Made, NotMade, Made]


def test_a_row_given_up_meanwhile_is_made(directory: PostgresDirectory, migrated_url: str) -> None:
    taken = {"email": new_seat(3).email, "extension": "1"}
    with held_open(migrated_url, INSERT, taken) as other, ThreadPoolExecutor(1) as thread:
        result = thread.submit(directory.create_seats, chunk_of([new_seat(3)]))
        wait_until_somebody_waits(migrated_url)
        other.rollback()
        assert [type(outcome) for outcome in result.result(10).outcomes] == [Made]


def test_who_waits_too_long_tries_again_later(database: Database, migrated_url: str) -> None:
    impatient = PostgresDirectory(database, queries.load("services.provisioner"), lock_timeout="100ms")
    chunk = chunk_of([new_seat(2), new_seat(3)])
    with held_open(migrated_url, INSERT, {"email": new_seat(3).email, "extension": "1"}):
        with pytest.raises(Retry, match="lock timeout"):
            impatient.create_seats(chunk)
        assert lines_in(impatient) == []
    result = impatient.create_seats(chunk)
    assert [type(outcome) for outcome in result.outcomes] == [Made, NotMade]


def is_ended_by_a_deadlock(directory: PostgresDirectory, url: str, chunk: SeatChunk) -> bool:
    """The chunk has the first e-mail address and waits for the extension; another has it the other way round.

    PostgreSQL ends either: whoever has waited for a second and finds the circle closed. False if it was the other.
    """
    first, second = chunk.seats
    with held_open(url, INSERT, {"email": "x@example.com", "extension": second.extension}) as other:
        with ThreadPoolExecutor(1) as thread:
            result = thread.submit(directory.create_seats, chunk)
            wait_until_somebody_waits(url)
            try:
                other.execute(INSERT.encode(), {"email": first.email, "extension": "98"})
            except DeadlockDetected:
                other.rollback()
                assert [type(outcome) for outcome in result.result(10).outcomes] == [Made, Made]
                return False
            with pytest.raises(Retry, match="deadlock"):
                result.result(10)
        other.commit()
    return True


def test_a_deadlock_is_tried_again(directory: PostgresDirectory, migrated_url: str) -> None:
    chunks = (chunk_of([new_seat(line), new_seat(line + 1)], job_id=uuid4()) for line in range(2, 22, 2))
    chunk = next(chunk for chunk in chunks if is_ended_by_a_deadlock(directory, migrated_url, chunk))
    outcomes = directory.create_seats(chunk).outcomes
    assert [outcome.code for outcome in outcomes if isinstance(outcome, NotMade)] == ["email_taken", "extension_taken"]


def test_a_seat_removed_while_a_chunk_collides_with_it_is_tried_again(
    directory: PostgresDirectory, database: Database
) -> None:
    """By a deletion. The row must not be left without an outcome."""
    directory.create_seats(chunk_of([new_seat(2)], job_id=OTHER_JOB))
    sql = queries.load("services.provisioner")
    removing = {**sql, "insert_seats": b"DELETE FROM seats RETURNING 0 AS line"}
    with pytest.raises(Retry, match="line 2 collided"):
        PostgresDirectory(database, removing).create_seats(chunk_of([new_seat(2)]))
    assert lines_in(directory) == [2]


def test_a_chunk_removed_while_its_second_deliverer_reads_it_is_tried_again(database: Database) -> None:
    sql = queries.load("services.provisioner")
    removing = {**sql, "stored_chunk": sql["stored_chunk"] + b" AND false"}
    directory = PostgresDirectory(database, removing)
    directory.create_seats(chunk_of([new_seat(2)]))
    with pytest.raises(Retry, match="outcomes of the chunk"):
        directory.create_seats(chunk_of([new_seat(2)]))


def test_one_account_never_waits_for_another(directory: PostgresDirectory, migrated_url: str) -> None:
    with held_open(migrated_url, INSERT, {"email": new_seat(2).email, "extension": "1"}):
        result = directory.create_seats(chunk_of([new_seat(2)], account="globex", job_id=OTHER_JOB))
    assert [type(outcome) for outcome in result.outcomes] == [Made]


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_chunk_that_failed_half_way_leaves_nothing(
    directory: PostgresDirectory, database: Database, is_taken: bool
) -> None:
    if is_taken:
        directory.create_seats(chunk_of([new_seat(9)], job_id=OTHER_JOB))
    chunk = chunk_of([new_seat(2), new_seat(3), replace(new_seat(9), line=4)])
    before = lines_in(directory)
    with database.transaction() as connection:
        connection.execute("ALTER TABLE seats ADD CONSTRAINT never CHECK (line <> 3)")
    with pytest.raises(RuntimeError, match="CheckViolation"):
        directory.create_seats(chunk)
    assert lines_in(directory) == before
    with database.transaction() as connection:
        connection.execute("ALTER TABLE seats DROP CONSTRAINT never")
        assert connection.execute("SELECT chunk FROM provisioned_chunks WHERE job_id = %s", [JOB]).fetchall() == []
    kinds = [type(outcome) for outcome in directory.create_seats(chunk).outcomes]
    assert kinds == [Made, Made, NotMade if is_taken else Made]


def test_provisioners_share_a_job_and_what_two_jobs_want_is_made_once(directory: PostgresDirectory) -> None:
    """Eight at once on two jobs of the same people, some chunks twice: no deadlock, no row lost, none made twice."""
    jobs = [uuid4(), uuid4()]
    chunks = [
        chunk_of(map(new_seat, range(first, first + 100)), job_id=job_id, chunk=1 + first // 100)
        for first in range(2, 1_002, 100)
        for job_id in jobs
    ]
    todo = [*chunks, *chunks[::3]]
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(directory.create_seats, todo))
    known: dict[tuple[UUID, int], ChunkResult] = {}
    for chunk, result in zip(todo, results, strict=True):
        assert known.setdefault((chunk.job_id, chunk.chunk), result) == result
        assert [outcome.line for outcome in result.outcomes] == list(chunk.lines)
    made = [line for result in known.values() for line in result.made.lines]
    assert sorted(made) == lines_in(directory) == list(range(2, 1_002))
