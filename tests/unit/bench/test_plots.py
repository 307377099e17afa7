from pathlib import Path

import pytest

from bench.plots import draw
from tests.unit.bench.making import results

pytest.importorskip("matplotlib", reason="installed by `make bench` only")


def test_two_plots_are_drawn_the_same_each_time(tmp_path: Path) -> None:
    drawn = draw(results(), tmp_path / "images")
    first = {name: (tmp_path / "images" / name).read_bytes() for _, name in drawn}
    assert sorted(first) == ["memory.svg", "throughput.svg"]
    assert all(content.startswith(b"<?xml") and 10_000 < len(content) < 120_000 for content in first.values())
    draw(results(), tmp_path / "images")
    assert {name: (tmp_path / "images" / name).read_bytes() for name in first} == first
