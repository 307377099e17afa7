"""Tests that share something costly are given to one process."""

import pytest

from tests.side_by_side import together


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tests/browser/test_seats.py::test_a", "tests/browser/test_looks.py::test_b[x::y]"),
        ("tests/e2e/test_cancel.py::test_a", "tests/e2e/test_bad_input.py::test_b"),
        ("tests/unit/web/test_app.py::test_a", "tests/unit/web/test_app.py::test_b"),
        ("tests/faults/test_sources.py::test_a[1]", "tests/faults/test_sources.py::test_a[2]"),
    ],
)
def test_together(one: str, other: str) -> None:
    assert together(one) == together(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tests/browser/test_seats.py::test_a", "tests/e2e/test_bad_input.py::test_b"),
        ("tests/e2e/test_outages.py::test_a", "tests/e2e/test_bad_input.py::test_b"),
        ("tests/unit/web/test_app.py::test_a", "tests/unit/web/test_access.py::test_a"),
        ("tests/faults/test_upgrades.py::test_a", "tests/faults/test_upgrades.py::test_b"),
    ],
)
def test_apart(one: str, other: str) -> None:
    assert together(one) != together(other)
