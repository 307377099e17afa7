"""Figures for tests, of which every number is chosen."""

from bench.figures import (
    BULK_MANAGER,
    CELERY,
    COPY,
    IMPORT_EXPORT,
    ROW_BY_ROW,
    STAGES,
    Fairness,
    Results,
    Run,
    Series,
    Validation,
)

MB = 1_000_000


def run(seconds: float, *, peak: float = 100, cpu: float = 1.0) -> Run:
    """Peaks in MB: of one process as told, of the other half; of a server more than of both."""
    return Run(
        seconds=seconds,
        cpu={"validator-worker": cpu, "gateway-web": cpu / 2, "postgres": 3 * cpu, "rabbitmq": cpu},
        peaks={"validator-worker": round(peak * MB), "gateway-web": round(peak / 2 * MB), "postgres": 900 * MB},
        stages={name: seconds * share for name, share in zip(STAGES, (0.1, 0.2, 0.1, 0.5, 0.1), strict=True)},
        upload=0.5,
        summary=0.25,
    )


def series(candidate: str, rows: int, *seconds: float, peak: float = 100) -> Series:
    return Series(
        candidate=candidate,
        rows=rows,
        runs=tuple(run(taken, peak=peak) for taken in seconds),
        broker_bytes=None if candidate in {COPY, IMPORT_EXPORT} else rows * 300,
    )


def results(*, million: bool = True) -> Results:
    """A million in 50 s (20,000 rows/s); COPY in 20 s; the goals are met but for that of the wrong rows."""
    ours = [
        series(BULK_MANAGER, 500, 0.5, 0.4, 0.9),
        series(BULK_MANAGER, 10_000, 0.48, 0.5, 0.55),
        series(BULK_MANAGER, 50_000, 2.4, 2.5, 2.9, peak=110),
    ]
    copied = [series(COPY, 10_000, 0.2)]
    rows = 50_000
    if million:
        ours.append(series(BULK_MANAGER, 1_000_000, 50.0, peak=121))
        copied.append(series(COPY, 1_000_000, 20.0))
        rows = 1_000_000
    return Results(
        command="make bench-full",
        began="2026-11-22T10:00+00:00",
        minutes=41.4,
        machine={"processor": "A Processor", "cores": "2", "memory": "24 GiB", "system": "Linux 6, x86_64"},
        versions={"Python": "3.11.7", "PostgreSQL": "18.6"},
        series=(
            *ours,
            *copied,
            series(IMPORT_EXPORT, 20_000, 40.0, 41.0, 42.0),
            series(ROW_BY_ROW, 5_000, 10.0),
            series(CELERY, 50_000, 5.0),
        ),
        fairness=Fairness(rows=500, big_rows=rows, idle=(0.4, 0.5, 0.6), busy=(1.0, 1.5, 2.0)),
        validations=(
            Validation(rows=rows, wrong=1, seconds=6.0, cpu=rows / 160_000),
            Validation(rows=rows, wrong=rows, seconds=40.0, cpu=30.0),
        ),
        floors={"Splitting": 400_000.0, "Sealing": 400_000.0},
    )
