"""Wires the provisioner's processes: `python -m services.provisioner web | worker | migrate`."""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from flask import Flask

import database.migrations
from contracts.codec import Codec
from contracts.failure import job_failed
from contracts.messages import Contract
from contracts.topology import PROVISIONER, PROVISIONER_CANCELLATIONS, PROVISIONER_LARGE, TOPOLOGY
from database import queries
from database.connection import UNAVAILABLE, Database
from messaging.consumer import Consumer, nobody
from messaging.message import Message
from messaging.rabbitmq import RabbitBus
from messaging.stopping import stop_on_signals
from messaging.together import run_together
from services.provisioner.app import create_app
from services.provisioner.directory import SeatDirectory
from services.provisioner.handler import handle
from services.provisioner.phone_system.settings import PhoneSystemSettings
from services.provisioner.phone_system.wiring import phone_system_directory
from services.provisioner.postgres_directory import PostgresDirectory
from services.provisioner.settings import LogSettings, SettingMissing, WebSettings, WorkerSettings, required
from services.provisioner.verdicts import PostgresVerdicts
from settings import BadSetting
from telemetry import failpoints, logs
from telemetry.health import HealthServer
from web.access import AccessKey
from web.serve import gunicorn

SERVICE = "provisioner"
PACKAGE = "services.provisioner"

# Connections beside those for chunks of large jobs: a small job's, a cancellation's, the one that asks for readiness.
_OTHERS = 3


def web_app() -> Flask:
    """The Flask application, for gunicorn."""
    logs.configure(SERVICE, style=LogSettings.from_env(os.environ).style)
    failpoints.arm(os.environ)
    settings = WebSettings.from_env(os.environ)
    store = Database(settings.database_url, application_name="provisioner-web", max_size=settings.threads)
    sql = queries.load(PACKAGE)
    return create_app(
        PostgresDirectory(store, sql),
        PostgresVerdicts(store, sql),
        access_key=AccessKey(settings.access_key),
        ready=lambda: {"database": store.is_ready()},
    )


def work() -> None:
    """Make Seats, and cancel jobs, until SIGTERM or SIGINT; what is in hand is finished first."""
    settings = WorkerSettings.from_env(os.environ)
    phone_system = PhoneSystemSettings.from_env(os.environ)
    # With a phone system it is the calls that are at once, as many as its own settings say.
    at_once = settings.chunks_at_once if phone_system is None else 1
    store = Database(settings.database_url, application_name="provisioner-worker", max_size=at_once + _OTHERS)
    bus = RabbitBus(settings.amqp_url, TOPOLOGY, declare=settings.declare, app_id=SERVICE)
    stop = stop_on_signals(bus)
    ready = {"database": store.is_ready, "broker": bus.is_ready}
    health = HealthServer(
        settings.health_listen, alive=bus.is_alive, ready=lambda: {name: ask() for name, ask in ready.items()}
    )
    ends_job = partial(job_failed, stage=SERVICE)
    health.start()
    try:
        with _directory(phone_system, store, stop) as directory:
            handler = partial(handle, directory=directory)
            # A wish to cancel that nobody can read is set aside; the job goes on.
            consumers = {
                "chunks": _consumer(bus, PROVISIONER.name, handler, on_dead_letter=ends_job),
                "cancellations": _consumer(bus, PROVISIONER_CANCELLATIONS.name, handler),
                **{
                    f"large chunks {n}": _consumer(bus, PROVISIONER_LARGE.name, handler, on_dead_letter=ends_job)
                    for n in range(1, at_once + 1)
                },
            }
            run_together({name: consumer.run for name, consumer in consumers.items()}, stop=stop)
    finally:
        health.stop()
        bus.close()
        store.close()


@contextmanager
def _directory(
    phone_system: PhoneSystemSettings | None, store: Database, stop: threading.Event
) -> Iterator[SeatDirectory]:
    """Where Seats are made: at the phone system that the settings name, or in our own database alone."""
    sql = queries.load(PACKAGE)
    if phone_system is None:
        yield PostgresDirectory(store, sql)
    else:
        with phone_system_directory(phone_system, store, sql, stop=stop) as directory:
            yield directory


def _consumer(
    bus: RabbitBus,
    queue: str,
    handler: Callable[[Contract], Iterable[Contract]],
    *,
    on_dead_letter: Callable[[Message, str], Iterable[Contract]] = nobody,
) -> Consumer[Contract]:
    return Consumer(
        bus,
        queue=queue,
        codec=Codec(SERVICE),
        handler=handler,
        unavailable=UNAVAILABLE,
        on_dead_letter=on_dead_letter,
    )


def main(arguments: list[str]) -> int:
    """Start what the argument names; the exit status."""
    logs.configure(SERVICE, style=LogSettings.from_env(os.environ).style)
    failpoints.arm(os.environ)
    match arguments:
        case ["web"]:
            settings = WebSettings.from_env(os.environ)
            gunicorn(f"{PACKAGE}.__main__:web_app()", settings.listen, threads=settings.threads, name=SERVICE)
        case ["worker"]:
            work()
        case ["migrate"]:
            database.migrations.migrate(required(os.environ, "BULK_DATABASE_URL"), PACKAGE)
        case _:
            sys.stderr.write("usage: python -m services.provisioner web | worker | migrate\n")
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (SettingMissing, BadSetting) as error:
        sys.stderr.write(f"{SERVICE}: {error}\n")
        sys.exit(2)
