"""Everything that the plan says, one after the other: never two things at once, but where that is the point."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import people
from bench.api import Api
from bench.broker import VHOST, Broker
from bench.bulk_manager import BulkManager
from bench.errors import BenchFailed
from bench.figures import BULK_MANAGER, CELERY, COPY, IMPORT_EXPORT, ROW_BY_ROW, Fairness, Results, Series, Validation
from bench.floors import floors
from bench.machine import machine, versions
from bench.plan import SMALL_JOB, Plan
from bench.processes import Watch
from bench.rivalry import Rivalry
from bench.surroundings import Surroundings, started
from bench.tables import PROVISIONER, Tables

_BYTES_A_ROW = 6_000  # of disk: files, sources, spools, tables with their log, and what was exported
_BYTES_AT_LEAST = 3 * 2**30
_FLOOR_ROWS = 100_000


@dataclass(slots=True)
class Measuring:
    """The parts of a plan, on a started system."""

    plan: Plan
    ours: BulkManager
    others: Rivalry
    folder: Path
    series: list[Series] = field(default_factory=list)
    fairness: Fairness | None = None
    validations: list[Validation] = field(default_factory=list)
    floors: Mapping[str, float] = field(default_factory=dict)

    def run(self) -> None:
        self.ours.api.sign_in()
        self.ours.warm_up(SMALL_JOB)
        self.others.prepare()
        parts: Mapping[str, Callable[[], None]] = {
            "bulk-manager": self._bulk_manager_and_copy,
            "django": lambda: self._other(IMPORT_EXPORT),
            "rows": lambda: self._other(ROW_BY_ROW),
            "celery": lambda: self._other(CELERY),
            "fairness": self._fairness,
            "validator": self._validator,
        }
        for name, measure in parts.items():
            if self.plan.has(name):
                measure()

    def _bulk_manager_and_copy(self) -> None:
        octets = self.ours.octets()
        for rows in self.plan.sizes_of(BULK_MANAGER):
            repeats = self.plan.repeats_of(rows)
            series, octets = self.ours.series(rows, repeats, octets)
            self._add(series)
            stored = self.folder / "seats.copy"
            self.ours.tables.export(PROVISIONER, stored)
            self._add(self.others.series(COPY, stored, rows, repeats))
            stored.unlink()

    def _other(self, candidate: str) -> None:
        sizes = self.plan.sizes_of(candidate)
        for rows in sizes:
            source = people.made(self.folder, rows)
            repeats = self.plan.repeats_of(rows)
            self._add(self.others.series(candidate, source, rows, repeats, weigh=rows == sizes[-1]))

    def _fairness(self) -> None:
        say(f"{self.plan.small_jobs} jobs of {SMALL_JOB} rows, and others beside one of {self.plan.big_rows:,}")
        self.fairness = self.ours.fairness(SMALL_JOB, self.plan.small_jobs, self.plan.big_rows)

    def _validator(self) -> None:
        rows = self.plan.checked_rows
        kinds: tuple[people.Wrong, ...] = ("last", "all")
        for wrong in kinds:
            found = self.ours.validation(rows, wrong)
            say(f"{rows:,} rows, {found.wrong:,} of them wrong: refused after {found.seconds:.1f} s")
            self.validations.append(found)
        self.floors = floors(people.made(self.folder, min(rows, _FLOOR_ROWS)))

    def _add(self, series: Series) -> None:
        say(f"{series.candidate}, {series.rows:,} rows: {series.seconds:.2f} s, {series.rate:,.0f} rows/s")
        self.series.append(series)


def measure(plan: Plan, folder: Path, base: Mapping[str, str], command: str) -> Results:
    """Start the system, measure, stop the system."""
    began, clock = datetime.now(UTC), time.monotonic()
    _check_disk(plan, folder)
    say("Starting the system.")
    with started(folder, base) as around:
        tables = Tables(dsn=around.dsn)
        broker = Broker(around.ports["management"], around.amqp_url)
        measuring = _measuring(plan, folder, base, around, tables, broker)
        measuring.run()
        servers = {"PostgreSQL": tables.version(), **broker.versions()}
    return Results(
        command=command,
        began=began.isoformat(timespec="minutes"),
        minutes=round((time.monotonic() - clock) / 60, 1),
        machine=machine(),
        versions=versions(servers),
        series=tuple(measuring.series),
        fairness=measuring.fairness,
        validations=tuple(measuring.validations),
        floors=measuring.floors,
    )


def _measuring(
    plan: Plan, folder: Path, base: Mapping[str, str], around: Surroundings, tables: Tables, broker: Broker
) -> Measuring:
    files = folder / "files"
    files.mkdir(exist_ok=True)
    api = Api(around.url, around.user, around.password)
    ours = BulkManager(api=api, watch=Watch(around.roots), tables=tables, broker=broker, folder=files)
    others = Rivalry(
        tables=tables,
        broker=broker,
        amqp_url=around.amqp(VHOST),
        roots=around.roots,
        folder=files,
        base=base,
        cores=len(os.sched_getaffinity(0)),
    )
    return Measuring(plan=plan, ours=ours, others=others, folder=files)


def _check_disk(plan: Plan, folder: Path) -> None:
    needed = _BYTES_AT_LEAST + _BYTES_A_ROW * max(*plan.sizes, plan.big_rows)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BenchFailed(
            f"{folder} has {free / 2**30:.0f} GiB free; this needs {needed / 2**30:.0f} GiB. Choose another: TMPDIR=…"
        )


def say(text: str) -> None:
    sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {text}\n")
    sys.stdout.flush()
