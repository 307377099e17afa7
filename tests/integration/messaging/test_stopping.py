"""Workers take their leave of the broker, whatever they are at when they are asked to stop."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from messaging.backoff import Backoff
from messaging.rabbitmq import RabbitBus
from messaging.stopping import UNFINISHED
from messaging.topology import Topology
from tests.contract.messaging.parcels import SORTED, eventually, ledger, parcel, reading, sorter
from tests.integration.messaging.broker import Road

# Reads the sorter's queue of the post that the environment names, until it is asked to stop.
WORKER = """
import os, sys, threading
from messaging.rabbitmq import RabbitBus
from messaging.stopping import stop_on_signals
from messaging.topology import Queue, Topology
from telemetry import logs
from tests.contract.messaging.parcels import LOST, SENT, SORTED, parcel
url, name, takes, patience = sys.argv[1:]
logs.configure("worker")
post = Topology(
    exchange=name,
    queues=(
        Queue(name=f"{name}.sorter", types=(SENT,), delivery_limit=2),
        Queue(name=f"{name}.ledger", types=(SENT, SORTED, LOST), prefetch=5),
    ),
    unheard=frozenset({"parcel.delivered.v1"}),
)
bus = RabbitBus(url, post, app_id="worker")
stop = stop_on_signals(bus, seconds=float(patience))
def sort(delivery):
    print("in hand", flush=True)
    threading.Event().wait(float(takes))
    bus.publish(parcel(SORTED))
try:
    bus.consume(f"{name}.sorter", sort, stop=stop)
finally:
    bus.close()
"""


@pytest.fixture
def slow_road(amqp_url: str) -> Iterator[Road]:
    """Connecting, with all that is declared then, takes longer than six seconds on it."""
    road = Road(amqp_url, pace=0.12)
    yield road
    road.close()


class Worker:
    """The program above, as a process."""

    def __init__(self, url: str, post: Topology, *, takes: float = 0, patience: float = 20) -> None:
        argv = [sys.executable, "-c", WORKER, url, post.exchange, str(takes), str(patience)]
        self._lines: list[str] = []
        self._process = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={"PATH": os.environ["PATH"]}
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def has_said(self, words: str) -> bool:
        return any(words in line for line in self._lines)

    def stop(self) -> int:
        """Its exit status, after SIGTERM."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(30)
        finally:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._reading.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            self._lines.extend(lines)


def test_an_idle_bus(road: Road, post: Topology) -> None:
    road.open()
    bus = RabbitBus(road.url(), post, app_id="tests")
    with reading(bus, sorter(post)):
        assert eventually(bus.is_ready)
    bus.close()
    assert road.farewells() == [True, True]


def test_a_bus_that_is_still_connecting(slow_road: Road, post: Topology) -> None:
    slow_road.open()
    bus = RabbitBus(slow_road.url(), post, app_id="tests", backoff=Backoff(first=0.1, longest=0.2))
    with reading(bus, sorter(post)):
        assert eventually(lambda: bool(slow_road.farewells()))
        assert not bus.is_ready()
    bus.close()
    assert set(slow_road.farewells()) == {True}


def test_an_idle_worker(road: Road, post: Topology, bus: RabbitBus) -> None:
    assert eventually(bus.is_ready)
    road.open()
    worker = Worker(road.url(), post)
    assert eventually(lambda: worker.has_said("is connected to the broker"))
    assert worker.stop() == 0
    assert road.farewells()
    assert set(road.farewells()) == {True}


def test_a_message_in_hand_is_finished(road: Road, post: Topology, bus: RabbitBus) -> None:
    bus.publish(parcel())
    road.open()
    worker = Worker(road.url(), post, takes=1.5)
    assert eventually(lambda: worker.has_said("in hand"))
    assert worker.stop() == 0
    assert road.farewells() == [True, True]
    assert eventually(lambda: bus.depth(ledger(post)) == 2), "what came of it is published"
    assert bus.depth(sorter(post)) == 0


def test_a_message_that_takes_too_long_goes_back_and_is_read_by_another_at_once(
    road: Road, post: Topology, bus: RabbitBus
) -> None:
    bus.publish(parcel())
    road.open()
    worker = Worker(road.url(), post, takes=600, patience=1)
    assert eventually(lambda: worker.has_said("in hand"))
    assert worker.stop() == UNFINISHED
    assert set(road.farewells()) == {True}
    with reading(bus, sorter(post)) as reader:
        (delivery,) = reader.wait(1)
    assert delivery.redelivered
    assert eventually(lambda: bus.depth(ledger(post)) == 1), f"nothing of {SORTED} was published"
