"""Deleting Seats, and undoing what a job has made: what every directory must do that does it."""

from uuid import UUID, uuid4

import pytest

from contracts.ids import user_id_of
from services.provisioner.directory import JobCancelled, Made, NotMade, SeatDirectory
from services.provisioner.listing import START
from tests.unit.provisioner.making import JOB, OTHER_JOB, UPDATE, changes_of, chunk_of, deletions_of, new_seat


def user_id(line: int) -> UUID:
    return user_id_of(JOB, line)


def codes(outcomes: tuple[Made | NotMade, ...]) -> list[str]:
    return [outcome.code if isinstance(outcome, NotMade) else "done" for outcome in outcomes]


def lines_of(directory: SeatDirectory, account: str = "acme") -> set[int]:
    return {seat.line for seat in directory.search(account, "", after=START, limit=100).seats}


@pytest.fixture
def seats(own: SeatDirectory) -> SeatDirectory:
    """With the Seats of the lines 2 to 5."""
    own.create_seats(chunk_of(new_seat(line) for line in (2, 3, 4, 5)))
    return own


def test_the_seats_that_are_named_are_deleted(seats: SeatDirectory) -> None:
    result = seats.delete_seats(deletions_of([user_id(4), user_id(2)]))
    assert result.outcomes == (
        Made(line=2, user_id=user_id(4), created_at=result.provisioned_at),
        Made(line=3, user_id=user_id(2), created_at=result.provisioned_at),
    )
    assert lines_of(seats) == {3, 5}
    assert seats.seats("acme", [user_id(2), user_id(4)]) == []


def test_the_values_of_a_deleted_seat_are_free(seats: SeatDirectory) -> None:
    seats.delete_seats(deletions_of([user_id(2)]))
    [outcome] = seats.create_seats(chunk_of([new_seat(2)], job_id=OTHER_JOB)).outcomes
    assert isinstance(outcome, Made)
    assert [seat.user_id for seat in seats.search("acme", "seat2@", after=START, limit=9).seats] == [outcome.user_id]


def test_a_seat_that_is_not_there_fails_that_row_alone(seats: SeatDirectory) -> None:
    result = seats.delete_seats(deletions_of([user_id(2), uuid4(), user_id(3)]))
    assert codes(result.outcomes) == ["done", "seat_gone", "done"]
    assert isinstance(result.outcomes[1], NotMade)
    assert result.outcomes[1].message == "There is no Seat with this User ID any more."


def test_the_same_chunk_again_deletes_nothing_and_gives_the_same_result(seats: SeatDirectory) -> None:
    chunk = deletions_of([user_id(2), uuid4()])
    first = seats.delete_seats(chunk)
    assert codes(first.outcomes) == ["done", "seat_gone"]
    assert seats.delete_seats(chunk) == first
    assert codes(seats.delete_seats(deletions_of([user_id(2)], chunk=2)).outcomes) == ["seat_gone"]


def test_a_chunk_of_creation_that_comes_again_makes_no_deleted_seat_anew(seats: SeatDirectory) -> None:
    seats.delete_seats(deletions_of([user_id(2)]))
    seats.create_seats(chunk_of(new_seat(line) for line in (2, 3, 4, 5)))
    assert lines_of(seats) == {3, 4, 5}


def test_nothing_of_another_account_is_deleted_or_told(seats: SeatDirectory) -> None:
    result = seats.delete_seats(deletions_of([user_id(2)], account="globex"))
    assert codes(result.outcomes) == ["seat_gone"]
    assert 2 in lines_of(seats)


def test_of_a_cancelled_job_nothing_more_is_deleted(seats: SeatDirectory) -> None:
    seats.delete_seats(deletions_of([user_id(2)]))
    assert seats.cancel_job("acme", UPDATE).chunks == 1
    with pytest.raises(JobCancelled):
        seats.delete_seats(deletions_of([user_id(3)], chunk=2))
    assert lines_of(seats) == {3, 4, 5}


def test_a_thousand_rows_and_a_chunk_without_rows(own: SeatDirectory) -> None:
    own.create_seats(chunk_of(new_seat(line) for line in range(2, 1002)))
    result = own.delete_seats(deletions_of(map(user_id, range(2, 1002))))
    assert codes(result.outcomes) == ["done"] * 1000
    assert lines_of(own) == set()
    assert own.delete_seats(deletions_of([], chunk=2)).outcomes == ()


def test_an_undo_deletes_what_was_not_changed_since(seats: SeatDirectory) -> None:
    edit = changes_of({user_id(3): {"department": "Ventes"}, user_id(4): {"department": "Sales"}}, job_id=uuid4())
    edited = seats.change_seats(edit).provisioned_at
    seats.delete_seats(deletions_of([user_id(5)], job_id=uuid4()))
    result = seats.delete_seats(deletions_of(map(user_id, (2, 3, 4, 5)), undo_of=JOB))
    # The Seat of line 4 was given the department that it had.
    assert codes(result.outcomes) == ["done", "seat_edited", "done", "seat_gone"]
    assert isinstance(result.outcomes[1], NotMade)
    assert f"Kept: it was changed on {edited:%Y-%m-%d at %H:%M} UTC" in result.outcomes[1].message
    assert lines_of(seats) == {3}


def test_an_undo_leaves_the_seats_of_other_jobs_alone(seats: SeatDirectory) -> None:
    seats.create_seats(chunk_of([new_seat(9)], job_id=OTHER_JOB))
    result = seats.delete_seats(deletions_of([user_id_of(OTHER_JOB, 9), user_id(2)], undo_of=JOB))
    assert codes(result.outcomes) == ["seat_of_another_job", "done"]
    assert lines_of(seats) == {3, 4, 5, 9}
