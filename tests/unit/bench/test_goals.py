from dataclasses import replace

import pytest

from bench.figures import BULK_MANAGER, COPY, Results
from bench.goals import GOALS, Goal, Measured
from tests.unit.bench.making import results, run, series

MISSED = "**not met**"


def told(of: Results) -> dict[str, tuple[float | None, str]]:
    """Of each goal, by its first words: the value and the verdict."""
    found = {}
    for goal in GOALS:
        measured = goal.find(of)
        found[goal.what] = (measured.value if measured else None, goal.verdict(measured))
    return found


def test_every_goal_is_computed_from_the_figures() -> None:
    values = [value for value, _ in told(results()).values()]
    expected = [2.5, 41.0, 40.0, 2.0, 0.5, 4.0, 1.1, 121.0, 1.0, 160_000.0, 4.0]
    assert values == [pytest.approx(value) for value in expected]


def test_the_verdict_is_computed_too() -> None:
    verdicts = [verdict for _, verdict in told(results()).values()]
    assert verdicts == ["met"] * 10 + ["**not met**"]


def test_without_the_million_its_goals_are_told_but_not_judged() -> None:
    small = results(million=False)
    by_copy, faster = GOALS[0].find(small), GOALS[1].find(small)
    assert by_copy is None  # no COPY of 50,000 rows was measured
    assert faster is not None
    assert faster.text == "41.0 with 50,000 rows"
    assert GOALS[1].verdict(faster) == "not measured"
    assert told(small)["500 Seats, Create to finished, idle, median"] == (0.5, "met")
    assert told(small)["validator alone, clean file, rows/s of one core"][1] == "not measured"


def test_what_was_not_measured_is_not_judged() -> None:
    nothing = replace(results(), series=(), fairness=None, validations=())
    assert {verdict for _, verdict in told(nothing).values()} == {"not measured"}


@pytest.mark.parametrize(
    ("value", "at_least", "verdict"),
    [(3, False, "met"), (3.01, False, MISSED), (2.99, True, MISSED), (3, True, "met")],
)
def test_a_limit_that_is_just_reached_is_met(value: float, at_least: bool, verdict: str) -> None:
    goal = Goal(what="x", limit=3, at_least=at_least, find=lambda _: None)
    assert goal.verdict(Measured(value=value, text="")) == verdict


def test_the_memory_goal_is_of_the_process_that_grows_most() -> None:
    base = results()
    grown = replace(run(50.0, peak=121), peaks={"validator-worker": 121_000_000, "gateway-web": 80_000_000})
    million = replace(series(BULK_MANAGER, 1_000_000), runs=(grown,))
    of = replace(
        base, series=(*(one for one in base.series if one.rows != 1_000_000 or one.candidate == COPY), million)
    )
    growth = next(goal for goal in GOALS if "÷ 50,000 rows" in goal.what).find(of)
    assert growth is not None
    assert growth.value == pytest.approx(80 / 55)
    assert growth.text.endswith("(gateway-web)")
