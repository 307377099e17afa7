from dataclasses import replace
from pathlib import Path

import pytest

from bench.figures import BULK_MANAGER, CELERY, load, percentile, save
from tests.unit.bench.making import results, run, series


def test_times_are_medians() -> None:
    found = series(BULK_MANAGER, 1_000, 3.0, 1.0, 2.0)
    assert (found.seconds, found.rate, found.per_row) == (2.0, 500.0, 0.002)


def test_processor_time_is_for_1000_rows_with_servers_told_apart() -> None:
    found = replace(series(CELERY, 2_000), runs=(run(1, cpu=2), run(1, cpu=4), run(1, cpu=8)))
    assert found.cpu(servers=False) == 3.0
    assert found.cpu(servers=True) == 8.0


def test_the_peak_is_that_of_the_largest_own_process_in_any_run() -> None:
    found = replace(series(BULK_MANAGER, 10), runs=(run(1, peak=100), run(1, peak=130), run(1, peak=90)))
    assert found.peak() == ("validator-worker", 130_000_000)
    assert found.peaks() == {"gateway-web": 65_000_000, "validator-worker": 130_000_000}


def test_stages_are_medians_of_what_all_runs_tell() -> None:
    found = series(BULK_MANAGER, 10, 1.0, 3.0, 2.0)
    assert found.stages()["creating"] == 1.0
    without = replace(found, runs=(*found.runs, replace(run(1), stages={})))
    assert without.stages() == {}


@pytest.mark.parametrize(("share", "value"), [(0.05, 1), (0.5, 10), (0.95, 19), (0.96, 20), (1.0, 20)])
def test_a_percentile_is_one_of_the_values(share: float, value: int) -> None:
    assert percentile(list(range(20, 0, -1)), share) == value


def test_what_is_saved_is_loaded_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figures.json"
    save(results(), path)
    assert load(path) == results()
    save(replace(results(), fairness=None), path)
    assert load(path).fairness is None


def test_series_are_found_by_candidate_and_size() -> None:
    found = results()
    assert [one.rows for one in found.of(BULK_MANAGER)] == [500, 10_000, 50_000, 1_000_000]
    largest = found.largest(CELERY)
    assert largest is not None
    assert largest.rows == 50_000
    assert found.largest("nobody") is None
    assert found.one(CELERY, 1) is None
