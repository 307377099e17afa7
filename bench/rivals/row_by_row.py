"""What most teams write: one persistent message and one transaction a row, acknowledged after the commit.

As RabbitMQ's guides advise: a quorum queue ("Quorum Queues"), manual acknowledgements, a prefetch count of 100 to 300
("Consumer Acknowledgements"), separate connections for publishing and consuming. As psycopg's: one connection kept,
autocommit, so that each INSERT is a transaction of one round trip, prepared by psycopg after some use. In its favour:
the publisher waits for no confirms, there are as many consumers as processor cores, and rows are checked one by one
only: nobody reads the whole file first, looks for duplicates in it, or records outcomes.
"""

from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import orjson
import pika
import psycopg
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic

from bench.rivals.seats import rows_of, values
from bench.rivals.task import ACCOUNT, Task, measured

QUEUE = "seats"
_PREFETCH = 200
_LOOK_SECONDS = 0.05
_NAMED = ("firstname", "lastname", "email", "extension", "phone_number", "device_mac")

_INSERT: LiteralString = """
INSERT INTO seats (
    user_id, account, job_id, line, created_at, firstname, lastname, email, email_key, extension, phone_number,
    device_mac, attributes, secrets, words
)
VALUES (
    gen_random_uuid(), %(account)s, %(job_id)s, %(line)s, now(), %(firstname)s, %(lastname)s, %(email)s, %(email_key)s,
    %(extension)s, %(phone_number)s, %(device_mac)s, %(attributes)s::jsonb, %(secrets)s::jsonb,
    to_tsvector('simple', concat_ws(' ', %(firstname)s::text, %(lastname)s::text, %(email)s::text, %(extension)s::text,
        %(phone_number)s::text, %(device_mac)s::text))
)
ON CONFLICT DO NOTHING
"""


def publish(task: Task) -> object:
    """Publish every row, and return when all have become Seats."""
    connection = pika.BlockingConnection(pika.URLParameters(task.amqp_url))
    channel = connection.channel()
    _declare(channel)
    kept = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent, content_type="application/json")
    with psycopg.connect(task.dsn, autocommit=True) as database, measured(task):
        job_id = str(uuid4())
        for line, cells in rows_of(task.source):
            channel.basic_publish("", QUEUE, orjson.dumps({"job_id": job_id, "line": line, "cells": cells}), kept)
        while _count(database) < task.rows:
            connection.sleep(_LOOK_SECONDS)
    return connection


def consume(task: Task) -> None:
    """Make a Seat of each message, for ever."""
    connection = pika.BlockingConnection(pika.URLParameters(task.amqp_url))
    channel = connection.channel()
    _declare(channel)
    channel.basic_qos(prefetch_count=_PREFETCH)
    database = psycopg.connect(task.dsn, autocommit=True)

    def insert(of: BlockingChannel, method: Basic.Deliver, _: pika.BasicProperties, body: bytes) -> None:
        message = orjson.loads(body)
        database.execute(_INSERT, _parameters(message["job_id"], message["line"], values(message["cells"])))
        of.basic_ack(method.delivery_tag or 0)

    channel.basic_consume(QUEUE, insert)
    Path(task.ready).touch()
    channel.start_consuming()


def _parameters(job_id: str, line: int, checked: dict[str, str | None]) -> dict[str, object]:
    secrets = {name: checked[name] for name in ("password", "voicemail_pin") if checked.get(name)}
    others = {name: value for name, value in checked.items() if value and name not in _NAMED and name not in secrets}
    return {
        "account": ACCOUNT,
        "job_id": job_id,
        "line": line,
        **{name: checked.get(name) for name in _NAMED},
        "email_key": (checked["email"] or "").casefold(),
        "attributes": orjson.dumps(others).decode(),
        "secrets": orjson.dumps(secrets).decode(),
    }


def _declare(channel: BlockingChannel) -> None:
    channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})


def _count(database: "psycopg.Connection[tuple[int]]") -> int:
    found = database.execute("SELECT count(*) FROM seats").fetchone()
    return 0 if found is None else found[0]
