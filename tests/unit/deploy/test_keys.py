import stat
from dataclasses import astuple
from pathlib import Path

import pytest

from deploy.embedded.errors import StartFailed
from deploy.embedded.keys import FILE, keep, write_private


def test_keys_are_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    first = keep(tmp_path, None)
    assert keep(tmp_path, None) == first
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert len(set(astuple(first))) == len(astuple(first))
    assert min(map(len, (first.access, first.sealing))) >= 32


def test_a_given_password_counts_at_the_first_start_only(tmp_path: Path) -> None:
    assert keep(tmp_path, "chosen by me").admin == "chosen by me"
    assert keep(tmp_path, "changed my mind").admin == "chosen by me"


def test_keys_are_not_shown_where_the_object_is(tmp_path: Path) -> None:
    assert "chosen by me" not in repr(keep(tmp_path, "chosen by me"))


def test_data_without_their_keys_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(StartFailed, match=r"keys\.json is gone"):
        keep(tmp_path, None)


def test_a_private_file_is_private_also_when_it_replaces_a_public_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
