"""The others' runs: on the same servers, with the same figures taken."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import people
from bench.broker import VHOST, Broker, Octets, passed
from bench.errors import BenchFailed
from bench.figures import CELERY, COPY, IMPORT_EXPORT, ROW_BY_ROW, SERVERS, Run, Series
from bench.plan import SMALL_JOB
from bench.processes import Usage, Watch
from bench.programs import Programs
from bench.rivals.task import Task, Told
from bench.tables import DJANGO, SCHEMA, SEATS, Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """``feeder`` is the role that imports, or hands out the work and sees it done; ``worker`` the one that does it.
    There is one worker program for each core, or one that ``forks`` a process for each."""

    candidate: str
    database: str
    feeder: str
    worker: str | None = None
    forks: bool = False

    def worker_names(self, cores: int) -> list[str]:
        if self.worker is None:
            return []
        return [self.worker] if self.forks else [f"{self.worker} {n + 1}" for n in range(cores)]


RIVALS: Mapping[str, Rival] = {
    rival.candidate: rival
    for rival in (
        Rival(candidate=COPY, database=SEATS, feeder="copy"),
        Rival(candidate=IMPORT_EXPORT, database=DJANGO, feeder="django_import"),
        Rival(candidate=ROW_BY_ROW, database=SEATS, feeder="publish", worker="consume"),
        Rival(candidate=CELERY, database=SEATS, feeder="send", worker="work", forks=True),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rivalry:
    """``roots`` tells the first processes of the system's parts, of which the servers serve everybody; ``amqp_url`` is
    of the virtual host that is the others'."""

    tables: Tables
    broker: Broker
    amqp_url: str = field(repr=False)
    roots: Callable[[], Mapping[str, int]]
    folder: Path
    base: Mapping[str, str]
    cores: int

    def prepare(self) -> None:
        """Make what all runs need: a database with the Seat table, and a virtual host of RabbitMQ."""
        self.tables.create(SEATS, schema=SCHEMA.read_text("utf-8"))
        self.broker.create_vhost(VHOST)

    def series(self, candidate: str, source: Path, rows: int, repeats: int, *, weigh: bool = False) -> Series:
        """Runs of one size, each begun with empty tables; where there are workers, after one to warm them up.

        ``weigh``: ask what the last run sends through the broker.
        """
        rival = RIVALS[candidate]
        octets: int | None = None
        with ExitStack() as stack:
            workers = self._start_workers(rival, stack)
            if workers:
                self._run(rival, people.made(self.folder, SMALL_JOB), SMALL_JOB, workers)
            runs = [self._run(rival, source, rows, workers)[0] for _ in range(repeats - 1)]
            before = self.broker.octets(VHOST) if weigh and workers else None
            last, octets = self._run(rival, source, rows, workers, before=before)
        return Series(candidate=candidate, rows=rows, runs=(*runs, last), broker_bytes=octets)

    def _run(
        self,
        rival: Rival,
        source: Path,
        rows: int,
        workers: Mapping[str, int],
        *,
        before: Mapping[str, Octets] | None = None,
    ) -> tuple[Run, int | None]:
        """The run, and what has gone through the broker since ``before``."""
        if rival.database == DJANGO:
            self.tables.create(DJANGO, schema=None)  # Django makes its table itself
        self.tables.prepare(rival.database)
        watch = Watch(lambda: {**self._servers(), **workers})
        watch.begin()
        with ExitStack() as stack:
            programs = Programs(folder=self.folder, base=self.base, stack=stack)
            feeder = programs.start(rival.feeder, self._task(rival, source, rows), name=rival.feeder)
            told = feeder.figures(_patience(rows))
            usage = watch.end()
            octets = None if before is None else passed(before, self.broker.octets(VHOST))
        made = self.tables.count(rival.database)
        if made != rows:
            raise BenchFailed(f"{rival.candidate} has made {made} Seats of {rows} rows.")
        return _run_of(rival.feeder, told, usage), octets

    def _start_workers(self, rival: Rival, stack: ExitStack) -> dict[str, int]:
        """Return when all can begin: the first process of each."""
        programs = Programs(folder=self.folder, base=self.base, stack=stack)
        given, role = self._task(rival, self.folder, 0), rival.worker or ""
        workers = {name: programs.start(role, given, name=name) for name in rival.worker_names(self.cores)}
        for worker in workers.values():
            worker.wait_until_ready()
        return {name: worker.pid for name, worker in workers.items()}

    def _servers(self) -> dict[str, int]:
        return {name: pid for name, pid in self.roots().items() if name in SERVERS}

    def _task(self, rival: Rival, source: Path, rows: int) -> Task:
        return Task(
            rows=rows,
            source=str(source),
            dsn=self.tables.dsn(rival.database),
            amqp_url=self.amqp_url,
            processes=self.cores,
            result="",
            ready="",
        )


def _run_of(feeder: str, told: Told, usage: Usage) -> Run:
    """The feeder tells of itself, for its start does not count."""
    cpu, peaks = {**usage.cpu, feeder: told.cpu}, {**usage.peaks, feeder: told.peak}
    return Run(seconds=told.seconds, cpu=cpu, peaks=peaks)


def _patience(rows: int) -> float:
    """Seconds to wait for a run at most: for a hundred rows a second, and the programs' start."""
    return 60 + rows / 100
