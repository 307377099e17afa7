"""The built-in directory: Seats in PostgreSQL, each chunk in one transaction of set-based statements."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any
from uuid import UUID

from database.connection import Database
from messaging.errors import Retry
from services.provisioner import words
from services.provisioner.chunk_transaction import ChunkTransaction, Collided
from services.provisioner.directory import Cancellation, ChunkResult, Conflict, SeatChunk, UniqueColumn
from services.provisioner.listing import Position, Seat, SeatPage, page_of
from services.provisioner.waiting import limit_waiting, plain_errors
from telemetry import failpoints


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

    @contextmanager
    def _transaction(self, chunk: SeatChunk) -> Iterator[ChunkTransaction]:
        with plain_errors(), self._database.transaction() as connection:
            limit_waiting(connection, self._queries, lock=self._lock_timeout)
            yield ChunkTransaction(connection, self._queries, chunk)
            failpoints.hit("provisioner.before-commit")

    def _rows(self, query: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        with self._database.transaction() as connection:
            limit_waiting(connection, self._queries)
            return connection.execute(self._queries[query], parameters).fetchall()


def _keys(column: UniqueColumn, values: Sequence[str]) -> Sequence[str]:
    """What the values are compared by, as `key` gives it."""
    return list(map(str.casefold, values)) if column is UniqueColumn.EMAIL else values


def _array(values: Sequence[str]) -> str:
    """A text[] as PostgreSQL reads it, made at a tenth of what the driver takes. No value has a NUL in it."""
    joined = "\0".join(values).replace("\\", r"\\").replace('"', r"\"").replace("\0", '","')
    return f'{{"{joined}"}}' if values else "{}"
