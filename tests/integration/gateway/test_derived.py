"""Jobs that the gateway makes of what the services know: retry, undo, and Seats that are to be deleted."""

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contracts.ids import job_id_of
from tests.integration.gateway.conftest import SAME_ORIGIN
from tests.integration.gateway.standin import FRESH_JOB, JOB_OF_MAIN, JOB_OF_OTHER, UPLOAD_ID, StandIn

Bearer = Callable[[str], dict[str, str]]
COUNTS = {"rows": 9, "kind": "create", "dry_run": False, "created": 3, "failed": 2, "not_processed": 0}
RETRY, UNDO = f"/jobs/{JOB_OF_MAIN}/retry", f"/jobs/{JOB_OF_MAIN}/undo"
SEATS = tuple(str(UUID(int=number)) for number in range(1, 4))


@pytest.fixture
def services(services: StandIn) -> StandIn:
    """An event log that knows the job to have ended with errors, and a provisioner with three Seats."""
    services.state, services.told, services.seats = "completed_with_errors", dict(COUNTS), SEATS
    return services


@pytest.fixture
def post(app: Flask, bearer: Bearer, services: StandIn) -> Callable[..., TestResponse]:
    client: FlaskClient = app.test_client()
    headers = bearer("ada")

    def send(path: str, key: str = "k1", json: object = None) -> TestResponse:
        return client.post(f"/api/v1{path}", headers=headers | {"Idempotency-Key": key}, json=json)

    return send


Post = Callable[..., TestResponse]


def code(answer: TestResponse) -> tuple[int, str]:
    assert answer.json
    return answer.status_code, answer.json["code"]


def calls(services: StandIn) -> list[str]:
    return [f"{one.method} {one.path}" for one in services.asked]


def submitted(services: StandIn) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(services.last("POST", "/jobs").body)
    return body


@pytest.mark.parametrize(
    ("path", "file", "body"),
    [
        (RETRY, "failed.csv", {"retry_of": JOB_OF_MAIN}),
        (UNDO, "created.csv", {"kind": "delete", "undo_of": JOB_OF_MAIN}),
    ],
)
def test_rows_of_a_job_become_a_job(
    post: Post, services: StandIn, path: str, file: str, body: dict[str, object]
) -> None:
    answer = post(path)
    assert (answer.status_code, answer.json) == (202, {"job_id": JOB_OF_MAIN, "state": "submitted"})
    assert answer.headers["Location"] == f"/api/v1/jobs/{JOB_OF_MAIN}"
    upload = services.last("POST", "/uploads")
    assert (upload.query["filename"], upload.whole) == (f"seats-{file}", True)
    assert upload.body == b"email,extension\r\nann@example.com,0042\r\n"
    assert submitted(services) == {"upload_id": UPLOAD_ID} | body
    assert services.last("POST", "/jobs").headers["Idempotency-Key"] == "k1"


def test_a_job_that_was_cancelled_before_its_rows_were_counted_is_tried_again_as_a_whole(
    post: Post, services: StandIn
) -> None:
    services.state, services.told = "cancelled", COUNTS | {"rows": None, "failed": 0, "not_processed": 0}
    assert post(RETRY).status_code == 202


@pytest.mark.parametrize("path", [RETRY, UNDO])
def test_the_same_key_again_asks_for_no_rows(post: Post, services: StandIn, path: str) -> None:
    services.taken.add(str(job_id_of("main", "k1")))
    services.told, services.seats = {}, ()
    assert post(path).status_code == 202
    assert calls(services) == [f"GET /jobs/{job_id_of('main', 'k1')}", "POST /jobs"]


@pytest.mark.parametrize(
    ("path", "told", "refused"),
    [
        (RETRY, {"failed": 0}, "nothing_to_retry"),
        (RETRY, {"state": "rejected"}, "nothing_to_retry"),
        (RETRY, {"state": "checked", "dry_run": True, "not_processed": 5}, "nothing_to_retry"),
        (RETRY, {"state": "provisioning"}, "job_not_finished"),
        (UNDO, {"created": 0}, "nothing_to_undo"),
        (UNDO, {"kind": "update"}, "nothing_to_undo"),
        (UNDO, {"state": "validating"}, "job_not_finished"),
    ],
)
def test_nothing_is_made_of_a_job_that_gives_nothing(
    post: Post, services: StandIn, path: str, told: dict[str, object], refused: str
) -> None:
    services.told |= told
    assert code(post(path)) == (409, refused)
    assert not [call for call in calls(services) if call.startswith("POST")]


def test_rows_that_were_not_processed_are_tried_too(post: Post, services: StandIn) -> None:
    services.told |= {"state": "cancelled", "failed": 0, "not_processed": 7}
    assert post(RETRY).status_code == 202


