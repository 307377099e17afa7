"""Which queues there are and what they hear, as a table that buses, documents and tests read."""

from dataclasses import dataclass

DELAYS = (1, 5, 30)  # seconds; a delay queue for each


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue and the message types it hears; a type is heard in full, there are no patterns.

    `lane`: hears only what travels in this one; "" is the ordinary one, of messages that name none. None: hears all.
    `delivery_limit`: how often the broker delivers a message again after its reader vanished with it, before it becomes
    a dead letter. `prefetch`: how many messages a reader holds. With more than one, the neighbours of a message that
    kills its reader again and again become dead letters with it.
    """

    name: str
    types: tuple[str, ...]
    lane: str | None = None
    delivery_limit: int = 5
    prefetch: int = 1

    def __post_init__(self) -> None:
        if self.delivery_limit < 1 or self.prefetch < 1:
            # RabbitMQ 3.x takes a limit of -1 for "never again", RabbitMQ 4 for "always again".
            raise ValueError(f"delivery limit and prefetch of {self.name} are at least 1")
        if any(mark in name for name in (*self.types, self.lane or "") for mark in "*#"):
            raise ValueError(f"{self.name} hears types by their full names, without * and #")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """A topic exchange with its queues; `unheard` are the types that may be published although no queue hears them."""

    exchange: str
    queues: tuple[Queue, ...]
    unheard: frozenset[str]

    def __post_init__(self) -> None:
        names = [queue.name for queue in self.queues]
        if len(set(names)) != len(names):
            raise ValueError(f"two queues of {self.exchange} have one name")

    @property
    def dead_exchange(self) -> str:
        """Where dead letters are published, under the name of the queue they come from."""
        return f"{self.exchange}.dead"

    def dead_queue(self, queue: str) -> str:
        """Where the dead letters of `queue` lie."""
        return f"{queue}.dead"

    def delay(self, seconds: int) -> str:
        """The name of both the exchange and the queue that hold a message for `seconds`, one of `DELAYS`."""
        if seconds not in DELAYS:
            raise ValueError(f"there are delays of {DELAYS} seconds, not of {seconds}")
        return f"{self.exchange}.delay.{seconds}s"

    def routing_key(self, type: str, lane: str = "") -> str:
        """What a message is published under: its type, and behind it the lane if a queue has that for this type."""
        return f"{type}.{lane}" if lane in self._lanes(type) else type

    def routing_keys(self, type: str) -> tuple[str, ...]:
        """All that messages of this type are published under."""
        return (type, *(self.routing_key(type, lane) for lane in self._lanes(type)))

    def bindings(self, queue: Queue) -> tuple[str, ...]:
        """The routing keys that bring `queue` what it hears."""
        if queue.lane is None:
            return tuple(key for type in queue.types for key in self.routing_keys(type))
        return tuple(self.routing_key(type, queue.lane) for type in queue.types)

    def hearing(self, type: str, lane: str = "") -> tuple[Queue, ...]:
        """The queues that hear this type in this lane."""
        key = self.routing_key(type, lane)
        return tuple(queue for queue in self.queues if key in self.bindings(queue))

    def _lanes(self, type: str) -> tuple[str, ...]:
        """Those that a queue has for this type, but for the one that all else goes in."""
        return tuple(dict.fromkeys(queue.lane for queue in self.queues if queue.lane and type in queue.types))

    def prefetch(self, queue: str) -> int:
        """How many messages a reader of `queue` holds; one, when it reads dead letters."""
        return next((known.prefetch for known in self.queues if known.name == queue), 1)
