"""The event log on PostgreSQL: each event in one transaction, once.

The row of the job is locked for the time of the transaction, so of two consumers that hold a job's last two chunks one
waits for the other, and exactly one sees the job end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from contracts.codec import part_of
from contracts.ids import message_id_of
from contracts.messages import SCHEMAS
from contracts.messages.job_rejected_v1 import JobRejectedV1
from contracts.messages.seats_provisioned_v1 import SeatsProvisionedV1, Successful
from database import queries
from database.connection import Database, DictConnection
from services.eventlog.ends import settled
from services.eventlog.job import Job
from services.eventlog.outcomes import pack
from services.eventlog.rows import from_row, to_row
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
            if not self._insert_event(connection, event):
                connection.execute(self._sql["hear_again"], {"job_id": event.job_id})
                return Recorded(job=before, new=False, ended=False)
            after = settled(apply(before, event))
            self._insert_details(connection, before, event)
            connection.execute(self._sql["update_job"], to_row(after))
            failpoints.hit("eventlog.before-commit")
            return Recorded(job=after, new=True, ended=before.finished is None and after.finished is not None)

    def _locked(self, connection: DictConnection, event: Event) -> Job:
        job = first_seen(event)
        known = {"job_id": job.job_id, "account": job.account, "first_seen_at": job.first_seen_at}
        connection.execute(self._sql["insert_job"], known)
        row = connection.execute(self._sql["lock_job"], {"job_id": job.job_id}).fetchone()
        return job if row is None else from_row(row)

    def _insert_event(self, connection: DictConnection, event: Event) -> bool:
        parameters = {
            "message_id": message_id_of(event.TYPE, event.job_id, part_of(event)),
            "job_id": event.job_id,
            "type": event.TYPE,
            "occurred_at": occurred_at(event),
            "text": text_of(event),
            "body": _body(event),
        }
        return connection.execute(self._sql["insert_event"], parameters).rowcount == 1

    def _insert_details(self, connection: DictConnection, before: Job, event: Event) -> None:
        if isinstance(event, SeatsProvisionedV1) and event.chunk not in before.chunks_in:
            self._insert_chunk(connection, event)
        if isinstance(event, JobRejectedV1) and before.rejected_at is None:
            self._insert_problems(connection, event)

    def _insert_chunk(self, connection: DictConnection, event: SeatsProvisionedV1) -> None:
        created, failed = tally(event)
        first_line, last_line = bounds(event)
        parameters = {
            "job_id": event.job_id,
            "chunk": event.chunk,
            "first_line": first_line,
            "last_line": last_line,
            "created": created,
            "failed": failed,
            "outcomes": pack(event),
        }
        connection.execute(self._sql["insert_chunk"], parameters)

    def _insert_problems(self, connection: DictConnection, event: JobRejectedV1) -> None:
        parameters = {
            "job_id": event.job_id,
            "lines": [problem.line for problem in event.problems],
            "columns": [_printable(problem.column) for problem in event.problems],
            "codes": [problem.code for problem in event.problems],
            "messages": [_printable(problem.message) for problem in event.problems],
            "values": [_printable(problem.value) for problem in event.problems],
        }
        connection.execute(self._sql["insert_problems"], parameters)


def _body(event: Event) -> str:
    """The message's JSON without what is kept elsewhere: outcomes in `chunk`, problems in `problem`."""
    if isinstance(event, SeatsProvisionedV1):
        event = replace(event, successful=Successful(), failed=())
    elif isinstance(event, JobRejectedV1):
        event = replace(event, problems=())
    return orjson.dumps(SCHEMAS[event.TYPE].dump(event)).decode()


def _printable(text: str | None) -> str | None:
    """PostgreSQL's text can't hold U+0000, which a damaged file may have in a cell: U+FFFD stands for it."""
    return None if text is None else text.replace("\0", "\N{REPLACEMENT CHARACTER}")
