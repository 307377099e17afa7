"""A started validator, and broker and services around it."""

import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request

from contracts.codec import Codec
from contracts.ids import job_id_of
from contracts.messages import Contract, JobSubmittedV1
from messaging.message import Delivery, Message
from messaging.rabbitmq import RabbitBus
from tests.integration.validator.serving import KEY

CODEC = Codec("test")


@dataclass
class Surrounding:
    """Broker and services around a worker, and what it has said. `gate` holds back the answers of the provisioner;
    `withheld`: files that upload gives only when their event is set."""

    amqp_url: str
    bus: RabbitBus
    folder: Path
    files: dict[str, bytes] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)
    withheld: dict[str, threading.Event] = field(default_factory=dict)
    accepted: dict[str, bytes] = field(default_factory=dict)
    upload_url: str = ""
    provisioner_url: str = ""

    def start(self, **settings: str) -> subprocess.Popen[bytes]:
        env = {
            "BULK_AMQP_URL": self.amqp_url,
            "BULK_ACCESS_KEY": KEY,
            "BULK_SEALING_KEY": "s" * 32,
            "BULK_UPLOAD_URL": self.upload_url,
            "BULK_PROVISIONER_URL": self.provisioner_url,
            "BULK_HEALTH_LISTEN": "127.0.0.1:0",
            "BULK_SPOOL": str(self.folder / "spool"),
        }
        keep = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return subprocess.Popen([sys.executable, "-m", "services.validator", "worker"], env=keep | env | settings)

    def submit(self, data: bytes, key: str, *, dry_run: bool = False) -> JobSubmittedV1:
        self.files[key] = data
        job = JobSubmittedV1(
            job_id=job_id_of("acme", key),
            account="acme",
            submitted_by="ann",
            submitted_at=datetime.now(UTC),
            filename="seats.csv",
            idempotency_key=key,
            template_version=1,
            options={},
            source=key,
            size=len(data),
            sha256=sha256(data).hexdigest(),
            dry_run=dry_run,
        )
        self.bus.publish(CODEC.encode(job))
        return job

    def hear(self, queue: str, count: int, *, skip: str = JobSubmittedV1.TYPE) -> list[Message]:
        """The next messages of a queue, but for those of a type: the event log hears the submitted jobs too."""
        heard: list[Message] = []
        stop = threading.Event()
        alarm = threading.Timer(60, stop.set)
        alarm.start()

        def take(delivery: Delivery) -> None:
            if delivery.message.type != skip:
                heard.append(delivery.message)
            if len(heard) == count:
                stop.set()

        self.bus.consume(queue, take, stop=stop)
        alarm.cancel()
        assert len(heard) == count
        return heard

    def says(self, queue: str, count: int) -> list[Contract]:
        return [CODEC.decode(message) for message in self.hear(queue, count)]


def upload_app(around: Surrounding) -> Flask:
    """As much of upload as a validator needs."""
    upload = Flask("upload")

    @upload.get("/sources/<source>")
    def give(source: str) -> Response:
        if source in around.withheld:
            around.asked.set()
            around.withheld[source].wait(60)
        return Response(around.files[source])

    @upload.put("/accepted/<job_id>")
    def keep(job_id: str) -> tuple[str, int]:
        around.accepted.setdefault(job_id, request.get_data())
        return "", 204

    @upload.get("/accepted/<job_id>")
    def give_part(job_id: str) -> Response:
        data = around.accepted.get(job_id)
        part = request.range.range_for_length(len(data)) if data and request.range else None
        return Response(data[slice(*part)], 206) if data and part else Response(status=404)

    return upload
