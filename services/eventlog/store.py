"""The event log on PostgreSQL: each event in one transaction, once.

The row of the job is locked for the time of the transaction, so of two consumers that hold a job's last two chunks one
waits for the other, and exactly one sees the job end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from contracts.codec import part_of
from contracts.ids import message_id_of
from contracts.messages import SCHEMAS
from contracts.messages.job_checked_v1 import JobCheckedV1
from contracts.messages.job_rejected_v1 import JobRejectedV1
from contracts.messages.problems_found_v1 import ProblemsFoundV1
from contracts.messages.seats_provisioned_v1 import SeatsProvisionedV1, Successful
from contracts.messages.validation_progressed_v1 import ValidationProgressedV1
from contracts.problems import Problem
from database import queries
from database.connection import Database, DictConnection
from services.eventlog.ends import settled
from services.eventlog.job import Job
from services.eventlog.outcomes import pack
from services.eventlog.rows import from_row, progress_row, to_row
from services.eventlog.state import Event, apply, bounds, first_seen, occurred_at, tally
from services.eventlog.words import text_of
from telemetry import failpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A job after an event. ``new`` is whether the event had not been heard; ``ended`` whether it ended the job."""

    job: Job
    new: bool
    ended: bool


class EventLog:
    """Records events. ``database`` has the tables of `sql/schema.sql`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql: Mapping[str, bytes] = queries.load("services.eventlog")

    def record(self, event: Event) -> Recorded:
        """Keep an event and what follows from it. Heard before, it changes nothing. Raises `Contradiction`."""
        with self._database.transaction() as connection:
            before = self._locked(connection, event)
            after = self._kept(connection, before, event)
            if after is None:
                connection.execute(self._sql["hear_again"], {"job_id": event.job_id})
                return Recorded(job=before, new=False, ended=False)
            failpoints.hit("eventlog.before-commit")
            return Recorded(job=after, new=True, ended=before.finished is None and after.finished is not None)

    def _locked(self, connection: DictConnection, event: Event) -> Job:
        row = connection.execute(self._sql["lock_job"], {"job_id": event.job_id}).fetchone()
        if row is None:
            job = first_seen(event)
            known = {"job_id": job.job_id, "account": job.account, "first_seen_at": job.first_seen_at}
            connection.execute(self._sql["insert_job"], known)
            row = connection.execute(self._sql["lock_job"], {"job_id": event.job_id}).fetchone()
        return first_seen(event) if row is None else from_row(row)

    def _kept(self, connection: DictConnection, before: Job, event: Event) -> Job | None:
        """The job after the event; None if that had been heard."""
        if isinstance(event, SeatsProvisionedV1):
            return self._kept_chunk(connection, before, event)
        if isinstance(event, ValidationProgressedV1 | ProblemsFoundV1):
            return self._kept_aside(connection, before, event)
        if connection.execute(self._sql["insert_event"], _event_row(event, before)).rowcount == 0:
            return None
        after = settled(apply(before, event))
        if isinstance(event, JobRejectedV1):
            self._insert_problems(connection, event.job_id, event.problems, after=0)
        elif isinstance(event, JobCheckedV1):
            self._insert_changes(connection, event)
        connection.execute(self._sql["update_job"], to_row(after))
        return after

    def _kept_chunk(self, connection: DictConnection, before: Job, event: SeatsProvisionedV1) -> Job | None:
        """The same for most of all events, in one statement."""
        if event.chunk in before.chunks_in:
            return None
        after = settled(apply(before, event))
        created, failed = tally(event)
        first_line, last_line = bounds(event)
        chunk = {
            "chunk": event.chunk,
            "first_line": first_line,
            "last_line": last_line,
            "chunk_created": created,
            "chunk_failed": failed,
            "outcomes": pack(event),
        }
        connection.execute(self._sql["record_chunk"], {**_event_row(event, before), **chunk, **progress_row(after)})
        return after

    def _kept_aside(
        self, connection: DictConnection, before: Job, event: ValidationProgressedV1 | ProblemsFoundV1
    ) -> Job:
        """The same for what has no line in the timeline. It never ends a job, so it may well come again."""
        after = apply(before, event)
        if isinstance(event, ProblemsFoundV1):
            self._insert_problems(connection, event.job_id, event.problems, after=event.after)
        if after == before:
            connection.execute(self._sql["hear_again"], {"job_id": event.job_id})
        else:
            connection.execute(self._sql["update_job"], to_row(after))
        return after

    def _insert_problems(
        self, connection: DictConnection, job_id: UUID, problems: Sequence[Problem], *, after: int
    ) -> None:
        parameters = {
            "job_id": job_id,
            "after": after,
            "lines": [problem.line for problem in problems],
            "columns": [_printable(problem.column) for problem in problems],
            "codes": [problem.code for problem in problems],
            "messages": [_printable(problem.message) for problem in problems],
            "values": [_printable(problem.value) for problem in problems],
            "suggestions": [_printable(problem.suggestion) for problem in problems],
        }
        connection.execute(self._sql["insert_problems"], parameters)

    def _insert_changes(self, connection: DictConnection, event: JobCheckedV1) -> None:
        parameters = {
            "job_id": event.job_id,
            "lines": [change.line for change in event.changes],
            "user_ids": [change.user_id for change in event.changes],
            "columns": [change.column for change in event.changes],
            "before": [_printable(change.before) for change in event.changes],
            "after": [_printable(change.after) for change in event.changes],
        }
        connection.execute(self._sql["insert_changes"], parameters)


def _event_row(event: Event, job: Job) -> dict[str, Any]:
    """``job`` is as it was before the event."""
    return {
        "message_id": message_id_of(event.TYPE, event.job_id, part_of(event)),
        "job_id": event.job_id,
        "type": event.TYPE,
        "occurred_at": occurred_at(event),
        "text": text_of(event, job),
        "body": _body(event),
    }


def _body(event: Event) -> str:
    """The message's JSON without what is kept elsewhere, in `chunk`, `problem` and `change`."""
    if isinstance(event, SeatsProvisionedV1):
        event = replace(event, successful=Successful(), failed=())
    elif isinstance(event, JobRejectedV1):
        event = replace(event, problems=())
    elif isinstance(event, JobCheckedV1):
        event = replace(event, changes=())
    return orjson.dumps(SCHEMAS[event.TYPE].dump(event)).decode()


def _printable(text: str | None) -> str | None:
    """PostgreSQL's text can't hold U+0000, which a damaged file may have in a cell: U+FFFD stands for it."""
    return None if text is None else text.replace("\0", "\N{REPLACEMENT CHARACTER}")
