"""Changes and deletions in PostgreSQL: secrets, and chunks at the same time as others."""

import logging
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.ids import user_id_of
from database import queries
from database.connection import Database
from messaging.errors import Reject, Retry
from services.provisioner.directory import ChunkResult, JobCancelled, NotMade
from services.provisioner.listing import START, Selection
from services.provisioner.postgres_directory import PostgresDirectory
from tests.integration.provisioner.test_races import at_once, held_open, wait_until_somebody_waits
from tests.unit.provisioner.making import (
    JOB,
    OTHER_JOB,
    SECRET,
    UPDATE,
    changes_of,
    chunk_of,
    deletions_of,
    new_seat,
)

SQL = queries.load("services.provisioner")


def user_id(line: int) -> UUID:
    return user_id_of(JOB, line)


def codes(result: ChunkResult) -> list[str]:
    return [outcome.code if isinstance(outcome, NotMade) else "done" for outcome in result.outcomes]


@pytest.fixture
def seats(directory: PostgresDirectory) -> PostgresDirectory:
    directory.create_seats(chunk_of(new_seat(line) for line in range(2, 12)))
    return directory


def secrets_of(database: Database, line: int) -> dict[str, str]:
    with database.transaction() as connection:
        [row] = connection.execute("SELECT secrets FROM seats WHERE line = %s", [line]).fetchall()
    secrets: dict[str, str] = row["secrets"]
    return secrets


def test_new_secrets_are_stored_beside_the_old_ones(seats: PostgresDirectory, database: Database) -> None:
    pin, password = "sealed:pin", "sealed:new"
    seats.change_seats(changes_of({user_id(2): {"voicemail_pin": pin}, user_id(3): {"password": password}}))
    assert secrets_of(database, 2) == {"password": SECRET, "voicemail_pin": pin}
    assert secrets_of(database, 3) == {"password": password}
    seats.change_seats(changes_of({user_id(2): {"password": ""}}, chunk=2))
    assert secrets_of(database, 2) == {"voicemail_pin": pin}
    assert secrets_of(database, 4) == {"password": SECRET}


