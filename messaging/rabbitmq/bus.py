"""The bus over RabbitMQ."""

import threading
from collections.abc import Callable

from pika.adapters.blocking_connection import BlockingChannel

from messaging import headers
from messaging.backoff import Backoff
from messaging.message import Delivery, Message
from messaging.perseverance import handled
from messaging.rabbitmq.addresses import addresses
from messaging.rabbitmq.declare import declare
from messaging.rabbitmq.link import STUCK_AFTER
from messaging.rabbitmq.publisher import Publisher
from messaging.rabbitmq.subscription import Subscription
from messaging.topology import Topology

_TICK = 0.2  # seconds until `stop` is noticed


class RabbitBus:
    """See `Bus`. Connections are opened at first use, so a process may make one before it forks, and use it after.

    `urls`: one address, or several of one cluster with commas between (see messaging.rabbitmq.addresses). `declare`:
    whether to declare the topology on each connection; if not, it must be there (see messaging.rabbitmq.definitions),
    and the broker's user needs no permission to configure. `patience`: after how many seconds publishing fails.
    `stuck_after`: see `Link`.
    """

    def __init__(
        self,
        urls: str,
        topology: Topology,
        *,
        app_id: str,
        declare: bool = True,
        patience: float = 10.0,
        backoff: Backoff | None = None,
        stuck_after: float = STUCK_AFTER,
    ) -> None:
        self._topology = topology
        self._app_id = app_id
        self._declare = declare
        self._urls = urls
        self._backoff = backoff or Backoff()
        self._stuck_after = stuck_after
        self._subscriptions: set[Subscription] = set()
        self._closed = threading.Event()
        self._publisher = Publisher(
            addresses(urls, name=f"{app_id} publisher"),
            app_id=app_id,
            prepare=self._prepare,
            patience=patience,
            backoff=self._backoff,
            stuck_after=stuck_after,
        )

    def publish(self, message: Message) -> None:
        self._publisher.publish(
            message,
            exchange=self._topology.exchange,
            routing_key=self._topology.routing_key(message.type, headers.lane(message)),
            mandatory=message.type not in self._topology.unheard,
        )

    def consume(self, queue: str, handle: Callable[[Delivery], None], *, stop: threading.Event) -> None:
        subscription = Subscription(
            addresses(self._urls, name=f"{self._app_id} reader of {queue}"),
            queue=queue,
            prefetch=self._topology.prefetch(queue),
            app_id=self._app_id,
            prepare=self._prepare,
            backoff=self._backoff,
            stuck_after=self._stuck_after,
        )
        self._subscriptions.add(subscription)
        try:
            while not stop.is_set() and not self._closed.is_set():
                self._hand_over_next(subscription, handle, stop)
        finally:
            self._subscriptions.discard(subscription)
            subscription.close()

    def delay(self, delivery: Delivery, *, seconds: int, counted: bool) -> None:
        # The routing key is kept while the message waits, and brings it home to the queue of that name.
        self._publisher.publish(
            headers.delayed(delivery, counted=counted),
            exchange=self._topology.delay(seconds),
            routing_key=delivery.queue,
            mandatory=True,
        )

    def dead_letter(self, delivery: Delivery, *, reason: str) -> None:
        self._publisher.publish(
            headers.dead(delivery, reason=reason),
            exchange=self._topology.dead_exchange,
            routing_key=delivery.queue,
            mandatory=True,
        )

    def depth(self, queue: str) -> int:
        return self._publisher.depth(queue)

    def is_ready(self) -> bool:
        return self._publisher.is_open and all(subscription.is_open for subscription in self._subscriptions.copy())

    def is_alive(self) -> bool:
        return self._publisher.is_alive and all(reader.is_alive for reader in self._subscriptions.copy())

    def close(self) -> None:
        self._closed.set()
        self._publisher.close()
        for subscription in self._subscriptions.copy():
            subscription.close()

    def _prepare(self, channel: BlockingChannel) -> None:
        if self._declare:
            declare(channel, self._topology)

    def _hand_over_next(
        self, subscription: Subscription, handle: Callable[[Delivery], None], stop: threading.Event
    ) -> None:
        received = subscription.next(seconds=_TICK)
        if received is not None and handled(
            handle,
            received.delivery,
            stop=stop,
            held=lambda: subscription.holds(received),
            backoff=self._backoff,
        ):
            subscription.acknowledge(received)
