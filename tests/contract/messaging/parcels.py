"""A small world of parcels to send messages about: the tests of messaging are of no business in particular."""

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pika

from messaging.bus import Bus
from messaging.errors import Reject
from messaging.message import Delivery, Message
from messaging.rabbitmq.table import table
from messaging.topology import Queue, Topology

SENT, SORTED, LOST, DELIVERED, UNKNOWN = (f"parcel.{what}.v1" for what in ("sent", "sorted", "lost", "delivered", "x"))
BULKY = "bulky"


def topology(*, delivery_limit: int = 2) -> Topology:
    """A sorter that hears of parcels sent, a ledger that hears of all, and a crane for the bulky ones among those sent;
    names are used once in the life of a broker."""
    name = f"post-{secrets.token_hex(4)}"
    return Topology(
        exchange=name,
        queues=(
            Queue(name=f"{name}.sorter", types=(SENT,), lane="", delivery_limit=delivery_limit),
            Queue(name=f"{name}.ledger", types=(SENT, SORTED, LOST), prefetch=5),
            Queue(name=f"{name}.crane", types=(SENT,), lane=BULKY, delivery_limit=delivery_limit),
        ),
        unheard=frozenset({DELIVERED}),
    )


def sorter(topology: Topology) -> str:
    return topology.queues[0].name


def ledger(topology: Topology) -> str:
    return topology.queues[1].name


def crane(topology: Topology) -> str:
    return topology.queues[2].name


def parcel(type: str = SENT, body: str = "1", **headers: str | int) -> Message:
    return Message(
        type=type,
        message_id=f"{type}/{body}",
        correlation_id="c-1",
        body=body.encode(),
        timestamp=datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC),
        app_id="counter",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


#: How long anything here may take, in seconds: machines that run tests are busy. What is there is not waited for.
PATIENCE = 25.0


@dataclass(frozen=True)
class Text:
    """What a message says here: its type, and its body as text."""

    type: str
    body: str


class TextCodec:
    """Rejects the body ``malformed``."""

    def decode(self, message: Message) -> Text:
        if message.body == b"malformed":
            raise Reject("it is malformed")
        return Text(message.type, message.body.decode())

    def encode(self, value: Text) -> Message:
        return parcel(value.type, value.body)


class Reader:
    """Consumes a queue in a thread; notes the deliveries, and then does what `handle` does."""

    def __init__(self, bus: Bus, queue: str, handle: Callable[[Delivery], None]) -> None:
        self.deliveries: list[Delivery] = []
        self._handle = handle
        self._changed = threading.Condition()
        self._stop = threading.Event()
        pool = ThreadPoolExecutor(1)
        self._consuming = pool.submit(bus.consume, queue, self._note, stop=self._stop)
        pool.shutdown(wait=False)

    @property
    def bodies(self) -> list[str]:
        return [delivery.message.body.decode() for delivery in self.deliveries]

    def stop(self) -> None:
        self._stop.set()
        self.ended()

    def ended(self, seconds: float = PATIENCE) -> BaseException | None:
        """The error with which consuming ended, if any, when it has."""
        return self._consuming.exception(seconds)

    def wait(self, number: int, seconds: float = PATIENCE) -> list[Delivery]:
        """The deliveries, when there are at least `number` of them."""
        with self._changed:
            there = self._changed.wait_for(lambda: len(self.deliveries) >= number, seconds)
        assert there, f"{len(self.deliveries)} deliveries instead of {number}"
        return self.deliveries

    def _note(self, delivery: Delivery) -> None:
        with self._changed:
            self.deliveries.append(delivery)
            self._changed.notify_all()
        self._handle(delivery)


@contextmanager
def reading(bus: Bus, queue: str, handle: Callable[[Delivery], None] = lambda _: None) -> Iterator[Reader]:
    reader = Reader(bus, queue, handle)
    try:
        yield reader
    finally:
        reader.stop()


def eventually(fact: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether `fact` comes true in time."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if fact():
            return True
        pause.wait(0.05)
    return fact()


def remove(url: str, topology: Topology) -> None:
    """Delete from the broker what the topology declared."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        rows = table(topology)
        for queue in rows.queues:
            channel.queue_delete(queue.name)
        for exchange in rows.exchanges:
            channel.exchange_delete(exchange.name)
    finally:
        connection.close()