def test_new_secrets_are_in_no_log_and_no_error(seats: PostgresDirectory, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    new = "sealed:bmV3LXNlY3JldA"
    seats.change_seats(changes_of({user_id(2): {"password": new}}))
    with pytest.raises(Reject) as caught:
        seats.change_seats(changes_of({user_id(2): {"password": new, "location": "a\x00b"}}, chunk=2))
    assert new not in "".join(traceback.format_exception(caught.value))
    assert new not in caplog.text


@pytest.mark.parametrize("kind", ["change", "delete"])
def test_a_chunk_that_is_delivered_many_times_at_once_is_done_once(seats: PostgresDirectory, kind: str) -> None:
    changes = changes_of({user_id(line): {"location": f"R{line}"} for line in range(2, 14)})
    deletions = deletions_of(map(user_id, range(2, 14)))
    first, *others = at_once(
        [lambda: seats.change_seats(changes) if kind == "change" else seats.delete_seats(deletions)] * 5
    )
    assert others == [first] * 4
    assert codes(first) == ["done"] * 10 + ["seat_gone"] * 2


def test_jobs_about_the_same_seats_in_opposite_orders_wait_for_each_other(seats: PostgresDirectory) -> None:
    forwards = [user_id(line) for line in range(2, 12)]
    changes = [
        changes_of({one: {"location": f"R{n}"} for one in (forwards if n % 2 else forwards[::-1])}, job_id=uuid4())
        for n in range(8)
    ]
    with ThreadPoolExecutor(4) as threads:
        assert {tuple(codes(result)) for result in threads.map(seats.change_seats, changes)} == {("done",) * 10}
    locations = {seat.attributes["location"] for some in seats.export("acme", Selection()) for seat in some}
    assert len(locations) == 1  # each job changed all of them, or none


UPDATE_ONE = "UPDATE seats SET changed_at = '2026-11-22T09:30Z' WHERE line = 2"
DELETE_ONE = "DELETE FROM seats WHERE line = 2"
TAKE_ONE = "UPDATE seats SET extension = '777' WHERE line = 3"


@pytest.mark.parametrize(
    ("statement", "ends", "told"),
    [
        (UPDATE_ONE, "commit", "seat_edited"),
        (UPDATE_ONE, "rollback", "done"),
        (DELETE_ONE, "commit", "seat_gone"),
        (DELETE_ONE, "rollback", "done"),
    ],
)
def test_an_undo_waits_for_whoever_has_the_seat(
    seats: PostgresDirectory, migrated_url: str, statement: str, ends: str, told: str
) -> None:
    with held_open(migrated_url, statement, {}) as other, ThreadPoolExecutor(1) as thread:
        result = thread.submit(seats.delete_seats, deletions_of([user_id(2), user_id(4)], undo_of=JOB))
        wait_until_somebody_waits(migrated_url)
        getattr(other, ends)()
        assert codes(result.result(10)) == [told, "done"]


@pytest.mark.parametrize(("ends", "told"), [("commit", "extension_taken"), ("rollback", "done")])
def test_a_change_waits_for_whoever_takes_its_value(
    seats: PostgresDirectory, migrated_url: str, ends: str, told: str
) -> None:
    changes = changes_of({user_id(2): {"extension": "777"}, user_id(4): {"location": "A"}})
    with held_open(migrated_url, TAKE_ONE, {}) as other, ThreadPoolExecutor(1) as thread:
        result = thread.submit(seats.change_seats, changes)
        wait_until_somebody_waits(migrated_url)
        getattr(other, ends)()
        assert codes(result.result(10)) == [told, "done"]


def test_who_waits_too_long_tries_again_later(seats: PostgresDirectory, database: Database, migrated_url: str) -> None:
    impatient = PostgresDirectory(database, SQL, lock_timeout="100ms")
    chunk = deletions_of([user_id(3), user_id(2)])
    with held_open(migrated_url, UPDATE_ONE, {}), pytest.raises(Retry, match="lock timeout"):
        impatient.delete_seats(chunk)
    assert seats.count("acme", Selection()) == 10
    assert codes(impatient.delete_seats(chunk)) == ["done", "done"]


def test_a_cancellation_waits_for_the_chunk_in_hand_and_counts_it(seats: PostgresDirectory, migrated_url: str) -> None:
    with ThreadPoolExecutor(2) as threads, held_open(migrated_url, UPDATE_ONE, {}) as other:
        done = threads.submit(seats.delete_seats, deletions_of([user_id(2)]))
        wait_until_somebody_waits(migrated_url)
        cancelled = threads.submit(seats.cancel_job, "acme", UPDATE)
        wait_until_somebody_waits(migrated_url, least=2)
        other.rollback()
        assert codes(done.result(10)) == ["done"]
        assert cancelled.result(10).chunks == 1
    with pytest.raises(JobCancelled):
        seats.delete_seats(deletions_of([user_id(3)], chunk=2))


def test_a_chunk_that_failed_half_way_leaves_nothing(seats: PostgresDirectory, database: Database) -> None:
    rows: dict[UUID, Any] = {user_id(2): {"location": "A"}, user_id(3): {"location": "B"}}
    with database.transaction() as connection:
        connection.execute("ALTER TABLE seats ADD CONSTRAINT never CHECK (attributes ->> 'location' <> 'B')")
    try:
        with pytest.raises(RuntimeError, match="CheckViolation"):
            seats.change_seats(changes_of(rows))
    finally:
        with database.transaction() as connection:
            connection.execute("ALTER TABLE seats DROP CONSTRAINT never")
    assert all("location" not in seat.attributes for seat in seats.search("acme", "", after=START, limit=99).seats)
    assert codes(seats.change_seats(changes_of(rows))) == ["done", "done"]


def test_a_value_set_free_while_it_is_looked_for_is_tried_again(seats: PostgresDirectory, database: Database) -> None:
    freed = {**SQL, "conflicts": SQL["conflicts"].replace(b"job_id <> ", b"false AND job_id <> ")}
    changes = changes_of({user_id(2): {"extension": new_seat(3).extension}})
    with pytest.raises(Retry, match="line 2 collided"):
        PostgresDirectory(database, freed).change_seats(changes)
    assert codes(seats.change_seats(changes)) == ["extension_taken"]


def test_a_chunk_with_the_number_of_another_is_rejected(seats: PostgresDirectory) -> None:
    seats.delete_seats(deletions_of([user_id(2), user_id(3)]))
    with pytest.raises(Reject, match="not the one that was done before"):
        seats.delete_seats(deletions_of([user_id(4)]))


def test_an_export_is_as_the_seats_were_at_its_begin(seats: PostgresDirectory) -> None:
    for chunk in (2, 3):
        seats.create_seats(
            chunk_of((new_seat(line) for line in range(1_000 * chunk, 1_000 * (chunk + 1))), chunk=chunk)
        )
    parts = seats.export("acme", Selection())
    exported = list(next(parts))
    seats.delete_seats(deletions_of(map(user_id, range(3_000, 4_000))))
    exported += [seat for part in parts for seat in part]
    assert len(exported) == 2_010
    assert seats.count("acme", Selection()) == 1_010


def test_what_is_counted_does_not_count_seats_that_are_still_being_made(
    seats: PostgresDirectory, database: Database
) -> None:
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO phone_system_chunks VALUES ('acme', %s, 1, 3, 5, 0, '', gen_random_uuid(), now())", [JOB]
        )
    try:
        assert seats.count("acme", Selection()) == 7
        assert [seat.line for some in seats.export("acme", Selection()) for seat in some] == [2, *range(6, 12)]
        assert seats.seats("acme", [user_id(4)]) == []
        assert codes(seats.delete_seats(deletions_of([user_id(4), user_id(6)]))) == ["seat_gone", "done"]
    finally:
        with database.transaction() as connection:
            connection.execute("DELETE FROM phone_system_chunks")


def test_other_jobs_seats_are_left_alone(seats: PostgresDirectory) -> None:
    seats.create_seats(chunk_of([new_seat(99)], job_id=OTHER_JOB))
    seats.delete_seats(deletions_of([user_id(2)]))
    assert seats.count("acme", Selection()) == 10
