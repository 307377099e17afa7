"""Bulk Manager's own runs, by its public API alone."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from bench import people
from bench.api import Api, Ended
from bench.broker import Broker, Octets, passed
from bench.errors import BenchFailed
from bench.figures import BULK_MANAGER, STAGES, Fairness, Run, Series, Validation
from bench.processes import Watch, sampling
from bench.tables import PROVISIONER, Tables

VALIDATOR = "validator"
"""What the names of its processes begin with, however many it has."""
_BUSY = 5
_SMALL_FROM = 5_000_000
"""The row that small jobs begin at: none of theirs is in a big file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkManager:
    """The started system, and the folder that files are made in."""

    api: Api
    watch: Watch
    tables: Tables
    broker: Broker
    folder: Path

    def warm_up(self, rows: int) -> None:
        """One job that is not measured: connections are opened, and code is loaded."""
        path = people.made(self.folder, rows, first=_SMALL_FROM - rows)
        self._finished(self.api.run(self.api.upload(path), rows, patience=_patience(rows)), rows)

    def series(self, rows: int, repeats: int, before: Mapping[str, Octets]) -> tuple[Series, Mapping[str, Octets]]:
        """Jobs of the same file, each begun with an empty Seat table; the last one's Seats stay.

        ``before`` is what had gone through the broker; what has then is given back for the next series.
        """
        path = people.made(self.folder, rows)
        runs = tuple(self._run(path, rows) for _ in range(repeats))
        after = self.octets()
        octets = passed(before, after) // repeats
        return Series(candidate=BULK_MANAGER, rows=rows, runs=runs, broker_bytes=octets), after

    def octets(self) -> Mapping[str, Octets]:
        """What has gone through the broker on each of the system's connections."""
        return self.broker.octets(self.broker.system_vhost)

    def _run(self, path: Path, rows: int) -> Run:
        self.tables.prepare(PROVISIONER, only="seats")
        self.watch.begin()
        with sampling(self.watch):
            began = time.perf_counter()
            upload_id = self.api.upload(path)
            uploaded = time.perf_counter() - began
            ended = self.api.run(upload_id, rows, patience=_patience(rows))
            cpu = self.watch.end().cpu
            self._finished(ended, rows)
            began = time.perf_counter()
            self.api.read_summary(ended.job_id)
            summarised = time.perf_counter() - began
        return Run(
            seconds=ended.seconds,
            cpu=cpu,
            peaks=self.watch.end().peaks,
            stages=stages(self.api.events(ended.job_id)),
            upload=uploaded,
            summary=summarised,
        )

    def fairness(self, rows: int, small_jobs: int, big_rows: int) -> Fairness:
        """Small jobs one after the other: first so many on an idle system, then from the start of a big job to its end,
        in all its stages. It is cancelled where it lasts longer than five times as many small ones."""
        self.tables.prepare(PROVISIONER, only="seats")
        firsts = [_SMALL_FROM + n * rows for n in range((1 + _BUSY) * small_jobs)]
        uploads = [self.api.upload(people.made(self.folder, rows, first=first)) for first in firsts]
        idle = tuple(self._small(upload_id, rows) for upload_id in uploads[:small_jobs])
        big = self.api.create(self.api.upload(people.made(self.folder, big_rows)))
        busy: list[float] = []
        for upload_id in uploads[small_jobs:]:
            taken = self._small(upload_id, rows)
            if self.api.has_ended(big):
                break
            busy.append(taken)
        if not self.api.has_ended(big):
            self.api.cancel(big)
        self.api.wait(big, big_rows, patience=_patience(big_rows))
        return Fairness(rows=rows, big_rows=big_rows, idle=idle, busy=tuple(busy))

    def _small(self, upload_id: str, rows: int) -> float:
        ended = self.api.run(upload_id, rows, patience=_patience(rows))
        self._finished(ended, rows)
        return ended.seconds

    def validation(self, rows: int, wrong: people.Wrong) -> Validation:
        """A file that is refused for its last row, or for all of its rows: nothing but the validator has work."""
        self.tables.prepare(PROVISIONER, only="seats")
        upload_id = self.api.upload(people.made(self.folder, rows, wrong=wrong))
        self.watch.begin()
        ended = self.api.run(upload_id, rows, patience=_patience(rows))
        usage = self.watch.end()
        if ended.job["state"] != "rejected":
            raise BenchFailed(f"A file with wrong rows has ended as {ended.job['state']}.")
        moments = dict(self.api.events(ended.job_id))
        taken = moments["job.rejected.v1"] - moments["validation.started.v1"]
        return Validation(
            rows=rows,
            wrong=rows if wrong == "all" else 1,
            seconds=taken.total_seconds(),
            cpu=sum(seconds for part, seconds in usage.cpu.items() if part.startswith(VALIDATOR)),
        )

    def _finished(self, ended: Ended, rows: int) -> None:
        job = ended.job
        if job["state"] != "completed" or job["created"] != rows:
            raise BenchFailed(f"A job of {rows} rows ended as {job['state']} with {job['created']} Seats created.")


def stages(events: Sequence[tuple[str, datetime]]) -> dict[str, float]:
    """Seconds between the moments of a job's timeline, by the names of STAGES."""
    chunks = [moment for kind, moment in events if kind.startswith("seats.provisioned.")]
    of = {kind.rpartition(".v")[0]: moment for kind, moment in events}
    needed = ("job.submitted", "validation.started", "job.accepted", "job.finished")
    if not chunks or any(kind not in of for kind in needed):
        return {}
    submitted, started, accepted, finished = (of[kind] for kind in needed)
    moments = (submitted, started, accepted, min(chunks), max(chunks), finished)
    gaps = (max(0.0, (after - before).total_seconds()) for before, after in pairwise(moments))
    return dict(zip(STAGES, gaps, strict=True))


def _patience(rows: int) -> float:
    """Seconds to wait for a job at most: for a system ten times slower than it should be."""
    return 120 + rows / 1000
