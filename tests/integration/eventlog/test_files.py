"""Files made of a job's own file over HTTP, each of which can be uploaded as it is."""

from dataclasses import replace
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import csvfile
from contracts.messages import Contract, JobSubmittedV1
from contracts.problems import Problem
from contracts.template import latest
from services.eventlog.store import EventLog
from tests.integration.eventlog.asking import get, submitted_file, tell
from tests.unit.eventlog import histories as h

DATA = (
    b"firstname,lastname,email,extension,seat_type,Shoe size\r\n"
    b"Ann,Lee,ann@example.com,100,standard,42\r\n"
    b"\r\n"
    b"Bob,Lee,bob@example.com,101,standard,43\r\n"
    b"Cy,Lee,cy@example.com,102,standard,44\r\n"
)
JOB = submitted_file("a key", DATA, filename="New starters.xlsx")
JOB = replace(JOB, columns={"Shoe size": None})
PATH = f"/jobs/{JOB.job_id}"
TWO_PROBLEMS = (
    Problem(line=5, column="email", code="not_an_email", message="No e-mail address."),
    Problem(line=2, column="extension", code="wrong_length", message="Too short."),
)


@pytest.fixture(autouse=True)
def uploaded(sources: dict[str, bytes]) -> None:
    sources["a-source"] = DATA


def table(answer: TestResponse) -> list[tuple[str, ...]]:
    assert answer.status_code == 200, answer.text
    reading = csvfile.read([answer.data])
    return [reading.header.cells, *(record.cells for record in reading)]


def name(answer: TestResponse) -> str:
    return unquote(answer.headers["Content-Disposition"].rpartition("''")[2])


def ended(job: JobSubmittedV1, *, failed: int = 0) -> tuple[Contract, ...]:
    chunk = h.provisioned(job, 1, tuple(h.outcome(job, line, failed=line == failed) for line in (2, 4)))
    return job, h.accepted(job, rows=3, chunks=2), chunk, h.failed(job)


def test_the_file_with_its_problems(client: FlaskClient, log: EventLog) -> None:
    tell(log, JOB, h.rejected(JOB, rows=3, problems=TWO_PROBLEMS))
    answer = get(client, f"{PATH}/annotated.csv")
    assert name(answer) == "New starters-with-problems.csv"
    told = table(answer)
    assert told[0][-2:] == ("Shoe size", "problems")
    assert [row[-2:] for row in told[1:]] == [
        ("42", "extension: Too short."),
        ("43", ""),
        ("44", "email: No e-mail address."),
    ]
    assert latest().match_header(told[0], {"Shoe size": None}).is_complete


def test_all_pages_of_problems_are_in_the_file_that_is_given_back(
    client: FlaskClient, log: EventLog, sources: dict[str, bytes]
) -> None:
    rows = 5_000
    data = b"email,extension\n" + b"".join(b"a%d@,1\n" % n for n in range(rows))
    job, sources["a-source"] = submitted_file("long", data), data
    problems = tuple(Problem(line=n + 2, column="email", code="x", message=f"No {n}.") for n in range(rows))
    parts = [h.found(job, problems[at : at + 1000], after=at) for at in range(1000, rows, 1000)]
    tell(log, job, *reversed(parts), replace(h.rejected(job, rows=rows, problems=problems), problems=problems[:1000]))
    told = table(get(client, f"/jobs/{job.job_id}/annotated.csv"))
    assert [row[-1] for row in told[1:]] == [f"email: No {n}." for n in range(rows)]


