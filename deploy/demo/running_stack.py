"""The stack that the sample job runs on: one that is there, or one started for it and stopped afterwards."""

import os
import shlex
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.errors import StartFailed
from deploy.embedded.lock import is_held
from deploy.embedded.log_stream import is_log_line
from deploy.embedded.process import Process, Program
from deploy.embedded.stack import CONNECTION_FILE

_POLL_SECONDS = 0.1
_READY = "Bulk Manager is ready at "


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where the product is, and who signs in."""

    url: str
    user: str
    password: str = field(repr=False)


def read_connection(values: Mapping[str, str]) -> Connection:
    return Connection(url=values["BULK_URL"], user=values.get("BULK_USER", "admin"), password=values["BULK_PASSWORD"])


def read_env_file(path: Path) -> dict[str, str]:
    """NAME=value lines as `make run` writes them, quoted as for a shell."""
    pairs = (word.partition("=") for word in shlex.split(path.read_text(), comments=True))
    return {name: value for name, _, value in pairs}


@contextmanager
def stack(data: Path, env: Mapping[str, str], say: Callable[[str], None]) -> Iterator[Connection]:
    """A stack for the time of the block. BULK_URL and BULK_PASSWORD name one elsewhere, such as Docker compose's."""
    if env.get("BULK_URL") and env.get("BULK_PASSWORD"):
        yield read_connection(env)
    elif is_held(data):
        say("Bulk Manager runs already: using it.")
        yield read_connection(read_env_file(data / CONNECTION_FILE))
    else:
        with _started(data, env, say):
            yield read_connection(read_env_file(data / CONNECTION_FILE))


@contextmanager
def _started(data: Path, env: Mapping[str, str], say: Callable[[str], None]) -> Iterator[None]:
    """Our own stack, as a process; what it says to people is passed on, its log goes to a file."""
    folder = data / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "stack.log"
    say(f"Starting Bulk Manager (its log: {os.path.relpath(log)}).")
    argv = [sys.executable, "-m", "deploy.embedded"]
    program = Program(name="stack", argv=argv, env=env, cwd=Path.cwd(), grace=120, log=log)
    process = Process(program, folder / "stack.pid")
    process.start()
    try:
        if not _is_ready(process, log, say):
            raise StartFailed(f"Bulk Manager did not start; {os.path.relpath(log)} has its log.")
        yield
    finally:
        if process.is_running():
            say("Stopping Bulk Manager.")
        process.stop()


def _is_ready(process: Process, log: Path, say: Callable[[str], None]) -> bool:
    """Pass on what the stack says until it has told that it is ready; False if it ended before."""
    pause = threading.Event()
    ready = False
    with log.open(encoding="utf-8", errors="replace") as lines:
        while True:
            running = process.is_running()  # asked before reading: what it said last is then still read
            for line in lines:
                if not is_log_line(line):
                    say(line.rstrip())
                ready = ready or line.startswith(_READY)
                if ready and CONNECTION_FILE in line:
                    return True
            if not running:
                return False
            pause.wait(_POLL_SECONDS)
