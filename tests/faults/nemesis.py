"""The faults, each with a name. A fault prepares, gives way to the jobs (`yield`), strikes, and makes good again."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import quote

import psycopg
import urllib3
from psycopg import sql

from deploy.embedded import identity
from deploy.embedded.parts import PARTS
from tests.faults.messages import Reordered, Twice, meddling
from tests.faults.system import PROXIED, System

Steps = Iterator[None]


@dataclass(slots=True, kw_only=True)
class World:
    """What a fault works on. `marks` is a fresh folder for this run; `notes` are told with its result.

    `returned` is the clock when a server that had gone was back.
    """

    system: System
    chance: Random
    marks: Path
    clock: Callable[[], float]
    notes: list[str] = field(default_factory=list)
    returned: float | None = None
    _pause: threading.Event = field(default_factory=threading.Event)

    def wait(self, least: float, most: float) -> None:
        """Some seconds, by chance."""
        self._pause.wait(self.chance.uniform(least, most))


Fault = Callable[[World], Steps]


class CanNotStrike(Exception):
    """This kind of fault can't be had on this machine; the message says why."""


def _signalled(world: World, *, name: str, number: signal.Signals) -> Steps:
    yield
    for _ in range(world.chance.choice((1, 1, 2))):
        world.wait(0, 0.8)
        world.system.signal(name, number)


def _at_failpoint(world: World, *, name: str, place: str) -> Steps:
    how = world.chance.choice(("kill", "kill", "kill", "raise"))
    hit = world.chance.randint(1, 60) if place == "provisioner.mid-copy" else world.chance.choice((1, 1, 2, 3))
    world.notes.append(f"{place}={how}@{hit}")
    world.system.arm(name, f"{place}={how}@{hit}", world.marks)
    yield
    world.wait(0, 0.1)


def _broker_restarted(world: World) -> Steps:
    yield
    world.wait(0, 0.8)
    rabbit = world.system.rabbit
    world.system.with_servers(rabbit.stop)
    world.system.with_servers(rabbit.start)
    world.returned = world.clock()


def _broker_killed(world: World) -> Steps:
    yield
    world.wait(0, 0.8)
    _kill(world.system.rabbit.folder / "rabbitmq.pid")
    _broker_back(world)


def _broker_back(world: World) -> None:
    rabbit = world.system.rabbit
    world.system.with_servers(rabbit.stop)
    world.system.with_servers(rabbit.start)
    world.returned = world.clock()


def _broker_connections_closed(world: World) -> Steps:
    rabbit = world.system.rabbit
    headers = urllib3.make_headers(basic_auth=f"{rabbit.user}:{rabbit.password}") | {"X-Reason": "nemesis"}
    yield
    for _ in range(world.chance.randint(1, 3)):
        world.wait(0, 0.8)
        url = f"{rabbit.management_url}/api/connections"
        for connection in urllib3.request("GET", url, headers=headers, timeout=20).json():
            name = quote(connection["name"], safe="")
            urllib3.request("DELETE", f"{url}/{name}", headers=headers, timeout=20)


def _broker_alarm(world: World) -> Steps:
    world.system.rabbitmqctl("set_vm_memory_high_watermark", "0.000001")
    try:
        yield
        world.wait(0.5, 2)
    finally:
        world.system.rabbitmqctl("set_vm_memory_high_watermark", "0.4")


def _database_restarted(world: World) -> Steps:
    yield
    world.wait(0, 0.8)
    _database_back(world)


def _database_killed(world: World) -> Steps:
    yield
    world.wait(0, 0.8)
    _kill(world.system.folder / "postgres" / "postgres.pid")
    _database_back(world)


def _database_back(world: World) -> None:
    postgres = world.system.postgres
    world.system.with_servers(postgres.stop)
    world.system.with_servers(postgres.start)
    world.returned = world.clock()


def _kill(pid_file: Path) -> None:
    found = identity.read(pid_file)
    if found is not None:
        os.kill(found.pid, signal.SIGKILL)


def _database_sessions(world: World, *, end: str) -> Steps:
    """All sessions, or what they do, are ended by the server a few times over: as its time-outs do it."""
    query = sql.SQL("SELECT {}(pid) FROM pg_stat_activity WHERE usename <> current_user AND pid <> pg_backend_pid()")
    yield
    with psycopg.connect(world.system.dsn("postgres"), autocommit=True) as connection:
        for _ in range(world.chance.randint(2, 25)):
            world.wait(0, 0.1)
            connection.execute(query.format(sql.Identifier(end)))


