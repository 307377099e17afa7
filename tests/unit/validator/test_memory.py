"""Memory does not grow with the file."""

import subprocess
import sys
from pathlib import Path


def test_fifty_thousand_rows_need_hardly_more_memory_than_five_thousand(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.unit.validator.memory", str(tmp_path)]
    grown = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    # The file as rows of text would need more than 60 MB; the index of unique values may use its cache.
    assert grown < 25_000_000
