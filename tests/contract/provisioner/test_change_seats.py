"""Changing Seats: what every directory must do that does it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.ids import user_id_of
from services.provisioner.directory import JobCancelled, Made, NotMade, SeatDirectory, UniqueColumn
from services.provisioner.listing import START, Seat
from tests.unit.provisioner.making import JOB, OTHER_JOB, SECRET, UPDATE, changes_of, chunk_of, new_seat


def user_id(line: int) -> UUID:
    return user_id_of(JOB, line)


def codes(outcomes: tuple[Made | NotMade, ...]) -> list[str]:
    return [outcome.code if isinstance(outcome, NotMade) else "done" for outcome in outcomes]


def seat_of(directory: SeatDirectory, line: int) -> Seat:
    [known] = directory.seats("acme", [user_id(line)])
    return known.seat


def changed(directory: SeatDirectory, rows: Mapping[int, Mapping[str, str]], **where: Any) -> list[str]:
    where.setdefault("job_id", uuid4())
    chunk = changes_of({user_id(line): values for line, values in rows.items()}, **where)
    return codes(directory.change_seats(chunk).outcomes)


@pytest.fixture
def seats(own: SeatDirectory) -> SeatDirectory:
    """With the Seats of the lines 2 to 5."""
    own.create_seats(chunk_of(new_seat(line) for line in (2, 3, 4, 5)))
    return own


def test_what_is_given_is_changed_and_all_else_stays(seats: SeatDirectory) -> None:
    before = seat_of(seats, 2)
    result = seats.change_seats(changes_of({user_id(2): {"lastname": "Ó Súilleabháin 🎷", "department": "Ventes"}}))
    [done] = result.outcomes
    assert done == Made(line=2, user_id=user_id(2), created_at=result.provisioned_at)
    after = seat_of(seats, 2)
    assert (after.lastname, after.attributes) == (
        "Ó Súilleabháin 🎷",
        {"seat_type": "standard", "department": "Ventes"},
    )
    assert after.changed_at == result.provisioned_at
    for name in ("firstname", "email", "extension", "phone_number", "device_mac", "created_at", "job_id", "line"):
        assert getattr(after, name) == getattr(before, name)
    assert seat_of(seats, 3).changed_at is None


def test_every_column_can_be_changed(seats: SeatDirectory) -> None:
    new = new_seat(77, firstname="李", lastname="小龍")
    values = {str(column): getattr(new, column) for column in UniqueColumn}
    assert changed(seats, {2: values | {"firstname": "李", "lastname": "小龍", "location": "B1"}}) == ["done"]
    after = seat_of(seats, 2)
    assert {str(column): getattr(after, column) for column in UniqueColumn} == values
    assert (after.firstname, after.lastname, after.attributes["location"]) == ("李", "小龍", "B1")


def test_what_may_be_empty_is_cleared(seats: SeatDirectory) -> None:
    assert changed(seats, {2: {"phone_number": "", "device_mac": "", "department": "", "language": ""}}) == ["done"]
    after = seat_of(seats, 2)
    assert (after.phone_number, after.device_mac, after.attributes) == (None, None, {"seat_type": "standard"})
    # And nobody has the number now.
    assert changed(seats, {3: {"phone_number": new_seat(2).phone_number or ""}}) == ["done"]


def test_a_changed_seat_is_found_by_what_it_is_now(seats: SeatDirectory) -> None:
    changed(seats, {2: {"lastname": "Nakamura", "phone_number": "+81312345678"}})
    for text, found in (("nakamura", [2]), ("5678", [2]), ("okonkwo", [5, 4, 3]), ("4155550002", [])):
        assert [seat.line for seat in seats.search("acme", text, after=START, limit=9).seats] == found


def test_secrets_are_changed_and_cleared_and_only_their_names_told(seats: SeatDirectory) -> None:
    assert changed(seats, {2: {"voicemail_pin": SECRET}, 3: {"password": ""}}) == ["done", "done"]
    sealed = {one.seat.line: one.sealed for one in seats.seats("acme", [user_id(line) for line in (2, 3, 4)])}
    assert sealed == {2: {"password", "voicemail_pin"}, 3: set(), 4: {"password"}}
    assert seat_of(seats, 2).changed_at is not None


def test_a_seat_that_has_the_values_already_stays_untouched(seats: SeatDirectory) -> None:
    assert changed(seats, {2: {"lastname": "Okonkwo", "department": "Sales", "language": ""}, 3: {}}) == ["done"] * 2
    assert (seat_of(seats, 2).changed_at, seat_of(seats, 3).changed_at) == (None, None)


def test_a_seat_that_is_not_there_fails_that_row_alone(seats: SeatDirectory) -> None:
    assert changed(seats, {2: {"location": "A"}, 99: {"location": "B"}, 3: {"location": "C"}}) == [
        "done",
        "seat_gone",
        "done",
    ]
    assert [seat_of(seats, line).attributes["location"] for line in (2, 3)] == ["A", "C"]


@pytest.mark.parametrize("column", list(UniqueColumn))
def test_a_value_that_another_seat_has_fails_that_row_alone(seats: SeatDirectory, column: UniqueColumn) -> None:
    taken = getattr(new_seat(5), column)
    chunk = changes_of({user_id(2): {"location": "A"}, user_id(3): {column: taken, "location": "B"}})
    done, failed = seats.change_seats(chunk).outcomes
    assert codes((done, failed)) == ["done", f"{column}_taken"]
    assert isinstance(failed, NotMade)
    assert str(user_id(5)) in failed.message
    assert (getattr(seat_of(seats, 3), column), seat_of(seats, 3).changed_at) == (getattr(new_seat(3), column), None)
    assert seat_of(seats, 2).attributes["location"] == "A"


def test_its_own_values_are_no_conflict(seats: SeatDirectory) -> None:
    own = {str(column): getattr(new_seat(2), column) for column in UniqueColumn}
    assert changed(seats, {2: own | {"email": "SEAT2@Example.com"}}) == ["done"]
    assert seat_of(seats, 2).email == "SEAT2@Example.com"


def test_a_value_may_be_taken_that_another_row_sets_free(seats: SeatDirectory) -> None:
    """Wherever that row stands: here each takes its neighbour's, in both directions."""
    extensions = [new_seat(line).extension for line in (2, 3, 4, 5)]
    up = {line: {"extension": extension} for line, extension in zip((2, 3, 4), extensions[1:], strict=True)}
    assert changed(seats, up | {5: {"extension": "777"}}) == ["done"] * 4
    down = {line: {"extension": extension} for line, extension in zip((3, 4, 5), extensions[1:], strict=True)}
    assert changed(seats, {2: {"extension": extensions[0]}} | down) == ["done"] * 4


