"""The service under the real gunicorn, and raw connections to it."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3

from deploy.embedded.ports import free_ports
from tests.integration.upload.asking import ADA, KEY, bearer

ROOT = Path(__file__).parents[3]
MAX_BYTES = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where it listens, the folder of its files, and its process."""

    port: int
    folder: Path
    pid: int

    @contextmanager
    def no_file_over(self, size: int) -> Iterator[None]:
        """Let its system refuse to write more than so many bytes into a file, as a full disk does."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        before = [(int(pid), resource.prlimit(int(pid), resource.RLIMIT_FSIZE)) for pid in workers]
        for pid, (_, most) in before:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))
        try:
            yield
        finally:
            for pid, limits in before:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)

    def upload(self, headers: dict[str, str], *parts: bytes, cut: bool = False) -> Answer | None:
        """POST a body in parts, then stop sending; `cut` closes the sending side. None: closed without an answer."""
        head = {"Host": "upload", "Connection": "close"} | bearer(ADA) | headers
        lines = ["POST /uploads?filename=a.csv HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
            for part in parts:
                connection.sendall(part)
            if cut:
                connection.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
        return Answer(status=int(received.split(" ", 2)[1]), text=received) if received else None

    def vanish(self, headers: dict[str, str], *parts: bytes) -> None:
        """POST a body in parts and be gone, by a reset, without waiting for anything."""
        head = {"Host": "upload"} | bearer(ADA) | headers
        lines = ["POST /uploads?filename=a.csv HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + b"".join(parts))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        connection.close()


@contextmanager
def serving(database_url: str, folder: Path) -> Iterator[Server]:
    """Run `python -m services.upload web` until it is ready, and stop it afterwards."""
    [port] = free_ports(1)
    env = os.environ | {
        "BULK_DATABASE_URL": database_url,
        "BULK_SOURCES": str(folder),
        "BULK_LISTEN": f"127.0.0.1:{port}",
        "BULK_ACCESS_KEY": KEY,
        "BULK_MAX_UPLOAD_BYTES": str(MAX_BYTES),
    }
    process = subprocess.Popen([sys.executable, "-m", "services.upload", "web"], cwd=ROOT, env=env)
    try:
        wait = urllib3.Retry(total=60, connect=60, status_forcelist=[503], backoff_factor=0.1, backoff_max=0.3)
        with urllib3.PoolManager(retries=wait) as http:
            assert http.request("GET", f"http://127.0.0.1:{port}/readyz").status == 200
        yield Server(port=port, folder=folder, pid=process.pid)
    finally:
        process.terminate()
        assert process.wait(40) == 0
