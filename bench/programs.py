"""The programs of `bench.rivals`, started, watched and stopped."""

import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from bench.errors import BenchFailed
from bench.rivals import task
from bench.rivals.task import Task, Told
from deploy.embedded import identity
from deploy.embedded.parts import ROOT
from deploy.embedded.process import Process, Program

T = TypeVar("T")
_TICK = 0.05
_READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A running program. ``told`` is where its figures will be, ``ready`` what it makes when it can begin."""

    process: Process
    pid: int
    told: Path
    ready: Path

    def wait_until_ready(self) -> None:
        self._wait(lambda: self.ready.exists() or None, _READY_SECONDS)

    def figures(self, patience: float) -> Told:
        """What it tells when it has finished, within so many seconds."""
        return self._wait(lambda: task.read_told(self.told), patience)

    def _wait(self, look: Callable[[], T | None], seconds: float) -> T:
        name, pause, deadline = self.process.program.name, threading.Event(), time.monotonic() + seconds
        while True:
            found = look()
            if found is not None:
                return found
            if self.process.ended() is not None or time.monotonic() > deadline:
                how = "ended too soon" if self.process.ended() is not None else f"took more than {seconds:.0f} s"
                raise BenchFailed(f"The program {name} {how}. Its last lines:\n{self.process.log_tail()}")
            pause.wait(_TICK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """``folder`` takes their files, ``base`` is their environment. What `start` starts ends with ``stack``."""

    folder: Path
    base: Mapping[str, str]
    stack: ExitStack

    def start(self, role: str, given: Task, *, name: str) -> Started:
        told, ready, order = (self.folder / f"{name}.{kind}" for kind in ("told", "ready", "task"))
        told.unlink(missing_ok=True)
        ready.unlink(missing_ok=True)
        task.write(replace(given, result=str(told), ready=str(ready)), order)
        program = Program(
            name=name,
            argv=[sys.executable, "-m", "bench.rivals", role, str(order)],
            env=self.base,
            cwd=ROOT,
            log=self.folder / f"{name}.log",
        )
        process = Process(program, self.folder / f"{name}.pid")
        self.stack.callback(process.stop)
        process.start()
        found = identity.read(process.pid_file)
        if found is None:
            raise BenchFailed(f"The program {name} ended at once. Its last lines:\n{process.log_tail()}")
        return Started(process=process, pid=found.pid, told=told, ready=ready)
