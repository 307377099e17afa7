"""The one transaction in which the Seats that a chunk names are changed or deleted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import errors

from database.connection import DictConnection
from messaging.errors import Reject, Retry
from services.provisioner import words
from services.provisioner.directory import ChunkResult, JobCancelled, Made, NotMade, UniqueColumn, key
from services.provisioner.existing import SeatChanges, SeatDeletions
from services.provisioner.kept import gone, kept
from services.provisioner.listing import Seat
from services.provisioner.merging import Wanted, wanted
from services.provisioner.packing import pack, unpack
from services.provisioner.taken import taken

_NAMES = ("firstname", "lastname", "email", "extension", "phone_number", "device_mac")


class ExistingTransaction:
    """Does what a chunk wants through ``connection``, in a transaction that the caller begins and commits.

    The Seats are locked first, in the order of their User IDs, so that chunks about the same Seats wait for each other
    instead of blocking each other. All methods give the stored result where the chunk was done before, and raise
    psycopg's errors, `Retry`, `Reject`, and `JobCancelled`; then the caller must roll back.
    """

    def __init__(
        self, connection: DictConnection, queries: Mapping[str, bytes], chunk: SeatChanges | SeatDeletions
    ) -> None:
        self._connection = connection
        self._queries = queries
        self._chunk = chunk
        self._keys = {"account": chunk.account, "job_id": chunk.job_id, "chunk": chunk.chunk}

    def delete(self, chunk: SeatDeletions) -> ChunkResult:
        """Delete the Seats that are there, and may be deleted."""
        at = self._claimed()
        if at is None:
            return self._stored()
        seats = self._locked()
        outcomes = [_deletion(line, seats.get(user_id), chunk.undo_of, at) for line, user_id in self._named()]
        deleted = [outcome.user_id for outcome in outcomes if isinstance(outcome, Made)]
        self._connection.execute(self._queries["delete_seats"], {**self._keys, "user_ids": deleted})
        return self._kept(outcomes, at)

    def change(self, chunk: SeatChanges) -> ChunkResult:
        """Change the Seats that are there, each by itself."""
        at = self._claimed()
        if at is None:
            return self._stored()
        seats = self._locked()
        rows = [wanted(seats[row.user_id], row) for row in chunk.rows if row.user_id in seats]
        refused = self._changed([row for row in rows if row.is_change], at)
        done = [Made(line=row.line, user_id=row.before.user_id, created_at=at) for row in rows]
        absent = [gone(line) for line, user_id in self._named() if user_id not in seats]
        return self._kept([*(refused.get(one.line, one) for one in done), *absent], at)

    def refuse(self, outcomes: Iterable[NotMade]) -> ChunkResult:
        """Do nothing, for these reasons."""
        at = self._claimed()
        return self._stored() if at is None else self._kept(outcomes, at)

    def _named(self) -> Iterable[tuple[int, UUID]]:
        return zip(self._chunk.lines, self._chunk.user_ids, strict=True)

    def _claimed(self) -> datetime | None:
        """When the chunk is done, which is now; None if it has been before."""
        self._connection.execute(self._queries["let_no_cancellation_pass"], self._keys)
        claimed = self._connection.execute(self._queries["claim_chunk"], {**self._keys, "outcomes": b""}).fetchone()
        if claimed is None:
            return None
        if claimed["cancelled"]:
            raise JobCancelled
        at: datetime = claimed["provisioned_at"]
        return at

    def _stored(self) -> ChunkResult:
        row = self._connection.execute(self._queries["stored_chunk"], self._keys).fetchone()
        if row is None:
            raise Retry("the outcomes of the chunk were removed while they were read")
        stored = unpack(row["outcomes"], job_id=self._chunk.job_id, provisioned_at=row["provisioned_at"])
        user_ids = {line: str(user_id) for line, user_id in self._named()}
        if not user_ids.keys() >= set(stored.made.lines):
            raise Reject("the chunk is not the one that was done before with this number")
        return replace(stored, made=replace(stored.made, user_ids=tuple(map(user_ids.__getitem__, stored.made.lines))))

    def _kept(self, outcomes: Iterable[Made | NotMade], at: datetime) -> ChunkResult:
        result = ChunkResult.of(outcomes, provisioned_at=at)
        packed = pack(result.made, result.not_made)
        self._connection.execute(self._queries["store_outcomes"], {**self._keys, "outcomes": packed})
        return result

    def _locked(self) -> dict[UUID, Seat]:
        asked = {**self._keys, "user_ids": list(self._chunk.user_ids)}
        found = self._connection.execute(self._queries["lock_seats"], asked)
        return {row["user_id"]: Seat(**row) for row in found}

    def _changed(self, rows: Sequence[Wanted], at: datetime) -> dict[int, NotMade]:
        """Change all Seats at once or, where a value is taken, one by one; the rows that can't be, by their lines.

        A row whose value another row sets free comes behind that one, wherever it stands: those that fail are tried
        again, in the opposite order, as long as that helps.
        """
        left = [] if self._applied(rows, at) else rows
        while left:
            failed = [row for row in left if not self._applied([row], at)]
            if len(failed) == len(left):
                break
            left = failed[::-1]
        return self._explained(left)

    def _applied(self, rows: Sequence[Wanted], at: datetime) -> bool:
        if not rows:
            return True
        try:
            with self._connection.transaction():
                self._connection.execute(self._queries["change_seats"], {**self._keys, **_columns(rows, at)})
        except errors.UniqueViolation:
            return False
        return True

    def _explained(self, rows: Sequence[Wanted]) -> dict[int, NotMade]:
        values: dict[str, list[str]] = {str(column): [] for column in UniqueColumn}
        for column, value in (one for row in rows for one in row.moved):
            values[column].append(value)
        found = self._connection.execute(self._queries["conflicts"], {**self._keys, **values}) if rows else ()
        holders = {(UniqueColumn(row["column"]), row["value"]): row["user_id"] for row in found}
        return {row.line: _explained(row, holders) for row in rows}


def _deletion(line: int, seat: Seat | None, undo_of: UUID | None, at: datetime) -> Made | NotMade:
    if seat is None:
        return gone(line)
    why = kept(line, seat, undo_of=undo_of) if undo_of else None
    return why or Made(line=line, user_id=seat.user_id, created_at=at)


def _explained(row: Wanted, holders: Mapping[tuple[UniqueColumn, str], UUID]) -> NotMade:
    held = {column: holders[column, value] for column, value in row.moved if (column, value) in holders}
    if not held:
        raise Retry(f"the Seat that line {row.line} collided with was removed meanwhile")
    return taken(row.line, held)


def _columns(rows: Sequence[Wanted], at: datetime) -> dict[str, Any]:
    """The parameters of `change_seats`: the values of all rows, column by column."""
    seats = [row.changed(at) for row in rows]
    columns: dict[str, Any] = {name: [getattr(seat, name) for seat in seats] for name in _NAMES}
    return columns | {
        "changed_at": at,
        "user_ids": [seat.user_id for seat in seats],
        "email_key": [key(UniqueColumn.EMAIL, seat.email) for seat in seats],
        "attributes": [orjson.dumps(dict(seat.attributes)).decode() for seat in seats],
        "secrets": [orjson.dumps(dict(row.secrets)).decode() for row in rows],
        "words": [words.tsvector(words.words_of(seat)) for seat in seats],
    }
