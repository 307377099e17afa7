"""The event log over HTTP: jobs, problems, timelines, outcomes and summaries of the account that asks."""

import logging
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Protocol
from uuid import UUID

from flask import Flask, Response, jsonify, request

import csvfile
from contracts import template
from database.connection import UNAVAILABLE
from services.eventlog import schemas
from services.eventlog.cursors import number_cursor
from services.eventlog.downloads import csv_download, derived_name
from services.eventlog.job import Job, State
from services.eventlog.reading import Archive
from services.eventlog.summary import SourceChanged, summarise, verified
from services.eventlog.words import message_of, not_processed_reason
from web.access import AccessKey, current, require
from web.app import create_app
from web.client import RemoteRefusal, ServiceUnavailable
from web.refusals import Refusal, not_found

log = logging.getLogger(__name__)

_PROBLEM_COLUMNS = ("line", "column", "code", "message", "value", "suggestion")


class Sources(Protocol):
    """Gives the files as they were uploaded: `sources.UploadedSources`."""

    def open(self, account: str, source: str) -> Iterator[bytes]:
        """A file in blocks. Raises `RemoteRefusal` or `ServiceUnavailable`."""


def make_app(archive: Archive, sources: Sources, key: AccessKey, ready: Callable[[], Mapping[str, bool]]) -> Flask:
    """The application."""
    app = create_app("eventlog", ready=ready, away=(*UNAVAILABLE, ServiceUnavailable))
    require(app, key)
    _add_jobs(app, archive)
    _add_problems(app, archive)
    _add_changes(app, archive)
    _add_details(app, archive)
    _add_summary(app, archive, sources)
    return app


def _add_jobs(app: Flask, archive: Archive) -> None:
    @app.get("/jobs")
    def list_jobs() -> Response:
        asked = schemas.arguments(schemas.JOBS_QUERY, request.args)
        page = archive.jobs(
            current().account,
            schemas.jobs_wanted(asked),
            limit=asked["limit"],
            sort=asked["sort"],
            after=schemas.job_position(asked),
        )
        cursor = page.last.cursor() if page.last else None
        return jsonify({"jobs": [_told(job) for job in page.jobs], "next_cursor": cursor})

    @app.get("/jobs/<job_id>")
    def get_job(job_id: str) -> Response:
        job, account = _job(archive, job_id), current().account
        children = [schemas.CHILD.dump(child) for child in archive.children(account, job.job_id)]
        kept = archive.problems_kept(account, job.job_id) if job.problem_count else 0
        return jsonify(_told(job) | {"children": children, "problems_kept": kept})


def _add_problems(app: Flask, archive: Archive) -> None:
    @app.get("/jobs/<job_id>/problems")
    def list_problems(job_id: str) -> Response:
        job = _job(archive, job_id)
        asked = schemas.arguments(schemas.PROBLEMS_QUERY, request.args)
        limit = asked["limit"]
        found = archive.problems(
            current().account, job.job_id, after=asked["cursor"], limit=limit + 1, code=asked["code"]
        )
        return jsonify(
            {
                "problems": [schemas.PROBLEM.dump(problem) for _, problem in found[:limit]],
                "problem_count": job.problem_count,
                "problems_by_code": dict(job.problems_by_code),
                "next_cursor": number_cursor("problems", found[limit - 1][0]) if len(found) > limit else None,
            }
        )

    @app.get("/jobs/<job_id>/problems.csv")
    def problems_csv(job_id: str) -> Response:
        job = _job(archive, job_id)
        asked = schemas.arguments(schemas.PROBLEMS_CSV_QUERY, request.args)
        found = archive.all_problems(current().account, job.job_id, code=asked["code"])
        rows = ((str(p.line), p.column or "", p.code, p.message, p.value or "", p.suggestion or "") for p in found)
        dialect = csvfile.Dialect(newline="\r\n", bom=True)  # as spreadsheets like it
        blocks = csvfile.write(chain([_PROBLEM_COLUMNS], rows), dialect)
        return csv_download(blocks, derived_name(job.filename, "problems"))


