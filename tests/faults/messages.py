"""Faults of delivery that a broker may commit: messages that come twice, late and in another order."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic

from contracts.topology import TOPOLOGY
from messaging.rabbitmq.declare import declare
from tests.faults.observe import WORK, channel
from tests.faults.system import System

_TICK = 0.02
_TOGETHER = 6  # messages that change places


@dataclass(frozen=True, slots=True)
class _Caught:
    method: Basic.GetOk
    properties: pika.BasicProperties
    body: bytes

    @property
    def routing_key(self) -> str:
        return str(self.method.routing_key)


class _Middleman:
    """A thread with a queue that hears everything on the exchange, and does something with it."""

    def __init__(self, system: System, chance: Random) -> None:
        self._system = system
        self._chance = chance
        self._done = threading.Event()
        self._error: Exception | None = None
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="middleman", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._listening.wait(20)

    def finish(self) -> None:
        """Everything caught is passed on; then it is as it was."""
        self._done.set()
        self._thread.join(60)
        if self._error is not None or self._thread.is_alive():
            raise RuntimeError("the middleman did not come to an end") from self._error

    def _run(self) -> None:
        try:
            with channel(self._system) as broker:
                broker.confirm_delivery()
                queue = str(broker.queue_declare("", exclusive=True).method.queue)
                broker.queue_bind(queue, TOPOLOGY.exchange, "#")
                self.begin(broker)
                self._listening.set()
                while not self._done.wait(self._chance.uniform(0, 10 * _TICK)):
                    self.deal(broker, _caught(broker, queue, _TOGETHER))
                self.end(broker)
                while caught := _caught(broker, queue, _TOGETHER):
                    self.deal(broker, caught)
        except Exception as error:  # noqa: BLE001 - raised again by `finish`, in the thread that waits for it
            self._error = error
            self._listening.set()

    def begin(self, broker: BlockingChannel) -> None:
        """Before anything is caught."""

    def deal(self, broker: BlockingChannel, caught: list[_Caught]) -> None:
        """Do something with what was caught."""

    def end(self, broker: BlockingChannel) -> None:
        """Put back what `begin` changed; what is caught afterwards is dealt with all the same."""


class Twice(_Middleman):
    """Every message goes to all its queues a second time, some time later. A copy is not copied."""

    def __init__(self, system: System, chance: Random) -> None:
        super().__init__(system, chance)
        self._seen: set[tuple[str, str]] = set()

    def deal(self, broker: BlockingChannel, caught: list[_Caught]) -> None:
        self._chance.shuffle(caught)
        for message in caught:
            which = (message.routing_key, message.properties.message_id or "")
            if which not in self._seen:
                self._seen.add(which)
                broker.basic_publish(TOPOLOGY.exchange, message.routing_key, message.body, message.properties)


class Reordered(_Middleman):
    """The queues are cut off from the exchange: everything comes through here, late and in another order."""

    def begin(self, broker: BlockingChannel) -> None:
        for queue in TOPOLOGY.queues:
            for key in TOPOLOGY.bindings(queue):
                broker.queue_unbind(queue.name, TOPOLOGY.exchange, key)

    def deal(self, broker: BlockingChannel, caught: list[_Caught]) -> None:
        self._chance.shuffle(caught)
        for message in caught:
            for queue in TOPOLOGY.queues:
                if message.routing_key in TOPOLOGY.bindings(queue):
                    broker.basic_publish("", queue.name, message.body, message.properties)

    def end(self, broker: BlockingChannel) -> None:
        declare(broker, TOPOLOGY)


def _caught(broker: BlockingChannel, queue: str, most: int) -> list[_Caught]:
    caught: list[_Caught] = []
    while len(caught) < most:
        method, properties, body = broker.basic_get(queue, auto_ack=True)
        if method is None or properties is None or body is None:
            break
        caught.append(_Caught(method, properties, body))
    return caught


@contextmanager
def meddling(middleman: _Middleman) -> Iterator[None]:
    middleman.start()
    try:
        yield
    finally:
        middleman.finish()


def lose(system: System, queue: str) -> int:
    """Purge a queue, as a broker that loses its disk would; how many messages were lost."""
    if queue not in WORK:
        raise ValueError(queue)
    with channel(system) as broker:
        return broker.queue_purge(queue).method.message_count or 0
