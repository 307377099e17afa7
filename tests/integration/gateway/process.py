"""The gateway as it is really run: a process of its own, under gunicorn."""

import http.client
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.ports import free_ports
from tests.integration.gateway.standin import KEY

_TURNS = threading.Event()


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A running gateway at ``port`` of this machine."""

    port: int
    pid: int

    def connect(self) -> http.client.HTTPConnection:
        """A connection to it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def raw(self) -> socket.socket:
        """A bare connection, for what no HTTP client would send."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def peak_memory(self) -> int:
        """The most memory that one of its processes ever held, in bytes."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return max(_peak(pid) for pid in (str(self.pid), *children))


def environment(database_url: str, services_url: str, **more: str) -> dict[str, str]:
    """The settings of a gateway whose services are all at one address."""
    return {
        "PATH": os.environ["PATH"],
        "BULK_DATABASE_URL": database_url,
        "BULK_ACCESS_KEY": KEY,
        "BULK_UPLOAD_URL": services_url,
        "BULK_PROVISIONER_URL": services_url,
        "BULK_EVENTLOG_URL": services_url,
        **more,
    }


def command(env: Mapping[str, str], *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run `python -m gateway …` to its end, with ``typed`` on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        env=dict(env),
        input=typed,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


@contextmanager
def running(env: Mapping[str, str]) -> Iterator[Process]:
    """`python -m gateway web`, until the block ends."""
    [port] = free_ports(1)
    started = subprocess.Popen(
        [sys.executable, "-m", "gateway", "web"],
        env=dict(env) | {"BULK_LISTEN": f"127.0.0.1:{port}"},
        stdout=subprocess.DEVNULL,
    )
    try:
        process = Process(port=port, pid=started.pid)
        _wait_until_alive(process, started)
        yield process
    finally:
        started.terminate()
        started.wait(timeout=40)


def _wait_until_alive(process: Process, started: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        assert started.poll() is None, "the gateway ended by itself"
        connection = process.connect()
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            _TURNS.wait(0.1)
        finally:
            connection.close()
    raise AssertionError("the gateway does not answer")


def _peak(pid: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
