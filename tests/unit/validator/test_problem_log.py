"""Problems on disk: the first of them, in file order, however they come."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random
from tracemalloc import get_traced_memory, start, stop

import orjson
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages.job_rejected_v1 import MAX_PROBLEMS, ProblemSchema
from contracts.problems import Problem
from services.validator.problem_log import Place, Placed, ProblemLog, logging_problems

PROBLEM = Problem(line=2, column="email", code="required", message="m", value="v", suggestion="s")


def told(log: ProblemLog) -> list[Problem]:
    return [problem for part in log.parts() for problem in part]


def at(line: int, position: int = 0, kind: int = 0) -> Placed:
    place = Place(line=line, position=position, kind=kind)
    return place, replace(PROBLEM, line=line, message=repr(place))


@given(
    st.lists(st.lists(st.tuples(st.integers(2, 9), st.integers(-1, 3), st.integers(0, 2)), max_size=5), max_size=12),
    st.integers(1, 8),
)
def test_the_first_problems_are_kept_in_whatever_order_they_come(
    drawn: list[list[tuple[int, int, int]]], most: int
) -> None:
    log = ProblemLog(BytesIO(), most=most)
    places: list[Place] = []
    for some in drawn:
        placed = [at(*place) for place in some]
        places += [place for place, _ in placed]
        log.count_codes(["required"] * len(placed))
        log.keep(iter(placed))
        first = sorted(places)[:most]
        assert [problem.message for problem in told(log)] == [repr(place) for place in first]
        assert log.wanted >= most - len(first)
        assert all(log.wants(place.line) for place in first)
    assert log.count == len(places)


@given(st.lists(st.integers(2, 40), max_size=60), st.integers(1, 8))
def test_whoever_gives_only_what_is_wanted_gives_enough(lines: list[int], most: int) -> None:
    log = ProblemLog(BytesIO(), most=most)
    for line in lines:
        if log.wants(line):
            log.keep([at(line)])
    assert [problem.line for problem in told(log)] == sorted(lines)[:most]


def test_a_problem_comes_back_as_it_was() -> None:
    log = ProblemLog(BytesIO(), most=9)
    problems = [PROBLEM, Problem(line=3, column=None, code="no_rows", message="“m” \u2028")]
    for problem in problems:
        log.add(problem)
    assert told(log) == problems


def test_what_is_added_stands_behind_all_that_was_kept() -> None:
    log = ProblemLog(BytesIO(), most=9)
    log.keep([at(5)])
    log.add(replace(PROBLEM, line=1, message="added"))
    log.add(replace(PROBLEM, line=1, message="too"))
    assert [problem.message for problem in told(log)[1:]] == ["added", "too"]


@given(st.lists(st.text(max_size=150), min_size=1, max_size=8))
def test_a_part_fits_its_message(texts: list[str]) -> None:
    log = ProblemLog(BytesIO(), most=100, most_bytes=1000)
    for text in texts:
        log.add(replace(PROBLEM, column=text[:40], message=text, suggestion=text[:20]))
    parts = list(log.parts())
    assert [problem.message for part in parts for problem in part] == texts
    for part in parts:
        size = len(orjson.dumps([ProblemSchema().dump(problem) for problem in part]))
        assert size <= 1002 or len(part) == 1


def test_a_part_has_so_many_problems_at_most() -> None:
    log = ProblemLog(BytesIO(), most=2 * MAX_PROBLEMS + 5)
    log.keep(at(line) for line in range(2, 4 * MAX_PROBLEMS))
    assert [len(part) for part in log.parts()] == [MAX_PROBLEMS, MAX_PROBLEMS, 5]


def test_the_memory_in_use_does_not_depend_on_how_many_are_kept(tmp_path: Path) -> None:
    """Three ways of finding problems, one after the other and side by side; some 25 MB of them."""
    start()
    try:
        with logging_problems(folder=tmp_path, most=30_000) as log:
            for line in range(0, 30_000, 250):
                log.keep(at(n, 1) for n in range(line, line + 250))
                log.keep(at(n, 2) for n in range(max(0, line - 3000), max(0, line - 2750)))
            log.keep(at(n, 0) for n in range(0, 30_000, 2))
            count = sum(1 for _ in log.parts())
            _, peak = get_traced_memory()
    finally:
        stop()
    assert count == 30
    assert peak < 8_000_000


def test_pieces_in_any_order_are_merged() -> None:
    random = Random(1)
    lines = [random.randrange(10_000) for _ in range(5_000)]
    log = ProblemLog(BytesIO(), most=3_000)
    for begin in range(0, len(lines), 50):
        log.keep([at(line) for line in lines[begin : begin + 50]])
    assert [problem.line for problem in told(log)] == sorted(lines)[:3_000]
