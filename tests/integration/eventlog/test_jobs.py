"""Jobs, lists, problems, timelines and outcomes over HTTP."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from contracts.messages import Outcome
from contracts.problems import Problem
from services.eventlog.store import EventLog
from tests.integration.eventlog.asking import get, pages, tell, told
from tests.unit.eventlog import histories as h

JOB = h.submitted("a key")
PATH = f"/jobs/{JOB.job_id}"
FIELDS = [
    *("job_id", "state", "filename", "submitted_by", "submitted_at", "finished_at", "template_version", "rows"),
    *("processed", "created", "failed", "not_processed", "problems", "kind", "dry_run", "columns", "retry_of"),
    *("undo_of", "updated", "deleted", "size", "sha256", "started_at", "accepted_at", "rows_checked", "bytes_checked"),
    *("change_count", "changed_rows", "message"),
]


FILES = [f"/{name}.csv" for name in ("summary", "annotated", "failed", "created")]


def test_a_job_on_its_way(client: FlaskClient, log: EventLog) -> None:
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=2), h.provisioned(JOB, 1, (h.outcome(JOB, 2),)))
    job = told(client, PATH)
    assert list(job) == [*FIELDS, "children", "problems_kept"]
    assert job == {
        "job_id": str(JOB.job_id),
        "state": "provisioning",
        "filename": "seats.csv",
        "submitted_by": "ada@example.com",
        "submitted_at": "2026-11-22T12:00:00.000000Z",
        "finished_at": None,
        "template_version": 1,
        "rows": 3,
        "processed": 1,
        "created": 1,
        "failed": 0,
        "not_processed": None,
        "problems": 0,
        "kind": "create",
        "dry_run": False,
        "columns": {},
        "retry_of": None,
        "undo_of": None,
        "updated": 0,
        "deleted": 0,
        "size": 10,
        "sha256": "0" * 64,
        "started_at": None,
        "accepted_at": "2026-11-22T12:00:02.000000Z",
        "rows_checked": 3,
        "bytes_checked": 10,
        "change_count": 0,
        "changed_rows": 0,
        "message": None,
        "children": [],
        "problems_kept": 0,
    }


def test_a_job_that_failed_tells_what_came_after_its_end(client: FlaskClient, log: EventLog) -> None:
    chunk = h.provisioned(JOB, 2, (h.outcome(JOB, 3), h.outcome(JOB, 4, failed=True)))
    tell(log, JOB, h.accepted(JOB, rows=9, chunks=3), h.failed(JOB), chunk)
    job = told(client, PATH)
    assert (job["state"], job["created"], job["failed"], job["not_processed"]) == ("failed", 1, 1, 7)
    assert job["message"] == "The provisioner gave up. 1 Seat was created before that. 7 rows were not processed."


@pytest.mark.parametrize("what", ["", "/problems", "/problems.csv", "/events", "/outcomes", "/changes", *FILES])
def test_unknown_and_foreign_jobs_are_answered_alike(client: FlaskClient, log: EventLog, what: str) -> None:
    tell(log, JOB)
    foreign = get(client, PATH + what, account="other")
    unknown = get(client, f"/jobs/{h.submitted('unknown').job_id}{what}")
    malformed = get(client, f"/jobs/no-id{what}")
    assert [answer.status_code for answer in (foreign, unknown, malformed)] == [404, 404, 404]
    assert foreign.data == unknown.data == malformed.data
    assert foreign.get_json()["code"] == "not_found"


def test_a_job_of_nobody_is_shown_to_nobody(client: FlaskClient, log: EventLog) -> None:
    tell(log, h.failed(JOB, account=None))
    assert get(client, PATH).status_code == 404
    tell(log, JOB)
    assert told(client, PATH)["state"] == "failed"


def test_without_a_token_nothing_is_told(client: FlaskClient, log: EventLog) -> None:
    tell(log, JOB)
    assert client.get(PATH).status_code == 401
    assert client.get("/readyz").get_json()["checks"] == {"database": True}


def test_the_list_is_newest_first_page_by_page_also_where_times_tie(client: FlaskClient, log: EventLog) -> None:
    jobs = [h.submitted(f"{n}", submitted_at=h.at(n // 4)) for n in range(11)]
    tell(log, *jobs, h.submitted("x", account="other"))
    found = list(pages(client, "/jobs?limit=2", "jobs"))
    assert [len(page) for page in found] == [2, 2, 2, 2, 2, 1]
    order = sorted(jobs, key=lambda job: (job.submitted_at, job.job_id), reverse=True)
    assert [job["job_id"] for page in found for job in page] == [str(job.job_id) for job in order]
    assert list(found[0][0]) == FIELDS


def test_an_exact_last_page_has_no_cursor(client: FlaskClient, log: EventLog) -> None:
    tell(log, h.submitted("1"), h.submitted("2"))
    assert told(client, "/jobs?limit=2")["next_cursor"] is None


def test_jobs_by_state_and_words(client: FlaskClient, log: EventLog) -> None:
    other = h.submitted("2", filename="Büro 100%.csv", submitted_by="bob@example.com", submitted_at=h.at(9))
    tell(log, JOB, other, h.started(JOB), h.submitted("3", account="other"))

    def names(query: str) -> list[str]:
        return [job["filename"] for job in told(client, f"/jobs?{query}")["jobs"]]

    assert names("state=validating") == ["seats.csv"]
    assert names("state=submitted") == ["Büro 100%.csv"]
    assert names("state=submitted&q=seats") == []
    assert names("q=BÜRO") == ["Büro 100%.csv"]
    assert names("q=%25") == ["Büro 100%.csv"]
    assert names("q=_") == []
    assert names("q=bob@") == ["Büro 100%.csv"]
    for length in (1, 8, 9, 13, 36):
        assert "seats.csv" in names(f"q={str(JOB.job_id)[:length].upper()}"), length
    assert names(f"q={str(JOB.job_id)[:13]}") == ["seats.csv"]
    assert names(f"q={str(JOB.job_id)[1:14]}") == []
    assert names(f"q={JOB.job_id}0") == []
    assert names("state=&q=&cursor=") == ["Büro 100%.csv", "seats.csv"]
    assert names("q=.csv&limit=1") == ["Büro 100%.csv"]
    assert [len(page) for page in pages(client, "/jobs?q=.csv&limit=1", "jobs")] == [1, 1]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("/jobs?cursor=no", "bad_cursor"),
        (f"{PATH}/problems?cursor=no", "bad_cursor"),
        (f"{PATH}/outcomes?cursor=no", "bad_cursor"),
        ("/jobs?state=done", "bad_query"),
        ("/jobs?state=failed,done", "bad_query"),
        ("/jobs?kind=replace", "bad_query"),
        ("/jobs?sort=size", "bad_query"),
        ("/jobs?from=yesterday", "bad_query"),
        ("/jobs?to=2026-02-30", "bad_query"),
        ("/jobs?sha256=abc", "bad_query"),
        ("/jobs?who=a%00b", "bad_query"),
        (f"{PATH}/changes?cursor=no", "bad_cursor"),
        ("/jobs?limit=0", "bad_query"),
        ("/jobs?limit=501", "bad_query"),
        ("/jobs?q=" + "x" * 256, "bad_query"),
        ("/jobs?q=a%00b", "bad_query"),
        (f"{PATH}/outcomes?type=odd", "bad_query"),
    ],
)
def test_wrong_arguments_are_refused(client: FlaskClient, log: EventLog, query: str, code: str) -> None:
    tell(log, JOB)
    answer = get(client, query)
    assert (answer.status_code, answer.get_json()["code"]) == (400, code)


def test_problems_page_by_page_and_as_csv(client: FlaskClient, log: EventLog) -> None:
    problems = tuple(
        Problem(line=n, column="email" if n % 2 else None, code="required", message=f"Fill {n}.", value="=1+1")
        for n in range(2, 9)
    )
    tell(log, JOB, h.rejected(JOB, rows=9, problems=problems))
    found = list(pages(client, f"{PATH}/problems?limit=3", "problems"))
    assert [len(page) for page in found] == [3, 3, 1]
    assert found[0][1] == {
        "line": 3,
        "column": "email",
        "code": "required",
        "message": "Fill 3.",
        "value": "=1+1",
        "suggestion": None,
    }
    first = told(client, f"{PATH}/problems")
    assert (first["problem_count"], first["problems_by_code"]) == (7, {"required": 7})
    assert told(client, PATH)["problems"] == 7
    answer = get(client, f"{PATH}/problems.csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="seats-problems.csv"')
    lines = answer.data.decode("utf-8-sig").split("\r\n")
    assert lines[:3] == [
        "line,column,code,message,value,suggestion",
        "2,,required,Fill 2.,'=1+1,",
        "3,email,required,Fill 3.,'=1+1,",
    ]
    assert len(lines) == 9


def test_the_timeline_is_in_the_order_of_what_happened_and_closes_with_the_end(
    client: FlaskClient, log: EventLog
) -> None:
    chunk = h.provisioned(JOB, 1, (h.outcome(JOB, 2),))
    tell(log, chunk, h.accepted(JOB, rows=1, chunks=1))
    running = told(client, f"{PATH}/events")["events"]
    assert [event["type"] for event in running] == ["job.accepted.v1", "seats.provisioned.v1"]
    tell(log, JOB, h.started(JOB))
    events = told(client, f"{PATH}/events")["events"]
    assert [event["type"] for event in events] == [
        "job.submitted.v1",
        "validation.started.v1",
        "job.accepted.v1",
        "seats.provisioned.v1",
        "job.finished.v1",
    ]
    assert events[0] == {
        "type": "job.submitted.v1",
        "occurred_at": "2026-11-22T12:00:00.000000Z",
        "text": "ada@example.com submitted seats.csv (10 bytes).",
    }
    assert events[-1]["text"] == "The job ended as completed: 1 Seat created, 0 rows failed."


def test_a_cancel_that_came_too_late_is_told_after_the_end(client: FlaskClient, log: EventLog) -> None:
    chunk = h.provisioned(JOB, 1, (h.outcome(JOB, 2),))
    tell(log, JOB, h.accepted(JOB, rows=1, chunks=1), h.cancelled(JOB, chunks=1), chunk)
    events = told(client, f"{PATH}/events")["events"]
    assert [event["type"] for event in events][-2:] == ["job.finished.v1", "job.cancelled.v1"]
    assert sorted(event["occurred_at"] for event in events) == [event["occurred_at"] for event in events]


def outcomes_of_chunks() -> list[tuple[Outcome, ...]]:
    """Ten chunks of ten rows; every third row of even chunks failed."""
    return [
        tuple(
            h.outcome(JOB, line, failed=chunk % 2 == 0 and line % 3 == 0) for line in range(chunk * 10, chunk * 10 + 10)
        )
        for chunk in range(1, 11)
    ]


@pytest.mark.parametrize("kind", ["", "failed", "successful"])
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_outcomes_page_by_page(client: FlaskClient, log: EventLog, kind: str, limit: int) -> None:
    chunks = outcomes_of_chunks()
    tell(log, *(h.provisioned(JOB, n, outcomes) for n, outcomes in reversed(list(enumerate(chunks, start=1)))))
    wanted = [outcome for chunk in chunks for outcome in chunk if kind in ("", outcome.type)]
    found = list(pages(client, f"{PATH}/outcomes?type={kind}&limit={limit}", "outcomes"))
    assert [outcome["line"] for page in found for outcome in page] == [outcome.line for outcome in wanted]
    assert all(len(page) == limit for page in found[:-1])


def test_an_outcome_is_told_with_its_reason(client: FlaskClient, log: EventLog) -> None:
    one, other = h.outcome(JOB, 2), h.outcome(JOB, 3, failed=True)
    tell(log, JOB, h.provisioned(JOB, 1, (one, other)))
    assert told(client, f"{PATH}/outcomes")["outcomes"] == [
        {
            "line": 2,
            "user_id": str(one.user_id),
            "created_at": "2026-11-22T12:00:03.002000Z",
            "type": "successful",
            "code": None,
            "reason": None,
        },
        {
            "line": 3,
            "user_id": None,
            "created_at": None,
            "type": "failed",
            "code": "seat_exists",
            "reason": "Line 3 is taken.",
        },
    ]


def test_a_job_keeps_its_place_by_its_earliest_event_until_it_is_known_when_it_was_submitted(
    client: FlaskClient, log: EventLog
) -> None:
    early = h.submitted("early", submitted_at=h.NOON - timedelta(hours=1))
    tell(log, JOB, h.started(early))
    first = [job["job_id"] for job in told(client, "/jobs")["jobs"]]
    tell(log, early)
    assert first == [str(early.job_id), str(JOB.job_id)]
    assert [job["job_id"] for job in told(client, "/jobs")["jobs"]] == first[::-1]
