"""What is measured, at which sizes and how often."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bench.figures import BULK_MANAGER, CELERY, COPY, IMPORT_EXPORT, ROW_BY_ROW

MILLION = 1_000_000
SMALL_JOB = 500
MEMORY_SIZE = 50_000
"""The size that the memory for a million is compared with."""

PARTS = ("bulk-manager", "django", "rows", "celery", "fairness", "validator")
"""COPY goes with bulk-manager: it is given the very rows that were created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``sizes`` are of Bulk Manager and COPY; ``most`` are the rows that the others are given at most; ``small_jobs``
    are timed idle and beside a job of ``big_rows``; ``checked_rows`` are the validator's files."""

    name: str
    sizes: tuple[int, ...]
    repeats: int = 3
    most: dict[str, int] = field(default_factory=dict)
    small_jobs: int = 20
    big_rows: int
    checked_rows: int
    parts: tuple[str, ...] = PARTS

    def sizes_of(self, candidate: str) -> tuple[int, ...]:
        """In ascending order: what a run leaves in memory must not hide what a smaller one needs."""
        if candidate in {BULK_MANAGER, COPY}:
            return tuple(sorted({*self.sizes, MEMORY_SIZE} if max(self.sizes) > MEMORY_SIZE else set(self.sizes)))
        most = min(self.most[candidate], max(self.sizes))
        return tuple(sorted({min(self.sizes), most}))

    def repeats_of(self, rows: int) -> int:
        """Medians of several runs; a million is run once."""
        return 1 if rows >= MILLION else self.repeats

    def has(self, part: str) -> bool:
        return part in self.parts


QUICK = Plan(
    name="bench",
    sizes=(SMALL_JOB, 10_000, 100_000),
    most={IMPORT_EXPORT: 20_000, ROW_BY_ROW: 5_000, CELERY: 50_000},
    big_rows=300_000,
    checked_rows=100_000,
)
FULL = replace(
    QUICK,
    name="bench-full",
    sizes=(*QUICK.sizes, MILLION),
    most={**QUICK.most, CELERY: MILLION},  # the one that comes near, so with the same file
    big_rows=MILLION,
    checked_rows=MILLION,
)


def narrowed(plan: Plan, *, sizes: Sequence[int] | None, parts: Sequence[str] | None) -> Plan:
    """A plan with other sizes, or with some of its parts only; for trying the benchmark itself."""
    if sizes:
        most = max(sizes)
        big = min(most * 10, MILLION)
        plan = replace(plan, sizes=tuple(sorted(sizes)), small_jobs=4, big_rows=big, checked_rows=most)
    return replace(plan, parts=tuple(parts)) if parts else plan
