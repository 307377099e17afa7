"""What tests do to a broker behind the back of those connected to it."""

import select
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import quote, urlsplit

import urllib3

from deploy.embedded.ports import free_ports
from messaging.topology import Topology
from tests.contract.messaging.parcels import eventually

_CLOSE_OK = (10, 51)


class Management:
    """The management API of the broker at `amqp_url`, for its vhost."""

    def __init__(self, address: str, amqp_url: str) -> None:
        parts = urlsplit(amqp_url)
        self.vhost = parts.path.lstrip("/") or "/"
        self._vhost = quote(self.vhost, safe="")
        self._address = address
        auth = urllib3.make_headers(basic_auth=f"{parts.username}:{parts.password}")
        self._http = urllib3.PoolManager(headers=auth, timeout=10)

    def queues(self) -> dict[str, Mapping[str, object]]:
        """All queues by name, with type, durable, arguments …"""
        listed = self._call("GET", f"/queues/{self._vhost}?disable_stats=true")
        assert isinstance(listed, list)
        return {queue["name"]: queue for queue in listed}

    def delete_queue(self, name: str) -> None:
        self._call("DELETE", f"/queues/{self._vhost}/{name}")

    def cut(self, connection_name: str) -> None:
        """Close, on the broker's side, the connection of this name."""
        found: list[str] = []

        def seen() -> bool:
            listed = self._call("GET", "/connections")
            assert isinstance(listed, list)
            found.extend(c["name"] for c in listed if c.get("user_provided_name") == connection_name)
            return bool(found)

        assert eventually(seen), f"no connection {connection_name}"
        for name in found:
            self._call("DELETE", f"/connections/{quote(name, safe='')}")

    def import_definitions(self, definitions: Mapping[str, object]) -> None:
        self._call("POST", "/definitions", definitions)

    def add_user(self, name: str, permissions: Mapping[str, str]) -> None:
        """A user whose password is its name."""
        self._call("PUT", f"/users/{name}", {"password": name, "tags": ""})
        self._call("PUT", f"/permissions/{self._vhost}/{name}", permissions)

    def remove_user(self, name: str) -> None:
        self._call("DELETE", f"/users/{name}")

    def close(self) -> None:
        self._http.clear()

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> object:
        answer = self._http.request(method, f"{self._address}/api{path}", json=body)
        assert answer.status < 400, f"{method} {path}: {answer.status} {answer.data!r}"
        return answer.json() if answer.data else None


class Road:
    """The way to the broker, as a TCP address of its own that can be closed, and jammed: then nothing gets through."""

    def __init__(self, amqp_url: str, *, pace: float = 0) -> None:
        """`pace`: seconds that everything takes, in each direction."""
        self._parts = urlsplit(amqp_url)
        self._pace = pace
        self._heard: list[bytearray] = []
        self._passable = threading.Event()
        self._passable.set()
        self._open: socket.socket | None = None
        self._travellers: list[socket.socket] = []
        [self._port] = free_ports(1)

    def url(self, query: str = "") -> str:
        user = f"{self._parts.username}:{self._parts.password}"
        return self._parts._replace(netloc=f"{user}@127.0.0.1:{self._port}", query=query).geturl()

    def open(self) -> None:
        self._open = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._welcome, args=(self._open,), daemon=True).start()

    def close(self) -> None:
        """Refuse new connections, and end those there are."""
        if self._open is not None:
            # Closing alone does not wake the thread that waits for the next connection.
            with suppress(OSError):
                self._open.shutdown(socket.SHUT_RDWR)
            self._open.close()
        for traveller in self._travellers:
            with suppress(OSError):
                traveller.shutdown(socket.SHUT_RDWR)
        self._travellers.clear()
        self._passable.set()

    def jam(self) -> None:
        self._passable.clear()

    def clear(self) -> None:
        self._passable.set()

    def farewells(self) -> list[bool]:
        """Whether the broker has confirmed the leave, for each of the connections made: `connection.close-ok`."""
        return [any(method == _CLOSE_OK for method in methods(bytes(heard))) for heard in self._heard]

    def _welcome(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = server.accept()
                far = socket.create_connection((self._parts.hostname or "", self._parts.port or 5672))
                self._travellers += [near, far]
                self._heard.append(bytearray())
                threading.Thread(target=self._carry, args=(near, far, self._heard[-1]), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket, heard: bytearray) -> None:
        with near, far, suppress(OSError):
            while True:
                readable, _, _ = select.select([near, far], [], [])
                self._passable.wait()
                for end in readable:
                    data = end.recv(65536)
                    if not data:
                        return
                    threading.Event().wait(self._pace)
                    if end is far:
                        heard += data
                    (far if end is near else near).sendall(data)


def methods(stream: bytes) -> Iterator[tuple[int, int]]:
    """Class and method of each method frame in what a broker sent."""
    at = 0
    while at + 11 <= len(stream):
        kind, size = stream[at], int.from_bytes(stream[at + 3 : at + 7], "big")
        if kind == 1:
            yield int.from_bytes(stream[at + 7 : at + 9], "big"), int.from_bytes(stream[at + 9 : at + 11], "big")
        at += size + 8


def names(topology: Topology) -> set[str]:
    """All queues of the topology, written out by hand rather than asked from the code under test."""
    work = {queue.name for queue in topology.queues}
    dead = {f"{name}.dead" for name in work}
    return work | dead | {f"{topology.exchange}.delay.{seconds}s" for seconds in (1, 5, 30)}
