"""What was measured, as data: kept as JSON, so that the page can be made again without a run."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

BULK_MANAGER = "Bulk Manager"
COPY = "COPY"
IMPORT_EXPORT = "django-import-export"
ROW_BY_ROW = "row by row"
CELERY = "Celery"

SERVERS = ("postgres", "rabbitmq", "epmd")
"""The parts that are not the candidate's own."""

STAGES = ("waiting", "validating", "to the first chunk", "creating", "to the end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. ``cpu`` (seconds) and ``peaks`` (bytes) by part; ``stages`` in seconds, in the order of STAGES;
    ``upload`` and ``summary`` are seconds that are not in ``seconds``."""

    seconds: float
    cpu: Mapping[str, float]
    peaks: Mapping[str, int]
    stages: Mapping[str, float] = field(default_factory=dict)
    upload: float | None = None
    summary: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The runs of one candidate with one size. ``broker_bytes`` in and out of the broker, of one run (mean)."""

    candidate: str
    rows: int
    runs: tuple[Run, ...]
    broker_bytes: int | None = None

    @property
    def seconds(self) -> float:
        return median(run.seconds for run in self.runs)

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    @property
    def per_row(self) -> float:
        """Seconds a row."""
        return self.seconds / self.rows

    def cpu(self, *, servers: bool) -> float:
        """Processor seconds for 1,000 rows, of the candidate's own processes or of the servers."""
        of_runs = (sum(s for part, s in run.cpu.items() if (part in SERVERS) is servers) for run in self.runs)
        return median(of_runs) / self.rows * 1000

    def peak(self) -> tuple[str, int]:
        """The candidate's own process that was the largest: its name and bytes."""
        peaks = self.peaks()
        name = max(peaks, key=lambda part: peaks[part], default="")
        return name, peaks.get(name, 0)

    def peaks(self) -> dict[str, int]:
        """The largest peak of each of the candidate's own parts, in bytes."""
        parts = {part for run in self.runs for part in run.peaks if part not in SERVERS}
        return {part: max(run.peaks.get(part, 0) for run in self.runs) for part in sorted(parts)}

    def stages(self) -> dict[str, float]:
        """Seconds of each stage that the runs tell of (medians)."""
        known = [name for name in STAGES if all(name in run.stages for run in self.runs)]
        return {name: median(run.stages[name] for run in self.runs) for name in known}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """Seconds of small jobs of ``rows`` rows: on an idle system, and while a job of ``big_rows`` ran."""

    rows: int
    big_rows: int
    idle: tuple[float, ...]
    busy: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A file that was refused: ``wrong`` of its ``rows``. ``cpu`` is the validator's alone; all in seconds."""

    rows: int
    wrong: int
    seconds: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything of one run of the benchmark. ``machine`` and ``versions`` as they are shown; ``floors`` are rows/s of
    parts of the validator's work alone."""

    command: str
    began: str
    minutes: float
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    series: tuple[Series, ...]
    fairness: Fairness | None
    validations: tuple[Validation, ...]
    floors: Mapping[str, float] = field(default_factory=dict)

    def of(self, candidate: str) -> list[Series]:
        """The series of a candidate, the smallest first."""
        return sorted((one for one in self.series if one.candidate == candidate), key=lambda one: one.rows)

    def one(self, candidate: str, rows: int) -> Series | None:
        return next((one for one in self.of(candidate) if one.rows == rows), None)

    def largest(self, candidate: str) -> Series | None:
        return max(self.of(candidate), key=lambda one: one.rows, default=None)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-len(ordered) * round(share * 100) // 100)
    return ordered[max(rank, 1) - 1]


def save(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(results), indent=1, ensure_ascii=False) + "\n", "utf-8")


def load(path: Path) -> Results:
    read = json.loads(path.read_text("utf-8"))
    fairness = read.pop("fairness")
    return Results(
        **{**read, "series": _series(read["series"])}
        | {"validations": tuple(Validation(**one) for one in read["validations"])},
        fairness=None if fairness is None else _fairness(fairness),
    )


def _series(read: Iterable[Mapping[str, Any]]) -> tuple[Series, ...]:
    return tuple(Series(**{**one, "runs": tuple(Run(**run) for run in one["runs"])}) for one in read)


def _fairness(read: Mapping[str, Any]) -> Fairness:
    return Fairness(**{**read, "idle": tuple(read["idle"]), "busy": tuple(read["busy"])})
