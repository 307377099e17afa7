"""What is asked of the event log. Every question names the account, and what belongs to another is not there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.messages.job_finished_v1 import JobFinishedV1
from contracts.messages.seats_provisioned_v1 import Outcome
from contracts.problems import Problem
from database import queries
from database.connection import Database
from services.eventlog.cursors import NEWEST, JobPosition
from services.eventlog.job import Job
from services.eventlog.outcomes import ChunkOutcomes, unpack
from services.eventlog.rows import from_row
from services.eventlog.words import end_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a job's timeline."""

    type: str
    occurred_at: datetime
    text: str


class Archive:
    """Reads what `store.EventLog` has written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql: Mapping[str, bytes] = queries.load("services.eventlog")

    def job(self, account: str, job_id: UUID) -> Job | None:
        """A job of the account."""
        rows = self._rows("find_job", account=account, job_id=job_id)
        return from_row(rows[0]) if rows else None

    def jobs(
        self, account: str, *, limit: int, after: JobPosition = NEWEST, state: str | None = None, q: str = ""
    ) -> list[Job]:
        """Jobs, newest first. ``q`` is looked for in the names of file and submitter, or begins the job's id."""
        place = {"account": account, "limit": limit, "began_at": after.began_at, "job_id": after.job_id}
        if q:
            found = self._rows("search_jobs", **place, state=state, needle=q.casefold())
        elif state:
            found = self._rows("list_jobs_of_state", **place, state=state)
        else:
            found = self._rows("list_jobs", **place)
        return [from_row(row) for row in found]

    def timeline(self, account: str, job: Job) -> list[Entry]:
        """What happened in a job, in the order in which it happened; a cancel may come after its end."""
        rows = self._rows("list_events", account=account, job_id=job.job_id)
        entries = [Entry(type=row["type"], occurred_at=row["occurred_at"], text=row["text"]) for row in rows]
        if job.finished is None:
            return entries
        finished = job.finished
        end = Entry(type=JobFinishedV1.TYPE, occurred_at=finished.finished_at, text=end_text(finished))
        return sorted([*entries, end], key=lambda entry: entry.occurred_at)

    def problems(self, account: str, job_id: UUID, *, after: int, limit: int) -> list[tuple[int, Problem]]:
        """Problems with their numbers, in the order of the file, behind the number ``after``."""
        rows = self._rows("list_problems", account=account, job_id=job_id, after=after, limit=limit)
        return [(row["n"], _problem(row)) for row in rows]

    def chunks(
        self, account: str, job_id: UUID, *, after: int = 0, failed_only: bool = False
    ) -> Iterator[ChunkOutcomes]:
        """Chunks of outcomes in the order of their last lines, from the one with a line behind ``after`` on.

        One of them is in memory at a time. ``failed_only`` leaves out those in which no row failed.
        """
        while True:
            rows = self._rows("next_chunk", account=account, job_id=job_id, after=after, failed_only=failed_only)
            if not rows:
                return
            yield unpack(rows[0]["outcomes"])
            after = rows[0]["last_line"]

    def outcomes(self, account: str, job_id: UUID, *, after: int = 0, failed_only: bool = False) -> Iterator[Outcome]:
        """Outcomes in the order of lines, from behind the line ``after``."""
        for chunk in self.chunks(account, job_id, after=after, failed_only=failed_only):
            for outcome in chunk.outcomes:
                if outcome.line > after and not (failed_only and outcome.type != "failed"):
                    yield outcome
            after = max(after, chunk.last_line)

    def _rows(self, query: str, **parameters: object) -> list[dict[str, Any]]:
        with self._database.transaction() as connection:
            return connection.execute(self._sql[query], parameters).fetchall()


def _problem(row: Mapping[str, Any]) -> Problem:
    return Problem(
        line=row["line"], column=row["column_name"], code=row["code"], message=row["message"], value=row["value"]
    )
