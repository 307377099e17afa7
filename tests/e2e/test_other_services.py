"""Another service publishes a job over RabbitMQ and hears what became of it; accounts stay apart."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from contracts.ids import job_id_of
from contracts.messages import SCHEMAS
from tests.e2e.api import Api
from tests.e2e.rows import document, row
from tests.stack import Stack

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "publish_job.py"
REQUESTED = "job.requested.v1"


@contextmanager
def hearing(stack: Stack, types: str) -> Iterator[tuple[BlockingChannel, str]]:
    """A channel, and the name of a queue on it that hears messages of some types from now on."""
    connection = pika.BlockingConnection(pika.URLParameters(stack.amqp_url))
    channel = connection.channel()
    channel.confirm_delivery()
    queue = str(channel.queue_declare("", exclusive=True).method.queue)
    channel.queue_bind(queue, "bulk", types)
    yield channel, queue
    connection.close()


def heard(channel: BlockingChannel, queue: str) -> Iterator[tuple[pika.BasicProperties, dict[str, Any]]]:
    """What comes to the queue, for as long as something comes."""
    for _method, properties, body in channel.consume(queue, auto_ack=True, inactivity_timeout=30):
        assert properties is not None, "nothing came for 30 s"
        assert body is not None
        yield properties, json.loads(body)


def put(channel: BlockingChannel, body: object) -> None:
    properties = pika.BasicProperties(type=REQUESTED, message_id=uuid4().hex, delivery_mode=2)
    channel.basic_publish("bulk", REQUESTED, json.dumps(body).encode(), properties, mandatory=True)


def publish(stack: Stack, body: object) -> None:
    with hearing(stack, "nothing") as (channel, _):
        put(channel, body)


def finished(stack: Stack, body: dict[str, object]) -> dict[str, Any]:
    """Publish a request and wait for its `job.finished`, as its sender knows it: by the key."""
    with hearing(stack, "job.finished.v1") as (channel, queue):
        put(channel, body)
        told = (told for _, told in heard(channel, queue) if told["idempotency_key"] == body["idempotency_key"])
        return next(told)


def request(key: str, content: bytes, account: str = "main") -> dict[str, object]:
    return {
        "account": account,
        "requested_by": "hr-system",
        "idempotency_key": key,
        "filename": f"{key}.csv",
        "csv": content.decode(),
    }


def run_example(stack: Stack, path: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(EXAMPLE), stack.amqp_url, str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_example_program_gets_its_500_seats(api: Api, stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / f"{uuid4().hex}.csv"
    rows = [row() for _ in range(500)]
    path.write_bytes(document(rows))
    result = run_example(stack, path)
    assert result.returncode == 0, result.stderr
    assert "completed, 500 Seats created, 0 failed" in result.stdout
    (job,) = api.get(f"/jobs?q={path.name}").json["jobs"]
    assert (job["submitted_by"], job["created"]) == ("example", 500)
    summary = api.summary(job["job_id"])
    assert len({told["user_id"] for told in summary}) == 500
    assert [told["email"] for told in summary] == [r["email"] for r in rows]


def test_the_example_program_is_told_of_a_rejected_file(stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(document([row(email="nobody")]))
    result = run_example(stack, path)
    assert result.returncode == 1
    assert "rejected, 0 Seats created" in result.stdout


def test_a_request_that_comes_twice_is_one_job(api: Api, stack: Stack) -> None:
    key, fresh = uuid4().hex, row()
    for _ in range(3):
        publish(stack, request(key, document([fresh])))
    job = api.wait(str(job_id_of("main", key)))
    assert (job["state"], job["created"]) == ("completed", 1)
    assert len(api.get(f"/jobs?q={key}").json["jobs"]) == 1


@pytest.mark.parametrize("broken", [{"csv": None}, {"upload_id": "nonsense"}, {"filename": 7}])
def test_a_malformed_request_ends_as_failed_and_says_why(api: Api, stack: Stack, broken: dict[str, object]) -> None:
    key = uuid4().hex
    told = finished(stack, request(key, document([row()])) | broken)
    assert (told["state"], told["created"]) == ("failed", 0)
    assert next(iter(broken)) in told["message"]
    job = api.get(f"/jobs/{told['job_id']}").json
    assert (job["state"], job["message"]) == ("failed", told["message"])


def test_a_key_that_is_used_again_with_another_file_leaves_the_first_job_alone(api: Api, stack: Stack) -> None:
    key = uuid4().hex
    first = finished(stack, request(key, document([row()])))
    second = finished(stack, request(key, document([row()])))
    assert (first["state"], second["state"]) == ("completed", "failed")
    assert api.get(f"/jobs/{first['job_id']}").json["state"] == "completed"


def test_an_upload_of_another_account_can_not_be_used(api: Api, stack: Stack) -> None:
    upload, key = api.upload(document([row()])), uuid4().hex
    body = request(key, b"", account="other") | {"csv": None, "upload_id": upload}
    publish(stack, body)
    assert api.get(f"/jobs/{job_id_of('other', key)}").status == 404
    assert api.wait(api.create(upload).json["job_id"])["created"] == 1, "the upload is still its owner's"


def test_what_belongs_to_another_account_is_not_there(api: Api, stack: Stack) -> None:
    """The other account has the same e-mail, extension, number and device: accounts do not feel each other."""
    key, mine, common = uuid4().hex, uuid4().hex, row()
    publish(stack, request(key, document([common]), account="other"))
    publish(stack, request(mine, document([common])))
    assert api.wait(str(job_id_of("main", mine)))["created"] == 1
    foreign = f"/jobs/{job_id_of('other', key)}"
    for path in ("", "/problems", "/problems.csv", "/events", "/outcomes", "/summary.csv"):
        answer = api.get(foreign + path)
        assert (answer.status, answer.json["code"]) == (404, "not_found"), path
    assert api.get(f"/jobs?q={key}").json["jobs"] == []
    assert len(api.get(f"/seats?q={common['email']}").json["seats"]) == 1


def test_every_published_message_is_one_that_the_contracts_know(api: Api, stack: Stack) -> None:
    told: dict[str, tuple[pika.BasicProperties, dict[str, Any]]] = {}
    with hearing(stack, "#") as (channel, queue):
        job = api.run(document([row()]))
        for properties, body in heard(channel, queue):
            if properties.correlation_id == job["job_id"]:
                told[str(properties.type)] = (properties, body)
            if "job.finished.v1" in told:
                break
    never = {"job.requested.v1", "job.rejected.v1", "job.failed.v1", "job.cancel-requested.v1", "job.cancelled.v1"}
    never |= {"job.checked.v1", "problems.found.v1", "validation.progressed.v1"}  # of checks, wrong files, large ones
    assert set(told) == set(SCHEMAS) - never
    for type_, (properties, body) in told.items():
        assert SCHEMAS[type_].validate(body) == {}
        assert (properties.delivery_mode, properties.content_type) == (2, "application/json")
        assert properties.message_id
        assert properties.app_id
    _, accepted = told["seats.accepted.v1"]
    pin = accepted["values"][accepted["columns"].index("voicemail_pin")][0]
    assert pin.startswith("sealed:"), "a PIN travels sealed"
