"""The few calls of RabbitMQ's management API that set a broker up; the standard library's HTTP is enough for them."""

import base64
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit


class ManagementRefused(Exception):
    """The management API did not do what it was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Management:
    """An administrator's view of a broker. `url` is `http://host:15672`."""

    url: str
    user: str
    password: str = field(repr=False)

    def call(self, method: str, *path: str, body: Mapping[str, object]) -> None:
        """Send JSON to `/api/PATH…`. Raises ManagementRefused, or OSError if nobody answers."""
        parts = urlsplit(self.url)
        credentials = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        target = "/api/" + "/".join(quote(part, safe="") for part in path)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 15672, timeout=30)
        try:
            connection.request(method, target, json.dumps(body), headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise ManagementRefused(f"{method} {target}: {answer.status} {said.decode('utf-8', 'replace')}")
