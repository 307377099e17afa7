"""The started worker: real RabbitMQ, real HTTP; killed, started again, and stopped in good order."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask, Response

from contracts.codec import Codec
from contracts.ids import job_id_of
from contracts.messages import (
    Contract,
    JobAcceptedV1,
    JobFailedV1,
    JobRejectedV1,
    JobSubmittedV1,
    SeatsAcceptedV1,
    ValidationStartedV1,
)
from contracts.topology import EVENTLOG, PROVISIONER, TOPOLOGY, VALIDATOR
from messaging.message import Delivery, Message
from messaging.rabbitmq import RabbitBus
from services.provisioner.app import create_app
from services.provisioner.memory_directory import MemoryDirectory
from services.provisioner.verdicts import MemoryVerdicts
from tests.integration.validator.serving import KEY, served
from tests.unit.validator.fakes import csv_of, seat
from web.access import AccessKey

CODEC = Codec("test")


@dataclass
class Surrounding:
    """Broker and services around a worker, and what it has said. `gate` holds back the answers of the provisioner."""

    amqp_url: str
    bus: RabbitBus
    folder: Path
    files: dict[str, bytes] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)
    upload_url: str = ""
    provisioner_url: str = ""

    def start(self) -> subprocess.Popen[bytes]:
        env = {
            "BULK_AMQP_URL": self.amqp_url,
            "BULK_ACCESS_KEY": KEY,
            "BULK_SEALING_KEY": "s" * 32,
            "BULK_UPLOAD_URL": self.upload_url,
            "BULK_PROVISIONER_URL": self.provisioner_url,
            "BULK_HEALTH_LISTEN": "127.0.0.1:0",
            "BULK_SPOOL": str(self.folder / "spool"),
        }
        keep = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return subprocess.Popen([sys.executable, "-m", "services.validator", "worker"], env=keep | env)

    def submit(self, data: bytes, key: str) -> JobSubmittedV1:
        self.files[key] = data
        job = JobSubmittedV1(
            job_id=job_id_of("acme", key),
            account="acme",
            submitted_by="ann",
            submitted_at=datetime.now(UTC),
            filename="seats.csv",
            idempotency_key=key,
            template_version=1,
            options={},
            source=key,
            size=len(data),
            sha256=sha256(data).hexdigest(),
        )
        self.bus.publish(CODEC.encode(job))
        return job

    def hear(self, queue: str, count: int, *, skip: str = JobSubmittedV1.TYPE) -> list[Message]:
        """The next messages of a queue, but for those of a type: the event log hears the submitted jobs too."""
        heard: list[Message] = []
        stop = threading.Event()
        alarm = threading.Timer(60, stop.set)
        alarm.start()

        def take(delivery: Delivery) -> None:
            if delivery.message.type != skip:
                heard.append(delivery.message)
            if len(heard) == count:
                stop.set()

        self.bus.consume(queue, take, stop=stop)
        alarm.cancel()
        assert len(heard) == count
        return heard

    def says(self, queue: str, count: int) -> list[Contract]:
        return [CODEC.decode(message) for message in self.hear(queue, count)]


@pytest.fixture
def around(amqp_url: str, tmp_path: Path) -> Iterator[Surrounding]:
    bus = RabbitBus(amqp_url, TOPOLOGY, app_id="test")
    around = Surrounding(amqp_url=amqp_url, bus=bus, folder=tmp_path)
    around.gate.set()
    upload = Flask("upload")

    @upload.get("/sources/<source>")
    def give(source: str) -> Response:
        return Response(around.files[source])

    directory = MemoryDirectory(lambda: datetime.now(UTC))
    provisioner = create_app(directory, MemoryVerdicts(), access_key=AccessKey(KEY), ready=dict)

    @provisioner.before_request
    def hold() -> None:
        around.asked.set()
        around.gate.wait(60)

    with served(upload) as around.upload_url, served(provisioner) as around.provisioner_url:
        yield around
    bus.close()


@pytest.fixture
def worker(around: Surrounding) -> Iterator[subprocess.Popen[bytes]]:
    process = around.start()
    yield process
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


@pytest.mark.usefixtures("worker")
def test_good_and_bad_files(around: Surrounding) -> None:
    around.submit(csv_of([seat(1), seat(2)]), "good")
    started, accepted = around.says(EVENTLOG.name, 2)
    assert isinstance(started, ValidationStartedV1)
    assert isinstance(accepted, JobAcceptedV1)
    (chunk,) = around.says(PROVISIONER.name, 1)
    assert isinstance(chunk, SeatsAcceptedV1)
    assert [row.line for row in chunk.rows] == [2, 3]

    around.submit(csv_of([seat(1), seat(1)]), "bad")
    _, rejected = around.says(EVENTLOG.name, 2)
    assert isinstance(rejected, JobRejectedV1)
    assert rejected.problems_by_code == {"duplicate_in_file": 2}


@pytest.mark.usefixtures("worker")
def test_a_malformed_message_ends_its_job_and_is_set_aside(around: Surrounding) -> None:
    job_id = job_id_of("acme", "broken")
    now = datetime.now(UTC)
    around.bus.publish(
        Message(
            type=JobSubmittedV1.TYPE,
            message_id=str(job_id),
            correlation_id=str(job_id),
            body=b'{"account": "acme"}',
            timestamp=now,
            app_id="test",
        )
    )
    (failed,) = around.says(EVENTLOG.name, 1)
    assert isinstance(failed, JobFailedV1)
    assert (failed.job_id, failed.account, failed.stage) == (job_id, "acme", "validator")
    (dead,) = around.hear(f"{VALIDATOR.name}.dead", 1, skip="")
    assert dead.body == b'{"account": "acme"}'
    assert "Missing data for required field" in str(dead.headers["x-reason"])


def test_killed_in_the_middle_and_started_again(around: Surrounding) -> None:
    around.gate.clear()
    first = around.start()
    job = around.submit(csv_of(seat(n) for n in range(2500)), "kill")
    assert around.asked.wait(30)
    first.kill()
    first.wait()
    assert list((around.folder / "spool").iterdir()) == []
    around.gate.set()
    second = around.start()
    messages = [*around.hear(EVENTLOG.name, 3), *around.hear(PROVISIONER.name, 3)]
    assert {message.correlation_id for message in messages} == {str(job.job_id)}
    assert [message.type for message in messages] == [
        ValidationStartedV1.TYPE,
        ValidationStartedV1.TYPE,
        JobAcceptedV1.TYPE,
        *[SeatsAcceptedV1.TYPE] * 3,
    ]
    assert messages[0].message_id == messages[1].message_id
    second.terminate()
    assert second.wait(30) == 0


def test_an_unknown_argument_is_answered_with_the_usage() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "services.validator", "web"], check=False, capture_output=True, text=True
    )
    assert asked.returncode == 2
    assert "worker" in asked.stderr


def test_a_missing_setting_is_named() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "services.validator", "worker"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert (asked.returncode, asked.stdout) == (2, "")
    assert asked.stderr.startswith("validator: BULK_AMQP_URL is not set.")
