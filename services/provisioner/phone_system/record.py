"""What our own database knows of a chunk while its Seats are made at the phone system.

1. `begin`: our directory takes the rows in, so that their values are reserved, and notes that the chunk is under way.
   Until it is finished its Seats are not told to anybody. One provisioner has it at a time.
2. `keep`: how far it has come, before the calls and after their answers.
3. `finish`: the Seats that the phone system refused are taken out again, and the outcomes are stored.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from database.connection import Database, DictConnection
from messaging.errors import Unavailable
from services.provisioner.chunk_transaction import ChunkTransaction, Collided
from services.provisioner.directory import ChunkResult, Made, NotMade, SeatChunk
from services.provisioner.packing import pack as pack_outcomes
from services.provisioner.phone_system.progress import Progress, pack, unpack
from services.provisioner.waiting import limit_waiting, plain_errors

#: Seconds for which a chunk is a provisioner's after it was last heard of it.
HELD_FOR: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The outcomes so far, and how far the chunk has come; ``progress`` is None where they are final."""

    result: ChunkResult
    progress: Progress | None


class Record:
    """One chunk, for one run over it."""

    def __init__(
        self, database: Database, queries: Mapping[str, bytes], chunk: SeatChunk, *, held_for: float = HELD_FOR
    ) -> None:
        self._database = database
        self._queries = queries
        self._chunk = chunk
        self._keys = {
            "account": chunk.account,
            "job_id": chunk.job_id,
            "chunk": chunk.chunk,
            "caller": uuid4(),
            "held_for": held_for,
        }

    def begin(self) -> Begun:
        """Reserve the rows' values unless that was done, and have the chunk for ourselves.

        Raises `JobCancelled`, and `Unavailable` while another provisioner has the chunk.
        """
        with suppress(Collided), self._transaction() as connection:
            return self._begun(connection, ChunkTransaction.run_plainly)
        with self._transaction() as connection:
            return self._begun(connection, ChunkTransaction.run_by_rows)

    def keep(self, progress: Progress) -> bool:
        """Store how far it has come; whether the job was cancelled. Raises `Unavailable` if the chunk is not ours."""
        told = {**self._keys, "asked": progress.asked, "progress": pack(progress)}
        with self._transaction() as connection:
            row = connection.execute(self._queries["keep_phone_system_chunk"], told).fetchone()
        if row is None:
            raise Unavailable("another provisioner has taken over the chunk")
        return bool(row["cancelled"])

    def release(self, progress: Progress) -> None:
        """Store how far it has come, and let any provisioner go on at once."""
        self._keys["held_for"] = -1.0
        self.keep(progress)

    def finish(self, result: ChunkResult) -> None:
        """Store the outcomes as final; Seats of the chunk that are not among those made are taken out again."""
        made = frozenset(result.made.lines)
        with self._transaction() as connection:
            if connection.execute(self._queries["end_phone_system_chunk"], self._keys).fetchone() is None:
                raise Unavailable("another provisioner has taken over the chunk")
            self._take_out(connection, [line for line in self._chunk.lines if line not in made])
            outcomes = pack_outcomes(result.made, result.not_made)
            connection.execute(self._queries["store_outcomes"], {**self._keys, "outcomes": outcomes})

    @contextmanager
    def _transaction(self) -> Iterator[DictConnection]:
        with plain_errors(), self._database.transaction() as connection:
            limit_waiting(connection, self._queries)
            yield connection

    def _begun(self, connection: DictConnection, run: Callable[[ChunkTransaction], ChunkResult]) -> Begun:
        lines = self._chunk.lines
        span = {"first_line": min(lines, default=0), "last_line": max(lines, default=0)}
        connection.execute(self._queries["begin_phone_system_chunk"], {**self._keys, **span})
        result = run(ChunkTransaction(connection, self._queries, self._chunk))
        return Begun(result=result, progress=self._had(connection))

    def _had(self, connection: DictConnection) -> Progress | None:
        row = connection.execute(self._queries["hold_phone_system_chunk"], self._keys).fetchone()
        if row is not None:
            return unpack(row["progress"], asked=row["asked"])
        if connection.execute(self._queries["find_phone_system_chunk"], self._keys).fetchone():
            raise Unavailable("another provisioner has the chunk in hand")
        return None

    def _take_out(self, connection: DictConnection, lines: Collection[int]) -> None:
        if lines:
            connection.execute(self._queries["take_seats_out"], {**self._keys, "lines": list(lines)})


def final(result: ChunkResult, progress: Progress) -> ChunkResult:
    """The outcomes when the phone system has had its say; a row of which nothing became is left out of them."""
    outcomes: list[Made | NotMade] = []
    for outcome in result.outcomes:
        if not isinstance(outcome, Made) or outcome.line in progress.made:
            outcomes.append(outcome)
        elif outcome.line in progress.refused:
            outcomes.append(progress.refused[outcome.line])
    return ChunkResult.of(outcomes, provisioned_at=result.provisioned_at)
