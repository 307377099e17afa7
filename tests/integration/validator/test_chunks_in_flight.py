"""Back-pressure on a real broker: however slow the provisioner is, no more than the window waits for it."""

import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from contracts.messages import JobSubmittedV1, SeatsAcceptedV1, SeatsProvisionedV1, Successful
from contracts.topology import PROVISIONER_LARGE, TOPOLOGY, VALIDATOR_RELEASES
from messaging import headers
from messaging.message import Delivery, Message
from messaging.rabbitmq import RabbitBus
from tests.integration.validator.surrounding import CODEC, Surrounding
from tests.unit.validator.fakes import csv_of, seat

CHUNKS = 14
WINDOW = 4
DATA = csv_of(seat(n, location="x" * 60) for n in range(1000 * CHUNKS))
SETTINGS = {"BULK_CHUNKS_IN_FLIGHT": str(WINDOW)}


@pytest.fixture
def worker(around: Surrounding) -> Iterator[subprocess.Popen[bytes]]:
    process = around.start(**SETTINGS)
    yield process
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


@dataclass
class SlowProvisioner:
    """Takes its time for each chunk, and answers it ``times`` times; counts what it sees, and what waits for it."""

    around: Surrounding
    bus: RabbitBus
    times: int = 1
    pause: float = 0.05
    seen: Counter[int] = field(default_factory=Counter)
    ids: dict[int, str] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    most: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, delivery: Delivery) -> None:
        threading.Event().wait(self.pause)
        chunk = CODEC.decode(delivery.message)
        assert isinstance(chunk, SeatsAcceptedV1)
        with self.changed:
            self.most = max(self.most, self.around.bus.depth(PROVISIONER_LARGE.name) + 1)  # and the one in hand
            self.seen[chunk.chunk] += 1
            assert self.ids.setdefault(chunk.chunk, delivery.message.message_id) == delivery.message.message_id
            self.lines.update(chunk.lines)
        for _ in range(self.times):
            self.around.bus.publish(headers.caused(done(chunk), cause=delivery.message))
        with self.changed:
            self.changed.notify_all()

    def wait_for(self, chunks: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.seen) >= chunks, 60), f"only {sorted(self.seen)} came"


def done(chunk: SeatsAcceptedV1) -> Message:
    return CODEC.encode(
        SeatsProvisionedV1(
            job_id=chunk.job_id,
            account=chunk.account,
            chunk=chunk.chunk,
            successful=Successful(),
            failed=(),
            provisioned_at=datetime.now(UTC),
        )
    )


@contextmanager
def provisioning(around: Surrounding, *, times: int = 1) -> Iterator[SlowProvisioner]:
    bus = RabbitBus(around.amqp_url, TOPOLOGY, app_id="slow")
    provisioner = SlowProvisioner(around, bus, times=times)
    stop = threading.Event()
    thread = threading.Thread(target=lambda: bus.consume(PROVISIONER_LARGE.name, provisioner.take, stop=stop))
    thread.start()
    try:
        yield provisioner
    finally:
        stop.set()
        thread.join()
        bus.close()


def wait_for_depth(around: Surrounding, queue: str, depth: int) -> None:
    pause = threading.Event()
    for _ in range(600):
        if around.bus.depth(queue) == depth:
            return
        pause.wait(0.1)
    raise AssertionError(f"{queue} has {around.bus.depth(queue)} messages")


def submitted(around: Surrounding, key: str = "large") -> JobSubmittedV1:
    """A job whose first window has come, and no more of it comes."""
    job = around.submit(DATA, key)
    wait_for_depth(around, PROVISIONER_LARGE.name, WINDOW)
    threading.Event().wait(0.5)
    assert around.bus.depth(PROVISIONER_LARGE.name) == WINDOW
    return job


@pytest.mark.usefixtures("worker")
def test_a_slow_provisioner_never_has_more_than_the_window_before_it(around: Surrounding) -> None:
    submitted(around)
    with provisioning(around) as provisioner:
        provisioner.wait_for(CHUNKS)
        wait_for_depth(around, VALIDATOR_RELEASES.name, 0)
    assert 1 < provisioner.most <= WINDOW
    assert provisioner.seen == Counter(range(1, CHUNKS + 1))
    assert provisioner.lines == set(range(2, 1000 * CHUNKS + 2))


@pytest.mark.usefixtures("worker")
def test_chunks_that_are_told_done_twice_are_no_harm(around: Surrounding) -> None:
    submitted(around)
    with provisioning(around, times=2) as provisioner:
        provisioner.wait_for(CHUNKS)
    assert sorted(provisioner.seen) == list(range(1, CHUNKS + 1))
    assert provisioner.lines == set(range(2, 1000 * CHUNKS + 2))


def test_a_worker_that_was_killed_goes_on_where_it_was(around: Surrounding) -> None:
    first = around.start(**SETTINGS)
    submitted(around)
    with provisioning(around) as provisioner:
        provisioner.wait_for(WINDOW + 2)
        first.kill()
        first.wait()
        second = around.start(**SETTINGS)
        provisioner.wait_for(CHUNKS)
    second.terminate()
    assert second.wait(30) == 0
    assert provisioner.lines == set(range(2, 1000 * CHUNKS + 2))


@pytest.mark.usefixtures("worker")
def test_a_job_whose_accepted_file_is_gone_holds_nobody_up(around: Surrounding) -> None:
    over = submitted(around, "over")
    around.accepted.clear()
    with provisioning(around) as provisioner:
        provisioner.wait_for(WINDOW)
        wait_for_depth(around, VALIDATOR_RELEASES.name, 0)
    assert sorted(provisioner.seen) == list(range(1, WINDOW + 1))
    assert str(over.job_id) not in around.accepted
    submitted(around, "next")
    with provisioning(around) as provisioner:
        provisioner.wait_for(CHUNKS)
    assert around.bus.depth(TOPOLOGY.dead_queue(VALIDATOR_RELEASES.name)) == 0
