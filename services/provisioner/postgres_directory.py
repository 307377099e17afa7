"""The built-in directory: Seats in PostgreSQL, each chunk in one transaction of set-based statements."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any
from uuid import UUID

from database.connection import Database, DictConnection
from messaging.errors import Retry
from services.provisioner import words
from services.provisioner.chunk_transaction import ChunkTransaction, Collided
from services.provisioner.directory import Cancellation, ChunkResult, Conflict, NotMade, SeatChunk, UniqueColumn
from services.provisioner.existing import SeatChanges, SeatDeletions
from services.provisioner.existing_transaction import ExistingTransaction
from services.provisioner.listing import KnownSeat, Position, Seat, SeatPage, Selection, page_of
from services.provisioner.waiting import limit_waiting, plain_errors
from telemetry import failpoints

_TOGETHER = 1_000  # Seats that are exported at once


class PostgresDirectory:
    """Seats in the provisioner's database."""

    def __init__(self, database: Database, queries: Mapping[str, bytes], *, lock_timeout: str = "10s") -> None:
        self._database = database
        self._queries = queries
        self._lock_timeout = lock_timeout

    def create_seats(self, chunk: SeatChunk) -> ChunkResult:
        """See `SeatDirectory.create_seats`."""
        with suppress(Collided), self._transaction(chunk) as transaction:
            return transaction.run_plainly()
        with self._transaction(chunk) as transaction:
            return transaction.run_by_rows()

    def change_seats(self, chunk: SeatChanges) -> ChunkResult:
        """See `SeatDirectory.change_seats`."""
        with self._existing(chunk) as transaction:
            return transaction.change(chunk)

    def delete_seats(self, chunk: SeatDeletions) -> ChunkResult:
        """See `SeatDirectory.delete_seats`."""
        with self._existing(chunk) as transaction:
            return transaction.delete(chunk)

    def refuse(self, chunk: SeatChanges | SeatDeletions, outcomes: Sequence[NotMade]) -> ChunkResult:
        """Do nothing of a chunk, for these reasons; the same chunk is answered the same."""
        with self._existing(chunk) as transaction:
            return transaction.refuse(outcomes)

    def cancel_job(self, account: str, job_id: UUID) -> Cancellation:
        """See `SeatDirectory.cancel_job`."""
        job = {"account": account, "job_id": job_id}
        with plain_errors(), self._database.transaction() as connection:
            limit_waiting(connection, self._queries, lock=self._lock_timeout)
            connection.execute(self._queries["let_no_chunk_pass"], job)
            connection.execute(self._queries["cancel_job"], job)
            row = connection.execute(self._queries["cancellation"], job).fetchone()
        if row is None:
            raise Retry("the cancellation was removed while it was read")
        return Cancellation(cancelled_at=row["cancelled_at"], chunks=row["chunks"])

    def conflicts(self, account: str, job_id: UUID, values: Mapping[UniqueColumn, Sequence[str]]) -> Sequence[Conflict]:
        """See `SeatDirectory.conflicts`."""
        keys = {column: _keys(column, values.get(column, ())) for column in UniqueColumn}
        arrays = {str(column): _array(found) for column, found in keys.items()}
        rows = self._rows("conflicts", {"account": account, "job_id": job_id, **arrays})
        taken = {(UniqueColumn(row["column"]), row["value"]): row["user_id"] for row in rows}
        return [
            Conflict(column=column, value=value, user_id=taken[column, found])
            for column in (UniqueColumn if taken else ())
            for value, found in dict(zip(values.get(column, ()), keys[column], strict=True)).items()
            if (column, found) in taken
        ]

    def search(self, account: str, text: str, *, after: Position, limit: int) -> SeatPage:
        """See `SeatDirectory.search`."""
        user_id = words.as_user_id(text)
        if user_id is not None:
            found = self._rows("find_seat", {"account": account, "user_id": user_id})
            return SeatPage(seats=tuple(Seat(**row) for row in found), next=None)
        parameters: dict[str, object] = {"account": account, "limit": limit + 1, **asdict(after)}
        wanted = words.searched(text)
        if wanted:
            found = self._rows("search_seats", {**parameters, "words": words.tsquery(wanted)})
        else:
            found = self._rows("list_seats", parameters)
        return page_of([Seat(**row) for row in found], limit)

    def seats(self, account: str, user_ids: Sequence[UUID]) -> Sequence[KnownSeat]:
        """See `SeatDirectory.seats`."""
        found = self._rows("known_seats", {"account": account, "user_ids": list(user_ids)})
        return [KnownSeat(sealed=frozenset(row.pop("sealed")), seat=Seat(**row)) for row in found]

    def count(self, account: str, which: Selection) -> int:
        """See `SeatDirectory.count`."""
        with self._database.transaction() as connection:
            limit_waiting(connection, self._queries)
            # Not prepared: a plan for any parameters would be a bad one for those that are null.
            found = connection.execute(self._queries["count_seats"], _selected(account, which), prepare=False)
            return sum(row["count"] for row in found)

    def export(self, account: str, which: Selection) -> Generator[Sequence[Seat]]:
        """See `SeatDirectory.export`."""
        with self._database.transaction() as connection:
            limit_waiting(connection, self._queries)
            with connection.cursor("export") as cursor:
                cursor.execute(self._queries["export_seats"], _selected(account, which))
                while rows := cursor.fetchmany(_TOGETHER):
                    yield [Seat(**row) for row in rows]

    @contextmanager
    def _transaction(self, chunk: SeatChunk) -> Iterator[ChunkTransaction]:
        with self._writing() as connection:
            yield ChunkTransaction(connection, self._queries, chunk)

    @contextmanager
    def _existing(self, chunk: SeatChanges | SeatDeletions) -> Iterator[ExistingTransaction]:
        with self._writing() as connection:
            yield ExistingTransaction(connection, self._queries, chunk)

    @contextmanager
    def _writing(self) -> Iterator[DictConnection]:
        with plain_errors(), self._database.transaction() as connection:
            limit_waiting(connection, self._queries, lock=self._lock_timeout)
            yield connection
            failpoints.hit("provisioner.before-commit")

    def _rows(self, query: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        with self._database.transaction() as connection:
            limit_waiting(connection, self._queries)
            return connection.execute(self._queries[query], parameters).fetchall()


def _selected(account: str, which: Selection) -> dict[str, object]:
    """The parameters of queries for some Seats. A text that is a User ID finds that Seat."""
    user_ids = None if which.user_ids is None else set(which.user_ids)
    wanted = words.searched(which.text)
    user_id = words.as_user_id(which.text)
    if user_id is not None:
        user_ids, wanted = {user_id} if user_ids is None else user_ids & {user_id}, ()
    return {
        "account": account,
        "words": words.tsquery(wanted) if wanted else None,
        "user_ids": None if user_ids is None else list(user_ids),
    }


def _keys(column: UniqueColumn, values: Sequence[str]) -> Sequence[str]:
    """What the values are compared by, as `key` gives it."""
    return list(map(str.casefold, values)) if column is UniqueColumn.EMAIL else values


def _array(values: Sequence[str]) -> str:
    """A text[] as PostgreSQL reads it, made at a tenth of what the driver takes. No value has a NUL in it."""
    joined = "\0".join(values).replace("\\", r"\\").replace('"', r"\"").replace("\0", '","')
    return f'{{"{joined}"}}' if values else "{}"