def _add_changes(app: Flask, archive: Archive) -> None:
    @app.get("/jobs/<job_id>/changes")
    def list_changes(job_id: str) -> Response:
        job = _job(archive, job_id)
        asked = schemas.arguments(schemas.CHANGES_QUERY, request.args)
        limit = asked["limit"]
        found = archive.changes(current().account, job.job_id, after=asked["cursor"], limit=limit + 1)
        return jsonify(
            {
                "changes": [schemas.CHANGE.dump(change) for _, change in found[:limit]],
                "change_count": job.change_count,
                "changed_rows": job.changed_rows,
                "next_cursor": number_cursor("changes", found[limit - 1][0]) if len(found) > limit else None,
            }
        )


def _add_details(app: Flask, archive: Archive) -> None:
    @app.get("/jobs/<job_id>/events")
    def list_events(job_id: str) -> Response:
        entries = archive.timeline(current().account, _job(archive, job_id))
        return jsonify({"events": [schemas.ENTRY.dump(entry) for entry in entries]})

    @app.get("/jobs/<job_id>/outcomes")
    def list_outcomes(job_id: str) -> Response:
        job = _job(archive, job_id)
        asked = schemas.arguments(schemas.OUTCOMES_QUERY, request.args)
        kind, limit = asked["type"], asked["limit"]
        coming = archive.outcomes(current().account, job.job_id, after=asked["cursor"], failed_only=kind == "failed")
        found = list(islice((o for o in coming if kind in (None, o.type)), limit + 1))
        more = len(found) > limit
        return jsonify(
            {
                "outcomes": [schemas.OUTCOME.dump(outcome) for outcome in found[:limit]],
                "next_cursor": number_cursor("outcomes", found[limit - 1].line) if more else None,
            }
        )


def _add_summary(app: Flask, archive: Archive, sources: Sources) -> None:
    @app.get("/jobs/<job_id>/summary.csv")
    def summary_csv(job_id: str) -> Response:
        job = _job(archive, job_id)
        account = current().account
        blocks = _source(sources, account, _summarised(job))
        try:
            summary = summarise(
                blocks,
                archive.chunks(account, job.job_id),
                template=template.version(job.template_version or 1),
                otherwise=not_processed_reason(job),
            )
        except csvfile.FileProblem as error:  # only of a job that ended before its file had been read
            raise Refusal(409, "nothing_created", f"The file can't be read: {error.message}") from None
        except SourceChanged as error:
            log.error("job %s: %s", job.job_id, error)  # noqa: TRY400  # where it was raised says nothing
            raise _changed() from None
        return csv_download(summary, derived_name(job.filename, "summary"))


def _job(archive: Archive, text: str) -> Job:
    """The job of the account that asks; all else is not there."""
    try:
        job = archive.job(current().account, UUID(text))
    except ValueError:
        raise not_found("job") from None
    if job is None:
        raise not_found("job")
    return job


def _told(job: Job) -> dict[str, Any]:
    told: dict[str, Any] = schemas.JOB.dump(job)
    return told | {"message": message_of(job, job.state)}


def _summarised(job: Job) -> Job:
    """The job, if it is one that has a summary."""
    if job.finished is None:
        raise Refusal(409, "job_not_finished", "The summary is made when the job has ended. Try again then.")
    if job.state is State.REJECTED:
        raise Refusal(
            409, "nothing_created", "The file was rejected and no Seat was created. See the list of its problems."
        )
    if job.source is None:
        raise Refusal(409, "nothing_created", "The job ended before there was a file, so no Seat was created.")
    return job


def _changed() -> Refusal:
    """For a file so small that all of it is read before the answer begins; with others the transfer breaks."""
    detail = "The file that is kept is not the file that was submitted. Tell your operator the job's number."
    return Refusal(500, "source_changed", detail)


def _source(sources: Sources, account: str, job: Job) -> Iterator[bytes]:
    try:
        blocks = sources.open(account, job.source or "")
    except RemoteRefusal as error:
        if error.status != 404:
            raise
        raise Refusal(410, "source_gone", "The uploaded file is not kept any more; the summary needs it.") from None
    return verified(blocks, size=job.size or 0, sha256=job.sha256 or "")
