"""Starts and stops everything of one machine, in order: servers, databases, services, the page."""

import os
import shlex
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import urllib3

from deploy.embedded import rabbitmq_program
from deploy.embedded.errors import StartFailed
from deploy.embedded.keeper import Keeper
from deploy.embedded.keys import Keys, keep, write_private
from deploy.embedded.log_stream import LogStream
from deploy.embedded.parts import DATABASES, PARTS, Part, Surroundings
from deploy.embedded.ports import is_free, kept_ports
from deploy.embedded.postgres import PostgresServer
from deploy.embedded.process import Process
from deploy.embedded.rabbitmq import PORTS, RabbitServer
from deploy.embedded.restart import restart
from deploy.embedded.settings import Settings

CONNECTION_FILE = "connection.env"
_READY_SECONDS = 120.0
_MIGRATE_SECONDS = 120.0
_TICK = 0.1


@dataclass(slots=True)
class Stack:
    """`base` is the environment that services start from: where programs are, and the person's own settings."""

    settings: Settings
    base: Mapping[str, str]
    stream: LogStream
    _keeper: Keeper = field(init=False)
    _postgres: PostgresServer | None = field(default=None, init=False)
    _rabbit: RabbitServer | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._keeper = Keeper(self.settings.data / "pids", self.stream)

    def start(self) -> None:
        """Return when the page can be used. What was started by then is stopped by `stop`, also after a failure."""
        settings, say = self.settings, self.stream.say
        if not is_free(settings.port):
            raise StartFailed(f"Port {settings.port} is used by another program. Choose one: BULK_PORT=8081 make run")
        keys = keep(settings.data, settings.admin_password)
        names = [*PORTS, "postgres", *(part.name for part in PARTS)]
        ports = kept_ports(settings.data / "ports.json", names) | {"gateway-web": settings.port}
        amqp_url = self._launch_broker(keys, ports)
        say("Starting PostgreSQL.")
        self._postgres = PostgresServer(
            folder=settings.data / "postgres", port=ports["postgres"], password=keys.postgres
        )
        self._postgres.start()
        databases = {name: self._postgres.create_owned_database(name, getattr(keys, name)) for name in DATABASES}
        around = Surroundings(
            data=settings.data, ports=ports, databases=databases, amqp_url=amqp_url, keys=keys, base=self.base
        )
        self._migrate(around)
        if self._rabbit is not None:
            self._rabbit.wait()
        say("Starting the services.")
        self._keeper.start([around.program(part) for part in PARTS])
        self._wait_until_ready(around)
        first = not (settings.data / CONNECTION_FILE).exists()
        self._write_connection(keys, amqp_url)
        self._welcome(keys, first)

    def tend(self) -> None:
        """Start again what has ended, servers included. Raises StartFailed if a server can't be started again."""
        if self._postgres is not None and not self._postgres.is_running():
            restart("postgres", self._postgres, self.stream.say)
        if self._rabbit is not None and not self._rabbit.is_running():
            restart("rabbitmq", self._rabbit, self.stream.say)
        self._keeper.tend()

    def stop(self) -> None:
        """Stop in the opposite order of the start, so that nobody loses what it still speaks to."""
        self._keeper.stop()
        if self._rabbit is not None:
            self._rabbit.stop()
        if self._postgres is not None:
            self._postgres.stop()

    def _launch_broker(self, keys: Keys, ports: Mapping[str, int]) -> str:
        """Start RabbitMQ without waiting for it, unless an address of one was given; the address."""
        if self.settings.amqp_url is not None:
            return self.settings.amqp_url
        program = rabbitmq_program.find_or_install(self.stream.say)
        self.stream.say("Starting RabbitMQ.")
        self._rabbit = RabbitServer(
            program=program,
            folder=self.settings.data / "rabbitmq",
            ports={name: ports[name] for name in PORTS},
            password=keys.rabbitmq,
        )
        self._rabbit.launch()
        return self._rabbit.url()

    def _migrate(self, around: Surroundings) -> None:
        """Bring all databases up to date, at the same time."""
        runs = [Process(around.migration(name), self._keeper.folder / f"migrate-{name}.pid") for name in DATABASES]
        for run in runs:
            run.start()
        failed = [run for run in runs if run.wait(_MIGRATE_SECONDS) != 0]
        if failed:
            said = "\n".join(f"{run.program.name}: {run.log_tail()}" for run in failed)
            raise StartFailed(f"A database could not be brought up to date.\n{said}")

    def _wait_until_ready(self, around: Surroundings) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        pause = threading.Event()
        waiting = list(PARTS)
        while waiting:
            self._keeper.tend()
            waiting = [part for part in waiting if not _is_ready(around, part)]
            names = ", ".join(part.name for part in waiting)
            if broken := self._keeper.often_ended():
                raise StartFailed(f"{', '.join(broken)} ended again and again; its lines above say why.")
            if waiting and time.monotonic() > deadline:
                raise StartFailed(f"Not ready within {_READY_SECONDS:.0f} s: {names}. The lines above may say why.")
            pause.wait(_TICK)

    def _write_connection(self, keys: Keys, amqp_url: str) -> None:
        values = {
            "BULK_URL": self.settings.url,
            "BULK_USER": "admin",
            "BULK_PASSWORD": keys.admin,
            "AMQP_URL": amqp_url,
        }
        lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
        write_private(self.settings.data / CONNECTION_FILE, lines)

    def _welcome(self, keys: Keys, first: bool) -> None:
        say, given = self.stream.say, self.settings.admin_password
        say(f"Bulk Manager is ready at {self.settings.url}")
        if first and given is None:
            say(f"Sign in as admin with the password {keys.admin} (shown this once).")
        else:
            say("Sign in as admin.")
            if given is not None and given != keys.admin:
                say("BULK_ADMIN_PASSWORD counts at the first start only: the password is still the earlier one.")
        data = self.settings.data / "postgres" / "data"
        if data.is_symlink():
            say(f"PostgreSQL's data are in {data.resolve()}: {self.settings.data} is closed to the user it runs as.")
        say(f"Programs find addresses and passwords in {os.path.relpath(self.settings.data / CONNECTION_FILE)}")


def _is_ready(around: Surroundings, part: Part) -> bool:
    try:
        answer = urllib3.request("GET", around.ready_url(part), timeout=5, retries=False)
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == 200
