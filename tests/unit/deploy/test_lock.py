from pathlib import Path

import pytest

from deploy.embedded.errors import StartFailed
from deploy.embedded.lock import is_held, only_one


def test_a_second_start_is_told_where_the_first_is(tmp_path: Path) -> None:
    with only_one(tmp_path, "http://127.0.0.1:8080"):
        assert is_held(tmp_path)
        with pytest.raises(StartFailed, match=r"already runs .* http://127\.0\.0\.1:8080"), only_one(tmp_path, "other"):
            pass
    assert not is_held(tmp_path)


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    for about in ("first", "second"):
        with only_one(tmp_path, about):
            assert (tmp_path / "run.lock").read_text() == f"{about}\n"
