"""Faults of the servers: the broker, one node or a cluster, the database, and the disk of the sources."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
import urllib3
from psycopg import sql

from deploy.embedded import identity
from tests.faults.world import CanNotStrike, Steps, World


def broker_restarted(world: World) -> Steps:
    yield
    world.wait(0, 0.8)
    _broker_back(world)


def broker_killed(world: World) -> Steps:
    yield
    world.wait(0, 0.8)
    _kill(world.system.rabbit.folder / "rabbitmq.pid")
    _broker_back(world)


def _broker_back(world: World) -> None:
    rabbit = world.system.rabbit
    world.system.with_servers(rabbit.stop)
    world.system.with_servers(rabbit.start)
    world.returned = world.clock()


def broker_connections_closed(world: World) -> Steps:
    rabbit = world.system.rabbit
    headers = urllib3.make_headers(basic_auth=f"{rabbit.user}:{rabbit.password}") | {"X-Reason": "nemesis"}
    yield
    for _ in range(world.chance.randint(1, 3)):
        world.wait(0, 0.8)
        url = f"{rabbit.management_url}/api/connections"
        for connection in urllib3.request("GET", url, headers=headers, timeout=20).json():
            name = quote(connection["name"], safe="")
            urllib3.request("DELETE", f"{url}/{name}", headers=headers, timeout=20)


def broker_alarm(world: World) -> Steps:
    _rabbitmqctl(world, "set_vm_memory_high_watermark", "0.000001")
    try:
        yield
        world.wait(0.5, 2)
    finally:
        _rabbitmqctl(world, "set_vm_memory_high_watermark", "0.4")


def database_restarted(world: World) -> Steps:
    yield
    world.wait(0, 0.8)
    _database_back(world)


def database_killed(world: World) -> Steps:
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


def database_sessions(world: World, *, end: str) -> Steps:
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


def database_locked(world: World) -> Steps:
    database, table = world.chance.choice(_LOCKED)
    world.notes.append(f"{database}.{table}")
    yield
    world.wait(0, 0.3)
    with psycopg.connect(world.system.dsn(database)) as connection:
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table)))
        world.wait(*((10.5, 11.0) if world.chance.random() < 0.15 else (0.2, 2.5)))


def disk_full(world: World) -> Steps:
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


def _rabbitmqctl(world: World, *arguments: str) -> None:
    rabbit = world.system.rabbit
    command = [str(rabbit.program.with_name("rabbitmqctl")), "-n", rabbit.node, *arguments]
    subprocess.run(command, env=rabbit.environment(), check=True, capture_output=True, timeout=60)


def node_away(world: World, *, kill: bool) -> Steps:
    """One node after the other leaves the cluster and joins it again."""
    if world.system.cluster is None:
        raise CanNotStrike("there is one RabbitMQ node only")
    nodes = world.system.cluster.nodes
    yield
    world.wait(0, 0.8)
    for node in world.chance.sample(nodes, world.chance.choice((1, 1, 2))):
        if kill:
            _kill(node.folder / "rabbitmq.pid")
        world.notes.append(node.node)
        world.system.with_servers(node.stop)
        world.wait(0, 3)
        world.system.with_servers(node.start)
    world.returned = world.clock()
