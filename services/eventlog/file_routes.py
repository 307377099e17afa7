"""The files of a job over HTTP: its summary, and what else is made of the uploaded file."""

import logging
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from flask import Flask, Response

import csvfile
from services.eventlog import derived
from services.eventlog.asked import asked_job
from services.eventlog.downloads import csv_download, derived_name
from services.eventlog.job import Job, State
from services.eventlog.meaning import meaning_of
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


def add_files(app: Flask, archive: Archive, sources: Sources) -> None:
    """The routes."""
    _add_summary(app, archive, sources)
    _add_annotated(app, archive, sources)
    _add_rows(app, archive, sources)


def _add_summary(app: Flask, archive: Archive, sources: Sources) -> None:
    @app.get("/jobs/<job_id>/summary.csv")
    def summary_csv(job_id: str) -> Response:
        job = asked_job(archive, job_id)
        blocks = _source(sources, _summarised(job))
        chunks = archive.chunks(current().account, job.job_id)
        return _made_of(
            job,
            "summary",
            lambda: summarise(
                blocks, chunks, kind=job.kind, meaning=meaning_of(job), otherwise=not_processed_reason(job)
            ),
            otherwise="nothing_created",
        )


def _add_annotated(app: Flask, archive: Archive, sources: Sources) -> None:
    @app.get("/jobs/<job_id>/annotated.csv")
    def annotated_csv(job_id: str) -> Response:
        job = asked_job(archive, job_id)
        blocks = _source(sources, _annotated(job))
        problems = archive.problems_by_line(current().account, job.job_id)
        return _made_of(
            job,
            "with-problems",
            lambda: derived.annotated(blocks, problems, told=job.problem_count),
            otherwise="not_annotatable",
        )


def _add_rows(app: Flask, archive: Archive, sources: Sources) -> None:
    @app.get("/jobs/<job_id>/failed.csv")
    def failed_csv(job_id: str) -> Response:
        job = asked_job(archive, job_id)
        blocks = _source(sources, _with_rows_left(job))
        chunks = archive.chunks(current().account, job.job_id)
        return _made_of(
            job,
            "failed",
            lambda: derived.left_over(blocks, chunks, meaning=meaning_of(job)),
            otherwise="nothing_to_retry",
        )

    @app.get("/jobs/<job_id>/created.csv")
    def created_csv(job_id: str) -> Response:
        job = asked_job(archive, job_id)
        blocks = _source(sources, _with_seats(job))
        chunks = archive.chunks(current().account, job.job_id)
        return _made_of(
            job,
            "created",
            lambda: derived.made(blocks, chunks, meaning=meaning_of(job)),
            otherwise="nothing_to_undo",
        )


def _made_of(job: Job, what: str, make: Callable[[], Blocks], *, otherwise: str) -> Response:
    """The download, or a refusal with the code ``otherwise``: of a job that ended before its file had been read."""
    try:
        blocks = make()
    except csvfile.FileProblem as error:
        raise Refusal(409, otherwise, f"The file can't be read: {error.message}") from None
    except SourceChanged as error:
        log.error("job %s: %s", job.job_id, error)  # noqa: TRY400  # where it was raised says nothing
        raise _changed() from None
    return csv_download(blocks, derived_name(job.filename, what))


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


def _annotated(job: Job) -> Job:
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
