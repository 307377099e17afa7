"""`make run` for real: one stack for one folder, nothing left behind however it ends, data found again."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from deploy.demo.running_stack import read_env_file
from deploy.embedded.ports import free_ports
from deploy.embedded.rabbitmq_program import find
from tests.servers import private_folder

READY = "Programs find addresses"
SECONDS = 150


@pytest.fixture(autouse=True)
def _needs_rabbitmq() -> None:
    if find() is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("RabbitMQ is not installed")


@pytest.fixture
def data() -> Iterator[Path]:
    with private_folder() as folder:
        yield folder


def command(data: Path, **settings: str) -> dict[str, str]:
    return {**os.environ, "BULK_DATA": str(data), "BULK_PORT": str(free_ports(1)[0]), **settings}


def run_to_end(env: dict[str, str]) -> tuple[int, str]:
    """For starts that fail at once."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.embedded"], env=env, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return done.returncode, done.stdout


@contextmanager
def running(env: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with (
        log.open("wb") as out,
        subprocess.Popen([sys.executable, "-m", "deploy.embedded"], env=env, stdout=out) as child,
    ):
        try:
            assert until(lambda: READY in log.read_text() or child.poll() is not None, SECONDS)
            assert child.poll() is None, log.read_text()
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(SECONDS)


def until(holds: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not holds() and time.monotonic() < deadline:
        pause.wait(0.1)
    return holds()


def processes_of(data: Path) -> list[str]:
    """Whatever has the data folder in its arguments or its environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if str(data).encode() in told and int(process.name) != os.getpid():
                found.append(told.replace(b"\0", b" ").decode("utf-8", "replace")[:100])
        except OSError:
            continue
    return found


def signs_in(data: Path) -> bool:
    values = read_env_file(data / "connection.env")
    body = {"username": values["BULK_USER"], "password": values["BULK_PASSWORD"]}
    return urllib3.request("POST", f"{values['BULK_URL']}/api/v1/tokens", json=body, retries=False).status == 201


@pytest.mark.timeout(400)
def test_it_survives_being_killed_and_leaves_nothing_behind(data: Path, tmp_path: Path) -> None:
    env = command(data)
    with running(env, tmp_path / "first.log") as first:
        assert signs_in(data)
        password = read_env_file(data / "connection.env")["BULK_PASSWORD"]
        assert f"password {password} (shown this once)" in (tmp_path / "first.log").read_text()
        status, said = run_to_end(env)
        assert status == 1
        assert f"already runs with this data ({data}): http://127.0.0.1:{env['BULK_PORT']}" in said
        first.kill()
    assert until(lambda: processes_of(data) == [], 60)
    with running(command(data, BULK_ADMIN_PASSWORD="changed my mind"), tmp_path / "second.log"):
        assert signs_in(data)
        assert read_env_file(data / "connection.env")["BULK_PASSWORD"] == password
        log = (tmp_path / "second.log").read_text()
        assert password not in log
        assert "counts at the first start only" in log
    assert processes_of(data) == []


def test_a_port_that_is_taken_is_told_before_anything_starts(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run_to_end(command(data, BULK_PORT=port)) == (
            1,
            f"Port {port} is used by another program. Choose one: BULK_PORT=8081 make run\n",
        )
    assert processes_of(data) == []


def test_a_setting_that_can_not_be_right_is_told(data: Path) -> None:
    status, said = run_to_end(command(data, BULK_PORT="http"))
    assert (status, said) == (1, "BULK_PORT is a number from 1 to 65535, not 'http'.\n")
