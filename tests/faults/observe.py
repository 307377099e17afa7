"""Looks at everything after a run, straight at the servers: what came of the jobs, and what was left behind."""

import csv
import io
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import pika
import psycopg
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from contracts.messages import SeatsProvisionedV1
from contracts.topology import TOPOLOGY
from messaging.rabbitmq.declare import declare
from messaging.topology import DELAYS
from tests.faults.asking import Sender
from tests.faults.history import History, Letter, Outcome, Seat, Told
from tests.faults.jobs import Job
from tests.faults.system import System

T = TypeVar("T")

EAR = "faults.heard"
"""A queue of our own that hears every outcome that the provisioner ever publishes."""

_POLL = 0.1
_PATIENCE = 150.0  # RabbitMQ 3.10 has needed more than 60 once, for one queue, after a node had been killed
_SETTLE_SECONDS = 3.0
_PAGE = 200

WORK = tuple(queue.name for queue in TOPOLOGY.queues)
WAITING = tuple(TOPOLOGY.delay(seconds) for seconds in DELAYS)
DEAD = tuple(TOPOLOGY.dead_queue(name) for name in WORK)


@contextmanager
def channel(system: System) -> Iterator[BlockingChannel]:
    """On a connection of its own, past the proxy."""
    connection = pika.BlockingConnection(pika.URLParameters(system.rabbit.url()))
    try:
        yield connection.channel()
    finally:
        with suppress(AMQPError):
            connection.close()


def patiently(system: System, act: Callable[[BlockingChannel], T]) -> T:
    """Done again while the broker, or one of its queues, is still finding itself after a fault."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with channel(system) as broker:
                return act(broker)
        except (AMQPError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL)


def listen(system: System) -> None:
    """Begin to hear. RabbitMQ 3.10 forgets how to start a queue if it is killed in the second after it was made."""
    with channel(system) as broker:
        declare(broker, TOPOLOGY)
        broker.queue_declare(EAR, durable=True, arguments={"x-queue-type": "quorum"})
        broker.queue_bind(EAR, TOPOLOGY.exchange, SeatsProvisionedV1.TYPE)
    time.sleep(_SETTLE_SECONDS)


def history(
    system: System, sender: Sender, jobs: Sequence[Job], states: Mapping[UUID, str], *, patience: float
) -> History:
    """Everything about these jobs; `states` of those that are known. Dead letters are taken away. `patience`: seconds
    within which the queues have to be empty."""
    depths = emptied(system, patience)
    told = {job.job_id: _told(sender, job.job_id) for job in jobs if job.job_id in states}
    said: defaultdict[UUID, list[Outcome]] = defaultdict(list)
    letters: list[Letter] = []
    patiently(system, lambda broker: _hear(broker, said))
    patiently(system, lambda broker: _collect(broker, letters))
    seats = _seats(system, jobs)
    asked = [job.asked for job in jobs]
    return History(asked=asked, told=told, seats=seats, said=dict(said), depths=depths, letters=letters)


def emptied(system: System, seconds: float) -> dict[str, int]:
    """How many messages are ready in each queue, once there are none or the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        depths = patiently(system, lambda broker: {name: _depth(broker, name) for name in (*WORK, *WAITING)})
        if not any(depths.values()) or time.monotonic() > deadline:
            return depths
        time.sleep(_POLL)


def _depth(broker: BlockingChannel, queue: str) -> int:
    return int(broker.queue_declare(queue, passive=True).method.message_count)


def _told(sender: Sender, job_id: UUID) -> Told:
    job = json.loads(sender.get(f"/jobs/{job_id}"))
    events = json.loads(sender.get(f"/jobs/{job_id}/events"))["events"]
    return Told(
        state=job["state"],
        rows=job["rows"],
        succeeded=job["created"] + job["updated"] + job["deleted"],
        failed=job["failed"],
        not_processed=job["not_processed"],
        outcomes=list(outcomes(sender, job_id)),
        summary=_summary(sender, job_id),
        events=[(event["type"], datetime.fromisoformat(event["occurred_at"])) for event in events],
    )


def _summary(sender: Sender, job_id: UUID) -> list[dict[str, str]] | None:
    body = sender.get_if_any(f"/jobs/{job_id}/summary.csv")
    if body is None:
        return None
    text = body.decode("utf-8-sig")
    return [
        {name: _unguarded(cell) for name, cell in row.items()} for row in csv.DictReader(io.StringIO(text, newline=""))
    ]


def _unguarded(cell: str) -> str:
    """A cell that a spreadsheet might run is told with an apostrophe before it."""
    return cell[1:] if cell[:2] in ("'+", "'=", "'-", "'@") else cell


def outcomes(sender: Sender, job_id: UUID) -> Iterator[Outcome]:
    """Of a job, as the API tells them."""
    cursor = ""
    while True:
        page = json.loads(sender.get(f"/jobs/{job_id}/outcomes?limit={_PAGE}{cursor}"))
        for told in page["outcomes"]:
            yield _outcome(told)
        if not page["next_cursor"]:
            return
        cursor = f"&cursor={page['next_cursor']}"


def _outcome(told: Mapping[str, Any]) -> Outcome:
    user_id = told.get("user_id")
    return Outcome(line=told["line"], type=told["type"], user_id=UUID(user_id) if user_id else None)


def _hear(broker: BlockingChannel, said: defaultdict[UUID, list[Outcome]]) -> None:
    for _, body in _taken(broker, EAR):
        message = json.loads(body)
        said[UUID(message["job_id"])] += _said(message)


def _said(message: Mapping[str, Any]) -> Iterator[Outcome]:
    """The outcomes that a `seats.provisioned.v1` tells of."""
    made = message["successful"]
    for line, user_id in zip(made["lines"], made["user_ids"], strict=True):
        yield Outcome(line=line, type="successful", user_id=UUID(user_id))
    for row in message["failed"]:
        yield Outcome(line=row["line"], type="failed", user_id=None)


def _collect(broker: BlockingChannel, letters: list[Letter]) -> None:
    for queue in DEAD:
        for properties, _ in _taken(broker, queue):
            headers = properties.headers or {}
            reason = str(headers.get("x-reason") or headers.get("x-death") or headers)
            letters.append(Letter(queue=queue, job_id=properties.correlation_id or "", reason=reason))


def _taken(broker: BlockingChannel, queue: str) -> Iterator[tuple[pika.BasicProperties, bytes]]:
    while True:
        method, properties, body = broker.basic_get(queue, auto_ack=True)
        if method is None or properties is None or body is None:
            return
        yield properties, body


def _seats(system: System, jobs: Sequence[Job]) -> list[Seat]:
    """All Seats that these jobs made or are about, and all that have an e-mail of theirs."""
    rows = [row for job in jobs for row in job.rows]
    query = """
        SELECT user_id, job_id, line, email, extension FROM seats
        WHERE email_key = ANY(%s) OR job_id = ANY(%s) OR user_id = ANY(%s)
    """
    known_by = (
        [row["email"] for row in rows if "email" in row],
        [job.job_id for job in jobs],
        [UUID(row["user_id"]) for row in rows if "user_id" in row],
    )
    with psycopg.connect(system.dsn("provisioner")) as connection:
        found = connection.execute(query, known_by).fetchall()
    return [Seat(user_id=u, job_id=j, line=n, email=e, extension=x) for u, j, n, e, x in found]
