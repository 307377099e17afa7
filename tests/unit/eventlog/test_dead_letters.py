"""Dead letters are counted, and how long there have been some."""

import logging
import threading
from dataclasses import dataclass

import pytest
from prometheus_client import REGISTRY

from contracts.codec import Codec
from contracts.topology import EVENTLOG, TOPOLOGY, VALIDATOR
from messaging.errors import Unavailable
from messaging.memory import MemoryBus
from messaging.message import Delivery
from messaging.topology import Queue, Topology
from services.eventlog.dead_letters import DeadLetterWatch
from tests.unit.eventlog import histories as h


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Away(MemoryBus):
    """A bus whose broker is away."""

    def depth(self, queue: str) -> int:
        raise Unavailable(f"{queue} is away")


def told(queue: str = VALIDATOR.name) -> tuple[float | None, float | None]:
    labels = {"queue": queue}
    return (
        REGISTRY.get_sample_value("dead_letters", labels),
        REGISTRY.get_sample_value("dead_letters_oldest_seconds", labels),
    )


def set_aside(bus: MemoryBus) -> None:
    message = Codec("test").encode(h.submitted("a key"))
    delivery = Delivery(message=message, queue=VALIDATOR.name, attempt=1, redelivered=False)
    bus.dead_letter(delivery, reason="It is broken.")


def take_away(bus: MemoryBus) -> None:
    stop = threading.Event()
    bus.consume(TOPOLOGY.dead_queue(VALIDATOR.name), lambda _: stop.set(), stop=stop)


def test_their_number_and_how_long_there_have_been_some() -> None:
    bus, clock = MemoryBus(TOPOLOGY), Clock()
    watch = DeadLetterWatch(bus, TOPOLOGY, clock=clock)
    watch.look()
    assert told() == (0, 0)
    set_aside(bus)
    watch.look()
    assert told() == (1, 0)
    clock.now += 40
    set_aside(bus)
    watch.look()
    assert told() == (2, 40)
    assert told(EVENTLOG.name) == (0, 0)
    take_away(bus)
    take_away(bus)
    watch.look()
    assert told() == (0, 0)
    clock.now += 40
    set_aside(bus)
    watch.look()
    assert told() == (1, 0)


def test_a_queue_that_can_not_be_seen_is_told_once_and_hides_no_other(caplog: pytest.LogCaptureFixture) -> None:
    bus = MemoryBus(TOPOLOGY)
    set_aside(bus)
    more = Topology(exchange="bulk", queues=(Queue(name="new.queue", types=()), *TOPOLOGY.queues), unheard=frozenset())
    watch = DeadLetterWatch(bus, more)
    with caplog.at_level(logging.WARNING):
        watch.look()
        watch.look()
    assert [record.message for record in caplog.records] == [
        "the dead letters of new.queue can't be counted: there is no queue new.queue.dead"
    ]
    assert told("new.queue") == (None, None)
    assert told()[0] == 1


def test_it_goes_on_while_the_broker_is_away_and_ends_when_it_is_asked_to() -> None:
    stop = threading.Event()
    looking = threading.Thread(target=DeadLetterWatch(Away(TOPOLOGY), TOPOLOGY).run, args=(stop,))
    looking.start()
    looking.join(0.2)
    assert looking.is_alive()
    stop.set()
    looking.join(5)
    assert not looking.is_alive()
