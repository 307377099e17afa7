"""Where the broker is, read from the setting."""

from urllib.parse import parse_qs, urlsplit

import pika

# Used where the URL's query does not say otherwise; seconds. A connection that the broker blocks for longer than
# `blocked_connection_timeout` (its memory or disk is short) is given up, since the broker reads nothing from it. A
# connection that fell silent is given up by pika after two checks, each 5 s longer than `heartbeat`: within 26 s.
_USUAL = {"heartbeat": 8, "socket_timeout": 5.0, "stack_timeout": 10.0, "blocked_connection_timeout": 60.0}


def addresses(urls: str, *, name: str) -> tuple[pika.URLParameters, ...]:
    """Connection parameters for each of the comma-separated `urls` (``amqp://user:password@host:port/vhost``).

    They are the nodes of one cluster, tried in turn. `name` is shown in RabbitMQ's list of connections. ValueError for
    anything that is not such a list.
    """
    found = tuple(_parameters(url.strip(), name) for url in urls.split(",") if url.strip())
    if not found:
        raise ValueError("the broker's address is empty; it reads amqp://user:password@host:port/vhost")
    return found


def _parameters(url: str, name: str) -> pika.URLParameters:
    parts = urlsplit(url)
    if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
        # The URL itself is not repeated: it holds a password.
        raise ValueError("the broker's address reads amqp://user:password@host:port/vhost, or amqps://…")
    parameters = pika.URLParameters(url)
    given = parse_qs(parts.query)
    for setting, value in _USUAL.items():
        if setting not in given:
            setattr(parameters, setting, value)
    parameters.client_properties = {"connection_name": name}
    return parameters
