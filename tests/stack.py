"""The started system, for tests that use it from outside: one that was given, or one started for this run.

BULK_URL, BULK_USER, BULK_PASSWORD and AMQP_URL name a system that runs already (the compose file's, say).
"""

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded import identity
from deploy.embedded.ports import free_ports

ROOT = Path(__file__).parents[1]
READY = "Bulk Manager is ready at"
_START_SECONDS = 150
_STOP_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Where the system is and who may sign in; ``data`` is its folder and ``log`` its lines, if it was started here."""

    url: str
    user: str
    password: str = field(repr=False)
    amqp_url: str = field(repr=False)
    data: Path | None = None
    log: Sequence[str] = ()


def given(env: Mapping[str, str]) -> Stack | None:
    """The system that the environment names, if it does."""
    if not env.get("BULK_URL"):
        return None
    return Stack(
        url=env["BULK_URL"], user=env["BULK_USER"], password=env["BULK_PASSWORD"], amqp_url=env.get("AMQP_URL", "")
    )


@contextmanager
def paused(stack: Stack, part: str) -> Iterator[None]:
    """Let one process of a system that was started here (`validator-worker`, say) do nothing until the block ends."""
    process = identity.read(stack.data / "pids" / f"{part}.pid") if stack.data else None
    assert process is not None or stack.data is None, f"no {part} runs"
    if process is not None:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        if process is not None:
            os.kill(process.pid, signal.SIGCONT)


@contextmanager
def started(data: Path, **settings: str) -> Iterator[Stack]:
    """The embedded system with its data in a folder, as `make run` starts it; ended with the block."""
    (port,) = free_ports(1)
    env = {**os.environ, "BULK_PORT": str(port), "BULK_DATA": str(data), **settings}
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.embedded"], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    lines: list[str] = []
    ready = threading.Event()
    reader = threading.Thread(target=_read, args=(process, lines, ready), daemon=True)
    reader.start()
    try:
        _wait(process, ready, lines)
        yield _from_file(data, lines)
        if process.poll() is not None:
            raise RuntimeError(_said("the system ended by itself", process, lines))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_STOP_SECONDS)
        reader.join(5)
        if process.stdout:
            process.stdout.close()


def _read(process: "subprocess.Popen[bytes]", lines: list[str], ready: threading.Event) -> None:
    for raw in process.stdout or ():
        line = raw.decode("utf-8", "replace").rstrip()
        lines.append(line)
        if READY in line:
            ready.set()


def _wait(process: "subprocess.Popen[bytes]", ready: threading.Event, lines: list[str]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not ready.wait(0.2):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(_said("the system did not start", process, lines))


def _said(what: str, process: "subprocess.Popen[bytes]", lines: Sequence[str]) -> str:
    told = "\n".join(lines[-40:])
    return f"{what} (exit status {process.poll()}); its last lines:\n{told}"


def _from_file(data: Path, lines: Sequence[str]) -> Stack:
    text = (data / "connection.env").read_text("utf-8")
    values = dict(line.split("=", 1) for line in shlex.split(text))
    return Stack(
        url=values["BULK_URL"],
        user=values["BULK_USER"],
        password=values["BULK_PASSWORD"],
        amqp_url=values["AMQP_URL"],
        data=data,
        log=lines,
    )
