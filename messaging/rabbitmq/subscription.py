"""Reading one queue, on a connection of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic

from messaging.backoff import Backoff
from messaging.message import Delivery
from messaging.rabbitmq import envelope
from messaging.rabbitmq.link import STUCK_AFTER, Link


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery, with what it takes to acknowledge it: the channel it came by, and its number there."""

    delivery: Delivery
    channel: BlockingChannel
    tag: int


class Subscription:
    """Deliveries of one queue, received by the link's thread and taken out here by the thread that handles them."""

    def __init__(
        self,
        parameters: Sequence[pika.URLParameters],
        *,
        queue: str,
        prefetch: int,
        app_id: str,
        prepare: Callable[[BlockingChannel], None],
        backoff: Backoff,
        stuck_after: float = STUCK_AFTER,
    ) -> None:
        def reading(channel: BlockingChannel) -> None:
            prepare(channel)
            channel.basic_qos(prefetch_count=prefetch)
            channel.basic_consume(queue, self._receive)

        self._queue = queue
        self._received: SimpleQueue[Received] = SimpleQueue()
        self._link = Link(
            f"{app_id} reader of {queue}",
            parameters,
            prepare=reading,
            is_sound=lambda channel: channel.is_open and bool(channel.consumer_tags),
            backoff=backoff,
            stuck_after=stuck_after,
        )
        self._link.start()

    @property
    def is_open(self) -> bool:
        """Whether the broker has this reader on its list."""
        return self._link.is_open

    @property
    def is_alive(self) -> bool:
        """Whether its link's loop turns."""
        return self._link.is_alive

    def next(self, *, seconds: float) -> Received | None:
        """The next delivery that is still ours, if one comes in time; raises `BrokerRefused` if none ever will."""
        try:
            received = self._received.get(timeout=seconds)
        except Empty:
            self._link.check()
            return None
        return received if self.holds(received) else None

    def holds(self, received: Received) -> bool:
        """Whether it can still be acknowledged: no, once the channel it came by is closed."""
        return self._link.holds(received.channel)

    def acknowledge(self, received: Received) -> None:
        """Have it acknowledged; where its channel is closed that is too late, and it will come again."""

        def ack(channel: BlockingChannel) -> None:
            if channel is received.channel and channel.is_open:
                channel.basic_ack(received.tag)

        self._link.tell(ack)

    def close(self) -> None:
        """Let go of the connection; deliveries not acknowledged go back to the queue."""
        self._link.close()

    def _receive(
        self, channel: BlockingChannel, method: Basic.Deliver, properties: pika.BasicProperties, body: bytes
    ) -> None:
        delivery = envelope.delivery(self._queue, method, properties, body)
        self._received.put(Received(delivery, channel, method.delivery_tag or 0))
