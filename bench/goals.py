"""The goals, and what was measured of each: computed from the figures, never typed."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench.figures import (
    BULK_MANAGER,
    CELERY,
    COPY,
    IMPORT_EXPORT,
    ROW_BY_ROW,
    Fairness,
    Results,
    Series,
    percentile,
)
from bench.plan import MEMORY_SIZE, MILLION, SMALL_JOB

MEGABYTE = 1_000_000
_TEN_THOUSAND = 10_000
_LONG_ENOUGH = 100_000
"""Rows of a file that tells the speed of the validator, beside which its start is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure of a goal: its ``value``, as it is told (``text``), and whether it is of the size the goal is for."""

    value: float
    text: str
    of_the_size: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """``limit`` is the least where ``at_least``, else the most, that the figure may be."""

    what: str
    limit: float
    unit: str = ""
    at_least: bool = False
    find: Callable[[Results], Measured | None]

    @property
    def text(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:,g}{self.unit}"

    def verdict(self, measured: Measured | None) -> str:
        """met, not met, or not measured: a smaller file than the goal's says nothing of it."""
        if measured is None or not measured.of_the_size:
            return "not measured"
        met = measured.value >= self.limit if self.at_least else measured.value <= self.limit
        return "met" if met else "**not met**"


def _of(rows: int) -> str:
    """What is said of a size that is not the goal's."""
    return "" if rows == MILLION else f" with {rows:,} rows"


def _ratio(value: float, rows: int, *, digits: int = 1) -> Measured:
    return Measured(value=value, text=f"{value:,.{digits}f}{_of(rows)}", of_the_size=rows == MILLION)


def against_copy(results: Results) -> Measured | None:
    ours = results.largest(BULK_MANAGER)
    limit = results.one(COPY, ours.rows) if ours else None
    return None if ours is None or limit is None else _ratio(ours.seconds / limit.seconds, ours.rows, digits=2)


def times_faster(results: Results, candidate: str) -> Measured | None:
    """By rows a second, each with its largest file."""
    ours, other = results.largest(BULK_MANAGER), results.largest(candidate)
    return None if ours is None or other is None else _ratio(ours.rate / other.rate, ours.rows)


def idle_median(results: Results) -> Measured | None:
    if results.fairness is None:
        return None
    value = median(results.fairness.idle)
    return Measured(value=value, text=f"{value:.2f} s", of_the_size=results.fairness.rows == SMALL_JOB)


def beside_a_big_job(results: Results) -> Measured | None:
    found = results.fairness
    return None if found is None or not found.busy else _ratio(slow_down(found), found.big_rows)


def slow_down(found: Fairness) -> float:
    return percentile(found.busy, 0.95) / median(found.idle)


def memory_growth(results: Results) -> Measured | None:
    """Of the process whose peak grows most."""
    big, small = results.largest(BULK_MANAGER), results.one(BULK_MANAGER, MEMORY_SIZE)
    if big is None or small is None or big is small:
        return None
    before = small.peaks()
    growth = {part: peak / before[part] for part, peak in big.peaks().items() if before.get(part)}
    part = max(growth, key=lambda name: growth[name])
    found = _ratio(growth[part], big.rows, digits=2)
    return Measured(value=found.value, text=f"{found.text} ({part})", of_the_size=found.of_the_size)


def most_memory(results: Results) -> Measured | None:
    big = results.largest(BULK_MANAGER)
    if big is None:
        return None
    part, peak = big.peak()
    text = f"{peak / MEGABYTE:.0f} MB{_of(big.rows)} ({part})"
    return Measured(value=peak / MEGABYTE, text=text, of_the_size=big.rows == MILLION)


def cost_growth(results: Results) -> Measured | None:
    big, small = results.largest(BULK_MANAGER), results.one(BULK_MANAGER, _TEN_THOUSAND)
    if big is None or small is None or big is small:
        return None
    return _ratio(big.per_row / small.per_row, big.rows, digits=2)


def validator_rate(results: Results) -> Measured | None:
    """Rows a second of processor time, of a file that is clean but for its last row."""
    clean = next((one for one in results.validations if one.wrong == 1), None)
    if clean is None or not clean.cpu:
        return None
    rate, is_long = clean.rows / clean.cpu, clean.rows >= _LONG_ENOUGH
    return Measured(value=rate, text=f"{rate:,.0f}/s{'' if is_long else _of(clean.rows)}", of_the_size=is_long)


def wrong_against_good(results: Results) -> Measured | None:
    wrong = next((one for one in results.validations if one.wrong == one.rows), None)
    if wrong is None:
        return None
    good = validating(results.one(BULK_MANAGER, wrong.rows))
    return None if not good else _ratio(wrong.seconds / good, wrong.rows, digits=2)


def validating(series: Series | None) -> float | None:
    return None if series is None else series.stages().get("validating")


GOALS = (
    Goal(what="1,000,000 Seats end to end ÷ COPY of the same rows", limit=3.0, find=against_copy),
    Goal(
        what="the same ÷ django-import-export, rows/s",
        limit=25,
        unit=" times",
        at_least=True,
        find=lambda results: times_faster(results, IMPORT_EXPORT),
    ),
    Goal(
        what="the same ÷ a row-by-row consumer, rows/s",
        limit=10,
        unit=" times",
        at_least=True,
        find=lambda results: times_faster(results, ROW_BY_ROW),
    ),
    Goal(
        what="the same ÷ Celery, rows/s",
        limit=1.5,
        unit=" times",
        at_least=True,
        find=lambda results: times_faster(results, CELERY),
    ),
    Goal(what="500 Seats, Create to finished, idle, median", limit=0.7, unit=" s", find=idle_median),
    Goal(what="500 Seats while a job of 1,000,000 runs, p95 ÷ idle median", limit=4, find=beside_a_big_job),
    Goal(what="peak memory of any of our processes, 1,000,000 rows ÷ 50,000 rows", limit=1.3, find=memory_growth),
    Goal(what="peak memory of any of our processes, 1,000,000 rows", limit=200, unit=" MB", find=most_memory),
    Goal(what="cost per row, 1,000,000 ÷ 10,000", limit=1.2, find=cost_growth),
    Goal(
        what="validator alone, clean file, rows/s of one core",
        limit=150_000,
        unit="/s",
        at_least=True,
        find=validator_rate,
    ),
    Goal(what="1,000,000 wrong rows: time to rejected ÷ time to validate good ones", limit=3, find=wrong_against_good),
)
