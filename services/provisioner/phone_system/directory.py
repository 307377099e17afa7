"""A directory whose Seats are made at a phone system; our own PostgreSQL directory stays the record of them."""

import threading
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from uuid import UUID

from database.connection import Database
from messaging.errors import Unavailable
from services.provisioner.directory import Cancellation, ChunkResult, Conflict, Made, SeatChunk, UniqueColumn
from services.provisioner.existing import SeatChanges, SeatDeletions
from services.provisioner.kept import not_at_phone_system
from services.provisioner.listing import KnownSeat, Position, Seat, SeatPage, Selection
from services.provisioner.phone_system.calling import Calling, Limits
from services.provisioner.phone_system.client import PhoneSystem, Row
from services.provisioner.phone_system.rate import Rate
from services.provisioner.phone_system.record import HELD_FOR, Record, final
from services.provisioner.postgres_directory import PostgresDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How the phone system is called: by these ``threads``, within ``limits``, until ``stop`` is set."""

    phone_system: PhoneSystem
    threads: Executor
    rate: Rate
    limits: Limits
    stop: threading.Event


class PhoneSystemDirectory:
    """A `SeatDirectory`. A row is a Seat when the phone system has it and our directory too."""

    def __init__(
        self, database: Database, queries: Mapping[str, bytes], line: Line, *, held_for: float = HELD_FOR
    ) -> None:
        self._database = database
        self._queries = queries
        self._line = line
        self._held_for = held_for
        self._ours = PostgresDirectory(database, queries)

    def create_seats(self, chunk: SeatChunk) -> ChunkResult:
        """See `SeatDirectory.create_seats`; a call that was begun before a cancellation is still told.

        Raises `Unavailable` where the chunk has to be given again, to go on where it was: the phone system is away, its
        answers take too long, another provisioner has the chunk, or this one stops.
        """
        record = Record(self._database, self._queries, chunk, held_for=self._held_for)
        begun = record.begin()
        if begun.progress is None:
            return begun.result
        line = self._line
        calling = Calling(
            begun.progress,
            phone_system=line.phone_system,
            threads=line.threads,
            rate=line.rate,
            keep=record.keep,
            stop=line.stop,
            limits=line.limits,
        )
        why = calling.run(rows_of(chunk, begun.result))
        if why is not None:
            record.release(begun.progress)
            raise Unavailable(why)
        result = final(begun.result, begun.progress)
        record.finish(result)
        return result

    def change_seats(self, chunk: SeatChanges) -> ChunkResult:
        """Refuses every row: our directory must not say what the phone system does not."""
        return self._ours.refuse(chunk, list(map(not_at_phone_system, chunk.lines)))

    def delete_seats(self, chunk: SeatDeletions) -> ChunkResult:
        """Refuses every row, as `change_seats` does."""
        return self._ours.refuse(chunk, list(map(not_at_phone_system, chunk.lines)))

    def cancel_job(self, account: str, job_id: UUID) -> Cancellation:
        """See `SeatDirectory.cancel_job`, but calls that are under way are not waited for.

        They belong to the chunks that are counted, and whoever is told of the cancellation waits for these.
        """
        return self._ours.cancel_job(account, job_id)

    def conflicts(self, account: str, job_id: UUID, values: Mapping[UniqueColumn, Sequence[str]]) -> Sequence[Conflict]:
        """See `SeatDirectory.conflicts`; values of rows that are being called are taken."""
        return self._ours.conflicts(account, job_id, values)

    def search(self, account: str, text: str, *, after: Position, limit: int) -> SeatPage:
        """See `SeatDirectory.search`; Seats of chunks that are not finished are not found."""
        return self._ours.search(account, text, after=after, limit=limit)

    def seats(self, account: str, user_ids: Sequence[UUID]) -> Sequence[KnownSeat]:
        """See `SeatDirectory.seats`; here and below Seats of chunks that are not finished are not told."""
        return self._ours.seats(account, user_ids)

    def count(self, account: str, which: Selection) -> int:
        """See `SeatDirectory.count`."""
        return self._ours.count(account, which)

    def export(self, account: str, which: Selection) -> Generator[Sequence[Seat]]:
        """See `SeatDirectory.export`."""
        return self._ours.export(account, which)


def rows_of(chunk: SeatChunk, result: ChunkResult) -> list[Row]:
    """The rows that our directory has taken in; others are not called."""
    made = {outcome.line: outcome.user_id for outcome in result.outcomes if isinstance(outcome, Made)}
    return [
        Row(account=chunk.account, job_id=chunk.job_id, user_id=made[seat.line], seat=seat)
        for seat in chunk.seats
        if seat.line in made
    ]