_LOCKED = (
    ("provisioner", "seats"),
    ("provisioner", "provisioned_chunks"),
    ("eventlog", "job"),
    ("eventlog", "chunk"),
    ("upload", "outbox"),
    ("upload", "job"),
)


def _database_locked(world: World) -> Steps:
    database, table = world.chance.choice(_LOCKED)
    world.notes.append(f"{database}.{table}")
    yield
    world.wait(0, 0.3)
    with psycopg.connect(world.system.dsn(database)) as connection:
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table)))
        world.wait(*((10.5, 11.0) if world.chance.random() < 0.15 else (0.2, 2.5)))


def _disk_full(world: World) -> Steps:
    if not world.system.disk_is_small:
        raise CanNotStrike("a full disk needs root, to mount a small one")
    ballast = world.system.sources / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(65536)):
                pass
        yield
        world.wait(0.3, 1.5)
    finally:
        ballast.unlink(missing_ok=True)


def _messages_twice(world: World) -> Steps:
    with meddling(Twice(world.system, world.chance)):
        yield
        world.wait(2, 3)


def _messages_reordered(world: World) -> Steps:
    with meddling(Reordered(world.system, world.chance)):
        yield
        world.wait(2, 4)


def _network(world: World, *, where: str, how: str) -> Steps:
    proxy = world.system.proxies[where]
    early = how in ("latency", "trickle") and world.chance.random() < 0.7
    if not early:
        yield
        world.wait(0, 0.6)
    if how == "latency":
        proxy.latency(world.chance.choice((0.01, 0.03, 0.1)))
    else:
        {"trickle": proxy.trickle, "cut": proxy.cut, "reset": proxy.reset, "half-open": proxy.half_open}[how]()
    if early:
        yield
    world.wait(0.3, 2.5)
    proxy.fair()
    if not (where == "broker" and how == "half-open"):  # a dead connection to the broker is found by its heartbeats
        proxy.end_silence()


_WORKERS = tuple(part.name for part in PARTS if part.role == "worker")
_PLACES: tuple[tuple[str, str], ...] = (
    *((worker, f"consumer.after-{what}") for worker in _WORKERS for what in ("read", "handler", "publish")),
    ("upload-worker", "upload.relay.after-publish"),
    ("upload-web", "upload.receiving.mid-body"),
    ("provisioner-worker", "provisioner.mid-copy"),
    ("provisioner-worker", "provisioner.before-commit"),
    ("eventlog-worker", "eventlog.before-commit"),
    ("eventlog-web", "eventlog.mid-summary"),
)

FAULTS: Mapping[str, Fault] = {
    **{f"kill {part.name}": partial(_signalled, name=part.name, number=signal.SIGKILL) for part in PARTS},
    **{f"stop {part.name}": partial(_signalled, name=part.name, number=signal.SIGTERM) for part in PARTS},
    **{f"failpoint {place} of {name}": partial(_at_failpoint, name=name, place=place) for name, place in _PLACES},
    "broker restarted": _broker_restarted,
    "broker killed": _broker_killed,
    "broker closes all connections": _broker_connections_closed,
    "broker has a memory alarm": _broker_alarm,
    "database restarted": _database_restarted,
    "database killed": _database_killed,
    "database ends all sessions": partial(_database_sessions, end="pg_terminate_backend"),
    "database cancels all statements": partial(_database_sessions, end="pg_cancel_backend"),
    "database locked": _database_locked,
    "disk of the sources full": _disk_full,
    "messages twice": _messages_twice,
    "messages late and in another order": _messages_reordered,
    **{
        f"network {how} to {where}": partial(_network, where=where, how=how)
        for where in PROXIED
        for how in ("latency", "trickle", "cut", "reset", "half-open")
    },
}
"""All kinds, by the name that `--only` takes (or the beginning of it)."""


def group(name: str) -> str:
    """The name without the process or place: the kinds that the report counts."""
    first, _, rest = name.partition(" ")
    match first:
        case "kill" | "stop":
            return f"{first} a process"
        case "failpoint":
            return f"failpoint {rest.split(' of ')[0]}"
        case "network":
            return f"network {rest.split(' to ')[0]}"
    return name


@contextmanager
def struck(world: World, fault: Fault) -> Iterator[Callable[[], None]]:
    """Prepared at the start of the block; the function given strikes, and returns when it has made good."""
    steps = fault(world)
    next(steps)

    def strike() -> None:
        for _ in steps:
            raise RuntimeError("a fault gives way once")

    try:
        yield strike
    finally:
        steps.close()  # type: ignore[attr-defined]  # a generator, of which the type says Iterator only