@pytest.mark.parametrize("path", [f"/jobs/{JOB_OF_OTHER}/retry", f"/jobs/{UPLOAD_ID}/undo", "/jobs/nonsense/undo"])
def test_jobs_that_are_not_there_or_anothers_are_not_found(post: Post, path: str) -> None:
    assert code(post(path)) == (404, "not_found")


def test_a_job_that_the_event_log_has_not_heard_of_has_not_ended(
    post: Post, services: StandIn, app: Flask, bearer: Bearer
) -> None:
    app.test_client().get("/api/v1/seats", headers=bearer("ada"))  # so that upload's turn comes second
    assert code(post(f"/jobs/{FRESH_JOB}/retry")) == (409, "job_not_finished")


def test_seats_are_deleted_by_their_ids(post: Post, services: StandIn) -> None:
    gone = str(UUID(int=99))
    assert post("/seats/delete", json={"user_ids": [SEATS[1], gone, SEATS[0], SEATS[0]]}).status_code == 202
    assert services.last("POST", "/uploads").query["filename"] == "deleted Seats.csv"
    text = services.last("POST", "/uploads").body.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["user_id"] for row in rows] == [SEATS[0], SEATS[1]]
    assert (rows[0]["lastname"], rows[0]["extension"]) == ("'=Lee", "0042")
    assert {key: value for key, value in submitted(services).items() if key != "made_from"} == {
        "upload_id": UPLOAD_ID,
        "kind": "delete",
    }


def test_seats_are_deleted_by_a_search(post: Post, services: StandIn) -> None:
    assert post("/seats/delete", json={"q": "ann & co"}).status_code == 202
    assert services.last("GET", "/seats/count").query == {"q": "ann & co"}
    assert services.last("GET", "/seats.csv").query == {"q": "ann & co"}
    assert services.last("POST", "/uploads").body.startswith(b"user_id,email\r\n")


def test_what_was_asked_for_stands_for_the_upload(post: Post, services: StandIn) -> None:
    made_from = []
    for asked in ({"q": ""}, {"q": "a"}, {"user_ids": [SEATS[0], SEATS[1]]}, {"user_ids": [SEATS[1], SEATS[0]]}):
        assert post("/seats/delete", json=asked).status_code == 202
        made_from.append(submitted(services)["made_from"])
    assert made_from[2] == made_from[3]
    assert len(set(made_from)) == 3


@pytest.mark.parametrize("asked", [{"q": "nobody"}, {"user_ids": [SEATS[0]]}])
def test_where_there_is_no_such_seat_there_is_nothing_to_delete(post: Post, services: StandIn, asked: object) -> None:
    services.seats = ()
    assert code(post("/seats/delete", json=asked)) == (409, "nothing_to_delete")
    assert "POST /uploads" not in calls(services)


@pytest.mark.parametrize(
    "asked",
    [
        *({}, {"q": "a", "user_ids": [SEATS[0]]}, {"user_ids": []}, {"user_ids": ["1"]}, {"q": None}),
        {"user_ids": [str(UUID(int=number)) for number in range(10_001)]},
    ],
)
def test_which_seats_must_be_said_in_one_way(post: Post, services: StandIn, asked: object) -> None:
    assert code(post("/seats/delete", json=asked)) == (400, "invalid_request")
    assert services.asked == []


@pytest.mark.parametrize("path", [RETRY, UNDO])
def test_an_upload_that_no_job_uses_is_not_left_behind(post: Post, services: StandIn, path: str) -> None:
    assert code(post(path, "reused")) == (422, "idempotency_key_reused")
    assert calls(services)[-1] == f"DELETE /uploads/{UPLOAD_ID}"


def test_a_key_is_needed_and_nobody_does_it_from_another_site(app: Flask, bearer: Bearer, services: StandIn) -> None:
    client = app.test_client()
    for path, json in ((RETRY, None), (UNDO, None), ("/seats/delete", {"q": ""})):
        assert code(client.post(f"/api/v1{path}", headers=bearer("ada"), json=json)) == (400, "idempotency_key_missing")
        assert client.post(f"/api/v1{path}", headers=SAME_ORIGIN, json=json).status_code == 401
    assert services.asked == []


def test_user_ids_of_a_download_are_all_passed_on(app: Flask, bearer: Bearer, services: StandIn) -> None:
    answer = app.test_client().get(
        f"/api/v1/seats.csv?user_id={SEATS[0]}&user_id={SEATS[2]}&x=y", headers=bearer("ada")
    )
    assert answer.status_code == 200
    assert services.repeated == [SEATS[0], SEATS[2]]
    assert "x" not in services.asked[-1].query
