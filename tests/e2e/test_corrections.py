"""A file that is not in order: checked, given back with its problems, mended, and uploaded as it is; and half a job."""

from typing import Any
from uuid import uuid4

import csvfile
from tests.e2e.api import Answer, Api
from tests.e2e.rows import HEADER, document, row


def start(api: Api, path: str, body: dict[str, object]) -> dict[str, Any]:
    """Ask for a job, and wait for its end."""
    answer = api.call("POST", path, json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status == 202, answer.body
    return api.wait(answer.json["job_id"])


def table(answer: Answer) -> list[tuple[str, ...]]:
    assert answer.status == 200, answer.body
    reading = csvfile.read([answer.body])
    return [reading.header.cells, *(record.cells for record in reading)]


def test_a_file_is_mended_where_its_problems_stand_and_uploaded_as_it_is(api: Api) -> None:
    rows = [row(), row(email="zoe"), row(extension="12a", email="amélie@")]
    checked = start(api, "/jobs", {"upload_id": api.upload(document(rows)), "dry_run": True})
    assert (checked["state"], checked["problems"], checked["problems_kept"]) == ("rejected", 3, 3)
    assert checked["not_processed"] == 3
    path = f"/jobs/{checked['job_id']}"
    emails = api.get(f"{path}/problems?code=not_an_email").json
    assert [problem["line"] for problem in emails["problems"]] == [3, 4]
    assert emails["problems_by_code"] == {"not_an_email": 2, "not_digits": 1}

    told = api.get(f"{path}/annotated.csv")
    header, *found = table(told)
    assert header == (*HEADER.split(","), "problems")
    assert [bool(cells[-1]) for cells in found] == [False, True, True]
    assert found[2][-1].startswith("email: ")
    assert "; extension: " in found[2][-1]
    good = [row(), row()]
    mended = told.body.decode().replace(",zoe,", f",{good[0]['email']},")
    mended = mended.replace(",amélie@,12a,", f",{good[1]['email']},{good[1]['extension']},")
    job = api.run(mended.encode(), "mended.csv")
    assert (job["state"], job["created"], job["problems"]) == ("completed", 3, 0)

    made = table(api.get(f"/jobs/{job['job_id']}/created.csv"))
    assert made[0] == ("user_id", "firstname", "lastname", "email", "extension")
    assert [cells[3] for cells in made[1:]] == [rows[0]["email"], good[0]["email"], good[1]["email"]]
    refused = api.get(f"/jobs/{job['job_id']}/failed.csv")
    assert (refused.status, refused.json["code"]) == (409, "nothing_to_retry")
    assert api.get(f"/jobs?sha256={checked['sha256']}").json["jobs"] == []
    again = api.get(f"/jobs?sha256={checked['sha256']}&dry_run=true&who={checked['submitted_by']}").json["jobs"]
    assert [one["job_id"] for one in again] == [checked["job_id"]]


def test_what_a_cancelled_job_has_left_is_tried_again_by_a_job_of_its_own(api: Api) -> None:
    answer = api.create(api.upload(document(row() for _ in range(3_000)), "many.csv"))
    job_id = answer.json["job_id"]
    api.call("POST", f"/jobs/{job_id}/cancel", headers={"Idempotency-Key": uuid4().hex})
    job = api.wait(job_id)
    assert (job["state"], job["created"] < 3_000) == ("cancelled", True)
    rest = start(api, f"/jobs/{job_id}/retry", {})
    assert (rest["state"], rest["retry_of"], job["created"] + rest["created"]) == ("completed", job_id, 3_000)
    assert api.get(f"/jobs/{job_id}").json["children"] == [
        {"job_id": rest["job_id"], "relation": "retry", "state": "completed"}
    ]
