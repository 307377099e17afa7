"""The topology, declared on a broker."""

from pika.adapters.blocking_connection import BlockingChannel

from messaging.rabbitmq.table import table
from messaging.topology import Topology


def declare(channel: BlockingChannel, topology: Topology) -> None:
    """Make what is missing; harmless to what is there. ChannelClosedByBroker where it is there with other arguments."""
    rows = table(topology)
    for exchange in rows.exchanges:
        channel.exchange_declare(exchange.name, exchange.type, durable=True)
    for queue in rows.queues:
        channel.queue_declare(queue.name, durable=True, arguments=dict(queue.arguments))
    for binding in rows.bindings:
        channel.queue_bind(binding.queue, binding.exchange, binding.routing_key)
