"""The usual framework: Celery on the same RabbitMQ, one task for 1,000 rows, the same schema and the same SQL.

As Celery's user guide advises: quorum queues with publisher confirms ("Using RabbitMQ", "Using Quorum Queues"),
acks_late for tasks that may be done twice ("Tasks"), results ignored where nobody reads them ("Tasks", "Tips and Best
Practices"), the default prefetch multiplier for tasks of this length and a child process for each processor core
("Optimizing", "Workers Guide"), no gossip, mingling, heartbeats or remote control, which nobody here asks for. In its
favour: nobody reads the whole file first, looks for duplicates in it, asks the directory about conflicts before, or
records outcomes for a summary, though the SQL that it shares stores what became of each row.
"""

import threading
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from celery import Celery, signals

from bench.rivals.chunks import create_seats
from bench.rivals.seats import rows_of
from bench.rivals.task import Task, measured
from database import queries
from database.connection import Database
from services.provisioner.postgres_directory import PostgresDirectory

ROWS = 1_000
"""Of a task: as many as Bulk Manager has in a chunk."""

NAME = "bench.create_seats"
_LOOK_SECONDS = 0.02


def make_app(task: Task) -> Any:
    app = Celery("bench", broker=task.amqp_url)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_transport_options={"confirm_publish": True},
        task_acks_late=True,
        task_default_queue="celery-seats",
        task_default_queue_type="quorum",
        task_ignore_result=True,
        worker_detect_quorum_queues=True,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
    )
    return app


@cache
def _directory(dsn: str) -> PostgresDirectory:
    """One for each process: its connections are opened at first use, which is after the fork."""
    return PostgresDirectory(Database(dsn, application_name="celery", max_size=1), queries.load("services.provisioner"))


def send(task: Task) -> object:
    """Send a task for every 1,000 rows, and return when all are done."""
    app = make_app(task)
    pause = threading.Event()
    connection = app.connection_for_write()
    producer = app.amqp.Producer(connection)
    with psycopg.connect(task.dsn, autocommit=True) as database, measured(task):
        job_id, chunk = str(uuid4()), 0
        rows = rows_of(task.source)
        while batch := list(islice(rows, ROWS)):
            chunk += 1
            lines, cells = zip(*batch, strict=True)
            app.send_task(NAME, [job_id, chunk, lines, cells], producer=producer)
        while _chunks(database) < chunk:
            pause.wait(_LOOK_SECONDS)
    return connection


def work(task: Task) -> None:
    """A Celery worker, until SIGTERM."""
    app = make_app(task)

    def create(*chunk: Any) -> None:
        create_seats(_directory(task.dsn), *chunk)

    app.task(name=NAME)(create)
    signals.worker_ready.connect(lambda **_: Path(task.ready).touch(), weak=False)
    options = ["--pool=prefork", f"--concurrency={task.processes}", "--loglevel=warning"]
    app.worker_main(["worker", *options, "--without-gossip", "--without-mingle", "--without-heartbeat"])
    raise SystemExit  # it was asked to stop


def _chunks(database: "psycopg.Connection[tuple[int]]") -> int:
    """How many are done: each task's transaction adds one."""
    found = database.execute("SELECT count(*) FROM provisioned_chunks").fetchone()
    return 0 if found is None else found[0]
