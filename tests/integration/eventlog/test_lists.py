"""Lists of jobs, filtered and sorted, of problems and of changes."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from contracts.messages import Change, JobSubmittedV1
from contracts.problems import Problem
from services.eventlog.store import EventLog
from tests.integration.eventlog.asking import get, pages, tell, told
from tests.unit.eventlog import histories as h

JOB = h.submitted("a key")
PATH = f"/jobs/{JOB.job_id}"


def names(client: FlaskClient, query: str) -> list[str]:
    return [job["filename"] for page in pages(client, f"/jobs?{query}", "jobs") for job in page]


def job(name: str, hour: int, *, account: str = h.ACCOUNT, **changed: object) -> JobSubmittedV1:
    return replace(h.submitted(name, account=account, **changed), filename=name, submitted_at=h.at(3600 * hour))


@pytest.fixture
def few(log: EventLog) -> None:
    """Four jobs of 22 November at 12, 13 and 14 o'clock and of the next day, and a dry run."""
    update = job("Update", 1, kind="update", submitted_by="bob@example.com", sha256="1" * 64)
    deletion = job("delete", 2, kind="delete", sha256="1" * 64)
    tell(log, job("create", 0), update, deletion, job("late", 24), job("dry", 3, dry_run=True))
    tell(log, h.accepted(update, rows=7, chunks=1), h.accepted(deletion, rows=9, chunks=2))
    tell(log, h.provisioned(update, 1, (h.outcome(update, 2, failed=True),)))


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["late", "delete", "Update", "create"]),
        ("dry_run=true", ["late", "dry", "delete", "Update", "create"]),
        ("kind=update", ["Update"]),
        ("state=submitted", ["late", "create"]),
        ("state=submitted,completed_with_errors", ["late", "Update", "create"]),
        ("who=bob@example.com", ["Update"]),
        ("who=bob", []),
        ("sha256=" + "1" * 64, ["delete", "Update"]),
        ("from=2026-11-23", ["late"]),
        ("to=2026-11-22", ["delete", "Update", "create"]),
        ("from=2026-11-22T13:00:00Z&to=2026-11-22T14:00:00Z", ["delete", "Update"]),
        ("from=2026-11-22T15:00:00%2B01:00&to=2026-11-22T15:00:00+01:00", ["delete"]),
        ("q=ATE&kind=delete", []),
        ("q=late", ["late"]),
        ("sort=submitted_at", ["create", "Update", "delete", "late"]),
        ("sort=filename", ["create", "delete", "late", "Update"]),
        ("sort=-failed&kind=update", ["Update"]),
        ("sort=-rows&q=update", ["Update"]),
    ],
)
def test_jobs_that_are_wanted_in_the_order_that_is_wanted(client: FlaskClient, query: str, found: list[str]) -> None:
    for limit in (1, 3, 50):
        assert names(client, f"{query}&limit={limit}") == found, limit


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("sort", "first"), [("-failed", ["Update"]), ("-rows", ["delete", "Update"])])
def test_jobs_with_most_rows_come_first_and_those_without_any_follow_page_by_page(
    client: FlaskClient, sort: str, first: list[str]
) -> None:
    listed = names(client, f"sort={sort}&limit=1")
    assert listed[: len(first)] == first
    assert sorted(listed) == ["Update", "create", "delete", "late"]


