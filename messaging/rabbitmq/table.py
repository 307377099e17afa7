"""A topology in RabbitMQ's own terms: what is declared at start, and what a definitions file holds."""

from dataclasses import dataclass, field

from messaging.topology import DELAYS, Topology

Argument = str | int

# Messages that expire or are given up are handed on by RabbitMQ with confirms, so that none is lost on the way; it asks
# for this overflow behaviour then. Arguments can't be changed on a queue that exists.
_AT_LEAST_ONCE: dict[str, Argument] = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}

# Whoever looks at dead letters takes and returns them. From RabbitMQ 4 a queue without a limit has one of 20 returns,
# after which the message is dropped; -1 for "no limit" means "none at all" to RabbitMQ 3.
_PRACTICALLY_EVER = 1_000_000


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """A durable exchange; `type` is topic, direct or fanout."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A durable quorum queue; `arguments` are all that it is declared with."""

    name: str
    arguments: dict[str, Argument] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BindingRow:
    """A queue bound to an exchange."""

    exchange: str
    queue: str
    routing_key: str


@dataclass(frozen=True, slots=True)
class Table:
    """All that a topology needs on a broker, in an order in which it can be declared."""

    exchanges: tuple[ExchangeRow, ...]
    queues: tuple[QueueRow, ...]
    bindings: tuple[BindingRow, ...]


def table(topology: Topology) -> Table:
    """The topic exchange and its queues, a dead-letter queue for each, and the delay queues."""
    delays = tuple(topology.delay(seconds) for seconds in DELAYS)
    return Table(
        exchanges=(
            ExchangeRow(topology.exchange, "topic"),
            ExchangeRow(topology.dead_exchange, "direct"),
            *(ExchangeRow(name, "fanout") for name in delays),
        ),
        queues=(*_work_queues(topology), *_dead_queues(topology), *_delay_queues(topology)),
        bindings=(
            *(BindingRow(topology.exchange, q.name, key) for q in topology.queues for key in topology.bindings(q)),
            *(BindingRow(topology.dead_exchange, topology.dead_queue(q.name), q.name) for q in topology.queues),
            *(BindingRow(name, name, "") for name in delays),
        ),
    )


def _work_queues(topology: Topology) -> tuple[QueueRow, ...]:
    return tuple(
        _quorum(
            queue.name,
            {
                "x-delivery-limit": queue.delivery_limit,
                "x-dead-letter-exchange": topology.dead_exchange,
                "x-dead-letter-routing-key": queue.name,
                **_AT_LEAST_ONCE,
            },
        )
        for queue in topology.queues
    )


def _dead_queues(topology: Topology) -> tuple[QueueRow, ...]:
    limit: dict[str, Argument] = {"x-delivery-limit": _PRACTICALLY_EVER}
    return tuple(_quorum(topology.dead_queue(queue.name), limit) for queue in topology.queues)


def _delay_queues(topology: Topology) -> tuple[QueueRow, ...]:
    """Nobody reads them. A message expires into the default exchange under the routing key it was published with,
    which is the name of the queue it shall come back to."""
    return tuple(
        _quorum(
            topology.delay(seconds),
            {"x-message-ttl": seconds * 1000, "x-dead-letter-exchange": "", **_AT_LEAST_ONCE},
        )
        for seconds in DELAYS
    )


def _quorum(name: str, arguments: dict[str, Argument]) -> QueueRow:
    return QueueRow(name, {"x-queue-type": "quorum", **arguments})
