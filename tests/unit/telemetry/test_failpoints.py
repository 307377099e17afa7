"""Failpoints: inert unless armed, armed only in tests, and then exact."""

import re
import signal
import subprocess
import sys
import timeit
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

from telemetry import failpoints
from telemetry.failpoints import Failpoints, Fault, Provoked, arm, hit, parse

ROOT = Path(__file__).parents[3]
TEST = {"BULK_ENVIRONMENT": "test"}


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm({})


def test_nothing_happens_unless_armed() -> None:
    arm(TEST)
    for _ in range(1000):
        hit("consumer.after-read")


def test_an_inert_hit_costs_next_to_nothing() -> None:
    """Of a chunk of 1,000 rows 1,000 hits may be made: they take less than a millisecond."""
    arm({})
    seconds = min(timeit.repeat(lambda: hit("provisioner.mid-copy"), number=10_000, repeat=5)) / 10_000
    assert seconds < 1e-6


@pytest.mark.parametrize("environment", [{}, {"BULK_ENVIRONMENT": ""}, {"BULK_ENVIRONMENT": "production"}])
def test_outside_tests_the_process_refuses_to_start(environment: dict[str, str]) -> None:
    with pytest.raises(SystemExit, match="for tests only"):
        arm({"BULK_FAILPOINTS": "consumer.after-read=raise", **environment})
    hit("consumer.after-read")


def test_the_exit_status_of_a_refused_start_is_not_0() -> None:
    program = "from telemetry.failpoints import arm; arm({'BULK_FAILPOINTS': 'consumer.after-read=kill'})"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("BULK_FAILPOINTS ")


def test_what_the_setting_says() -> None:
    assert parse("consumer.after-read=kill@3, eventlog.mid-summary=raise ,upload.receiving.mid-body=delay:500ms@2") == (
        Fault(name="consumer.after-read", kind="kill", hit=3),
        Fault(name="eventlog.mid-summary", kind="raise", hit=1),
        Fault(name="upload.receiving.mid-body", kind="delay", hit=2, delay=0.5),
    )


@pytest.mark.parametrize(
    "text",
    ["consumer.after-read", "consumer.after-read=explode", "consumer.after-read=kill@0", "consumer.after-read=delay@1",
     "consumer.after-read=delay:1s@1", "consumer.after-read=kill,"],
)  # fmt: skip
def test_what_can_not_be_read_is_refused(text: str) -> None:
    with pytest.raises(SystemExit, match="does not read"):
        arm({"BULK_FAILPOINTS": text, **TEST})


def test_a_place_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"no place 'consumer\.after-reed'"):
        arm({"BULK_FAILPOINTS": "consumer.after-reed=kill", **TEST})


def test_it_raises_at_the_hit_meant_and_at_no_other() -> None:
    arm({"BULK_FAILPOINTS": "consumer.after-read=raise@2", **TEST})
    hit("consumer.after-read")
    hit("consumer.after-handler")
    with pytest.raises(Provoked, match=r"consumer\.after-read, hit 2"):
        hit("consumer.after-read")
    hit("consumer.after-read")


def test_several_faults_at_one_place() -> None:
    points = Failpoints(
        parse("consumer.after-read=raise@1,consumer.after-read=delay:1ms@2,consumer.after-read=raise@3")
    )
    with pytest.raises(Provoked):
        points.hit("consumer.after-read")
    points.hit("consumer.after-read")
    with pytest.raises(Provoked):
        points.hit("consumer.after-read")


def test_a_delay_lasts_as_long_as_it_says_and_comes_once() -> None:
    points = Failpoints(parse("consumer.after-read=delay:600ms"))
    first, second = (timeit.timeit(lambda: points.hit("consumer.after-read"), number=1) for _ in range(2))
    assert first >= 0.6
    assert second < 0.6


def test_killed_means_killed() -> None:
    program = (
        "import os; from telemetry.failpoints import arm, hit; arm(dict(os.environ))\n"
        "try:\n    hit('consumer.after-read'); print('once', flush=True); hit('consumer.after-read')\n"
        "finally: print('cleaned up', flush=True)"
    )
    env = {"BULK_FAILPOINTS": "consumer.after-read=kill@2", **TEST}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "once\n")


def test_with_marks_a_fault_happens_in_one_process_only(tmp_path: Path) -> None:
    kills: list[str] = []
    faults = parse("consumer.after-read=kill@1,consumer.after-read=kill@2")
    for process in ("first", "second", "third"):
        points = Failpoints(faults, marks=tmp_path, kill=partial(kills.append, process))
        points.hit("consumer.after-read")
    assert kills == ["first"]
    points.hit("consumer.after-read")
    assert kills == ["first", "third"]


def test_every_place_is_somewhere_in_the_code_and_is_there_once() -> None:
    packages = ("messaging", "services")
    code = "".join(path.read_text("utf-8") for package in packages for path in (ROOT / package).rglob("*.py"))
    assert sorted(re.findall(r'failpoints\.hit\("([^"]+)"\)', code)) == sorted(get_args(failpoints.Name))
