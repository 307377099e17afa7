"""Cancelling a job through the gateway: the event log says whether it has ended, upload takes the request."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.gateway.conftest import SAME_ORIGIN, sign_in
from tests.integration.gateway.standin import FRESH_JOB, JOB_OF_MAIN, JOB_OF_OTHER, UPLOAD_ID, StandIn
from web.access import Principal

Bearer = Callable[[str], dict[str, str]]
CANCEL = f"/api/v1/jobs/{JOB_OF_MAIN}/cancel"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_running_job_is_cancelled_and_its_state_told(client: FlaskClient, bearer: Bearer, services: StandIn) -> None:
    answer = client.post(CANCEL, headers=bearer("ada"))
    assert (answer.status_code, answer.json) == (202, {"job_id": JOB_OF_MAIN, "state": "provisioning"})
    asked = services.last("POST", f"/jobs/{JOB_OF_MAIN}/cancel")
    assert asked.principal == Principal(account="main", user="ada", role="admin")


@pytest.mark.parametrize("state", ["checked", "completed", "completed_with_errors", "rejected", "failed", "cancelled"])
def test_an_ended_job_is_a_conflict_with_its_state(
    client: FlaskClient, bearer: Bearer, services: StandIn, state: str
) -> None:
    services.state = state
    answer = client.post(CANCEL, headers=bearer("ada"))
    assert answer.status_code == 409
    assert answer.json
    assert (answer.json["code"], answer.json["state"]) == ("job_ended", state)
    assert {one.method for one in services.asked} == {"GET"}, "upload is not troubled with it"


def test_what_upload_knows_of_the_end_is_passed_on(client: FlaskClient, bearer: Bearer, services: StandIn) -> None:
    services.ended = "rejected"
    answer = client.post(CANCEL, headers=bearer("ada"))
    assert answer.status_code == 409
    assert answer.json
    assert (answer.json["code"], answer.json["state"]) == ("job_ended", "rejected")


def test_a_job_that_the_event_log_has_not_heard_of_is_cancelled_too(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.post(f"/api/v1/jobs/{FRESH_JOB}/cancel", headers=bearer("ada"))
    assert (answer.status_code, answer.json) == (202, {"job_id": FRESH_JOB, "state": "submitted"})


@pytest.mark.parametrize("job_id", [JOB_OF_OTHER, UPLOAD_ID, "nonsense"])
def test_what_is_not_there_or_anothers_is_not_found(client: FlaskClient, bearer: Bearer, job_id: str) -> None:
    answer = client.post(f"/api/v1/jobs/{job_id}/cancel", headers=bearer("ada"))
    assert answer.status_code == 404
    assert answer.json
    assert answer.json["detail"] == "There is no such job."


def test_nobody_cancels_without_signing_in_nor_from_another_site(client: FlaskClient, services: StandIn) -> None:
    assert client.post(CANCEL, headers=SAME_ORIGIN).status_code == 401
    sign_in(client)
    assert client.post(CANCEL, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert services.asked == []
    assert client.post(CANCEL, headers=SAME_ORIGIN).status_code == 202
