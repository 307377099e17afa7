import os
import subprocess
import sys
from pathlib import Path

from deploy.embedded import identity


def test_a_running_process_is_known_by_number_and_start(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        identity.write(tmp_path / "pid", child.pid)
        found = identity.read(tmp_path / "pid")
        assert found is not None
        assert found.pid == child.pid
        assert found.is_alive()
        child.kill()
    assert not found.is_alive()
    assert identity.read(tmp_path / "pid") is None


def test_a_number_that_went_to_another_process_is_not_it(tmp_path: Path) -> None:
    own = identity.identify(os.getppid())
    assert own is not None
    (tmp_path / "pid").write_text(f"{own.pid} {own.started}1\n")
    assert identity.read(tmp_path / "pid") is None


def test_a_file_that_names_ourselves_is_never_believed(tmp_path: Path) -> None:
    identity.write(tmp_path / "pid", os.getpid())
    assert identity.read(tmp_path / "pid") is None


def test_no_file_and_a_damaged_file_name_nobody(tmp_path: Path) -> None:
    assert identity.read(tmp_path / "none") is None
    (tmp_path / "pid").write_text("what\n")
    assert identity.read(tmp_path / "pid") is None


def test_a_process_that_has_ended_leaves_no_file(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    identity.write(tmp_path / "pid", child.pid)
    assert not (tmp_path / "pid").exists()
