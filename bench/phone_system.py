"""How provisioners scale at a phone system that takes 100 ms for a Seat, and how exactly they keep its limit.

`python -m bench.phone_system` starts a PostgreSQL, a RabbitMQ and a phone system of its own, runs real workers on them
and prints tables in Markdown: about six minutes. Throughput is from the first chunk's publication to the last outcome.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import urllib3

from contracts.codec import Codec
from contracts.messages import SeatsAcceptedV1, SeatsProvisionedV1
from contracts.sealing import Sealer
from contracts.topology import EVENTLOG, TOPOLOGY
from database.migrations import migrate
from deploy.embedded.parts import ROOT
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import PostgresServer
from messaging.message import Delivery
from messaging.rabbitmq import RabbitBus
from tests.phone_system import TOKEN, most_in_a_window
from tests.servers import Databases, private_folder, private_rabbitmq
from tests.unit.provisioner.making import COLUMNS, accepted_lines

KEY = "s" * 32
SECONDS = 0.1
PATIENCE = 300.0
PAGE = ROOT / "docs" / "phone-system.md"
STEPS = (1, 2, 4, 8)
CODEC = Codec("bench")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``seconds`` from the first publication to the last outcome; ``stats`` are the phone system's."""

    rows: int
    seconds: float
    stats: Mapping[str, Any]

    @property
    def rate(self) -> float:
        """Seats a second."""
        return self.rows / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it is measured."""

    databases: Databases
    amqp_url: str


@contextmanager
def place() -> Iterator[Place]:
    """PostgreSQL with fsync, as in production, and RabbitMQ; both gone afterwards."""
    with ExitStack() as stack:
        [port] = free_ports(1)
        folder = stack.enter_context(private_folder())
        server = PostgresServer(folder=folder / "postgres", port=port, password=secrets.token_hex(16))
        server.start()
        stack.callback(server.stop)
        broker = stack.enter_context(private_rabbitmq())
        yield Place(databases=Databases(server.url()), amqp_url=broker.fresh())


@contextmanager
def phone_system(*limit: float) -> Iterator[str]:
    """A process of its own; ``limit`` is its rate and its burst, if it has any."""
    command = [sys.executable, "-m", "tests.phone_system", str(SECONDS), *map(str, limit)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:  # which closes its standard input, and so ends it
        yield process.stdout.readline().strip() if process.stdout else ""
        process.communicate(timeout=30)


@contextmanager
def workers(env: Mapping[str, str], number: int) -> Iterator[None]:
    """So many provisioners that are ready."""
    ports = free_ports(number)
    processes = []
    try:
        for port in ports:
            health = {"BULK_HEALTH_LISTEN": f"127.0.0.1:{port}"}
            command = [sys.executable, "-m", "services.provisioner", "worker"]
            processes.append(subprocess.Popen(command, env={**env, **health}, stdout=subprocess.DEVNULL))
        for port in ports:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(40)


def wait_until_ready(url: str) -> None:
    for _ in range(600):
        try:
            if urllib3.request("GET", url, retries=False, timeout=5).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        threading.Event().wait(0.1)
    raise RuntimeError(f"{url} is not ready")


def measure(
    where: Place, *, provisioners: int, calls: int, rows: int, chunks: int, limit: Sequence[float] = (), rate: str = ""
) -> Measured:
    """One job of so many rows in so many chunks, by workers that begin with an empty database."""
    database_url = where.databases.fresh()
    migrate(database_url, "services.provisioner")
    with phone_system(*limit) as url:
        env = {
            "PATH": os.defpath,
            "BULK_DATABASE_URL": database_url,
            "BULK_AMQP_URL": where.amqp_url,
            "BULK_PHONE_SYSTEM_URL": url,
            "BULK_PHONE_SYSTEM_TOKEN": TOKEN,
            "BULK_PHONE_SYSTEM_CALLS": str(calls),
            "BULK_SEALING_KEY": KEY,
            "BULK_LOG_STYLE": "text",
        }
        if rate:
            env |= {"BULK_PHONE_SYSTEM_RATE": rate, "BULK_PHONE_SYSTEM_BURST": "100"}
        bus = RabbitBus(where.amqp_url, TOPOLOGY, app_id="bench")
        try:
            with workers(env, provisioners):
                began = time.monotonic()
                for message in job(rows, chunks):
                    bus.publish(CODEC.encode(message))
                told = outcomes(bus, chunks)
                seconds = time.monotonic() - began
            stats = urllib3.request("GET", f"{url}/stats").json()
        finally:
            bus.close()
    where.databases.discard(database_url)
    if not told == stats["seats"] == rows:
        raise RuntimeError(f"{rows} rows: {told} are told as Seats, {stats['seats']} are there")
    return Measured(rows=rows, seconds=seconds, stats=stats)


def job(rows: int, chunks: int) -> list[SeatsAcceptedV1]:
    job_id, sealer, password = uuid4(), Sealer([KEY]), COLUMNS.index("password")
    size = rows // chunks
    messages = []
    for chunk in range(chunks):
        lines = range(2 + chunk * size, 2 + (chunk + 1) * size)
        message = accepted_lines(lines, job_id=job_id, chunk=chunk + 1)
        values = list(message.values)
        values[password] = [sealer.seal("4711") for _ in lines]
        messages.append(replace(message, values=values))
    return messages


def outcomes(bus: RabbitBus, chunks: int) -> int:
    """The number of Seats that so many chunks are told to have become."""
    found: dict[int, int] = {}
    stop = threading.Event()

    def hear(delivery: Delivery) -> None:
        message = CODEC.decode(delivery.message)
        if isinstance(message, SeatsProvisionedV1):
            found[message.chunk] = len(message.successful)
        if len(found) == chunks:
            stop.set()

    alarm = threading.Timer(PATIENCE, stop.set)
    alarm.start()
    bus.consume(EVENTLOG.name, hear, stop=stop)
    alarm.cancel()
    return sum(found.values())


def scaling(where: Place, name: str, *, rows: int, processes: bool) -> list[str]:
    """A table: Seats a second by 1, 2, 4 and 8 provisioners of one call, or one provisioner of as many calls."""
    lines = [f"| {name} | rows | seconds | Seats/s | proportion |", "|---|---|---|---|---|"]
    first = 0.0
    for step in STEPS:
        provisioners, calls = (step, 1) if processes else (1, step)
        measured = measure(where, provisioners=provisioners, calls=calls, rows=rows * step, chunks=2 * provisioners)
        first = first or measured.rate
        proportion = measured.rate / (first * step)
        lines.append(f"| {step} | {measured.rows} | {measured.seconds:.2f} | {measured.rate:.1f} | {proportion:.3f} |")
    return lines


def limits(where: Place) -> list[str]:
    """A table: the limit kept by two provisioners together, and one that they were told wrong."""
    lines = ["| 10 calls/s, bucket of 100, 2 provisioners of 4 calls | told the limit | told 40 calls/s |"]
    lines.append("|---|---|---|")
    both = [
        measure(where, provisioners=2, calls=4, rows=400, chunks=4, limit=(10, 100), rate=rate) for rate in ("10", "40")
    ]
    figures: dict[str, list[str]] = {
        "Seats made": [str(measured.stats["seats"]) for measured in both],
        "calls answered 429": [str(measured.stats["answers"].get("429", 0)) for measured in both],
        "calls that arrived 0.2 s or more into a pause": [str(late_calls(measured.stats)) for measured in both],
        "the most that the bucket of 100 had to hold": [
            f"{most_in_a_window(measured.stats['arrivals'], rate=10):.2f}" for measured in both
        ],
        "seconds (at the limit: 30)": [f"{measured.seconds:.1f}" for measured in both],
    }
    return lines + [f"| {name} | {' | '.join(values)} |" for name, values in figures.items()]


def late_calls(stats: Mapping[str, Any]) -> int:
    """Calls that arrived in a pause that had been asked for, other than those that were on their way."""
    return sum(any(since + 0.2 < at < until for since, until in stats["refusals"]) for at in stats["arrivals"])


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="provisioners at a phone system")
    parser.add_argument("--rows", type=int, default=200, help="rows for each call made at once")
    parser.add_argument("--write", action="store_true", help="put the tables on the page, docs/phone-system.md")
    asked = parser.parse_args(arguments)
    with place() as where:
        tables = [
            shown(scaling(where, "concurrent calls of one provisioner", rows=asked.rows, processes=False)),
            shown(scaling(where, "provisioners of one call each", rows=asked.rows, processes=True)),
            shown(limits(where)),
        ]
    if asked.write:
        PAGE.write_text(on_page(PAGE.read_text("utf-8"), tables), "utf-8")


def shown(table: Sequence[str]) -> str:
    text = "\n".join(table) + "\n"
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    return text


def on_page(text: str, tables: Sequence[str]) -> str:
    """The page with other tables between its two comments."""
    before, begin, rest = text.partition("<!-- phone system: made by `python -m bench.phone_system --write` -->\n")
    _, end, after = rest.partition("<!-- end of phone system -->")
    if not end:
        raise ValueError(f"{PAGE} has no place for the tables")
    return before + begin + "\n" + "\n".join(tables) + "\n" + end + after


if __name__ == "__main__":
    main(sys.argv[1:])
