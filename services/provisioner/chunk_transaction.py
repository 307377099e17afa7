"""The one transaction in which the Seats of a chunk are made."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import errors

from contracts.ids import user_id_of, user_ids_of
from contracts.messages import Successful
from database.connection import DictConnection
from messaging.errors import Retry
from services.provisioner.copy_rows import copy_rows
from services.provisioner.directory import ChunkResult, JobCancelled, Made, NotMade, SeatChunk, UniqueColumn
from services.provisioner.packing import pack, unpack
from services.provisioner.taken import taken, user_id_taken
from telemetry import failpoints

_BLOCK: Final = 100  # rows that are sent at once


class Collided(Exception):
    """A value of the chunk is taken: which rows that concerns is not known."""


class ChunkTransaction:
    """Makes a chunk's Seats through ``connection``, in a transaction that the caller begins and commits.

    There are two ways. Nearly always nothing is taken, since the validator has asked before: then `run_plainly` copies
    the rows where they belong, at once, for what a COPY costs. Where that collides nothing is made and the chunk is
    begun again: `run_by_rows` takes in what can be and explains the rest, at twice the price.
    """

    def __init__(self, connection: DictConnection, queries: Mapping[str, bytes], chunk: SeatChunk) -> None:
        self._connection = connection
        self._queries = queries
        self._chunk = chunk
        self._keys = {"account": chunk.account, "job_id": chunk.job_id, "chunk": chunk.chunk}

    def run_plainly(self) -> ChunkResult:
        """Make all of the Seats, or tell what was stored when they were made.

        Raises `Collided`, and what `run_by_rows` raises; then the caller must roll back.
        """
        lines = tuple(self._chunk.lines)
        made = Successful(lines=lines, user_ids=tuple(user_ids_of(self._chunk.job_id, lines)))
        provisioned_at = self._claimed(pack(made, ()))
        if provisioned_at is None:
            return self._stored()
        try:
            self._copy("copy_seats", provisioned_at, made.user_ids)
        except errors.UniqueViolation:
            raise Collided from None  # the error itself would quote the row
        return ChunkResult(provisioned_at=provisioned_at, made=made)

    def run_by_rows(self) -> ChunkResult:
        """Make the Seats that can be made, or tell what was stored when they were made.

        Raises psycopg's errors, `Retry`, and `JobCancelled`; then the caller must roll back.
        """
        provisioned_at = self._claimed(b"")
        if provisioned_at is None:
            return self._stored()
        self._connection.execute(self._queries["make_staging"])
        self._copy("stage", provisioned_at, user_ids_of(self._chunk.job_id, self._chunk.lines))
        result = ChunkResult.of(self._inserted(provisioned_at), provisioned_at=provisioned_at)
        outcomes = pack(result.made, result.not_made)
        self._connection.execute(self._queries["store_outcomes"], {**self._keys, "outcomes": outcomes})
        return result

    def _claimed(self, outcomes: bytes) -> datetime | None:
        """When the chunk is provisioned, which is now; None if it has been before. Raises `JobCancelled`."""
        self._connection.execute(self._queries["let_no_cancellation_pass"], self._keys)
        asked = {**self._keys, "outcomes": outcomes}
        claimed = self._connection.execute(self._queries["claim_chunk"], asked).fetchone()
        if claimed is None:
            return None
        if claimed["cancelled"]:
            raise JobCancelled
        provisioned_at: datetime = claimed["provisioned_at"]
        return provisioned_at

    def _stored(self) -> ChunkResult:
        row = self._connection.execute(self._queries["stored_chunk"], self._keys).fetchone()
        if row is None:
            raise Retry("the outcomes of the chunk were removed while they were read")
        return unpack(row["outcomes"], job_id=self._chunk.job_id, provisioned_at=row["provisioned_at"])

    def _copy(self, query: str, created_at: datetime, user_ids: Sequence[str]) -> None:
        rows = copy_rows(self._chunk, user_ids, created_at)
        with self._connection.cursor() as cursor, cursor.copy(self._queries[query]) as copy:
            for at in range(0, len(rows), _BLOCK):
                copy.write("".join(_ended(rows[at : at + _BLOCK])))

    def _inserted(self, created_at: datetime) -> Iterator[Made | NotMade]:
        job_id = self._chunk.job_id
        rows = self._connection.execute(self._queries["insert_seats"], self._keys)
        made = {row["line"] for row in rows}
        for line in made:
            yield Made(line=line, user_id=user_id_of(job_id, line), created_at=created_at)
        left = [line for line in self._chunk.lines if line not in made]
        if left:
            asked = {**self._keys, "lines": left}
            yield from map(_explained, self._connection.execute(self._queries["explain_rows_not_inserted"], asked))


def _ended(rows: Sequence[str]) -> Iterator[str]:
    for row in rows:
        failpoints.hit("provisioner.mid-copy")
        yield f"{row}\n"


def _explained(row: Mapping[str, Any]) -> Made | NotMade:
    line: int = row["line"]
    if row["made_at"] is not None:  # by the same job, from the same line, in a chunk cut otherwise
        return Made(line=line, user_id=row["user_id"], created_at=row["made_at"])
    if row["user_id_taken"]:
        return user_id_taken(line)
    holders: dict[UniqueColumn, UUID] = {column: row[column] for column in UniqueColumn if row[column] is not None}
    if not holders:
        raise Retry(f"the Seat that line {line} collided with was removed meanwhile")
    return taken(line, holders)
