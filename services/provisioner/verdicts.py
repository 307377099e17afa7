"""Verdicts on whole files: the validator's decision, kept here so that a second run of it can't decide otherwise."""

import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from database.connection import Database
from services.provisioner.waiting import limit_waiting


class Verdict(StrEnum):
    """What the validator has decided of a file; or that it has nothing to decide, for a job that was cancelled."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Verdicts(Protocol):
    """Where verdicts are kept, one for each job of an account."""

    def decide(self, account: str, job_id: UUID, verdict: Verdict) -> Verdict:
        """Store the verdict unless there is one; the one that counts, which is the first that was stored.

        ``verdict`` is accepted or rejected. If the job was cancelled, nothing is stored and `CANCELLED` counts.
        """


class PostgresVerdicts:
    """Verdicts in the provisioner's database."""

    def __init__(self, database: Database, queries: Mapping[str, bytes]) -> None:
        self._database = database
        self._queries = queries

    def decide(self, account: str, job_id: UUID, verdict: Verdict) -> Verdict:
        """See `Verdicts.decide`."""
        decision = {"account": account, "job_id": job_id, "verdict": verdict}
        with self._database.transaction() as connection:
            limit_waiting(connection, self._queries)
            if connection.execute(self._queries["is_cancelled"], decision).fetchone():
                return Verdict.CANCELLED
            row = connection.execute(self._queries["decide"], decision).fetchone()
            if row is None:
                row = connection.execute(self._queries["stored_verdict"], decision).fetchone()
        if row is None:
            raise LookupError(f"the verdict on job {job_id} was removed while it was read")
        return Verdict(row["verdict"])


class MemoryVerdicts:
    """Verdicts in this process, held to the same contract tests: for tests and trials.

    ``is_cancelled`` tells of an account's job whether it was cancelled.
    """

    def __init__(self, is_cancelled: Callable[[str, UUID], bool] = lambda *_: False) -> None:
        self._is_cancelled = is_cancelled
        self._lock = threading.Lock()
        self._decided: dict[tuple[str, UUID], Verdict] = {}

    def decide(self, account: str, job_id: UUID, verdict: Verdict) -> Verdict:
        """See `Verdicts.decide`."""
        if self._is_cancelled(account, job_id):
            return Verdict.CANCELLED
        with self._lock:
            return self._decided.setdefault((account, job_id), verdict)
