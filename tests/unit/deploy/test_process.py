"""Processes as children: these tests run real ones, small and short."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.embedded import identity
from deploy.embedded.process import Process, Program

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
PARENT = """
import sys, time
from pathlib import Path
from deploy.embedded.process import Process, Program
folder = Path(sys.argv[1])
Process(Program(name="x", argv=["sleep", "60"], env={"PATH": "/usr/bin:/bin"}, cwd=folder), folder / "pid").start()
print("started", flush=True)
time.sleep(60)
"""


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not holds() and time.monotonic() < deadline:
        pause.wait(0.02)
    return holds()


def group_exists(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


Make = Callable[[str], Process]


@pytest.fixture
def python(tmp_path: Path) -> Iterator[Make]:
    made: list[Process] = []

    def make(code: str) -> Process:
        argv = [sys.executable, "-c", code]
        env = {"PATH": os.environ["PATH"]}
        program = Program(name="x", argv=argv, env=env, cwd=tmp_path, grace=0.5, log=tmp_path / "log")
        made.append(Process(program, tmp_path / "pid"))
        return made[-1]

    yield make
    for process in made:
        process.stop()


def test_it_runs_logs_and_is_stopped_by_its_signal(python: Make, tmp_path: Path) -> None:
    process = python(SLEEPER)
    assert process.ended() is None
    process.start()
    assert until(lambda: process.log_tail() == "up")
    assert process.is_running()
    process.stop()
    assert not process.is_running()
    assert not (tmp_path / "pid").exists()


def test_one_that_does_not_listen_is_killed_after_its_grace(python: Make, tmp_path: Path) -> None:
    process = python(DEAF)
    process.start()
    assert until(lambda: process.log_tail() == "up")
    left = identity.read(tmp_path / "pid")
    process.stop()
    assert left is not None
    assert not left.is_alive()


def test_its_own_children_go_with_it(python: Make, tmp_path: Path) -> None:
    process = python(f"import subprocess; subprocess.Popen(['sleep', '61']); {SLEEPER}")
    process.start()
    assert until(lambda: process.log_tail() == "up")
    left = identity.read(tmp_path / "pid")
    assert left is not None
    process.stop()
    assert until(lambda: not group_exists(left.pid))


def test_the_exit_status_is_told(python: Make) -> None:
    process = python("raise SystemExit(3)")
    process.start()
    assert until(lambda: process.ended() == 3)


def test_waiting_gives_the_status_or_stops_what_takes_too_long(python: Make) -> None:
    quick, slow = python("raise SystemExit(4)"), python(SLEEPER)
    quick.start()
    assert quick.wait(10) == 4
    slow.start()
    assert slow.wait(0.1) is None
    assert not slow.is_running()


def test_what_an_earlier_run_left_is_stopped_first(python: Make, tmp_path: Path) -> None:
    first, second = python(SLEEPER), python(SLEEPER)
    first.start()
    left = identity.read(tmp_path / "pid")
    assert left is not None
    second.start()
    assert until(lambda: first.ended() is not None)
    assert second.is_running()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children that their parent is gone")
def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "started\n"
        child = identity.read(tmp_path / "pid")
        assert child is not None
        parent.send_signal(signal.SIGKILL)
    assert until(lambda: not child.is_alive())


def test_a_program_that_is_not_there_ends_at_once(tmp_path: Path) -> None:
    program = Program(name="x", argv=["/no/such/program"], env={}, cwd=tmp_path, log=tmp_path / "log")
    process = Process(program, tmp_path / "pid")
    process.start()
    assert process.wait(10) not in {0, None}
    assert "No such file" in process.log_tail()
