"""Asking which values are taken: what every directory must do."""

from collections.abc import Iterable
from uuid import UUID, uuid4

import pytest

from contracts.ids import user_id_of
from services.provisioner.directory import Conflict, SeatDirectory, UniqueColumn
from tests.unit.provisioner.making import JOB, OTHER_JOB, chunk_of, new_seat


def told(conflicts: Iterable[Conflict]) -> set[tuple[str, str, UUID]]:
    return {(str(conflict.column), conflict.value, conflict.user_id) for conflict in conflicts}


def all_values(*lines: int) -> dict[UniqueColumn, list[str]]:
    return {column: [getattr(new_seat(line), column) for line in lines] for column in UniqueColumn}


def test_every_taken_value_is_told_with_its_holder(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of(new_seat(line) for line in (2, 3)))
    found = told(directory.conflicts("acme", OTHER_JOB, all_values(2, 4)))
    assert found == {(str(column), getattr(new_seat(2), column), user_id_of(JOB, 2)) for column in UniqueColumn}


def test_a_value_is_told_in_the_spelling_that_was_asked_for(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(2, email="Ann@Example.com")]))
    asked = {UniqueColumn.EMAIL: ["ANN@example.com", "ann@EXAMPLE.com", "ann@EXAMPLE.com", "bob@example.com"]}
    found = directory.conflicts("acme", OTHER_JOB, asked)
    assert sorted(conflict.value for conflict in found) == ["ANN@example.com", "ann@EXAMPLE.com"]


def test_seats_of_the_same_job_are_no_conflicts(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(2)]))
    assert told(directory.conflicts("acme", JOB, all_values(2))) == set()


def test_seats_of_other_accounts_are_no_conflicts(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(2)]))
    assert told(directory.conflicts("globex", OTHER_JOB, all_values(2))) == set()


def test_a_value_counts_in_its_own_column_only(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(2, extension="4155550100")]))
    assert told(directory.conflicts("acme", OTHER_JOB, {UniqueColumn.PHONE_NUMBER: ["4155550100"]})) == set()


def test_asking_for_nothing_finds_nothing(directory: SeatDirectory) -> None:
    assert told(directory.conflicts("acme", OTHER_JOB, {})) == set()


def test_a_thousand_values_of_every_column(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of(new_seat(line) for line in range(2, 502)))
    assert len(told(directory.conflicts("acme", uuid4(), all_values(*range(2, 1002))))) == 2_000


@pytest.mark.parametrize(
    "value", ["NULL", "", '"', "\\", '\\"', "{}", "{a,b}", '","', "a,b", " a ", "\n", "\t", "'", "名é"]
)
def test_whatever_the_values_are_made_of(directory: SeatDirectory, value: str) -> None:
    """An extension is not checked here, and no character of it may be taken for something else."""
    directory.create_seats(chunk_of([new_seat(2, extension=value)]))
    asked = {UniqueColumn.EXTENSION: [f"x{value}", value, f"{value}x"], UniqueColumn.EMAIL: [value, value]}
    assert told(directory.conflicts("acme", OTHER_JOB, asked)) == {("extension", value, user_id_of(JOB, 2))}
