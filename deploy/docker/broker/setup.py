"""Brings a broker to what the product needs. Safe to repeat: what is there already is left, or set anew."""

from collections.abc import Mapping, Sequence

from contracts.topology import TOPOLOGY
from deploy.docker.broker.management import Management
from deploy.docker.broker.users import User
from messaging.rabbitmq.definitions import definitions


def set_up(broker: Management, *, vhost: str, users: Sequence[User], passwords: Mapping[str, str]) -> None:
    """Make exchanges, queues and bindings in `vhost`, then the users with their permissions."""
    broker.call("PUT", "vhosts", vhost, body={})
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    broker.call("PUT", "permissions", vhost, broker.user, body=everything)
    broker.call("POST", "definitions", body=definitions(TOPOLOGY, vhost=vhost))
    for user in users:
        broker.call("PUT", "users", user.name, body={"password": passwords[user.name], "tags": ""})
        names = {"configure": user.configure, "write": user.write, "read": user.read}
        broker.call("PUT", "permissions", vhost, user.name, body=names)
        types = {"exchange": TOPOLOGY.exchange, "write": user.says, "read": user.hears}
        broker.call("PUT", "topic-permissions", vhost, user.name, body=types)
