"""The faults, each with a name. A fault prepares, gives way to the jobs (`yield`), strikes, and makes good again."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from contracts.topology import PROVISIONER, VALIDATOR
from deploy.embedded.parts import PARTS
from tests.faults.messages import Reordered, Twice, lose, meddling
from tests.faults.servers import (
    broker_alarm,
    broker_connections_closed,
    broker_killed,
    broker_restarted,
    database_killed,
    database_locked,
    database_restarted,
    database_sessions,
    disk_full,
    node_away,
)
from tests.faults.system import PROXIED
from tests.faults.world import Fault, Steps, World


def _signalled(world: World, *, name: str, number: signal.Signals) -> Steps:
    yield
    for _ in range(world.chance.choice((1, 1, 2))):
        world.wait(0, 0.8)
        world.system.signal(name, number)


_HITS = {"provisioner.mid-copy": range(1, 61), "upload.receiving.mid-body": (1,)}  # most files are one block


def _at_failpoint(world: World, *, name: str, place: str) -> Steps:
    how = world.chance.choice(("kill", "kill", "kill", "raise"))
    hit = world.chance.choice(_HITS.get(place, (1, 1, 2, 3)))
    world.notes.append(f"{place}={how}@{hit}")
    world.system.arm(name, f"{place}={how}@{hit}", world.marks)
    yield
    world.wait(0, 0.1)


def _messages_twice(world: World) -> Steps:
    with meddling(Twice(world.system, world.chance)):
        yield
        world.wait(2, 3)


def _messages_reordered(world: World) -> Steps:
    with meddling(Reordered(world.system, world.chance)):
        yield
        world.wait(2, 4)


_LOSABLE = (("provisioner-worker", PROVISIONER.name), ("validator-worker", VALIDATOR.name))


def _messages_lost(world: World) -> Steps:
    """What waits in a queue is gone, as after the loss of a broker's disk; its reader is killed, so that some waits."""
    reader, queue = world.chance.choice(_LOSABLE)
    yield
    lost = 0
    world.wait(0, 0.8)
    for _ in range(4):
        world.system.signal(reader, signal.SIGKILL)
        world.wait(0.1, 0.3)
        lost += lose(world.system, queue)
    world.notes.append(f"{lost} of {queue}")


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
    "broker restarted": broker_restarted,
    "broker killed": broker_killed,
    "broker closes all connections": broker_connections_closed,
    "broker has a memory alarm": broker_alarm,
    "database restarted": database_restarted,
    "database killed": database_killed,
    "database ends all sessions": partial(database_sessions, end="pg_terminate_backend"),
    "database cancels all statements": partial(database_sessions, end="pg_cancel_backend"),
    "database locked": database_locked,
    "disk of the sources full": disk_full,
    "messages twice": _messages_twice,
    "messages late and in another order": _messages_reordered,
    **{
        f"network {how} to {where}": partial(_network, where=where, how=how)
        for where in PROXIED
        for how in ("latency", "trickle", "cut", "reset", "half-open")
    },
}
"""All kinds that the queues make good, by the name that `--only` takes (or the beginning of it)."""


NODES: Mapping[str, Fault] = {
    "broker node killed": partial(node_away, kill=True),
    "broker node stopped": partial(node_away, kill=False),
}
"""Faults of a cluster."""

LOSSES: Mapping[str, Fault] = {"messages lost": _messages_lost}
"""Faults that no queue can make good: the reconciler does, once it thinks that a job is stalled."""

IMPATIENT = {"BULK_RECONCILE_SECONDS": "1", "BULK_STALLED_SECONDS": "3"}
"""Settings with which it thinks so soon."""


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
