"""The whole system on this machine, every process and server in reach of the nemesis, the servers behind proxies.

Made of the parts of `make run`, without its keeper: a process that ends is started again at once, so that the next
fault finds it, and may be started with failpoints.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from deploy.embedded import identity
from deploy.embedded.errors import StartFailed
from deploy.embedded.keys import Keys, keep
from deploy.embedded.parts import DATABASES, PARTS, ROOT, Part, Surroundings
from deploy.embedded.ports import HOST, free_ports
from deploy.embedded.postgres import PostgresServer
from deploy.embedded.process import Process, Program
from deploy.embedded.rabbitmq import PORTS, RabbitServer
from deploy.embedded.rabbitmq_program import find
from tests.faults.cluster import Cluster
from tests.faults.machine import is_ready, mount_small, wait_for
from tests.faults.proxy import Proxy

T = TypeVar("T")

_READY_SECONDS = 90.0
_TICK = 0.1
_WEBS = ("upload", "provisioner", "eventlog")
PROXIED = {"broker": "amqp", "database": "postgres"} | {name: f"{name}-web" for name in _WEBS}


@dataclass(slots=True)
class _Run:
    """A process and with which failpoints it was started last."""

    process: Process
    part: Part
    tree: Path
    starts: int = 0
    failpoints: str = ""
    held: bool = False


@dataclass(slots=True)
class System:
    """`tree` is the code that the services run from: this one, or a copy that was broken on purpose. `clustered`: with
    three RabbitMQ nodes, whose addresses the services have without a proxy; `rabbit` is the first of them."""

    folder: Path
    tree: Path = ROOT
    settings: Mapping[str, str] = field(default_factory=dict)
    clustered: bool = False
    cluster: Cluster | None = field(default=None, init=False)
    keys: Keys = field(init=False)
    postgres: PostgresServer = field(init=False)
    rabbit: RabbitServer = field(init=False)
    proxies: dict[str, Proxy] = field(default_factory=dict, init=False)
    disk_is_small: bool = field(default=False, init=False)
    deaths: int = field(default=0, init=False)
    _around: Surroundings = field(init=False)
    _ports: dict[str, int] = field(default_factory=dict, init=False)
    _runs: dict[str, _Run] = field(default_factory=dict, init=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)
    # Linux ends a child when the thread that started it ends: these two live as long as the system.
    _hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "hands"), init=False)
    _servers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "servers"), init=False)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._ports['gateway-web']}"

    @property
    def sources(self) -> Path:
        return self.folder / "sources"

    def start(self) -> None:
        """Return when everything is ready."""
        for name in ("pids", "sources", "spool", "logs", "marks"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        self.disk_is_small = mount_small(self.sources)
        self.keys = keep(self.folder, None)
        names = [*PORTS, "postgres", *(part.name for part in PARTS), *(f"proxy-{name}" for name in PROXIED)]
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        self._servers.submit(self._start_servers).result()
        for part in PARTS:
            self._runs[part.name] = _Run(self._process(part, self.tree, 0), part, self.tree)
        self._hands.submit(self._start_all).result()
        threading.Thread(target=self._tend, name="tending", daemon=True).start()
        self.wait_until_ready()

    def stop(self) -> None:
        """End everything that was started, also after a start that failed half-way."""
        self._stopping.set()
        self._hands.submit(self._stop_all).result()
        self._servers.submit(self._stop_servers).result()
        self._hands.shutdown()
        self._servers.shutdown()
        for proxy in self.proxies.values():
            proxy.close()
        if self.disk_is_small:
            subprocess.run(["umount", "--lazy", str(self.sources)], check=False)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to one of the product's processes; it is started again when it has ended."""
        found = identity.read(self.folder / "pids" / f"{name}.pid")
        if found is not None:
            with suppress(ProcessLookupError):
                os.kill(found.pid, number)

    def arm(self, name: str, failpoints: str, marks: Path) -> None:
        """Start a process again with failpoints; after its next end it is started without."""
        self._hands.submit(self._restart, name, failpoints, marks).result()
        self.wait_until_ready(name)

    def disarm(self) -> None:
        """Start those again whose failpoints may still be waiting."""
        for name, run in self._runs.items():
            if run.failpoints:
                self._hands.submit(self._restart, name, "", None).result()
                self.wait_until_ready(name)

    def hold(self, name: str) -> None:
        """Do not start this process again when it ends."""
        self._runs[name].held = True

    def release(self, name: str) -> None:
        """Return when a process that was held has ended, was started again, and is ready."""
        run = self._runs[name]
        wait_for(lambda: run.process.ended() is not None, f"{name} has not ended")
        run.held = False
        self.wait_until_ready(name)

    def renew(self, name: str, tree: Path | None = None) -> None:
        """Stop a process as an upgrade does, start it again, from another tree if given; return when it is ready."""
        self._hands.submit(self._renew, name, tree).result()
        self.wait_until_ready(name)

    def start_over(self, order: Sequence[str]) -> None:
        """End every process and both servers, then start the processes in this order, and the servers last."""
        self._hands.submit(self._stop_all).result()
        self._servers.submit(self._stop_servers).result()
        for name in order:
            self._hands.submit(self._start_again, self._runs[name]).result()
        self._servers.submit(self.rabbit.start).result()
        self._servers.submit(self.postgres.start).result()

    def with_servers(self, act: Callable[[], T]) -> T:
        """Do something with a server in the thread that its processes belong to."""
        return self._servers.submit(act).result()

    def dsn(self, database: str) -> str:
        """For the superuser, straight to the server."""
        return self.postgres.url(database)

    def wait_until_ready(self, *names: str) -> None:
        """Return when these processes, or all, say that they are ready."""
        deadline = time.monotonic() + _READY_SECONDS
        waiting = [run.part for run in self._runs.values() if not names or run.part.name in names]
        while waiting := [part for part in waiting if not is_ready(self._around.ready_url(part))]:
            if time.monotonic() > deadline:
                said = "\n".join(f"{part.name}: {self._runs[part.name].process.log_tail()}" for part in waiting)
                raise StartFailed(f"Not ready within {_READY_SECONDS:.0f} s:\n{said}")
            time.sleep(_TICK)

    def _start_servers(self) -> None:
        ports = self._ports
        self.postgres = PostgresServer(
            folder=self.folder / "postgres", port=ports["postgres"], password=self.keys.postgres
        )
        amqp_url = self._start_broker(ports)
        self.postgres.start()
        databases = {
            name: self.postgres.create_owned_database(name, getattr(self.keys, name)).replace(
                f":{ports['postgres']}/", f":{ports['proxy-database']}/"
            )
            for name in DATABASES
        }
        self.proxies = {name: Proxy(ports[f"proxy-{name}"], ports[target]) for name, target in PROXIED.items()}
        self._around = Surroundings(
            data=self.folder,
            ports=ports,
            databases=databases,
            amqp_url=amqp_url,
            keys=self.keys,
            base={"PATH": os.environ["PATH"], "BULK_ENVIRONMENT": "test", **self.settings},
        )
        self._migrate(self.tree)
        if self.cluster is None:
            self.rabbit.wait()

    def _start_broker(self, ports: dict[str, int]) -> str:
        """The node, which is not waited for, or the cluster; the address that the services are given."""
        if self.clustered:
            self.cluster = Cluster(self.folder / "rabbitmq", self.keys.rabbitmq)
            self.cluster.start()
            self.rabbit = self.cluster.nodes[0]
            ports["amqp"] = self.rabbit.ports["amqp"]
            return self.cluster.urls
        program = find()
        if program is None:
            raise StartFailed("RabbitMQ is not on this machine: `make test` installs it.")
        self.rabbit = RabbitServer(
            program=program,
            folder=self.folder / "rabbitmq",
            ports={name: ports[name] for name in PORTS},
            password=self.keys.rabbitmq,
        )
        self.rabbit.launch()
        return self.rabbit.url().replace(f":{ports['amqp']}/", f":{ports['proxy-broker']}/")

    def _stop_servers(self) -> None:
        for name in ("cluster", "rabbit", "postgres"):
            server: Cluster | RabbitServer | PostgresServer | None = getattr(self, name, None)
            if server is not None:
                server.stop()

    def migrate(self, tree: Path) -> None:
        """Bring the databases up to what this tree wants."""
        self._servers.submit(self._migrate, tree).result()

    def _migrate(self, tree: Path) -> None:
        for name in DATABASES:
            program = replace(self._around.migration(name), cwd=tree)
            run = Process(program, self.folder / "pids" / f"migrate-{name}.pid")
            run.start()
            if run.wait(60) != 0:
                raise StartFailed(run.log_tail())

    def _process(self, part: Part, tree: Path, starts: int, failpoints: str = "", marks: Path | None = None) -> Process:
        program = self._around.program(part)
        env = dict(program.env)
        for name in _WEBS:
            env[f"BULK_{name.upper()}_URL"] = f"http://{HOST}:{self._ports[f'proxy-{name}']}"
        if failpoints:
            env |= {"BULK_FAILPOINTS": failpoints, "BULK_FAILPOINTS_MARKS": str(marks)}
        log = self.folder / "logs" / f"{part.name}.{starts}.log"
        told: Program = replace(program, env=env, cwd=tree, log=log)
        return Process(told, self.folder / "pids" / f"{part.name}.pid")

    def _start_all(self) -> None:
        for run in self._runs.values():
            run.process.start()

    def _stop_all(self) -> None:
        for run in self._runs.values():
            run.process.ask_to_stop()
        for run in self._runs.values():
            run.process.stop()

    def _restart(self, name: str, failpoints: str, marks: Path | None) -> None:
        run = self._runs[name]
        self.signal(name, signal.SIGKILL)  # a web process would first wait for its clients
        run.process.stop()
        self._start_again(run, failpoints, marks)

    def _renew(self, name: str, tree: Path | None) -> None:
        run = self._runs[name]
        run.tree = tree or run.tree
        run.process.stop()
        self._start_again(run)

    def _start_again(self, run: _Run, failpoints: str = "", marks: Path | None = None) -> None:
        run.starts += 1
        run.failpoints = failpoints
        run.process = self._process(run.part, run.tree, run.starts, failpoints, marks)
        run.process.start()

    def _tend(self) -> None:
        while not self._stopping.wait(_TICK):
            with suppress(RuntimeError):  # the executor is shut down between the two lines
                self._hands.submit(self._start_ended).result()

    def _start_ended(self) -> None:
        for run in self._runs.values():
            if not (self._stopping.is_set() or run.held) and run.process.ended() is not None:
                self.deaths += 1
                run.process.stop()
                self._start_again(run)


@contextmanager
def started(
    folder: Path, *, tree: Path = ROOT, settings: Mapping[str, str] | None = None, clustered: bool = False
) -> Iterator[System]:
    """The system for the time of the block."""
    system = System(folder, tree, settings or {}, clustered)
    try:
        system.start()
        yield system
    finally:
        system.stop()
