"""What a campaign showed finds its place on the page."""

from pathlib import Path

import pytest

from tests.faults.campaign import Result
from tests.faults.history import Broken, Violation
from tests.faults.report import report, write

ROOT = Path(__file__).parents[2]


def result(fault: str, **changes: object) -> Result:
    known = {"number": 1, "fault": fault, "seconds": 3.0, "jobs": 2, "rows": 50, "deaths": 1}
    return Result(**(known | changes))  # type: ignore[arg-type]  # each of the right type


def test_runs_are_counted_by_kind_of_fault() -> None:
    broken = Violation(broken=Broken.TOTALS, text="1 is not 2")
    told = report(
        [
            result("kill upload-web"),
            result("kill upload-worker", violations=[broken]),
            result("broker killed", recovery=2.0),
            result("broker restarted", recovery=4.0),
            result("disk full", skipped="no root"),
        ],
        seed=7,
    )
    assert told.startswith("4 runs with the seed 7: 8 jobs with 200 rows, 1 promises broken")
    assert "| kill a process | 2 | 4 | 100 | 2 | 1 | 3 s |" in told
    assert "3.0 s (median)" in told
    assert "database" not in told
    assert "- Left out: disk full: no root" in told


def test_failpoints_that_nothing_came_to_are_told() -> None:
    runs = [result("failpoint x", reached=reached) for reached in (True, False, True)]
    assert "In 2 of 3 runs with a failpoint" in report(runs, seed=7)
    assert "failpoint a process" not in report([result("broker killed")], seed=7)


def test_each_part_has_its_place(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text((ROOT / "docs/reliability.md").read_text("utf-8"), "utf-8")
    for part in ("faults", "losses", "cluster"):
        write(page, f"figures of {part}", part=part)
        write(page, f"newer figures of {part}", part=part)
    text = page.read_text("utf-8")
    assert [text.count(f"figures of {part}\n") for part in ("faults", "losses", "cluster")] == [1, 1, 1]


def test_a_page_without_a_place_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Nothing here\n", "utf-8")
    with pytest.raises(ValueError, match="no place"):
        write(page, "figures", part="faults")
