"""The topology as RabbitMQ definitions, for brokers on which the services may not declare it themselves.

The result, written as JSON, is what `rabbitmqctl import_definitions`, the setting `load_definitions` and the management
API (`POST /api/definitions`) take.
"""

from messaging.rabbitmq.table import BindingRow, ExchangeRow, QueueRow, table
from messaging.topology import Topology

Entry = dict[str, object]


def definitions(topology: Topology, *, vhost: str = "/") -> dict[str, list[Entry]]:
    """Exchanges, queues and bindings of `topology` in `vhost`, from the table that `declare` reads too."""
    rows = table(topology)
    return {
        "exchanges": [{"vhost": vhost, **_exchange(row)} for row in rows.exchanges],
        "queues": [{"vhost": vhost, **_queue(row)} for row in rows.queues],
        "bindings": [{"vhost": vhost, **_binding(row)} for row in rows.bindings],
    }


def _exchange(row: ExchangeRow) -> Entry:
    kind = {"type": row.type, "durable": True, "auto_delete": False, "internal": False}
    return {"name": row.name, **kind, "arguments": {}}


def _queue(row: QueueRow) -> Entry:
    return {"name": row.name, "durable": True, "auto_delete": False, "arguments": dict(row.arguments)}


def _binding(row: BindingRow) -> Entry:
    ends = {"source": row.exchange, "destination": row.queue, "destination_type": "queue"}
    return {**ends, "routing_key": row.routing_key, "arguments": {}}
