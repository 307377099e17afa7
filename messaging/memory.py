"""A bus inside this process, held to the same contract as the one over RabbitMQ: for tests and trials."""

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

from messaging import headers
from messaging.backoff import Backoff
from messaging.errors import BrokerRefused, PublishFailed, Unroutable
from messaging.message import Delivery, Message
from messaging.perseverance import handled
from messaging.topology import Topology

_TICK = 0.1  # seconds until `stop` is noticed


@dataclass(frozen=True, slots=True)
class _Entry:
    message: Message
    deliveries: int = 0


class MemoryBus:
    """Keeps messages in lists. `second` is how long a second of delay really lasts: make it short in tests."""

    def __init__(self, topology: Topology, *, second: float = 1.0) -> None:
        self.published: list[Message] = []
        self._topology = topology
        self._second = second
        self._limits = {queue.name: queue.delivery_limit for queue in topology.queues}
        names = [name for queue in self._limits for name in (queue, topology.dead_queue(queue))]
        self._waiting: dict[str, deque[_Entry]] = {name: deque() for name in names}
        self._delayed: list[tuple[float, int, str, _Entry]] = []
        self._order = count()
        self._changed = threading.Condition()
        self._closed = False

    def publish(self, message: Message) -> None:
        with self._changed:
            self._refuse_when_closed()
            queues = self._topology.hearing(message.type, headers.lane(message))
            if not queues and message.type not in self._topology.unheard:
                raise Unroutable(f"no queue hears {message.type}")
            self.published.append(message)
            for queue in queues:
                self._put(queue.name, _Entry(_as_it_travels(message)))

    def consume(self, queue: str, handle: Callable[[Delivery], None], *, stop: threading.Event) -> None:
        self._refuse_unknown(queue)
        while not stop.is_set() and not self._closed:
            entry = self._take(queue)
            if entry is not None:
                self._hand_over(queue, entry, handle, stop)

    def delay(self, delivery: Delivery, *, seconds: int, counted: bool) -> None:
        self._topology.delay(seconds)  # refuses a delay for which there is no queue
        entry = _Entry(headers.delayed(delivery, counted=counted))
        with self._changed:
            self._refuse_when_closed()
            due = time.monotonic() + seconds * self._second
            heapq.heappush(self._delayed, (due, next(self._order), delivery.queue, entry))
            self._changed.notify_all()

    def dead_letter(self, delivery: Delivery, *, reason: str) -> None:
        with self._changed:
            self._refuse_when_closed()
            self._put(self._topology.dead_queue(delivery.queue), _Entry(headers.dead(delivery, reason=reason)))

    def depth(self, queue: str) -> int:
        return len(self.waiting(queue))

    def waiting(self, queue: str) -> tuple[Message, ...]:
        """The messages in `queue`, which stay where they are."""
        self._refuse_unknown(queue)
        with self._changed:
            self._bring_home()
            return tuple(entry.message for entry in self._waiting[queue])

    def is_ready(self) -> bool:
        return not self._closed

    def is_alive(self) -> bool:
        return True  # it has no loop of its own that could stop

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _hand_over(self, queue: str, entry: _Entry, handle: Callable[[Delivery], None], stop: threading.Event) -> None:
        delivery = Delivery(
            message=entry.message,
            queue=queue,
            attempt=headers.attempt(entry.message),
            redelivered=entry.deliveries > 0,
        )
        done = False
        backoff = Backoff(first=self._second, longest=30 * self._second)
        try:
            done = handled(handle, delivery, stop=stop, held=lambda: not self._closed, backoff=backoff)
        finally:
            if not done:
                self._give_back(queue, entry)

    def _give_back(self, queue: str, entry: _Entry) -> None:
        entry = replace(entry, deliveries=entry.deliveries + 1)
        with self._changed:
            if entry.deliveries > self._limits.get(queue, entry.deliveries):
                self._put(self._topology.dead_queue(queue), _Entry(entry.message))
            else:
                self._waiting[queue].appendleft(entry)
                self._changed.notify_all()

    def _put(self, queue: str, entry: _Entry) -> None:
        self._waiting[queue].append(entry)
        self._changed.notify_all()

    def _take(self, queue: str) -> _Entry | None:
        with self._changed:
            self._bring_home()
            if not self._waiting[queue]:
                due = self._delayed[0][0] - time.monotonic() if self._delayed else _TICK
                self._changed.wait(max(0.0, min(_TICK, due)))
            return self._waiting[queue].popleft() if self._waiting[queue] else None

    def _bring_home(self) -> None:
        while self._delayed and self._delayed[0][0] <= time.monotonic():
            _, _, queue, entry = heapq.heappop(self._delayed)
            self._put(queue, entry)

    def _refuse_unknown(self, queue: str) -> None:
        if queue not in self._waiting:
            raise BrokerRefused(f"there is no queue {queue}")

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise PublishFailed("the bus has been closed")


def _as_it_travels(message: Message) -> Message:
    return replace(message, timestamp=message.timestamp.replace(microsecond=0), headers=dict(message.headers))
