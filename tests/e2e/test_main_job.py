"""The main job: from a CSV to Seats and a summary, through the gateway."""

import csv
import io
from pathlib import Path
from uuid import uuid4

from tests.e2e.api import Api
from tests.e2e.rows import document, row

EXAMPLE = Path(__file__).parents[2] / "examples" / "seats-500.csv"


def test_500_rows_become_500_seats_that_the_directory_knows(api: Api) -> None:
    rows = [row() for _ in range(500)]
    job = api.run(document(rows), "new%20starters.csv")
    assert (job["state"], job["rows"], job["processed"]) == ("completed", 500, 500)
    assert (job["created"], job["failed"], job["not_processed"], job["problems"]) == (500, 0, 0, 0)
    assert (job["filename"], job["submitted_by"], job["template_version"]) == ("new starters.csv", "admin", 1)
    assert job["submitted_at"] <= job["finished_at"]
    summary = api.summary(job["job_id"])
    assert [{k: told[k] for k in rows[0]} for told in summary] == rows
    assert {told["type"] for told in summary} == {"successful"}
    ids = {told["email"]: told["user_id"] for told in summary}
    assert len(set(ids.values())) == 500
    for asked in (rows[0], rows[250], rows[-1]):
        (seat,) = api.get(f"/seats?q={asked['email']}").json["seats"]
        assert seat["user_id"] == ids[asked["email"]]
        assert seat["extension"] == asked["extension"]
        assert "voicemail_pin" not in seat["attributes"], "a PIN is never shown"


def test_the_template_and_its_definition_are_served(api: Api) -> None:
    template = api.get("/template.csv")
    assert template.headers["Content-Type"] == "text/csv; charset=utf-8"
    header = template.body.decode().rstrip().split(",")
    definition = api.get("/template").json
    assert [column["name"] for column in definition["columns"]] == header
    assert definition["version"] == 1


def test_the_example_file_fits_the_template(api: Api) -> None:
    with EXAMPLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 500
    assert list(rows[0]) == api.get("/template.csv").body.decode().rstrip().split(",")


def test_a_row_that_is_taken_meanwhile_fails_alone(api: Api) -> None:
    """Two jobs with one row in common, both valid when they are checked: one Seat, and every other row is made."""
    common = row()
    uploads = [api.upload(document([row(), common, row()])) for _ in range(2)]
    answers = [api.create(upload) for upload in uploads]
    jobs = [api.wait(answer.json["job_id"]) for answer in answers]
    states = sorted(job["state"] for job in jobs)
    assert states in (["completed", "completed_with_errors"], ["completed", "rejected"])
    assert sum(job["created"] for job in jobs) in (3, 5)
    assert len(api.get(f"/seats?q={common['email']}").json["seats"]) == 1


def test_the_same_idempotency_key_gives_the_same_job(api: Api) -> None:
    upload, key = api.upload(document([row()])), uuid4().hex
    first, second = api.create(upload, key), api.create(upload, key)
    assert (first.status, second.status) == (202, 202)
    assert first.json["job_id"] == second.json["job_id"]
    assert first.headers["Location"].endswith(first.json["job_id"])
    other = api.create(api.upload(document([row()])), key)
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")
    assert api.wait(first.json["job_id"])["created"] == 1


def test_one_upload_is_one_job(api: Api) -> None:
    upload = api.upload(document([row()]))
    first = api.create(upload)
    second = api.create(upload)
    assert (second.status, second.json["code"]) == (409, "upload_already_used")
    assert second.json["job_id"] == first.json["job_id"]
    api.wait(first.json["job_id"])


def test_a_deleted_upload_can_not_be_created(api: Api) -> None:
    upload = api.upload(document([row()]))
    assert api.call("DELETE", f"/uploads/{upload}").status == 204
    assert api.create(upload).status == 404
    assert api.call("DELETE", f"/uploads/{upload}").status == 404


def test_a_summary_can_be_mended_and_uploaded_again(api: Api) -> None:
    taken = row()
    api.run(document([taken]))
    rejected = api.run(document([row(), row(email=taken["email"])]))
    assert rejected["state"] == "rejected"
    done = api.run(document([row(firstname="'=cmd()")]))
    raw = api.get(f"/jobs/{done['job_id']}/summary.csv").body
    assert b"'=cmd()" in raw, "a cell that a spreadsheet would run is guarded"
    mended = raw
    fresh = row()
    (told,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    for column in ("email", "extension", "phone_number", "device_mac"):
        mended = mended.replace(told[column].encode(), fresh[column].encode())
    again = api.run(mended)
    assert again["state"] == "completed", api.problems(again["job_id"])
    header = api.get(f"/jobs/{again['job_id']}/summary.csv").body.split(b"\r\n")[0]
    assert header == raw.split(b"\r\n")[0]


def test_semicolons_utf_16_and_aliases_are_read(api: Api) -> None:
    fresh = row()
    header = "First Name;Surname;E-Mail;Exten;Seat Type"
    cells = (fresh[name] for name in ("firstname", "lastname", "email", "extension", "seat_type"))
    job = api.run(f"{header}\n{';'.join(cells)}\n".encode("utf-16"))
    assert (job["state"], job["created"]) == ("completed", 1)
    raw = api.get(f"/jobs/{job['job_id']}/summary.csv").body
    assert raw.startswith(b"\xef\xbb\xbfFirst Name;Surname;E-Mail;Exten;Seat Type;user_id;created_at;type;reason\n")


def test_a_job_tells_its_story_and_is_found_in_the_event_log(api: Api) -> None:
    name = f"{uuid4().hex}.csv"
    job = api.run(document([row()]), name)
    events = api.get(f"/jobs/{job['job_id']}/events").json["events"]
    assert [event["type"] for event in events] == [
        "job.submitted.v1",
        "validation.started.v1",
        "job.accepted.v1",
        "seats.provisioned.v1",
        "job.finished.v1",
    ]
    (found,) = api.get(f"/jobs?q={name}").json["jobs"]
    assert found | {"children": [], "problems_kept": 0} == job  # which a list does not tell
    newest = api.get("/jobs?limit=1").json
    assert newest["jobs"][0]["submitted_at"] >= job["submitted_at"]
    assert newest["next_cursor"]
