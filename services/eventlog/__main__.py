"""Wires the event log's processes: `python -m services.eventlog web | worker | migrate`."""

import os
import sys
import threading
from collections.abc import Callable
from functools import partial

from flask import Flask

import database.migrations
from contracts.codec import Codec
from contracts.topology import EVENTLOG, EVENTLOG_LARGE, TOPOLOGY
from database.connection import UNAVAILABLE, Database
from messaging.consumer import Consumer
from messaging.rabbitmq import RabbitBus
from messaging.stopping import stop_on_signals
from messaging.together import run_together
from services.eventlog.app import make_app
from services.eventlog.dead_letters import DeadLetterWatch
from services.eventlog.handler import record_event
from services.eventlog.reading import Archive
from services.eventlog.reconciling import Reconciler
from services.eventlog.settings import WebSettings, WorkerSettings, log_style, migrated_database
from services.eventlog.sources import UploadedSources
from services.eventlog.store import EventLog
from services.eventlog.unfinished import UnfinishedJobs
from settings import BadSetting
from telemetry import failpoints, logs
from telemetry.health import HealthServer
from web.access import AccessKey
from web.client import ServiceClient
from web.serve import gunicorn

SERVICE = "eventlog"
PACKAGE = "services.eventlog"


def web_app() -> Flask:
    """The Flask application, for gunicorn."""
    logs.configure(SERVICE, style=log_style(os.environ))
    failpoints.arm(os.environ)
    settings = WebSettings.from_env(os.environ)
    store = Database(settings.database_url, application_name="eventlog-web", max_size=settings.threads)
    key = AccessKey(settings.access_key)
    sources = UploadedSources(ServiceClient(settings.upload_url, key))
    return make_app(Archive(store), sources, key, ready=lambda: {"database": store.is_ready()})


def work() -> None:
    """Record events, and see after stalled jobs, until SIGTERM or SIGINT; what is in hand is finished first."""
    settings = WorkerSettings.from_env(os.environ)
    store = Database(settings.database_url, application_name="eventlog-worker", max_size=5)
    bus = RabbitBus(settings.amqp_url, TOPOLOGY, declare=settings.declare, app_id=SERVICE)
    stop = stop_on_signals(bus)
    ready = {"database": store.is_ready, "broker": bus.is_ready}
    health = HealthServer(
        settings.health_listen, alive=bus.is_alive, ready=lambda: {name: ask() for name, ask in ready.items()}
    )
    codec = Codec(SERVICE)
    events, large_events = (
        Consumer(
            bus,
            queue=queue.name,
            codec=codec,
            handler=partial(record_event, log=EventLog(store)),
            unavailable=UNAVAILABLE,
        )
        for queue in (EVENTLOG, EVENTLOG_LARGE)
    )
    reconciler = Reconciler(UnfinishedJobs(store), bus, codec=codec, rules=settings.rules)
    loops: dict[str, Callable[[threading.Event], None]] = {
        "events": events.run,
        "events of large jobs": large_events.run,
        "reconciler": partial(reconciler.run, interval=settings.reconcile_seconds),
        "dead letters": DeadLetterWatch(bus, TOPOLOGY).run,
    }
    health.start()
    try:
        run_together(loops, stop=stop)
    finally:
        health.stop()
        bus.close()
        store.close()


def run(arguments: list[str]) -> int:
    """Start what the argument names; the exit status. Raises `BadSetting`."""
    logs.configure(SERVICE, style=log_style(os.environ))
    failpoints.arm(os.environ)
    match arguments:
        case ["web"]:
            settings = WebSettings.from_env(os.environ)
            gunicorn(f"{PACKAGE}.__main__:web_app()", settings.listen, threads=settings.threads, name=SERVICE)
        case ["worker"]:
            work()
        case ["migrate"]:
            database.migrations.migrate(migrated_database(os.environ), PACKAGE)
        case _:
            sys.stderr.write("usage: python -m services.eventlog web | worker | migrate\n")
            return 2
    return 0


def main(arguments: list[str]) -> int:
    """As `run`, with wrong settings told in one line."""
    try:
        return run(arguments)
    except BadSetting as error:
        sys.stderr.write(f"eventlog: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
