"""The topology as RabbitMQ definitions, for brokers on which the services may not declare it themselves.

The result, written as JSON, is what `rabbitmqctl import_definitions`, the setting `load_definitions` and the management
API (`POST /api/definitions`) take.
"""

from messaging.rabbitmq.table import table
from messaging.topology import Topology


def definitions(topology: Topology, *, vhost: str = "/") -> dict[str, list[dict[str, object]]]:
    """Exchanges, queues and bindings of `topology` in `vhost`, from the table that `declare` reads too."""
    rows = table(topology)
    return {
        "exchanges": [
            {
                "name": exchange.name,
                "vhost": vhost,
                "type": exchange.type,
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
            for exchange in rows.exchanges
        ],
        "queues": [
            {
                "name": queue.name,
                "vhost": vhost,
                "durable": True,
                "auto_delete": False,
                "arguments": dict(queue.arguments),
            }
            for queue in rows.queues
        ],
        "bindings": [
            {
                "source": binding.exchange,
                "vhost": vhost,
                "destination": binding.queue,
                "destination_type": "queue",
                "routing_key": binding.routing_key,
                "arguments": {},
            }
            for binding in rows.bindings
        ],
    }
