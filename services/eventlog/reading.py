"""What is asked of the event log. Every question names the account, and what belongs to another is not there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from contracts.messages.job_checked_v1 import Change
from contracts.messages.job_finished_v1 import JobFinishedV1
from contracts.messages.seats_provisioned_v1 import Outcome
from contracts.problems import Problem
from database import queries
from database.connection import Database
from services.eventlog import listing
from services.eventlog.cursors import JobPosition
from services.eventlog.job import Job
from services.eventlog.listing import Wanted
from services.eventlog.outcomes import ChunkOutcomes, unpack
from services.eventlog.rows import from_row
from services.eventlog.words import end_text

_PAGE: Final = 1_000

ALL: Final = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a job's timeline."""

    type: str
    occurred_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A job that was made of another one. ``relation``: `retry` of its failed rows, or `undo`."""

    job_id: UUID
    relation: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some jobs of the list; ``last`` is the position of the last of them, if there are more behind it."""

    jobs: list[Job]
    last: JobPosition | None


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
        self,
        account: str,
        wanted: Wanted = ALL,
        *,
        limit: int,
        sort: str = listing.NEWEST,
        after: JobPosition | None = None,
    ) -> Page:
        """Jobs in an order of `listing.SORTS`, from behind the position ``after``."""
        query = listing.statement(wanted, listing.SORTS[sort], after=after)
        given = listing.parameters(wanted, after=after) | {"account": account, "limit": limit + 1}
        with self._database.transaction() as connection:
            rows = connection.execute(query, given).fetchall()
        page = rows[:limit]
        more = len(rows) > limit
        last = JobPosition(sort=sort, key=page[-1]["key"], job_id=page[-1]["job_id"]) if more else None
        return Page(jobs=[from_row(row) for row in page], last=last)

    def timeline(self, account: str, job: Job) -> list[Entry]:
        """What happened in a job, in the order in which it happened; a cancel may come after its end."""
        rows = self._rows("list_events", account=account, job_id=job.job_id)
        entries = [Entry(type=row["type"], occurred_at=row["occurred_at"], text=row["text"]) for row in rows]
        if job.finished is None:
            return entries
        finished = job.finished
        end = Entry(type=JobFinishedV1.TYPE, occurred_at=finished.finished_at, text=end_text(finished))
        return sorted([*entries, end], key=lambda entry: entry.occurred_at)

    def children(self, account: str, job_id: UUID) -> list[Child]:
        """The jobs that were made of a job, oldest first."""
        return [Child(**row) for row in self._rows("list_children", account=account, job_id=job_id)]

    def problems(
        self, account: str, job_id: UUID, *, after: int, limit: int, code: str | None = None
    ) -> list[tuple[int, Problem]]:
        """Problems with their numbers, in the order of the file, behind the number ``after``; of one ``code`` only."""
        place = {"account": account, "job_id": job_id, "after": after, "limit": limit}
        rows = self._rows("list_problems_of_code", **place, code=code) if code else self._rows("list_problems", **place)
        return [(row["n"], _problem(row)) for row in rows]

    def all_problems(self, account: str, job_id: UUID, *, code: str | None = None) -> Iterator[Problem]:
        """All problems that are kept, of which a page at a time is in memory."""
        after: int | None = 0
        while after is not None:
            page = self.problems(account, job_id, after=after, limit=_PAGE, code=code)
            yield from (problem for _, problem in page)
            after = page[-1][0] if len(page) == _PAGE else None

    def problems_by_line(self, account: str, job_id: UUID) -> Iterator[Problem]:
        """The same in the order of lines, as the rows of the file come."""
        line, after = 0, 0
        while True:
            page = self._rows(
                "list_problems_by_line", account=account, job_id=job_id, line=line, after=after, limit=_PAGE
            )
            yield from map(_problem, page)
            if len(page) < _PAGE:
                return
            line, after = page[-1]["line"], page[-1]["n"]

    def problems_kept(self, account: str, job_id: UUID) -> int:
        """How many problems can be listed: of very many, only the first ones were told."""
        [row] = self._rows("count_problems", account=account, job_id=job_id)
        kept: int = row["kept"]
        return kept

    def changes(self, account: str, job_id: UUID, *, after: int, limit: int) -> list[tuple[int, Change]]:
        """What an update would change, with numbers, in the order of the file, behind the number ``after``."""
        rows = self._rows("list_changes", account=account, job_id=job_id, after=after, limit=limit)
        return [(row["n"], _change(row)) for row in rows]

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
        line=row["line"],
        column=row["column_name"],
        code=row["code"],
        message=row["message"],
        value=row["value"],
        suggestion=row["suggestion"],
    )


def _change(row: Mapping[str, Any]) -> Change:
    return Change(
        line=row["line"],
        user_id=row["user_id"],
        column=row["column_name"],
        before=row["before"],
        after=row["after"],
    )
