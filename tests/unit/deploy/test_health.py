from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.docker.health import is_ready
from deploy.embedded.ports import free_ports
from telemetry.health import HealthServer


@contextmanager
def process(*, ready: bool) -> Iterator[int]:
    server = HealthServer("127.0.0.1:0", alive=lambda: True, ready=lambda: {"broker": ready})
    server.start()
    try:
        yield server.address[1]
    finally:
        server.stop()


@pytest.mark.parametrize("ready", [True, False])
def test_it_says_what_the_process_says(ready: bool) -> None:
    with process(ready=ready) as port:
        assert is_ready(port) is ready


def test_nobody_there_is_not_ready() -> None:
    assert not is_ready(free_ports(1)[0])
