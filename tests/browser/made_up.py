"""Answers of the API that are shown to a page by hand: states that a healthy system hardly ever shows."""

from typing import Any

from playwright.sync_api import Page, Route

from gateway.schemas import Job

JOB_ID = "7b1e9a52-0c0e-4c7e-9f4e-2f4b8a3c1d55"
CHECK_ID = "0d6f6a3e-3d8b-4f0c-8a51-9b7f0a1c2e34"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def job(state: str, **members: Any) -> dict[str, Any]:
    """A job of 5,000 rows as the API tells it, with the members given."""
    told = {
        "job_id": JOB_ID,
        "state": state,
        "kind": "create",
        "dry_run": False,
        "columns": {},
        "retry_of": None,
        "undo_of": None,
        "children": [],
        "filename": "seats.csv",
        "size": 1_000_000,
        "sha256": SHA256,
        "submitted_by": "admin",
        "submitted_at": "2026-11-22T12:00:00Z",
        "started_at": None,
        "accepted_at": None,
        "finished_at": None,
        "template_version": 1,
        "rows": 5000,
        "rows_checked": None,
        "bytes_checked": None,
        "processed": 0,
        "created": 0,
        "updated": 0,
        "deleted": 0,
        "failed": 0,
        "not_processed": None,
        "problems": 0,
        "problems_kept": 0,
        "change_count": None,
        "changed_rows": None,
        "message": None,
    } | members
    assert set(told) == set(Job().fields), "the API's job has other members than this one"
    return told


def answer(page: Page, pattern: str, json: object) -> None:
    """What is answered from now on. What is routed last comes first: there is no gap in which the real one is asked."""
    page.route(pattern, lambda route: route.fulfill(json=json))


def fails_once(page: Page, *, dry_run: bool) -> list[str | None]:
    """Let the first check (or the first job) that is asked for fail; the keys with which they were asked for."""
    keys: list[str | None] = []

    def fail_once(route: Route) -> None:
        if bool((route.request.post_data_json or {}).get("dry_run")) != dry_run:
            route.continue_()
            return
        keys.append(route.request.header_value("Idempotency-Key"))
        if len(keys) == 1:
            route.fulfill(status=503, json={"status": 503, "code": "unavailable", "detail": "Not just now."})
        else:
            route.continue_()

    page.route("**/api/v1/jobs", fail_once)
    return keys


def problem(line: int, column: str | None, code: str, message: str, **members: str | None) -> dict[str, Any]:
    """A problem as the API tells it."""
    return {
        "line": line,
        "column": column,
        "code": code,
        "message": message,
        "value": None,
        "suggestion": None,
    } | members
