"""A validator's surroundings, and the worker itself."""

import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.topology import TOPOLOGY
from messaging.rabbitmq import RabbitBus
from services.provisioner.app import create_app
from services.provisioner.memory_directory import MemoryDirectory
from services.provisioner.verdicts import MemoryVerdicts
from tests.integration.validator.serving import KEY, served
from tests.integration.validator.surrounding import Surrounding, upload_app
from web.access import AccessKey


@pytest.fixture
def around(amqp_url: str, tmp_path: Path) -> Iterator[Surrounding]:
    bus = RabbitBus(amqp_url, TOPOLOGY, app_id="test")
    around = Surrounding(amqp_url=amqp_url, bus=bus, folder=tmp_path)
    around.gate.set()
    directory = MemoryDirectory(lambda: datetime.now(UTC))
    provisioner = create_app(directory, MemoryVerdicts(), access_key=AccessKey(KEY), ready=dict)

    @provisioner.before_request
    def hold() -> None:
        around.asked.set()
        around.gate.wait(60)

    with served(upload_app(around)) as around.upload_url, served(provisioner) as around.provisioner_url:
        yield around
    bus.close()


@pytest.fixture
def worker(around: Surrounding) -> Iterator[subprocess.Popen[bytes]]:
    process = around.start()
    yield process
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