def test_two_that_swap_a_value_are_told_whose_it_is(seats: SeatDirectory) -> None:
    two, three = new_seat(2).extension, new_seat(3).extension
    rows = {2: {"extension": three}, 3: {"extension": two}, 4: {"location": "A"}}
    assert changed(seats, rows) == ["extension_taken", "extension_taken", "done"]
    assert (seat_of(seats, 2).extension, seat_of(seats, 3).extension) == (two, three)


def test_of_two_rows_that_want_a_value_the_first_has_it(seats: SeatDirectory) -> None:
    assert changed(seats, {3: {"extension": "777"}, 2: {"extension": "777"}}) == ["done", "extension_taken"]
    assert seat_of(seats, 3).extension == "777"


def test_the_same_chunk_again_changes_nothing_and_gives_the_same_result(seats: SeatDirectory) -> None:
    rows = {user_id(2): {"location": "A"}, user_id(99): {"location": "B"}, user_id(3): {"extension": "10005"}}
    first = seats.change_seats(changes_of(rows))
    changed(seats, {2: {"location": "Z"}})
    assert seats.change_seats(changes_of(rows)) == first
    assert [outcome.user_id for outcome in first.outcomes if isinstance(outcome, Made)] == [user_id(2)]
    assert seat_of(seats, 2).attributes["location"] == "Z"


def test_a_thousand_rows(own: SeatDirectory) -> None:
    own.create_seats(chunk_of(new_seat(line) for line in range(2, 1002)))
    rows = {user_id(line): {"location": f"R{line}", "extension": str(50_000 + line)} for line in range(2, 1002)}
    result = own.change_seats(changes_of(rows))
    assert codes(result.outcomes) == ["done"] * 1000
    assert result.made.created_at is None
    assert result.provisioned_at.microsecond % 1000 == 0
    assert result.provisioned_at.utcoffset() == timedelta(0)
    assert seat_of(own, 800).attributes["location"] == "R800"


def test_a_chunk_without_rows_has_no_outcomes(own: SeatDirectory) -> None:
    assert own.change_seats(changes_of({})).outcomes == ()


def test_nothing_of_another_account_is_changed_or_told(seats: SeatDirectory) -> None:
    assert changed(seats, {2: {"location": "A"}}, account="globex") == ["seat_gone"]
    assert "location" not in seat_of(seats, 2).attributes
    assert seats.seats("globex", [user_id(2)]) == []
    seats.create_seats(chunk_of([new_seat(9)], account="globex", job_id=OTHER_JOB))
    assert changed(seats, {2: {"extension": new_seat(9).extension}}) == ["done"]


def test_of_a_cancelled_job_nothing_more_is_changed(seats: SeatDirectory) -> None:
    first = seats.change_seats(changes_of({user_id(2): {"location": "A"}}))
    assert seats.cancel_job("acme", UPDATE).chunks == 1
    with pytest.raises(JobCancelled):
        seats.change_seats(changes_of({user_id(3): {"location": "B"}}, chunk=2))
    assert "location" not in seat_of(seats, 3).attributes
    assert seats.change_seats(changes_of({user_id(2): {"location": "A"}})) == first
