"""The generated pages are what the contracts give now."""

from pathlib import Path

import pytest

from contracts.reference import PAGES, main, stale


@pytest.mark.parametrize("path", PAGES)
def test_a_generated_page_is_fresh(path: str) -> None:
    assert Path(path).read_text("utf-8") == PAGES[path](), "run `make docs`"


def test_a_stale_or_missing_page_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    assert stale() == list(PAGES)
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "docs/csv.md").write_text("edited by hand")
    assert stale() == ["docs/csv.md"]
