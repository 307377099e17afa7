"""Seats that exist: exported, updated by CSV, deleted, and the undo of the job that made them."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from tests.e2e.api import Answer, Api
from tests.e2e.rows import document, row


def start(api: Api, path: str, body: Mapping[str, object]) -> dict[str, Any]:
    """Ask for a job, and wait for its end."""
    answer = api.call("POST", path, json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status == 202, answer.body
    return api.wait(answer.json["job_id"])


def update(api: Api, rows: Iterable[Mapping[str, str]], **options: object) -> dict[str, Any]:
    cells = [dict(one) for one in rows]
    upload = api.upload(document(cells, ",".join(cells[0])), "changes.csv")
    return start(api, "/jobs", {"upload_id": upload, "kind": "update", **options})


def made(api: Api, count: int) -> tuple[str, list[str]]:
    """A job that made Seats, and their User IDs in the order of the rows."""
    job = api.run(document(row() for _ in range(count)))
    assert job["created"] == count
    return job["job_id"], [told["user_id"] for told in api.summary(job["job_id"])]


def exported(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200, answer.body
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))


def seat(api: Api, user_id: str) -> dict[str, Any]:
    return api.get(f"/seats/{user_id}").json


def test_exported_seats_are_edited_checked_and_uploaded_as_an_update(api: Api) -> None:
    _, ids = made(api, 3)
    query = "&".join(f"user_id={one}" for one in ids)
    rows = exported(api.get(f"/seats.csv?{query}"))
    assert [one["user_id"] for one in rows] == ids
    unchanged = update(api, rows, dry_run=True)
    assert (unchanged["state"], unchanged["rows"], unchanged["change_count"]) == ("checked", 3, 0)

    lastname, rows[0]["lastname"] = rows[0]["lastname"], "Nakamura"
    number, rows[1]["phone_number"] = rows[1]["phone_number"], "[clear]"
    upload = api.upload(document(rows, ",".join(rows[0])))
    checked = start(api, "/jobs", {"upload_id": upload, "kind": "update", "dry_run": True})
    assert (checked["state"], checked["change_count"], checked["changed_rows"]) == ("checked", 2, 2)
    changes = api.get(f"/jobs/{checked['job_id']}/changes").json["changes"]
    assert [(one["line"], one["user_id"], one["column"], one["before"], one["after"]) for one in changes] == [
        (2, ids[0], "lastname", lastname, "Nakamura"),
        (3, ids[1], "phone_number", number, None),
    ]
    assert seat(api, ids[0])["changed_at"] is None

    job = start(api, "/jobs", {"upload_id": upload, "kind": "update"})
    assert (job["state"], job["updated"], job["created"], job["failed"]) == ("completed", 3, 0, 0)
    told = api.summary(job["job_id"])
    assert [one["user_id"] for one in told] == ids
    assert {one["type"] for one in told} == {"successful"}
    first, second, third = (seat(api, one) for one in ids)
    assert (first["lastname"], second["phone_number"]) == ("Nakamura", None)
    assert first["changed_at"]
    assert second["changed_at"]
    assert third["changed_at"] is None
    assert [one["user_id"] for one in api.get(f"/seats?q=nakamura%20{first['email']}").json["seats"]] == [ids[0]]


def test_an_update_that_names_a_strange_seat_or_takes_anothers_value_changes_nothing(api: Api) -> None:
    _, (ann, bob) = made(api, 2)
    taken = seat(api, bob)["extension"]
    rows = [
        {"user_id": ann, "extension": taken, "department": "A"},
        {"user_id": str(uuid4()), "extension": "", "department": "B"},
        {"user_id": bob, "extension": "", "department": "C"},
    ]
    job = update(api, rows)
    assert (job["state"], job["updated"], job["not_processed"]) == ("rejected", 0, 3)
    found = [(one["line"], one["column"], one["code"]) for one in api.problems(job["job_id"])]
    assert found == [(2, "extension", "seat_exists"), (3, "user_id", "seat_unknown")]
    assert "department" not in seat(api, bob)["attributes"]


def test_seats_are_deleted_by_a_job_and_their_values_are_free(api: Api) -> None:
    rows = [row(), row(), row()]
    job = api.run(document(rows))
    ids = [told["user_id"] for told in api.summary(job["job_id"])]
    gone = start(api, "/seats/delete", {"user_ids": ids[:2]})
    assert (gone["state"], gone["kind"], gone["deleted"]) == ("completed", "delete", 2)
    assert [api.get(f"/seats/{one}").status for one in ids] == [404, 404, 200]
    assert api.run(document(rows[:2]))["created"] == 2


def test_an_undo_tells_of_each_seat_what_became_of_it(api: Api) -> None:
    job_id, ids = made(api, 4)
    assert update(api, [{"user_id": ids[1], "department": "Sales"}])["updated"] == 1
    assert start(api, "/seats/delete", {"user_ids": [ids[2]]})["deleted"] == 1
    undone = start(api, f"/jobs/{job_id}/undo", {})
    assert (undone["state"], undone["kind"], undone["undo_of"]) == ("completed_with_errors", "delete", job_id)
    assert (undone["rows"], undone["deleted"], undone["failed"]) == (4, 2, 2)
    told = {one["user_id"]: one for one in api.summary(undone["job_id"])}
    assert [told[one]["type"] for one in ids] == ["successful", "failed", "failed", "successful"]
    assert told[ids[1]]["reason"].startswith("Kept: it was changed on ")
    assert told[ids[2]]["reason"] == "There is no Seat with this User ID any more."
    assert [api.get(f"/seats/{one}").status for one in ids] == [404, 200, 404, 404]
