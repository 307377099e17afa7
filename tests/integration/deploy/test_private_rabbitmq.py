"""The private RabbitMQ node, started for real once: what it keeps, and what it leaves behind when it stops."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest

from deploy.embedded import identity
from deploy.embedded.errors import StartFailed
from deploy.embedded.ports import HOST, free_ports
from deploy.embedded.rabbitmq import PORTS, RabbitServer, speaks_amqp
from deploy.embedded.rabbitmq_program import find
from deploy.embedded.restart import restart
from tests.servers import private_folder


def messages(url: str, *, add: bytes | None = None) -> int:
    """How many messages the queue `kept` holds, after one more if there is one to add."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        arguments = {"x-queue-type": "quorum"}
        count = channel.queue_declare("kept", durable=True, arguments=arguments).method.message_count
        if add is None:
            return int(count)
        channel.confirm_delivery()
        channel.basic_publish("", "kept", add, pika.BasicProperties(delivery_mode=2), mandatory=True)
        return int(count) + 1


def taken_from(url: str) -> bytes:
    """The first message of the queue `kept`; a queue that is being recovered counts none yet, but delivers them."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        _, _, body = next(connection.channel().consume("kept", auto_ack=True, inactivity_timeout=30))
        return bytes(body or b"")


@pytest.fixture
def folder() -> Iterator[Path]:
    with private_folder() as folder:
        yield folder


def server(folder: Path) -> RabbitServer:
    program = find()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("RabbitMQ is not installed; `make test` installs it where it may")
        pytest.skip("RabbitMQ is not installed")
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    return RabbitServer(program=program, folder=folder / "rabbitmq", ports=ports, password="it's 100% secret")


def processes_of(folder: Path) -> list[str]:
    """Programs that run with something of the folder in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "environ").read_bytes():
                found.append((process / "comm").read_text().strip())
        except OSError:
            continue
    return found


def test_messages_are_found_again_and_no_process_is_left(folder: Path) -> None:
    with server(folder) as first:
        assert messages(first.url(), add=b"message") == 1
        assert "beam.smp" in processes_of(folder)
    assert processes_of(folder) == []
    with server(folder) as second:
        assert messages(second.url()) == 1
    assert not speaks_amqp(HOST, second.ports["amqp"])


def test_one_that_can_not_start_says_so_with_its_own_words(folder: Path) -> None:
    broken = server(folder)
    broken.user = "bulk\nno_such_setting = 1"
    with pytest.raises(StartFailed, match="no_such_setting"):
        broken.start()
    assert processes_of(folder) == []


def test_a_killed_one_is_started_again_once_its_port_is_free_again(folder: Path) -> None:
    with server(folder) as killed:
        messages(killed.url(), add=b"message")
        process = identity.read(killed.folder / "rabbitmq.pid")
        assert process is not None
        time.sleep(2)  # RabbitMQ 3.10 can't use a queue any more that was first declared within a second of its end
        os.kill(process.pid, signal.SIGKILL)
        while killed.is_running():
            time.sleep(0.05)
        said: list[str] = []
        with socket.create_server((HOST, killed.ports["amqp"])) as taken:
            restart("rabbitmq", killed, said.append, lambda _: taken.close())
        assert len(said) == 2
        assert "could not be started again" in said[1]
        assert taken_from(killed.url()) == b"message"
