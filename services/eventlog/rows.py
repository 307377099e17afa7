"""A job as a row of the table `job`, and back."""

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from psycopg.types.json import Jsonb

from contracts.messages import job_finished_v1
from services.eventlog.chunkset import ChunkSet
from services.eventlog.job import Job

_CONVERTED = ("columns", "problems_by_code", "chunks_in", "succeeded", "finished")
#: Bytes of the names that are searched: an entry of an index has at most 2,704.
_LONGEST_NAME, _LONGEST_USER = 800, 300

_PLAIN = tuple(field.name for field in fields(Job) if field.name not in _CONVERTED)


def to_row(job: Job) -> dict[str, Any]:
    """The parameters of the query `update_job`."""
    row: dict[str, Any] = {name: getattr(job, name) for name in _PLAIN}
    return row | {
        **progress_row(job),
        "search": search_text(job.filename, job.submitted_by),
        "columns": Jsonb(dict(job.columns)),
        "problems_by_code": Jsonb(dict(job.problems_by_code)),
    }


def search_text(filename: str | None, submitted_by: str | None) -> str:
    """What is searched and sorted by: case-folded, and never so long that an index could not hold it."""
    return f"{_folded(filename, _LONGEST_NAME)}\n{_folded(submitted_by, _LONGEST_USER)}"


def _folded(text: str | None, size: int) -> str:
    return (text or "").casefold().encode()[:size].decode(errors="ignore")


def progress_row(job: Job) -> dict[str, Any]:
    """Those of `record_chunk`: all that a chunk can change of a job."""
    finished = job.finished
    return {
        "job_id": job.job_id,
        "account": job.account,
        "state": job.state.value,
        "first_seen_at": job.first_seen_at,
        "began_at": job.began_at,
        "chunks_in": job.chunks_in.to_bytes(),
        "created": job.succeeded,
        "failed": job.failed,
        "provisioned_at": job.provisioned_at,
        "finished_at": job.finished_at,
        "finished": Jsonb(job_finished_v1.SCHEMA.dump(finished)) if finished else None,
    }


def from_row(row: Mapping[str, Any]) -> Job:
    """The job of a row with all columns."""
    finished = row["finished"]
    return Job(
        **{name: row[name] for name in _PLAIN},
        columns=MappingProxyType(row["columns"]),
        problems_by_code=MappingProxyType(row["problems_by_code"]),
        chunks_in=ChunkSet.from_bytes(row["chunks_in"]),
        succeeded=row["created"],
        finished=job_finished_v1.SCHEMA.load(finished) if finished is not None else None,
    )
