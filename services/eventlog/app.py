"""The event log over HTTP: jobs, problems, timelines, outcomes and summaries of the account that asks."""

from collections.abc import Callable, Mapping
from itertools import chain, islice
from typing import Any

from flask import Flask, Response, jsonify, request

import csvfile
from database.connection import UNAVAILABLE
from services.eventlog import schemas
from services.eventlog.asked import asked_job
from services.eventlog.cursors import number_cursor
from services.eventlog.downloads import csv_download, derived_name
from services.eventlog.file_routes import Sources, add_files
from services.eventlog.job import Job
from services.eventlog.reading import Archive
from services.eventlog.words import message_of
from web.access import AccessKey, current, require
from web.app import create_app
from web.client import ServiceUnavailable

_PROBLEM_COLUMNS = ("line", "column", "code", "message", "value", "suggestion")


def make_app(archive: Archive, sources: Sources, key: AccessKey, ready: Callable[[], Mapping[str, bool]]) -> Flask:
    """The application."""
    app = create_app("eventlog", ready=ready, away=(*UNAVAILABLE, ServiceUnavailable))
    require(app, key)
    _add_jobs(app, archive)
    _add_problems(app, archive)
    _add_changes(app, archive)
    _add_details(app, archive)
    add_files(app, archive, sources)
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
        job, account = asked_job(archive, job_id), current().account
        children = [schemas.CHILD.dump(child) for child in archive.children(account, job.job_id)]
        kept = archive.problems_kept(account, job.job_id) if job.problem_count else 0
        return jsonify(_told(job) | {"children": children, "problems_kept": kept})


def _add_problems(app: Flask, archive: Archive) -> None:
    @app.get("/jobs/<job_id>/problems")
    def list_problems(job_id: str) -> Response:
        job = asked_job(archive, job_id)
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
        job = asked_job(archive, job_id)
        asked = schemas.arguments(schemas.PROBLEMS_CSV_QUERY, request.args)
        found = archive.all_problems(current().account, job.job_id, code=asked["code"])
        rows = ((str(p.line), p.column or "", p.code, p.message, p.value or "", p.suggestion or "") for p in found)
        dialect = csvfile.Dialect(newline="\r\n", bom=True)  # as spreadsheets like it
        blocks = csvfile.write(chain([_PROBLEM_COLUMNS], rows), dialect)
        return csv_download(blocks, derived_name(job.filename, "problems"))


def _add_changes(app: Flask, archive: Archive) -> None:
    @app.get("/jobs/<job_id>/changes")
    def list_changes(job_id: str) -> Response:
        job = asked_job(archive, job_id)
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
        entries = archive.timeline(current().account, asked_job(archive, job_id))
        return jsonify({"events": [schemas.ENTRY.dump(entry) for entry in entries]})

    @app.get("/jobs/<job_id>/outcomes")
    def list_outcomes(job_id: str) -> Response:
        job = asked_job(archive, job_id)
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


def _told(job: Job) -> dict[str, Any]:
    told: dict[str, Any] = schemas.JOB.dump(job)
    return told | {"message": message_of(job, job.state)}
