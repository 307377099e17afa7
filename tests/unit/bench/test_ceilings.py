from dataclasses import replace

import pytest

from bench.ceilings import ceilings, together
from bench.figures import BULK_MANAGER, CELERY, COPY, IMPORT_EXPORT, ROW_BY_ROW
from tests.unit.bench.making import results


def test_every_rival_is_told_how_far_one_could_go() -> None:
    """5.5 processor seconds for a million rows, on two cores: 363,636 rows/s. Celery did 10,000."""
    found = ceilings(results())
    assert [one.rival for one in found] == [IMPORT_EXPORT, ROW_BY_ROW, CELERY]
    times = [(one.measured, one.all_cores, one.copy, one.copies) for one in found][-1]
    assert times == pytest.approx((2.0, 400 / 11, 5.0, 400 / 11))


def test_a_machine_with_more_cores_goes_further() -> None:
    base = results()
    larger = replace(base, machine={**base.machine, "cores": "8"})
    assert ceilings(larger)[0].copies == pytest.approx(4 * ceilings(base)[0].copies)
    assert ceilings(larger)[0].copy == ceilings(base)[0].copy


@pytest.mark.parametrize("missing", [COPY, BULK_MANAGER])
def test_without_both_ends_nothing_is_told(missing: str) -> None:
    base = results()
    assert ceilings(replace(base, series=tuple(one for one in base.series if one.candidate != missing))) == ()


def test_a_rival_that_was_not_measured_is_left_out() -> None:
    base = results()
    found = ceilings(replace(base, series=tuple(one for one in base.series if one.candidate != ROW_BY_ROW)))
    assert [one.rival for one in found] == [IMPORT_EXPORT, CELERY]


def test_parts_of_work_take_their_times_together() -> None:
    assert together({"a": 300.0, "b": 600.0}) == pytest.approx(200.0)