@pytest.mark.usefixtures("few")
def test_a_cursor_of_another_order_is_refused(client: FlaskClient) -> None:
    cursor = told(client, "/jobs?limit=1&sort=filename")["next_cursor"]
    answer = get(client, f"/jobs?limit=1&sort=-rows&cursor={cursor}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize("sort", ["-submitted_at", "submitted_at", "-rows", "-failed", "filename"])
def test_every_job_is_on_one_page_where_they_are_all_alike(client: FlaskClient, log: EventLog, sort: str) -> None:
    tell(log, *(h.submitted(f"{n}") for n in range(9)), h.submitted("x", account="other"))
    found = [job["job_id"] for page in pages(client, f"/jobs?limit=2&sort={sort}", "jobs") for job in page]
    assert len(found) == len({*found}) == 9


def test_the_longest_names_can_be_kept_found_and_sorted(client: FlaskClient, log: EventLog) -> None:
    longest = h.submitted(
        "1", filename="\N{GREEK SMALL LETTER IOTA WITH DIALYTIKA AND TONOS}" * 255, submitted_by="ß" * 255
    )
    other = h.submitted("2", filename=longest.filename, submitted_by="\N{GRINNING FACE}" * 255)
    tell(log, longest, other)
    refused = h.failed(
        h.submitted("3"), idempotency_key="3", submitted_by="\N{GRINNING FACE}" * 9000, filename="z" * 9000
    )
    tell(log, refused)
    found = names(client, "q=%CE%90&limit=1&sort=filename")
    assert found == [longest.filename] * 2
    assert names(client, "sort=filename")[-1] == longest.filename


def test_more_problems_than_a_message_has_in_parts_that_come_in_any_order(client: FlaskClient, log: EventLog) -> None:
    problems = tuple(
        Problem(line=n, column="timezone", code="odd" if n % 2 else "even", message="No.", suggestion=f"{n}")
        for n in range(2, 9)
    )
    verdict = replace(h.rejected(JOB, rows=9, problems=problems), problems=problems[:3])
    parts = [h.found(JOB, problems[3:6], after=3), h.found(JOB, problems[6:], after=6)]
    tell(log, parts[1], JOB, verdict, parts[0], parts[1], parts[0])
    asked = told(client, PATH)
    assert (asked["problems"], asked["problems_kept"], asked["state"]) == (7, 7, "rejected")
    found = list(pages(client, f"{PATH}/problems?limit=2", "problems"))
    assert [problem["line"] for page in found for problem in page] == list(range(2, 9))
    assert found[0][0]["suggestion"] == "2"
    odd = list(pages(client, f"{PATH}/problems?limit=2&code=odd", "problems"))
    assert [problem["line"] for page in odd for problem in page] == [3, 5, 7]
    lines = get(client, f"{PATH}/problems.csv?code=even").data.decode("utf-8-sig").split("\r\n")
    assert [line[:1] for line in lines] == ["l", "2", "4", "6", "8", ""]
    assert lines[1] == "2,timezone,even,No.,,2"
    assert [event["type"] for event in told(client, f"{PATH}/events")["events"]] == [
        "job.submitted.v1",
        "job.rejected.v1",
        "job.finished.v1",
    ]


def test_problems_that_were_lost_on_their_way_are_not_counted_as_kept(client: FlaskClient, log: EventLog) -> None:
    problems = tuple(Problem(line=n, column=None, code="x", message="No.") for n in range(2, 9))
    tell(log, JOB, replace(h.rejected(JOB, rows=9, problems=problems), problems=problems[:3]))
    asked = told(client, PATH)
    assert (asked["problems"], asked["problems_kept"]) == (7, 3)


def test_what_an_update_would_change(client: FlaskClient, log: EventLog) -> None:
    changes = tuple(
        Change(line=n, user_id=JOB.job_id, column="department", before="Sales" if n else None, after=f"{n}")
        for n in range(5)
    )
    dry = replace(JOB, kind="update", dry_run=True)
    tell(log, dry, h.checked(dry, rows=9, changes=changes), h.checked(dry, rows=9, changes=changes))
    found = list(pages(client, f"{PATH}/changes?limit=2", "changes"))
    assert [change["after"] for page in found for change in page] == ["0", "1", "2", "3", "4"]
    assert found[0][0] == {
        "line": 0,
        "user_id": str(JOB.job_id),
        "column": "department",
        "before": None,
        "after": "0",
    }
    first = told(client, f"{PATH}/changes")
    assert (first["change_count"], first["changed_rows"], first["next_cursor"]) == (5, 5, None)
    asked = told(client, PATH)
    assert (asked["state"], asked["rows"], asked["not_processed"], asked["change_count"]) == ("checked", 9, 9, 5)


def test_a_job_tells_what_was_made_of_it_and_of_what_it_was_made(client: FlaskClient, log: EventLog) -> None:
    retry = h.submitted("retry", retry_of=JOB.job_id, submitted_at=h.at(1))
    undo = h.submitted("undo", undo_of=JOB.job_id, kind="delete", submitted_at=h.at(2))
    foreign = h.submitted("foreign", undo_of=JOB.job_id, account="other")
    check = h.submitted("check", retry_of=JOB.job_id, dry_run=True)
    tell(log, JOB, undo, retry, foreign, check, h.started(undo))
    assert told(client, PATH)["children"] == [
        {"job_id": str(retry.job_id), "relation": "retry", "state": "submitted"},
        {"job_id": str(undo.job_id), "relation": "undo", "state": "validating"},
    ]
    child = told(client, f"/jobs/{undo.job_id}")
    assert (child["undo_of"], child["retry_of"], child["kind"]) == (str(JOB.job_id), None, "delete")


def test_how_far_the_check_of_a_file_has_come(client: FlaskClient, log: EventLog) -> None:
    tell(log, replace(JOB, size=900_000), h.started(JOB), h.progressed(JOB, 2000), h.progressed(JOB, 1000))
    asked = told(client, PATH)
    assert (asked["state"], asked["rows_checked"], asked["bytes_checked"]) == ("validating", 2000, 200_000)
    assert asked["started_at"] == "2026-11-22T12:00:01.000000Z"
    tell(log, h.accepted(JOB, rows=8000, chunks=8))
    asked = told(client, PATH)
    assert (asked["rows_checked"], asked["bytes_checked"]) == (8000, 900_000)
