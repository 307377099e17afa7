"""The system that is measured: everything of `make run`, in a folder of its own, and where its parts are found."""

import json
import shlex
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bench.errors import BenchFailed
from deploy.embedded import identity
from deploy.embedded.keys import keep
from deploy.embedded.parts import ROOT
from deploy.embedded.ports import HOST, free_ports
from deploy.embedded.postgres import SUPERUSER
from deploy.embedded.process import Process, Program
from deploy.embedded.stack import CONNECTION_FILE

_START_SECONDS = 240.0
_STOP_SECONDS = 120.0
_TICK = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """A started system. ``data`` is its folder; ``url`` the gateway's address."""

    data: Path
    url: str
    user: str
    password: str = field(repr=False)
    amqp_url: str = field(repr=False)
    ports: Mapping[str, int]

    def dsn(self, database: str) -> str:
        """For the superuser of the same PostgreSQL that the services use."""
        password = keep(self.data, None).postgres
        return f"postgresql://{SUPERUSER}:{password}@{HOST}:{self.ports['postgres']}/{database}"

    def amqp(self, vhost: str) -> str:
        """The same RabbitMQ that the services use, another virtual host."""
        return urlunsplit(urlsplit(self.amqp_url)._replace(path=f"/{vhost}"))

    def roots(self) -> dict[str, int]:
        """The first process of each part and of the servers, by name."""
        files = [*(self.data / "pids").glob("*.pid"), *(self.data / "rabbitmq").glob("*.pid")]
        files += [self.data / "postgres" / "postgres.pid", _keeper(self.data)]
        found = {path.stem: identity.read(path) for path in files if path.name != "node.pid"}
        return {name: process.pid for name, process in found.items() if process is not None}


@contextmanager
def started(folder: Path, base: Mapping[str, str]) -> Iterator[Surroundings]:
    """The system for the time of the block, as `make run` starts it, without any setting of the person's."""
    data = folder / "data"
    (port,) = free_ports(1)
    program = Program(
        name="system",
        argv=[sys.executable, "-m", "deploy.embedded"],
        env={**base, "BULK_PORT": str(port), "BULK_DATA": str(data)},
        cwd=ROOT,
        grace=_STOP_SECONDS,
        log=folder / "system.log",
    )
    process = Process(program, _keeper(data))
    process.start()
    try:
        _wait(process, data / CONNECTION_FILE)
        yield _found(data)
    finally:
        process.stop()


def _keeper(data: Path) -> Path:
    """Where the process that keeps all the others is written down."""
    return data.with_name("keeper.pid")


def _wait(process: Process, connection: Path) -> None:
    """The file is written when everything is ready."""
    deadline = time.monotonic() + _START_SECONDS
    pause = threading.Event()
    while not connection.exists():
        if process.ended() is not None or time.monotonic() > deadline:
            raise BenchFailed(f"The system did not start. Its last lines:\n{process.log_tail()}")
        pause.wait(_TICK)


def _found(data: Path) -> Surroundings:
    told = dict(line.split("=", 1) for line in shlex.split((data / CONNECTION_FILE).read_text("utf-8")))
    return Surroundings(
        data=data,
        url=told["BULK_URL"],
        user=told["BULK_USER"],
        password=told["BULK_PASSWORD"],
        amqp_url=told["AMQP_URL"],
        ports=json.loads((data / "ports.json").read_text("utf-8")),
    )
