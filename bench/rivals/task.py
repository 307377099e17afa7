"""What a program of the benchmark is told, and what it tells when it has finished."""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

ACCOUNT = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """``source`` is the file to import (for COPY: its rows as COPY's text), ``processes`` how many may work.

    ``result`` is where the figures go; ``ready`` appears when a worker can begin.
    """

    rows: int
    source: str
    dsn: str = field(repr=False)
    amqp_url: str = field(repr=False)
    processes: int
    result: str
    ready: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``seconds`` of the whole import; ``cpu`` seconds and ``peak`` bytes of the program that tells."""

    seconds: float
    cpu: float
    peak: int


def write(task: Task, path: Path) -> None:
    """Readable by the owner only: it holds passwords."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(task), file)


def read(path: Path) -> Task:
    return Task(**json.loads(path.read_text()))


def read_told(path: Path) -> Told | None:
    """The figures once they are complete."""
    return Told(**json.loads(path.read_text())) if path.exists() else None


@contextmanager
def measured(task: Task) -> Iterator[None]:
    """Tell the figures of the block; the program's start, its imports among it, does not count."""
    began, worked = time.perf_counter(), time.process_time()
    yield
    told = Told(seconds=time.perf_counter() - began, cpu=time.process_time() - worked, peak=_peak())
    unfinished = Path(f"{task.result}.new")
    unfinished.write_text(json.dumps(asdict(told)))
    unfinished.replace(task.result)


def _peak() -> int:
    """getrusage(2): in KiB on Linux, in bytes on macOS."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
