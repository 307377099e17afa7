"""Seats by their User IDs, counted, and exported: what every directory must do."""

from uuid import UUID, uuid4

import pytest

from contracts.ids import user_id_of
from services.provisioner.directory import SeatDirectory
from services.provisioner.listing import Seat, Selection
from tests.unit.provisioner.making import JOB, OTHER_JOB, chunk_of, new_seat


def user_id(line: int) -> UUID:
    return user_id_of(JOB, line)


@pytest.fixture
def seats(directory: SeatDirectory) -> SeatDirectory:
    directory.create_seats(chunk_of(new_seat(line) for line in (2, 3, 4)))
    directory.create_seats(chunk_of([new_seat(5, lastname="Zoë"), new_seat(6)], job_id=OTHER_JOB))
    directory.create_seats(chunk_of([new_seat(2)], account="globex", job_id=uuid4()))
    return directory


SELECTIONS = [
    (Selection(), [2, 3, 4, 5, 6]),
    (Selection(text="okonkwo"), [2, 3, 4, 6]),
    (Selection(text="zoe"), [5]),
    (Selection(text="nobody"), []),
    (Selection(text=f" {user_id(3)} "), [3]),
    (Selection(user_ids=[user_id(4), user_id(2), user_id(99)]), [2, 4]),
    (Selection(user_ids=[]), []),
    (Selection(text="okonkwo", user_ids=[user_id(4), user_id_of(OTHER_JOB, 5)]), [4]),
    (Selection(text=str(user_id(3)), user_ids=[user_id(4)]), []),
    (Selection(text=str(user_id(3)), user_ids=[]), []),
]


def exported(directory: SeatDirectory, which: Selection, account: str = "acme") -> list[Seat]:
    return [seat for some in directory.export(account, which) for seat in some]


@pytest.mark.parametrize(("which", "lines"), SELECTIONS)
def test_seats_are_counted_and_exported_in_the_order_they_were_made(
    seats: SeatDirectory, which: Selection, lines: list[int]
) -> None:
    assert seats.count("acme", which) == len(lines)
    assert [seat.line for seat in exported(seats, which)] == lines


def test_an_export_has_what_the_list_has(seats: SeatDirectory) -> None:
    listed = [one.seat for one in seats.seats("acme", [user_id(2), user_id(4)])]
    which = Selection(user_ids=[seat.user_id for seat in listed])
    assert exported(seats, which) == sorted(listed, key=lambda seat: seat.line)


def test_seats_are_told_by_their_user_ids_with_the_names_of_their_secrets(seats: SeatDirectory) -> None:
    found = seats.seats("acme", [user_id(3), uuid4(), user_id_of(OTHER_JOB, 6), user_id(3)])
    assert {(one.seat.line, one.sealed) for one in found} == {
        (3, frozenset({"password"})),
        (6, frozenset({"password"})),
    }
    assert seats.seats("acme", []) == []


def test_nothing_of_another_account_is_told(seats: SeatDirectory) -> None:
    assert seats.count("globex", Selection()) == 1
    assert [seat.line for seat in exported(seats, Selection(), "globex")] == [2]
    assert exported(seats, Selection(user_ids=[user_id(2)]), "globex") == []
    assert seats.seats("globex", [user_id(2)]) == []


def test_an_export_of_thousands_comes_in_parts(directory: SeatDirectory) -> None:
    for chunk in range(1, 4):
        first = 1_000 * chunk
        directory.create_seats(chunk_of((new_seat(line) for line in range(first, first + 1_000)), chunk=chunk))
    assert [seat.line for seat in exported(directory, Selection())] == list(range(1_000, 4_000))


def test_an_export_that_nobody_reads_to_its_end_is_let_go(seats: SeatDirectory) -> None:
    for _ in range(20):  # more than there are connections
        blocks = seats.export("acme", Selection())
        next(blocks)
        blocks.close()
    assert seats.count("acme", Selection()) == 5
