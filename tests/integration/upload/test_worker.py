"""The processes themselves: the worker with its loops, and what a kill leaves behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import urllib3

from contracts.codec import Codec
from contracts.messages import JobRequestedV1, JobSubmittedV1
from contracts.topology import TOPOLOGY, VALIDATOR
from database.connection import Database
from deploy.embedded.ports import free_ports
from messaging.message import Delivery, Message
from messaging.rabbitmq import RabbitBus
from services.upload import outbox
from services.upload.uploads import Uploads
from tests.integration.upload.asking import files, new_upload, rows
from tests.integration.upload.test_cancel import finished

ROOT = Path(__file__).parents[3]
JUST_NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def bus(amqp_url: str) -> Iterator[RabbitBus]:
    bus = RabbitBus(amqp_url, TOPOLOGY, app_id="test")
    bus.depth(VALIDATOR.name)  # the queues are there from here on
    yield bus
    bus.close()


class Worker:
    """One `python -m services.upload worker` after another, on the same database, broker and folder."""

    def __init__(self, env: dict[str, str]) -> None:
        [port] = free_ports(1)
        self.health = f"127.0.0.1:{port}"
        self._env = os.environ | env | {"BULK_HEALTH_LISTEN": self.health}

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen([sys.executable, "-m", "services.upload", "worker"], cwd=ROOT, env=self._env)
        try:
            yield process
        finally:
            process.kill()
            process.wait(20)

    def is_ready(self) -> bool:
        try:
            return urllib3.request("GET", f"http://{self.health}/readyz", retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False


@pytest.fixture
def worker(database_url: str, amqp_url: str, database: Database, folder: Path) -> Worker:
    return Worker({"BULK_DATABASE_URL": database_url, "BULK_AMQP_URL": amqp_url, "BULK_SOURCES": str(folder)})


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    pause, end = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come"
        pause.wait(0.05)


def has_depth(bus: RabbitBus, depth: int) -> bool:
    return bus.depth(VALIDATOR.name) >= depth


def heard(bus: RabbitBus, count: int) -> list[Message]:
    """So many messages of the validator's queue."""
    found: list[Message] = []
    stop = threading.Event()

    def take(delivery: Delivery) -> None:
        found.append(delivery.message)
        if len(found) == count:
            stop.set()

    bus.consume(VALIDATOR.name, take, stop=stop)
    return found


def test_the_worker_takes_relays_cleans_up_and_stops(
    worker: Worker, bus: RabbitBus, database: Database, uploads: Uploads, folder: Path
) -> None:
    new_upload(uploads, b"expired")
    with database.transaction() as connection:
        connection.execute(b"UPDATE upload SET expires_at = now()")
    with worker.running() as process:
        until(worker.is_ready)
        request = JobRequestedV1(
            account="acme", requested_by="hr", idempotency_key="key", filename="a.csv", csv="email\r\n"
        )
        bus.publish(Codec("hr").encode(request))
        [message] = heard(bus, 1)
        submitted = Codec("test").decode(message)
        assert isinstance(submitted, JobSubmittedV1)
        assert submitted.job_id == request.job_id
        assert message.app_id == "upload"
        until(lambda: files(folder) == [b"email\r\n"])
        bus.publish(Codec("eventlog").encode(finished(str(request.job_id), account="acme")))
        until(lambda: rows(database, "job")[0]["end_state"] == "completed")
        metrics = urllib3.request("GET", f"http://{worker.health}/metrics").data.decode()
        assert "outbox_relayed_total 1.0" in metrics
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert rows(database, "outbox") == []


def test_a_killed_relay_loses_nothing_and_keeps_the_order(worker: Worker, bus: RabbitBus, database: Database) -> None:
    numbers = [f"{n:04}" for n in range(300)]
    with database.transaction() as connection:
        for number in numbers:
            contract = Message(
                type=VALIDATOR.types[0],
                message_id=number,
                correlation_id=f"job-{int(number) % 3}",
                body=b"{}",
                timestamp=JUST_NOW,
                app_id="upload",
            )
            outbox.put(connection, contract)
    for kill_at in (20, 120):
        with worker.running() as process:
            until(partial(has_depth, bus, kill_at))
            process.kill()
    with worker.running():
        until(lambda: not rows(database, "outbox"))
    ids = [message.message_id for message in heard(bus, bus.depth(VALIDATOR.name))]
    first_seen = list(dict.fromkeys(ids))
    assert sorted(first_seen) == numbers
    for job in range(3):
        assert [i for i in first_seen if int(i) % 3 == job] == [n for n in numbers if int(n) % 3 == job]
    assert len(ids) <= len(numbers) + 2 * 20, "at most the claimed messages of each killed relay come again"


def test_wrong_settings_are_told_in_one_line() -> None:
    for argument, missing in (("web", "BULK_DATABASE_URL"), ("worker", "BULK_DATABASE_URL"), ("what", "usage")):
        done = subprocess.run(
            [sys.executable, "-m", "services.upload", argument],
            cwd=ROOT,
            env={},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode != 0
        assert missing in done.stderr
        assert len(done.stderr.splitlines()) == 1
