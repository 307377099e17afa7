"""Any sequence of chunks, questions and searches: the PostgreSQL directory does what the one in memory does."""

import re
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from database import queries
from database.connection import Database
from services.provisioner.directory import JobCancelled, Made, NewSeat, NotMade, SeatDirectory, UniqueColumn
from services.provisioner.listing import START, Seat, Selection
from services.provisioner.memory_directory import MemoryDirectory
from services.provisioner.postgres_directory import PostgresDirectory
from tests.contract.provisioner.conftest import PACKAGE, ticking
from tests.unit.provisioner.making import SECRET, changes_of, chunk_of, deletions_of, new_seat

NUMBERS = st.integers(2, 7)
ROWS = st.lists(
    st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS | st.none(), NUMBERS | st.none()),
    max_size=5,
    unique_by=lambda row: row[0],
)
PHONES, MACS = (
    [value for number in range(2, 8) if (value := getattr(new_seat(number), column))]
    for column in ("phone_number", "device_mac")
)
CHANGES = st.dictionaries(
    st.integers(0, 20),
    st.fixed_dictionaries(
        {
            "extension": NUMBERS.map(lambda number: new_seat(number).extension) | st.none(),
            "email": NUMBERS.map(lambda number: new_seat(number).email.title()) | st.none(),
            "phone_number": st.sampled_from([None, "", *PHONES]),
            "device_mac": st.sampled_from([None, "", *MACS]),
            "department": st.sampled_from([None, "", "Sales", "Ventes"]),
            "password": st.sampled_from([None, "", SECRET]),
        }
    ),
    max_size=4,
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
    """The same at no time: no clock tells both directories the same."""
    if isinstance(outcome, NotMade):
        return replace(outcome, message=re.sub(r"on [-0-9]+ at [0-9:]+ UTC", "once", outcome.message))
    if isinstance(outcome, Seat):
        changed_at = outcome.changed_at and START.created_at
        return replace(outcome, created_at=START.created_at, changed_at=changed_at)
    return replace(outcome, created_at=START.created_at)


class Machine(RuleBasedStateMachine):
    real: SeatDirectory

    @initialize()
    def begin(self) -> None:
        self.model = MemoryDirectory(ticking)
        self.accounts = [f"a-{uuid4()}", f"b-{uuid4()}"]
        self.jobs = [uuid4() for _ in range(9)]  # three of each kind
        self.chunks: dict[tuple[str, UUID, int], Any] = {}
        self.results: dict[tuple[str, UUID, int], Any] = {}

    @rule(account=st.integers(0, 1), job=st.integers(0, 2), number=st.integers(1, 3), rows=ROWS)
    def create(self, account: int, job: int, number: int, rows: list[Any]) -> None:
        where = (self.accounts[account], self.jobs[job], number)
        chunk = chunk_of(map(seat_of, rows), account=where[0], job_id=where[1], chunk=number)
        self.same(where, "create_seats", chunk)

    def same(self, where: tuple[str, UUID, int], what: str, chunk: Any) -> None:
        """Let both do it. What is done at one place is always the same."""
        chunk = self.chunks.setdefault(where, chunk)
        try:
            expected = getattr(self.model, what)(chunk)
        except JobCancelled:
            with pytest.raises(JobCancelled):
                getattr(self.real, what)(chunk)
            return
        result = getattr(self.real, what)(chunk)
        assert [timeless(outcome) for outcome in result.outcomes] == [timeless(one) for one in expected.outcomes]
        assert self.results.setdefault(where, result) == result

    def user_ids(self) -> list[UUID]:
        """Of all Seats, of whichever account, and of one that is none."""
        seats = [seat for account in self.accounts for some in self.model.export(account, Selection()) for seat in some]
        return [*(seat.user_id for seat in seats), uuid5(NAMESPACE_OID, "nobody")]

    @rule(account=st.integers(0, 1), job=st.integers(3, 5), number=st.integers(1, 3), rows=CHANGES)
    def change(self, account: int, job: int, number: int, rows: dict[int, Any]) -> None:
        ids = self.user_ids()
        named = {ids[at % len(ids)]: {k: v for k, v in change.items() if v is not None} for at, change in rows.items()}
        where = (self.accounts[account], self.jobs[job], number)
        self.same(where, "change_seats", changes_of(named, account=where[0], job_id=where[1], chunk=number))

    @rule(
        account=st.integers(0, 1),
        job=st.integers(6, 8),
        number=st.integers(1, 3),
        rows=st.sets(st.integers(0, 20), max_size=3),
        undo_of=st.integers(0, 2) | st.none(),
    )
    def delete(self, account: int, job: int, number: int, rows: set[int], undo_of: int | None) -> None:
        ids = self.user_ids()
        named = {ids[at % len(ids)]: None for at in sorted(rows)}
        undone = self.jobs[undo_of] if undo_of is not None else None
        where = (self.accounts[account], self.jobs[job], number)
        chunk = deletions_of(named, account=where[0], job_id=where[1], chunk=number, undo_of=undone)
        self.same(where, "delete_seats", chunk)

    @rule(account=st.integers(0, 1), job=st.integers(0, 8))
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
        which = Selection(text=text)
        assert self.real.count(self.accounts[account], which) == self.model.count(self.accounts[account], which)

    @rule(account=st.integers(0, 1))
    def look(self, account: int) -> None:
        told = [directory.seats(self.accounts[account], self.user_ids()) for directory in (self.real, self.model)]
        real, model = ({one.seat.user_id: (timeless(one.seat), one.sealed) for one in some} for some in told)
        assert real == model

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
