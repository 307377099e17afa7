import os
import subprocess
import sys

import pytest

from bench.processes import Status, Watch, by_part, peak, running, sampling

HOLD = "x = bytearray({}); print('ready', flush=True); input(); {}; print('done', flush=True); input()"


def process(pid: int, parent: int) -> Status:
    return Status(pid=pid, parent=parent, cpu=1.0)


def test_a_process_belongs_to_the_nearest_root_above_it() -> None:
    found = {pid: process(pid, parent) for pid, parent in ((1, 0), (2, 1), (3, 2), (4, 3), (5, 2), (6, 1), (7, 99))}
    parts = by_part(found, {"keeper": 2, "web": 3})
    assert {name: [one.pid for one in processes] for name, processes in parts.items()} == {
        "keeper": [2, 5],
        "web": [3, 4],
    }


def test_a_circle_of_parents_has_an_end() -> None:
    assert by_part({1: process(1, 2), 2: process(2, 1)}, {"other": 9}) == {"other": []}


def test_this_very_process_is_found_with_its_parent() -> None:
    assert running()[os.getpid()].parent == os.getppid()


def test_a_process_that_is_gone_has_no_peak() -> None:
    assert peak(2**22 + 1) == 0


@pytest.fixture
def child() -> "subprocess.Popen[str]":
    work = "x = None; y = sum(i * i for i in range(3_000_000)); x = bytearray(60_000_000)"
    argv = [sys.executable, "-c", HOLD.format(150_000_000, work)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_watch_tells_what_was_used_between_its_begin_and_its_end(child: "subprocess.Popen[str]") -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        child.stdout.readline()
        watch = Watch(lambda: {"child": child.pid})
        watch.begin()
        with sampling(watch):
            child.stdin.write("\n")
            child.stdin.flush()
            child.stdout.readline()
        usage = watch.end()
        child.stdin.write("\n")
    assert 0.05 < usage.cpu["child"] < 30
    assert usage.peaks["child"] > 60_000_000
