from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench import page
from bench.errors import BenchFailed
from bench.figures import Results
from tests.unit.bench.making import results


def no_plots(_: Results, folder: Path) -> Sequence[tuple[str, str]]:
    return [("Speed", "speed.svg")] if folder.name == "images" else []


def written(path: Path, of: Results) -> str:
    path.write_text(f"# Before\n\n{page.BEGIN}\nold figures\n{page.END}\n\nAfter.\n", "utf-8")
    page.write(of, path, draw=no_plots)
    return path.read_text("utf-8")


def test_the_figures_replace_what_stood_between_the_marks(tmp_path: Path) -> None:
    text = written(tmp_path / "page.md", results())
    assert text.startswith(f"# Before\n\n{page.BEGIN}\n\nMeasured on 2026-11-22 by `make bench-full` in 41 minutes")
    assert text.endswith(f"{page.END}\n\nAfter.\n")
    assert "old figures" not in text
    page.write(results(), tmp_path / "page.md", draw=no_plots)
    assert (tmp_path / "page.md").read_text("utf-8") == text


def test_the_machine_and_the_versions_are_named(tmp_path: Path) -> None:
    text = written(tmp_path / "page.md", results())
    assert "on A Processor, 2 cores, 24 GiB, Linux 6, x86_64, with Python 3.11.7, PostgreSQL 18.6." in text


@pytest.mark.parametrize(
    "line",
    [
        "| 1,000,000 Seats end to end ÷ COPY of the same rows | ≤ 3 | 2.50 | met |",
        "| the same ÷ django-import-export, rows/s | ≥ 25 times | 41.0 | met |",
        "| 1,000,000 wrong rows: time to rejected ÷ time to validate good ones | ≤ 3 | 4.00 | **not met** |",
        "| Bulk Manager | 1,000,000 | 1 | 50.0 s | 20,000 |  | 0.002 s | 0.004 s | 121 MB | 300 B |",
        "| COPY | 1,000,000 | 1 | 20.0 s | 50,000 | 2.5 times slower | 0.002 s | 0.004 s | 100 MB | - |",
        "| row by row | 5,000 | 1 | 10.0 s | 500 | 40.0 times faster | 0.300 s | 0.800 s | 100 MB | 300 B |",
        "| 1,000,000 | 0.50 s | 5.00 s | 10.0 s | 5.00 s | 25.0 s | 5.00 s | 0.25 s |",
        "| validator-worker | 100 MB | 100 MB | 110 MB | 121 MB | 0.001 s |",
        "| while a job of 1,000,000 rows runs | 3 | 1.50 s | 2.00 s | 2.00 s |",
        "| 1,000,000 rows, all wrong | 40.0 s | 30.0 s | 33,300 |",
        "| Celery | 2.0 | 36.4 | 5.0 | 36.4 |",
        "| Splitting | 400,000 |",
        "| All of these, one after the other | 200,000 |",
        "![Speed](images/speed.svg)",
    ],
)
def test_the_tables_tell_what_was_measured(line: str, tmp_path: Path) -> None:
    assert line in written(tmp_path / "page.md", results()).splitlines()


def test_every_table_has_as_many_cells_in_each_line(tmp_path: Path) -> None:
    blocks = written(tmp_path / "page.md", results()).split("\n\n")
    tables = [block.splitlines() for block in blocks if block.startswith("|")]
    assert len(tables) == 8
    assert [table for table in tables if len({line.count("|") for line in table}) != 1] == []


def test_parts_that_were_not_measured_are_left_out(tmp_path: Path) -> None:
    text = written(tmp_path / "page.md", replace(results(), series=(), fairness=None, validations=()))
    assert text.count("not measured") == 11
    assert "Small jobs" not in text
    assert "The validator alone" not in text
    assert "Where the time goes" not in text
    assert "How far" not in text


@pytest.mark.parametrize("text", ["", page.BEGIN, f"{page.END}{page.BEGIN}"])
def test_a_page_without_a_place_for_figures_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(text, "utf-8")
    with pytest.raises(BenchFailed, match="no place for the figures"):
        page.check(tmp_path / "page.md")


def test_the_repositorys_own_page_has_a_place() -> None:
    page.check(Path(__file__).parents[3] / "docs" / "performance.md")
