"""RabbitMQ or PostgreSQL goes away under a running system: 202 only if the job is safe, and work goes on by itself."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded import identity
from tests import stack as running
from tests.e2e.api import Api
from tests.e2e.rows import document, row
from tests.stack import Stack


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system of its own: others must not feel the outages."""
    with running.started(tmp_path_factory.mktemp("outages")) as system:
        yield system


@pytest.fixture(scope="module")
def api(system: Stack) -> Api:
    return Api(system)


def kill(system: Stack, server: str) -> None:
    """End a server at once; the embedded stack starts it again."""
    assert system.data is not None
    process = identity.read(system.data / server / f"{server}.pid")
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)


def test_a_job_is_taken_while_rabbitmq_is_away_and_goes_on_when_it_is_back(api: Api, system: Stack) -> None:
    upload = api.upload(document([row() for _ in range(50)]))
    kill(system, "rabbitmq")
    answer = api.create(upload)
    assert answer.status == 202, "the job is safe: its message waits in the outbox"
    known = api.get(f"/jobs/{answer.json['job_id']}")
    assert (known.status, known.json["state"]) == (200, "submitted")
    assert api.wait(answer.json["job_id"], seconds=90)["created"] == 50


def test_nothing_is_promised_while_postgresql_is_away_and_work_goes_on_when_it_is_back(api: Api, system: Stack) -> None:
    job = api.create(api.upload(document([row() for _ in range(3000)]))).json["job_id"]
    upload = api.upload(document([row()]))
    kill(system, "postgres")
    deadline = time.monotonic() + 60
    while (answer := api.create(upload, key="after-the-outage")).status != 202:
        assert (answer.status, answer.json["code"]) == (503, "unavailable"), answer.body
        assert answer.headers["Retry-After"] == "5"
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert api.wait(answer.json["job_id"], seconds=60)["created"] == 1
    assert api.wait(job, seconds=60)["created"] == 3000


def test_a_second_start_finds_the_data_again(tmp_path: Path) -> None:
    fresh = row()
    with running.started(tmp_path) as first:
        job = Api(first).run(document([fresh]))
    with running.started(tmp_path) as second:
        again = Api(second)
        assert second.password == first.password
        assert again.get(f"/jobs/{job['job_id']}").json == job
        assert len(again.get(f"/seats?q={fresh['email']}").json["seats"]) == 1
        assert again.summary(job["job_id"])[0]["type"] == "successful"
