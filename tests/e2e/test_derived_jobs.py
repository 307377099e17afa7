"""Jobs that follow from others: an undo, Seats deleted from the list, rows tried again."""

from uuid import uuid4

import pytest

from tests.e2e.api import Answer, Api
from tests.e2e.rows import document, row


def post(api: Api, path: str, key: str | None = None, json: object = None) -> Answer:
    return api.call("POST", path, json=json, headers={"Idempotency-Key": key or uuid4().hex})


def made(api: Api, count: int) -> tuple[str, list[str], list[str]]:
    """A job that has created Seats: its id, their e-mail addresses and their User IDs."""
    rows = [row() for _ in range(count)]
    job = api.run(document(rows))
    assert (job["state"], job["created"]) == ("completed", count)
    return job["job_id"], [one["email"] for one in rows], [one["user_id"] for one in api.summary(job["job_id"])]


def are_there(api: Api, emails: list[str]) -> list[bool]:
    return [bool(api.get(f"/seats?q={email}").json["seats"]) for email in emails]


def test_an_undo_deletes_what_the_job_created(api: Api) -> None:
    job_id, emails, _ = made(api, 3)
    answer = post(api, f"/jobs/{job_id}/undo", key := uuid4().hex)
    assert answer.status == 202, answer.body
    undo = api.wait(answer.json["job_id"])
    assert (undo["state"], undo["kind"], undo["deleted"], undo["undo_of"]) == ("completed", "delete", 3, job_id)
    assert are_there(api, emails) == [False] * 3
    children = api.get(f"/jobs/{job_id}").json["children"]
    assert [(child["job_id"], child["relation"]) for child in children] == [(undo["job_id"], "undo")]
    assert post(api, f"/jobs/{job_id}/undo", key).json["job_id"] == undo["job_id"]
    assert post(api, f"/jobs/{uuid4()}/undo").status == 404


def test_an_undo_tells_which_seats_were_gone_already(api: Api) -> None:
    job_id, emails, user_ids = made(api, 3)
    deleted = post(api, "/seats/delete", json={"user_ids": user_ids[:1]})
    assert api.wait(deleted.json["job_id"])["deleted"] == 1
    undo = api.wait(post(api, f"/jobs/{job_id}/undo").json["job_id"])
    assert (undo["state"], undo["deleted"], undo["failed"]) == ("completed_with_errors", 2, 1)
    assert are_there(api, emails) == [False] * 3
    assert [one["type"] for one in api.summary(undo["job_id"])] == ["failed", "successful", "successful"]


@pytest.mark.parametrize("by", ["user_ids", "q"])
def test_chosen_seats_are_deleted_and_no_others(api: Api, by: str) -> None:
    _, emails, user_ids = made(api, 3)
    asked = {"user_ids": [user_ids[1]]} if by == "user_ids" else {"q": emails[1]}
    answer = post(api, "/seats/delete", key := uuid4().hex, json=asked)
    assert answer.status == 202, answer.body
    job = api.wait(answer.json["job_id"])
    assert (job["state"], job["kind"], job["rows"], job["deleted"]) == ("completed", "delete", 1, 1)
    assert job["filename"] == "deleted Seats.csv"
    assert are_there(api, emails) == [True, False, True]
    again = post(api, "/seats/delete", key, json=asked)
    assert (again.status, again.json["job_id"]) == (202, job["job_id"]), "although there is no such Seat any more"
    assert post(api, "/seats/delete", json=asked).json["code"] == "nothing_to_delete"


def test_there_is_nothing_to_try_again_of_a_job_without_failures(api: Api) -> None:
    job_id, _, _ = made(api, 1)
    answer = post(api, f"/jobs/{job_id}/retry")
    assert (answer.status, answer.json["code"]) == (409, "nothing_to_retry")


def test_rows_that_failed_are_tried_again(api: Api) -> None:
    """An undo that found a Seat gone has a row that failed; it fails again, as a job of its own."""
    job_id, _, user_ids = made(api, 2)
    api.wait(post(api, "/seats/delete", json={"user_ids": user_ids[:1]}).json["job_id"])
    undo = api.wait(post(api, f"/jobs/{job_id}/undo").json["job_id"])
    answer = post(api, f"/jobs/{undo['job_id']}/retry", key := uuid4().hex)
    assert answer.status == 202, answer.body
    retry = api.wait(answer.json["job_id"])
    assert (retry["retry_of"], retry["undo_of"], retry["kind"]) == (undo["job_id"], job_id, "delete")
    assert (retry["state"], retry["rows"], retry["failed"]) == ("completed_with_errors", 1, 1)
    assert post(api, f"/jobs/{undo['job_id']}/retry", key).json["job_id"] == retry["job_id"]


def test_an_export_can_be_uploaded_again_as_an_update(api: Api) -> None:
    _, emails, user_ids = made(api, 2)
    exported = api.get(f"/seats.csv?user_id={user_ids[0]}&user_id={user_ids[1]}").body
    changed = exported.replace(b"Zo\xc3\xab", b"Chlo\xc3\xab")
    upload = api.call(
        "POST", "/uploads?filename=seats.csv&kind=update", body=changed, headers={"Content-Type": "text/csv"}
    )
    assert upload.json["header"]["missing"] == []
    body = {"upload_id": upload.json["upload_id"], "kind": "update"}
    dry = api.wait(post(api, "/jobs", json=body | {"dry_run": True}).json["job_id"])
    assert (dry["state"], dry["rows"], dry["change_count"]) == ("checked", 2, 2)
    changes = api.get(f"/jobs/{dry['job_id']}/changes").json["changes"]
    assert [(one["column"], one["before"], one["after"]) for one in changes] == [("firstname", "Zoë", "Chloë")] * 2
    job = api.wait(post(api, "/jobs", json=body).json["job_id"])
    assert (job["state"], job["updated"]) == ("completed", 2)
    seat = api.get(f"/seats/{user_ids[0]}").json
    assert (seat["firstname"], seat["email"], bool(seat["changed_at"])) == ("Chloë", emails[0], True)
