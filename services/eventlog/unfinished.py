"""Jobs that have not ended, on PostgreSQL: how many, and those of which nothing was heard for too long."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.messages import SCHEMAS, Contract, JobCancelRequestedV1, JobSubmittedV1
from database import queries
from database.connection import Database, DictConnection
from services.eventlog.reconciler import Stalled

#: The advisory lock of the reconcilers: any number that nothing else in this database uses.
_LOCK: Final = 0x7265636F6E

#: The events that set stages to work, and that make them do nothing twice when they are told again.
_CAUSES: Final = [JobSubmittedV1.TYPE, JobCancelRequestedV1.TYPE]

Deal = Callable[[Stalled, Iterator[Contract]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """``oldest_seconds``: how long ago the oldest of the ``jobs`` began; 0 where there is none."""

    jobs: int
    oldest_seconds: float


class UnfinishedJobs:
    """Reads and marks what `store.EventLog` has written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql: Mapping[str, bytes] = queries.load("services.eventlog")

    def count(self) -> Unfinished:
        """The jobs of all accounts."""
        with self._database.transaction() as connection:
            row = connection.execute(self._sql["count_unfinished"]).fetchone()
        return Unfinished(**row) if row else Unfinished(jobs=0, oldest_seconds=0)

    def deal_with_stalled(self, deal: Deal, *, seconds: float, limit: int) -> int:
        """Hand to ``deal`` up to ``limit`` jobs that were silent for ``seconds``, with what set them going; how many.

        One process does so at a time; for another there are none. A job that was dealt with is silent anew from then.
        When ``deal`` raises, that is raised here, and none of these jobs counts as dealt with.
        """
        with self._database.transaction() as connection:
            lock = connection.execute(self._sql["lock_reconciler"], {"key": _LOCK}).fetchone()
            if lock is None or not lock["locked"]:
                return 0
            rows = connection.execute(self._sql["list_stalled"], {"seconds": seconds, "limit": limit}).fetchall()
            for row in rows:
                job = Stalled(**row)
                deal(job, self._causes(connection, job.job_id))
                connection.execute(self._sql["mark_reconciled"], {"job_id": job.job_id})
        return len(rows)

    def _causes(self, connection: DictConnection, job_id: UUID) -> Iterator[Contract]:
        rows = connection.execute(self._sql["list_causes"], {"job_id": job_id, "types": _CAUSES}).fetchall()
        for row in rows:
            yield SCHEMAS[row["type"]].load(row["body"])
