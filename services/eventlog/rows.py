"""A job as a row of the table `job`, and back."""

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from psycopg.types.json import Jsonb

from contracts.messages import job_finished_v1
from services.eventlog.chunkset import ChunkSet
from services.eventlog.job import Job

_CONVERTED = ("problems_by_code", "chunks_in", "finished")
_PLAIN = tuple(field.name for field in fields(Job) if field.name not in _CONVERTED)


def to_row(job: Job) -> dict[str, Any]:
    """The parameters of the query `update_job`."""
    row: dict[str, Any] = {name: getattr(job, name) for name in _PLAIN}
    return row | {
        **progress_row(job),
        "search": f"{job.filename or ''}\n{job.submitted_by or ''}".casefold(),
        "problems_by_code": Jsonb(dict(job.problems_by_code)),
    }


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
        "created": job.created,
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
        problems_by_code=MappingProxyType(row["problems_by_code"]),
        chunks_in=ChunkSet.from_bytes(row["chunks_in"]),
        finished=job_finished_v1.SCHEMA.load(finished) if finished is not None else None,
    )
