"""RabbitMQ as its management API tells it: a virtual host for the others, and the bytes that went through."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import orjson
import urllib3

from bench.errors import BenchFailed
from deploy.embedded.ports import HOST

VHOST = "bench"
_SETTLE_SECONDS = 6.0
"""Nodes tell the management API of their connections every five seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Octets:
    """Bytes of one connection since it was opened."""

    received: int
    sent: int


@dataclass(slots=True)
class Broker:
    """The management API at ``port``, with the name and password of an AMQP address."""

    port: int
    amqp_url: str = field(repr=False)

    @property
    def system_vhost(self) -> str:
        return unquote(urlsplit(self.amqp_url).path[1:])

    def create_vhost(self, name: str) -> None:
        user = urlsplit(self.amqp_url).username or ""
        self._call("PUT", f"vhosts/{quote(name, safe='')}", {})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self._call("PUT", f"permissions/{quote(name, safe='')}/{quote(user, safe='')}", everything)

    def versions(self) -> dict[str, str]:
        told = self._call("GET", "overview")
        return {"RabbitMQ": f"{told['rabbitmq_version']} (Erlang {told['erlang_version']})"}

    def octets(self, vhost: str) -> dict[str, Octets]:
        """Of each open connection, once what has just happened is told."""
        threading.Event().wait(_SETTLE_SECONDS)
        return parsed(self._call("GET", f"vhosts/{quote(vhost, safe='')}/connections"))

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        address = urlsplit(self.amqp_url)
        secret = f"{unquote(address.username or '')}:{unquote(address.password or '')}"
        answer = urllib3.request(
            method,
            f"http://{HOST}:{self.port}/api/{path}",
            headers={**urllib3.make_headers(basic_auth=secret), "Content-Type": "application/json"},
            body=None if body is None else orjson.dumps(body),
            timeout=30,
            retries=False,
        )
        if answer.status >= 300:
            raise BenchFailed(f"RabbitMQ's management API answered {answer.status} to {method} {path}.")
        return orjson.loads(answer.data) if answer.data else None


def parsed(connections: Iterable[Mapping[str, Any]]) -> dict[str, Octets]:
    """Connections that are so new that nothing is told of them count as silent."""
    return {
        one["name"]: Octets(received=one.get("recv_oct", 0), sent=one.get("send_oct", 0))
        for one in connections
        if "name" in one
    }


def passed(before: Mapping[str, Octets], after: Mapping[str, Octets]) -> int:
    """Bytes into and out of the broker between two looks; those of connections that were closed between are lost."""
    nothing = Octets(received=0, sent=0)
    return sum(
        octets.received + octets.sent - before.get(name, nothing).received - before.get(name, nothing).sent
        for name, octets in after.items()
    )
