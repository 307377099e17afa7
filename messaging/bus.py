"""The bus, as services see it."""

import threading
from collections.abc import Callable
from typing import Protocol

from messaging.message import Delivery, Message


class Bus(Protocol):
    """Carries messages at least once. All methods may be called from any thread; nothing is opened before the first."""

    def publish(self, message: Message) -> None:
        """Return when the broker has the message safe, in a queue (unless its type is one that may go unheard).

        Raises `Unroutable` where no queue hears it, and `PublishFailed` after a bounded time while the broker is away.
        """

    def consume(self, queue: str, handle: Callable[[Delivery], None], *, stop: threading.Event) -> None:
        """Hand the messages of `queue` to `handle`, one at a time, in this thread, until `stop` is set.

        A message is acknowledged when `handle` returns. If that raises `PublishFailed` the broker is away or refuses
        to take more: the same delivery is handed over again after a pause, or comes again after a reconnection. If it
        raises anything else nothing is acknowledged, and the error is raised here. Lost connections are mended inside.
        Raises `BrokerRefused` where there is no such queue or no right to read it.
        """

    def delay(self, delivery: Delivery, *, seconds: int, counted: bool) -> None:
        """Publish the message so that it comes back to its queue after 1, 5 or 30 seconds; raises as `publish` does.

        `counted`: it comes back with the next attempt number.
        """

    def dead_letter(self, delivery: Delivery, *, reason: str) -> None:
        """Publish the message to the dead letters of its queue; raises as `publish` does."""

    def depth(self, queue: str) -> int:
        """How many messages wait in `queue` for a reader; those handed over and not acknowledged are not counted.

        Raises `Unavailable` while the broker is away, and `BrokerRefused` where there is no such queue.
        """

    def is_ready(self) -> bool:
        """Whether the broker can be reached and the channels are open, with a reader on each queue being consumed."""

    def is_alive(self) -> bool:
        """Whether its own loops still turn, be the broker there or away. If not, only a new process helps."""

    def close(self) -> None:
        """Let go of the broker; what is being consumed ends. Harmless when done twice."""
