"""What becomes of processes that end; time is told by hand, the processes are real."""

import io
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.embedded.keeper import Keeper
from deploy.embedded.log_stream import LogStream
from deploy.embedded.process import Program


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bench:
    keeper: Keeper
    clock: Clock
    out: io.StringIO
    folder: Path

    def program(self, name: str, code: str) -> Program:
        return Program(name=name, argv=[sys.executable, "-c", code], env={}, cwd=self.folder, grace=5)

    def tend_until(self, words: str, times: int = 1) -> None:
        """Tend until the words have been said that many times, or fail."""
        deadline = time.monotonic() + 20
        pause = threading.Event()
        while self.out.getvalue().count(words) < times:
            assert time.monotonic() < deadline, self.out.getvalue()
            self.keeper.tend()
            pause.wait(0.02)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    out, clock = io.StringIO(), Clock()
    keeper = Keeper(tmp_path, LogStream(out), clock)
    yield Bench(keeper, clock, out, tmp_path)
    keeper.stop()


def test_one_that_ends_is_started_again_after_a_growing_pause(bench: Bench) -> None:
    bench.keeper.start([bench.program("upload-web", "print('here'); raise SystemExit(3)")])
    bench.tend_until("upload-web | ended (status 3); it is started again in 1 s")
    for _ in range(3):
        bench.keeper.tend()
    assert bench.out.getvalue().count("upload-web | here") == 1
    bench.clock.now += 1
    bench.tend_until("again in 2 s")
    assert bench.out.getvalue().count("upload-web | here") == 2
    bench.clock.now += 2
    bench.tend_until("again in 4 s")
    assert bench.keeper.often_ended() == ["upload-web"]


def test_a_long_run_makes_the_pause_short_again(bench: Bench) -> None:
    bench.keeper.start([bench.program("upload-web", "raise SystemExit(1)")])
    bench.tend_until("again in 1 s")
    bench.clock.now += 1
    bench.keeper.tend()
    bench.clock.now += 3600
    bench.tend_until("again in 1 s", times=2)
    assert bench.keeper.often_ended() == []


def test_one_that_was_killed_is_told_by_the_signal(bench: Bench) -> None:
    bench.keeper.start([bench.program("upload-web", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")])
    bench.tend_until("ended (signal 9)")


def test_all_are_stopped_and_leave_no_file(bench: Bench) -> None:
    sleeper = "import time; print('up', flush=True); time.sleep(60)"
    bench.keeper.start([bench.program(name, sleeper) for name in ("a-web", "b-web")])
    bench.tend_until("-web | up", times=2)
    bench.keeper.stop()
    assert list(bench.folder.glob("*.pid")) == []
