"""Cancel: nothing is created after it, what was created stays, and every row is accounted for."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from contracts.ids import job_id_of
from tests.e2e.api import Answer, Api
from tests.e2e.rows import document, row
from tests.e2e.test_other_services import publish, request
from tests.stack import Stack

ROWS = 20_000


def big_file(mark: str) -> bytes:
    """A file whose Seats are found again by a name of their own."""
    return document(row(lastname=mark) for _ in range(ROWS))


def cancel(api: Api, job_id: str) -> Answer:
    return api.call("POST", f"/jobs/{job_id}/cancel")


def seats_of(api: Api, mark: str) -> Iterator[str]:
    """The User IDs of the directory's Seats with this mark."""
    cursor = ""
    while True:
        page = api.get(f"/seats?q={mark}&limit=200{cursor}").json
        yield from (seat["user_id"] for seat in page["seats"])
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


def until_some_are_created(api: Api, job_id: str) -> None:
    deadline = time.monotonic() + 120
    while not api.get(f"/jobs/{job_id}").json["created"]:
        assert time.monotonic() < deadline, "nothing is created"
        time.sleep(0.02)


def check(api: Api, job: dict[str, Any], mark: str) -> None:
    """Numbers, summary and directory tell the same of a job that has ended, cancelled or completed before that."""
    assert job["state"] in ("cancelled", "completed")
    assert job["failed"] == 0
    summary = api.summary(job["job_id"])
    assert len(summary) == ROWS
    kinds = [told["type"] for told in summary]
    assert (kinds.count("successful"), kinds.count("failed")) == (job["created"], 0)
    assert kinds.count("not_processed") == ROWS - job["created"]
    if job["rows"] is None:  # cancelled before they were counted
        assert job["created"] == job["not_processed"] == 0
    else:
        assert (job["rows"], job["created"] + job["not_processed"]) == (ROWS, ROWS)
    assert {told["reason"] for told in summary if told["type"] == "not_processed"} <= {
        "Not processed. admin cancelled the job."
    }
    found = list(seats_of(api, mark))
    assert len(found) == len(set(found)) == job["created"]
    assert set(found) == {told["user_id"] for told in summary if told["type"] == "successful"}


def test_a_job_that_is_cancelled_right_after_create(api: Api) -> None:
    mark = f"x{uuid4().hex}"
    job_id = api.create(api.upload(big_file(mark))).json["job_id"]
    first = cancel(api, job_id)
    assert first.status == 202
    assert first.json["job_id"] == job_id
    job = api.wait(job_id, 150)
    check(api, job, mark)
    assert job["state"] == "cancelled", f"{ROWS} rows are not created as fast as that"


def test_a_job_that_is_cancelled_between_its_chunks(api: Api) -> None:
    mark = f"x{uuid4().hex}"
    job_id = api.create(api.upload(big_file(mark))).json["job_id"]
    until_some_are_created(api, job_id)
    assert cancel(api, job_id).status == 202
    again = cancel(api, job_id)
    assert again.status == 202 or again.json["code"] == "job_ended"
    job = api.wait(job_id, 150)
    assert job["created"] > 0
    check(api, job, mark)
    told = [event["type"] for event in api.get(f"/jobs/{job_id}/events").json["events"]]
    assert told.count("job.cancel-requested.v1") == 1, "it was asked for twice, and said once"
    refused = cancel(api, job_id)
    assert (refused.status, refused.json["code"], refused.json["state"]) == (409, "job_ended", job["state"])
    assert api.get(f"/jobs/{job_id}").json == job, "what has ended stays as it is"


def test_the_rows_that_were_left_are_created_by_a_second_try(api: Api) -> None:
    """The summary of a cancelled job is a file to go on with: its remaining rows as a job of their own."""
    mark = f"x{uuid4().hex}"
    job_id = api.create(api.upload(big_file(mark))).json["job_id"]
    cancel(api, job_id)
    api.wait(job_id, 150)
    left = [told for told in api.summary(job_id) if told["type"] == "not_processed"][:20]
    rows = [{name: told[name] for name in row()} for told in left]
    job = api.run(document(rows))
    assert (job["state"], job["created"]) == ("completed", len(rows))


def test_an_ended_job_is_a_conflict_that_tells_how_it_ended(api: Api) -> None:
    for content, state in ((document([row()]), "completed"), (document([row(email="nobody")]), "rejected")):
        job = api.run(content)
        refused = cancel(api, job["job_id"])
        assert (refused.status, refused.json["code"], refused.json["state"]) == (409, "job_ended", state)
        assert api.get(f"/jobs/{job['job_id']}").json == job


def test_jobs_that_are_not_there_and_those_of_other_accounts_are_not_found(api: Api, stack: Stack) -> None:
    key = uuid4().hex
    publish(stack, request(key, document([row()]), account="other"))
    for job_id in (str(job_id_of("other", key)), str(uuid4()), "nonsense"):
        answer = cancel(api, job_id)
        assert (answer.status, answer.json["code"]) == (404, "not_found")
