"""The one transaction in which the Seats of a chunk are made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.ids import user_id_of
from database.connection import DictConnection
from messaging.errors import Retry
from services.provisioner.directory import ChunkResult, JobCancelled, Made, NotMade, SeatChunk, UniqueColumn
from services.provisioner.packing import pack, unpack
from services.provisioner.staging import staged_row
from services.provisioner.taken import taken, user_id_taken
from telemetry import failpoints


class ChunkTransaction:
    """Makes a chunk's Seats through ``connection``, in a transaction that the caller begins and commits."""

    def __init__(self, connection: DictConnection, queries: Mapping[str, bytes], chunk: SeatChunk) -> None:
        self._connection = connection
        self._queries = queries
        self._chunk = chunk
        self._keys = {"account": chunk.account, "job_id": chunk.job_id, "chunk": chunk.chunk}

    def run(self) -> ChunkResult:
        """Make the Seats, or tell what was stored when they were made.

        Raises psycopg's errors, `Retry`, and `JobCancelled`; then the caller must roll back.
        """
        self._connection.execute(self._queries["let_no_cancellation_pass"], self._keys)
        claimed = self._connection.execute(self._queries["claim_chunk"], self._keys).fetchone()
        if claimed is None:
            return self._stored()
        if self._connection.execute(self._queries["is_cancelled"], self._keys).fetchone():
            raise JobCancelled
        provisioned_at: datetime = claimed["provisioned_at"]
        self._stage()
        outcomes = self._inserted(provisioned_at)
        result = ChunkResult.of(outcomes.values(), provisioned_at=provisioned_at)
        self._connection.execute(self._queries["store_outcomes"], {**self._keys, "outcomes": pack(result)})
        failpoints.hit("provisioner.before-commit")
        return result

    def _stored(self) -> ChunkResult:
        row = self._connection.execute(self._queries["stored_chunk"], self._keys).fetchone()
        if row is None:
            raise Retry("the outcomes of the chunk were removed while they were read")
        return unpack(row["outcomes"], job_id=self._chunk.job_id, provisioned_at=row["provisioned_at"])

    def _stage(self) -> None:
        self._connection.execute(self._queries["make_staging"])
        with self._connection.cursor() as cursor, cursor.copy(self._queries["stage"]) as copy:
            for seat in self._chunk.seats:
                copy.write_row(staged_row(self._chunk.job_id, seat))
                failpoints.hit("provisioner.mid-copy")

    def _inserted(self, created_at: datetime) -> dict[int, Made | NotMade]:
        job_id = self._chunk.job_id
        rows = self._connection.execute(self._queries["insert_seats"], {**self._keys, "created_at": created_at})
        outcomes: dict[int, Made | NotMade] = {
            row["line"]: Made(line=row["line"], user_id=user_id_of(job_id, row["line"]), created_at=created_at)
            for row in rows
        }
        left = [line for line in self._chunk.lines if line not in outcomes]
        if left:
            outcomes.update((outcome.line, outcome) for outcome in self._explained(left))
        return outcomes

    def _explained(self, lines: list[int]) -> list[Made | NotMade]:
        asked = {**self._keys, "lines": lines}
        rows = self._connection.execute(self._queries["explain_rows_not_inserted"], asked)
        return [_explained(row) for row in rows]


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
