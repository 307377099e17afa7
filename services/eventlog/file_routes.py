"""The files of a job over HTTP: its summary, and what else is made of the uploaded file."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from flask import Flask, Response

import csvfile
from services.eventlog import derived
from services.eventlog.asked import asked_job
from services.eventlog.downloads import csv_download, derived_name
from services.eventlog.job import Job, State
from services.eventlog.meaning import meaning_of
from services.eventlog.outcomes import ChunkOutcomes
from services.eventlog.reading import Archive
from services.eventlog.summary import SourceChanged, summarise, verified
from services.eventlog.words import done, not_processed_reason
from web.access import current
from web.client import RemoteRefusal
from web.refusals import Refusal

log = logging.getLogger(__name__)

#: Problems of a file that can't be read as rows, or not to its end.
_UNREADABLE: Final = frozenset(
    {"empty_file", "not_csv", "nul_byte", "wrong_encoding", "unclosed_quote", "stray_quote"}
    | {"cell_too_long", "too_many_bytes", "too_many_columns"}
)

Blocks = Iterator[bytes]


class Sources(Protocol):
    """Gives the files as they were uploaded: `sources.UploadedSources`."""

    def open(self, account: str, source: str) -> Blocks:
        """A file in blocks. Raises `RemoteRefusal` or `ServiceUnavailable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a job, `/jobs/{id}/NAME.csv`. ``suffix`` is added to the uploaded file's name.

    ``of`` gives the job back if it has such a file, else refuses with 409; ``otherwise`` is the code of that refusal
    if it is only known when ``make`` reads the uploaded file's first rows.
    """

    name: str
    suffix: str
    of: Callable[[Job], Job]
    make: Callable[[Blocks, Job, Archive], Blocks]
    otherwise: str


def add_files(app: Flask, archive: Archive, sources: Sources) -> None:
    """The routes."""
    for file in FILES:
        app.add_url_rule(
            f"/jobs/<job_id>/{file.name}.csv",
            endpoint=f"{file.name}_csv",
            view_func=partial(_download, file, archive=archive, sources=sources),
        )


def _download(file: File, *, job_id: str, archive: Archive, sources: Sources) -> Response:
    job = file.of(asked_job(archive, job_id))
    source = _source(sources, job)
    try:
        blocks = file.make(source, job, archive)
    except csvfile.FileProblem as error:
        # A job that ended before its file had been read.
        raise Refusal(409, file.otherwise, f"The file can't be read: {error.message}") from None
    except SourceChanged as error:
        log.error("job %s: %s", job.job_id, error)  # noqa: TRY400  # where it was raised says nothing
        raise _changed() from None
    return csv_download(blocks, derived_name(job.filename, file.suffix))


def _summary(source: Blocks, job: Job, archive: Archive) -> Blocks:
    meaning, otherwise = meaning_of(job), not_processed_reason(job)
    return summarise(source, _chunks(archive, job), kind=job.kind, meaning=meaning, otherwise=otherwise)


def _annotated(source: Blocks, job: Job, archive: Archive) -> Blocks:
    problems = archive.problems_by_line(current().account, job.job_id)
    return derived.annotated(source, problems, told=job.problem_count)


def _failed(source: Blocks, job: Job, archive: Archive) -> Blocks:
    return derived.left_over(source, _chunks(archive, job), meaning=meaning_of(job))


def _created(source: Blocks, job: Job, archive: Archive) -> Blocks:
    return derived.made(source, _chunks(archive, job), meaning=meaning_of(job))


def _chunks(archive: Archive, job: Job) -> Iterator[ChunkOutcomes]:
    return archive.chunks(current().account, job.job_id)


def _summarised(job: Job) -> Job:
    """The job, if it is one that has a summary."""
    if job.dry_run:
        raise Refusal(409, "nothing_created", "This was only a check, and nothing was changed. So it has no summary.")
    if job.finished is None:
        raise _too_early("The summary is made when the job has ended.")
    if job.state is State.REJECTED:
        detail = f"The file was rejected and no Seat was {done(job.kind)}. See the list of its problems."
        raise Refusal(409, "nothing_created", detail)
    if job.source is None:
        detail = f"The job ended before there was a file, so no Seat was {done(job.kind)}."
        raise Refusal(409, "nothing_created", detail)
    return job


def _annotatable(job: Job) -> Job:
    """The job, if its file can be given back with its problems."""
    if job.finished is None:
        raise _too_early("All problems are known when the check has ended.")
    if not job.problem_count or job.source is None:
        raise Refusal(409, "not_annotatable", "No problems were found in the file. It can be used as it is.")
    if not _UNREADABLE.isdisjoint(job.problems_by_code):
        detail = "The file can't be read as rows, so no problem can be written beside one. See their list."
        raise Refusal(409, "not_annotatable", detail)
    return job


def _with_rows_left(job: Job) -> Job:
    """The job, if some of its rows did not succeed."""
    if job.dry_run:
        detail = "This was only a check. Nothing has failed: create the Seats of the file itself."
        raise Refusal(409, "nothing_to_retry", detail)
    if job.finished is None:
        raise _too_early("Which rows failed is known when the job has ended.")
    if job.state is State.REJECTED:
        detail = "The file was rejected as a whole. Correct it and upload it again."
        raise Refusal(409, "nothing_to_retry", detail)
    if job.source is None or (job.rows is not None and job.succeeded == job.rows):
        raise Refusal(409, "nothing_to_retry", "No row of this job has failed, and none was left out.")
    return job


def _with_seats(job: Job) -> Job:
    """The job, if it has created Seats."""
    if job.kind != "create":
        detail = f"Only Seats that a job has created can be taken back. This job has {done(job.kind)} Seats."
        raise Refusal(409, "nothing_to_undo", detail)
    if job.finished is None and not job.dry_run:
        raise _too_early("Which Seats were created is known when the job has ended.")
    if not job.succeeded:
        raise Refusal(409, "nothing_to_undo", "This job has created no Seat.")
    return job


def _too_early(why: str) -> Refusal:
    return Refusal(409, "job_not_finished", f"{why} Try again then.")


def _changed() -> Refusal:
    """For a file so small that all of it is read before the answer begins; with others the transfer breaks."""
    detail = "The file that is kept is not the file that was submitted. Tell your operator the job's number."
    return Refusal(500, "source_changed", detail)


def _source(sources: Sources, job: Job) -> Blocks:
    try:
        blocks = sources.open(current().account, job.source or "")
    except RemoteRefusal as error:
        if error.status != 404:
            raise
        raise Refusal(410, "source_gone", "The uploaded file is not kept any more; this download needs it.") from None
    return verified(blocks, size=job.size or 0, sha256=job.sha256 or "")


FILES: Final = (
    File(name="summary", suffix="summary", of=_summarised, make=_summary, otherwise="nothing_created"),
    File(name="annotated", suffix="with-problems", of=_annotatable, make=_annotated, otherwise="not_annotatable"),
    File(name="failed", suffix="failed", of=_with_rows_left, make=_failed, otherwise="nothing_to_retry"),
    File(name="created", suffix="created", of=_with_seats, make=_created, otherwise="nothing_to_undo"),
)
