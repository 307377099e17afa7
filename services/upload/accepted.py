"""Accepted files: what the validator leaves here of a running job, and reads again in parts. They go when it ends."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from database.connection import UNAVAILABLE, Database, DictConnection
from services.upload.cancelling import JobUnknown
from services.upload.queries import sql
from services.upload.sources import OpenSource, SourceMissing, SourceStore, SourceWriter, StorageError

log = logging.getLogger(__name__)

#: Files that are removed in one transaction.
BATCH: Final = 100

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedFiles:
    """At most one file a job: rows in ``database``, files in ``store``. What they hold is the validator's business."""

    database: Database
    store: SourceStore

    def keep(self, fill: Callable[[SourceWriter], None], *, job_id: UUID, account: str) -> None:
        """Store what ``fill`` writes, durably, unless the job has such a file already, or has ended meanwhile.

        The first file stays, so that whoever reads it in parts never gets parts of two. Raises `JobUnknown`,
        `StorageError`, or what ``fill`` raises; then nothing of it is kept.
        """
        source = self.store.new_reference()
        row = {"job_id": job_id, "account": account, "source": source}
        with self.database.transaction() as connection:
            reserved = connection.execute(sql("reserve_accepted"), row).fetchone()
        if reserved is None:
            raise JobUnknown
        try:
            writer = self.store.open_new(source)
            try:
                fill(writer)
                writer.commit()
            finally:
                writer.abort()
        except BaseException:
            self._discard([reserved])
            raise
        if not self._show(row):
            self._discard([reserved])

    def open(self, job_id: UUID, *, account: str) -> OpenSource | None:
        """The file of a job, to be read; None where it has none."""
        key = {"job_id": job_id, "account": account}
        with self.database.transaction() as connection:
            found = connection.execute(sql("accepted_file"), key).fetchone()
        if found is None:
            return None
        try:
            return self.store.open(found["source"])
        except SourceMissing:
            log.warning("the accepted file of job %s is gone", job_id)
            self._discard([found])  # so that the validator can leave it here again
            return None

    def forget(self, job_id: UUID) -> None:
        """Remove what there is of a job that has ended; what can't be removed now is left for `remove_ended`."""
        with self.database.transaction() as connection:
            rows = connection.execute(sql("accepted_of_job"), {"job_id": job_id}).fetchall()
        if rows:
            self._discard(rows)

    def remove_ended(self) -> int:
        """Remove the files of all jobs that have ended, and tell how many."""
        removed = 0
        while batch := self._remove_batch():
            removed += batch
        return removed

    def _show(self, row: Row) -> bool:
        with self.database.transaction() as connection:
            job = connection.execute(sql("lock_job"), row).fetchone()
            if job is None or job["end_state"] is not None:
                return False
            return connection.execute(sql("complete_accepted"), row).rowcount == 1

    def _discard(self, rows: Sequence[Row]) -> None:
        try:
            with self.database.transaction() as connection:
                self._delete(connection, rows)
        except UNAVAILABLE as error:
            log.warning("could not remove an accepted file, it goes when its job has ended: %s", error)

    def _remove_batch(self) -> int:
        with self.database.transaction() as connection:
            rows = connection.execute(sql("accepted_of_ended_jobs"), {"limit": BATCH}).fetchall()
            return self._delete(connection, rows)

    def _delete(self, connection: DictConnection, rows: Sequence[Row]) -> int:
        """Files first, then rows: no file is ever left that no row knows of."""
        gone = []
        for row in rows:
            try:
                self.store.delete(row["source"])
            except StorageError as error:
                log.warning("the accepted file %s can't be removed now: %s", row["source"], error)
            else:
                gone.append(row["source"])
        connection.execute(sql("remove_accepted"), {"sources": gone})
        return len(gone)
