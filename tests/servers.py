"""A real RabbitMQ and a real PostgreSQL for tests, had in one of three ways: given, in containers, or started here.

Each way answers the same two questions: a fresh place for one test, and what to do with it afterwards.
"""

import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString, Protocol
from urllib.parse import quote, urlsplit

import pika
import psycopg
import urllib3
from psycopg import sql

from contracts.topology import TOPOLOGY
from deploy.embedded.errors import StartFailed
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import PostgresServer
from deploy.embedded.rabbitmq import PORTS, RabbitServer
from deploy.embedded.rabbitmq_program import find
from messaging.topology import DELAYS

POSTGRES_IMAGE = "postgres:17"
RABBITMQ_IMAGE = "rabbitmq:4-management"
DOCKER_SOCKET = "unix:///var/run/docker.sock"


class NoServer(Exception):
    """None of the three ways is open on this machine; the message says why."""


class Broker(Protocol):
    def fresh(self) -> str:
        """The URL of a broker without any queue that a test of ours could find."""

    def discard(self, url: str) -> None:
        """Undo what `fresh` made."""


class Databases:
    """Databases made and dropped on one PostgreSQL server, whose URL must be of a role that may do so."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fresh(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        self._run(statement + sql.SQL(self._unicode()))
        return urlsplit(self._url)._replace(path=f"/{name}").geturl()

    def discard(self, url: str) -> None:
        name = urlsplit(url).path.lstrip("/")
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _unicode(self) -> LiteralString:
        """A server that was set up without a locale makes databases that know no Unicode unless they are told to."""
        with psycopg.connect(self._url) as connection:
            encoding = connection.info.parameter_status("server_encoding")
        return "" if encoding == "UTF8" else " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)


class GivenBroker:
    """One vhost of somebody's RabbitMQ: the product's queues are deleted before each test."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fresh(self) -> str:
        connection = pika.BlockingConnection(pika.URLParameters(self._url))
        try:
            channel = connection.channel()
            for name in queue_names():
                channel.queue_delete(name)
        finally:
            connection.close()
        return self._url

    def discard(self, url: str) -> None:
        """The next test empties it; what the last one left may help to see why it failed."""


class OwnBroker:
    """A RabbitMQ that is ours alone: a vhost for each test, made and removed by the management API."""

    def __init__(self, *, management_url: str, amqp_url: str) -> None:
        self._amqp = urlsplit(amqp_url)
        self.management_url = management_url
        self.administrator = (self._amqp.username or "", self._amqp.password or "")
        headers = urllib3.make_headers(basic_auth=":".join(self.administrator)) | {"Content-Type": "application/json"}
        self._api = f"{management_url}/api"
        self._http = urllib3.PoolManager(headers=headers, retries=urllib3.Retry(connect=10, backoff_factor=0.2))

    def fresh(self) -> str:
        name = f"test-{secrets.token_hex(6)}"
        self._call("PUT", f"/vhosts/{name}")
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self._call("PUT", f"/permissions/{name}/{quote(self.administrator[0], safe='')}", everything)
        return self._amqp._replace(path=f"/{name}").geturl()

    def discard(self, url: str) -> None:
        self._call("DELETE", f"/vhosts/{urlsplit(url).path.lstrip('/')}")

    def close(self) -> None:
        self._http.clear()

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> None:
        answer = self._http.request(method, self._api + path, json=body or {})
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.data!r}")


def queue_names() -> list[str]:
    """Every queue of the product's topology, with its dead-letter and delay queues."""
    names = [name for queue in TOPOLOGY.queues for name in (queue.name, TOPOLOGY.dead_queue(queue.name))]
    return names + [TOPOLOGY.delay(seconds) for seconds in DELAYS]


def docker_answers(host: str) -> bool:
    """Whether a Docker engine answers at a DOCKER_HOST; a mere `docker` program without an engine does not count."""
    parts = urlsplit(host)
    unix = parts.scheme == "unix"
    try:
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as connection:
            connection.settimeout(5)
            connection.connect(parts.path if unix else (parts.hostname or "", parts.port or 2375))
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in connection.recv(1024)
    except OSError:
        return False


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for a server's data that the user PostgreSQL runs as can reach, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bulk-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        data = folder / "postgres" / "data"
        if data.is_symlink():
            shutil.rmtree(data.resolve())
        shutil.rmtree(folder)


@contextmanager
def _started(server: PostgresServer | RabbitServer) -> Iterator[None]:
    try:
        server.start()
    except StartFailed as error:
        raise NoServer(str(error)) from error
    try:
        yield
    finally:
        server.stop()


@contextmanager
def private_postgres() -> Iterator[Databases]:
    with private_folder() as folder:
        password = secrets.token_hex(16)
        [port] = free_ports(1)
        server = PostgresServer(folder=folder / "postgres", port=port, password=password, durable=False)
        with _started(server):
            yield Databases(server.url())


@contextmanager
def private_rabbitmq() -> Iterator[OwnBroker]:
    program = find()
    if program is None:
        raise NoServer("no TEST_AMQP_URL, no Docker engine, and no RabbitMQ on this machine (`make test` installs it)")
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    with private_folder() as folder:
        server = RabbitServer(program=program, folder=folder, ports=ports, password=secrets.token_hex(16))
        with _started(server):
            broker = OwnBroker(management_url=server.management_url, amqp_url=server.url())
            yield broker
            broker.close()


@contextmanager
def container_postgres() -> Iterator[Databases]:
    from testcontainers.community.postgres import PostgresContainer

    with PostgresContainer(POSTGRES_IMAGE, driver=None) as container:
        yield Databases(container.get_connection_url())


@contextmanager
def container_rabbitmq() -> Iterator[OwnBroker]:
    # The library's own RabbitMqContainer is deprecated by the library itself when it is imported.
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import HttpWaitStrategy

    container = DockerContainer(RABBITMQ_IMAGE).with_exposed_ports(5672, 15672)
    container.with_envs(RABBITMQ_DEFAULT_USER="test", RABBITMQ_DEFAULT_PASS="test")
    container.waiting_for(HttpWaitStrategy(15672).for_status_code(200).with_startup_timeout(120))
    with container:
        host = container.get_container_host_ip()
        amqp, management = (container.get_exposed_port(port) for port in (5672, 15672))
        broker = OwnBroker(management_url=f"http://{host}:{management}", amqp_url=f"amqp://test:test@{host}:{amqp}/")
        yield broker
        broker.close()
