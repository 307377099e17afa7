"""How the processes of this service are put together: `python -m services.upload web | worker | migrate`."""

import os
import sys
import threading
from collections.abc import Callable
from functools import partial

from flask import Flask

from contracts.codec import Codec
from contracts.topology import TOPOLOGY, UPLOAD, UPLOAD_FINISHED
from database.connection import UNAVAILABLE, Database
from database.migrations import migrate
from messaging.bus import Bus
from messaging.consumer import Consumer
from messaging.rabbitmq import RabbitBus
from messaging.stopping import stop_on_signals
from messaging.together import run_together
from services.upload import ending, intake, settings
from services.upload.accepted import AcceptedFiles
from services.upload.app import Limits, make_app
from services.upload.housekeeping import keep_house
from services.upload.relay import NotifyBell, Relay
from services.upload.sources import FolderStore
from services.upload.uploads import Uploads
from telemetry import failpoints, logs
from telemetry.health import HealthServer
from web.access import AccessKey
from web.serve import gunicorn

CODEC = Codec("upload")


def web_app() -> Flask:
    """The application, for gunicorn: it is made in the process that serves it."""
    config = settings.web_from_env(os.environ)
    logs.configure("upload", style=config.log_style)
    failpoints.arm(os.environ)
    return make_app(
        uploads=_uploads(config, Database(config.database_url, application_name="upload-web", max_size=config.threads)),
        limits=Limits(
            max_upload_bytes=config.max_upload_bytes,
            max_rows=config.max_rows,
            max_cell_length=config.max_cell_length,
            workbooks=config.workbooks,
        ),
        access_key=AccessKey(config.access_key),
        codec=CODEC,
    )


def run_worker(config: settings.WorkerSettings) -> None:
    """Requests of other services, ends of jobs, outbox, housekeeping: until SIGTERM, or until one of them breaks."""
    logs.configure("upload", style=config.log_style)
    database = Database(config.database_url, application_name="upload-worker")
    bus = RabbitBus(config.amqp_url, TOPOLOGY, declare=config.amqp_declare, app_id="upload")
    stop = stop_on_signals(bus)
    relay = Relay(database, bus, bell=NotifyBell(config.database_url))
    health = HealthServer(
        config.health_listen,
        alive=bus.is_alive,
        ready=lambda: {"database": database.is_ready(), "broker": bus.is_ready()},
    )
    health.start()
    try:
        run_together(_listeners(bus, _uploads(config, database)) | {"relay": relay.run}, stop=stop)
    finally:
        bus.close()
        health.stop()
        database.close()


def _listeners(bus: Bus, uploads: Uploads) -> dict[str, Callable[[threading.Event], None]]:
    """What hears messages, and what cleans up after it: each a loop of its own."""
    accepted = AcceptedFiles(database=uploads.database, store=uploads.store)
    requests = Consumer(
        bus,
        queue=UPLOAD.name,
        codec=CODEC,
        handler=partial(intake.take_request, uploads=uploads, codec=CODEC),
        unavailable=UNAVAILABLE,
        on_dead_letter=intake.on_dead_letter,
    )
    ends = Consumer(
        bus,
        queue=UPLOAD_FINISHED.name,
        codec=CODEC,
        handler=partial(ending.take_end, accepted=accepted),
        unavailable=UNAVAILABLE,
    )
    return {"requests": requests.run, "ends": ends.run, "housekeeping": partial(keep_house, uploads, accepted)}


def _uploads(config: settings.Settings, database: Database) -> Uploads:
    store = FolderStore(config.sources)
    store.prepare()
    return Uploads(database=database, store=store, expiry=config.upload_expiry)


def main(arguments: list[str]) -> None:
    """Start what the one argument says."""
    failpoints.arm(os.environ)
    match arguments:
        case ["web"]:
            config = settings.web_from_env(os.environ)
            gunicorn("services.upload.__main__:web_app()", config.listen, threads=config.threads, name="upload")
        case ["worker"]:
            run_worker(settings.worker_from_env(os.environ))
        case ["migrate"]:
            migrate(settings.database_url(os.environ), "services.upload")
        case _:
            sys.exit("usage: python -m services.upload web | worker | migrate")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except settings.SettingError as error:
        sys.exit(f"upload: {error}")