def test_rows_that_did_not_succeed_and_seats_that_were_made(client: FlaskClient, log: EventLog) -> None:
    tell(log, *ended(JOB, failed=4))
    left = get(client, f"{PATH}/failed.csv")
    assert name(left) == "New starters-failed.csv"
    assert table(left) == [
        ("firstname", "lastname", "email", "extension", "seat_type"),
        ("Bob", "Lee", "bob@example.com", "101", "standard"),
        ("Cy", "Lee", "cy@example.com", "102", "standard"),
    ]
    made = get(client, f"{PATH}/created.csv")
    assert name(made) == "New starters-created.csv"
    assert table(made) == [
        ("user_id", "firstname", "lastname", "email", "extension"),
        (str(h.outcome(JOB, 2).user_id), "Ann", "Lee", "ann@example.com", "100"),
    ]


UNREADABLE = Problem(line=3, column=None, code="unclosed_quote", message="A quotation mark is never closed.")
DRY = replace(JOB, dry_run=True)
DELETION = replace(JOB, kind="delete")
ALL_MADE = h.provisioned(JOB, 1, tuple(h.outcome(JOB, line) for line in (2, 4, 5)))
NONE_MADE = h.provisioned(JOB, 1, tuple(h.outcome(JOB, line, failed=True) for line in (2, 4, 5)))


@pytest.mark.parametrize(
    ("what", "events", "code"),
    [
        ("annotated.csv", [JOB], "job_not_finished"),
        ("annotated.csv", [DRY, h.checked(DRY, rows=3)], "not_annotatable"),
        (
            "annotated.csv",
            [
                JOB,
                h.rejected(JOB, rows=1, problems=(Problem(line=3, column=None, code="unclosed_quote", message="x"),)),
            ],
            "not_annotatable",
        ),
        ("failed.csv", [JOB], "job_not_finished"),
        ("failed.csv", [DRY, h.checked(DRY, rows=3)], "nothing_to_retry"),
        ("failed.csv", [JOB, h.rejected(JOB, rows=3, problems=TWO_PROBLEMS)], "nothing_to_retry"),
        ("failed.csv", [JOB, h.accepted(JOB, rows=3, chunks=1), ALL_MADE], "nothing_to_retry"),
        ("failed.csv", [h.failed(JOB, stage="upload", idempotency_key="a key")], "nothing_to_retry"),
        ("created.csv", [JOB], "job_not_finished"),
        ("created.csv", [DRY, h.checked(DRY, rows=3)], "nothing_to_undo"),
        ("created.csv", [JOB, h.accepted(JOB, rows=3, chunks=1), NONE_MADE], "nothing_to_undo"),
        ("created.csv", [DELETION, h.accepted(JOB, rows=3, chunks=1), ALL_MADE], "nothing_to_undo"),
        ("summary.csv", [DRY, h.checked(DRY, rows=3)], "nothing_created"),
    ],
)
def test_where_there_is_no_such_file(
    client: FlaskClient, log: EventLog, what: str, events: list[Contract], code: str
) -> None:
    tell(log, *events)
    answer = get(client, f"{PATH}/{what}")
    assert (answer.status_code, answer.get_json()["code"]) == (409, code)


def test_a_job_whose_rows_were_never_counted_is_left_over_as_a_whole(client: FlaskClient, log: EventLog) -> None:
    tell(log, JOB, h.failed(JOB, stage="validator"))
    assert len(table(get(client, f"{PATH}/failed.csv"))) == 4


def test_what_failed_in_an_update_can_be_tried_again(
    client: FlaskClient, log: EventLog, sources: dict[str, bytes]
) -> None:
    data = b"user_id,department,reason\nx,Sales,old\ny,Support,old\n"
    job = replace(submitted_file("update", data), kind="update")
    sources["a-source"] = data
    chunk = h.provisioned(job, 1, (h.outcome(job, 2), h.outcome(job, 3, failed=True)))
    tell(log, job, h.accepted(job, rows=2, chunks=1), chunk)
    path = f"/jobs/{job.job_id}"
    assert table(get(client, f"{path}/failed.csv")) == [("user_id", "department"), ("y", "Support")]
    assert table(get(client, f"{path}/summary.csv"))[0] == ("user_id", "department", "updated_at", "type", "reason")
