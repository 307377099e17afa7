"""Any sequence of chunks, questions and searches: the PostgreSQL directory does what the one in memory does."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from database import queries
from database.connection import Database
from services.provisioner.directory import JobCancelled, Made, NewSeat, NotMade, SeatDirectory, UniqueColumn
from services.provisioner.listing import START, Seat
from services.provisioner.memory_directory import MemoryDirectory
from services.provisioner.postgres_directory import PostgresDirectory
from tests.contract.provisioner.conftest import PACKAGE, ticking
from tests.unit.provisioner.making import chunk_of, new_seat

NUMBERS = st.integers(2, 7)
ROWS = st.lists(
    st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS | st.none(), NUMBERS | st.none()),
    max_size=5,
    unique_by=lambda row: row[0],
)
TEXTS = st.sampled_from(["", "amelie", "SEAT2", "seat", "10003", "+1415555", "0004", "00:1a:2b", "okon seat5@"])


def seat_of(row: tuple[int, int, int, int | None, int | None]) -> NewSeat:
    line, email, extension, phone, mac = row
    return new_seat(
        line,
        email=new_seat(email).email.upper() if line % 2 else new_seat(email).email,
        extension=new_seat(extension).extension,
        phone_number=new_seat(phone).phone_number if phone else None,
        device_mac=new_seat(mac).device_mac if mac else None,
    )


def timeless(outcome: Made | NotMade | Seat) -> Made | NotMade | Seat:
    return outcome if isinstance(outcome, NotMade) else replace(outcome, created_at=START.created_at)


class Machine(RuleBasedStateMachine):
    real: SeatDirectory

    @initialize()
    def begin(self) -> None:
        self.model = MemoryDirectory(ticking)
        self.accounts = [f"a-{uuid4()}", f"b-{uuid4()}"]
        self.jobs = [uuid4() for _ in range(3)]
        self.results: dict[tuple[str, UUID, int], Any] = {}

    @rule(account=st.integers(0, 1), job=st.integers(0, 2), number=st.integers(1, 3), rows=ROWS)
    def create(self, account: int, job: int, number: int, rows: list[Any]) -> None:
        where = (self.accounts[account], self.jobs[job], number)
        chunk = chunk_of(map(seat_of, rows), account=where[0], job_id=where[1], chunk=number)
        try:
            expected = self.model.create_seats(chunk)
        except JobCancelled:
            with pytest.raises(JobCancelled):
                self.real.create_seats(chunk)
            return
        result = self.real.create_seats(chunk)
        assert [timeless(outcome) for outcome in result.outcomes] == [timeless(one) for one in expected.outcomes]
        assert self.results.setdefault(where, result) == result

    @rule(account=st.integers(0, 1), job=st.integers(0, 2))
    def cancel(self, account: int, job: int) -> None:
        asked = (self.accounts[account], self.jobs[job])
        assert self.real.cancel_job(*asked).chunks == self.model.cancel_job(*asked).chunks

    @rule(account=st.integers(0, 1), job=st.integers(0, 2), numbers=st.lists(NUMBERS))
    def ask(self, account: int, job: int, numbers: list[int]) -> None:
        values = {column: [getattr(new_seat(number), column) for number in numbers] for column in UniqueColumn}
        asked = (self.accounts[account], self.jobs[job], values)
        assert set(self.real.conflicts(*asked)) == set(self.model.conflicts(*asked))

    @rule(account=st.integers(0, 1), text=TEXTS)
    def find(self, account: int, text: str) -> None:
        found = self.real.search(self.accounts[account], text, after=START, limit=100).seats
        expected = self.model.search(self.accounts[account], text, after=START, limit=100).seats
        assert by_id(found) == by_id(expected)

    @invariant()
    def no_two_seats_share_a_unique_value(self) -> None:
        for account in getattr(self, "accounts", []):
            seats = self.real.search(account, "", after=START, limit=100).seats
            for column in UniqueColumn:
                values = [value.casefold() for seat in seats if (value := getattr(seat, column)) is not None]
                assert len(values) == len(set(values))


def by_id(seats: tuple[Seat, ...]) -> dict[UUID, Any]:
    return {seat.user_id: timeless(seat) for seat in seats}


def test_both_directories_do_the_same(database: Database) -> None:
    class OnPostgres(Machine):
        real = PostgresDirectory(database, queries.load(PACKAGE))

    run_state_machine_as_test(
        OnPostgres,
        settings=settings(
            max_examples=40,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
