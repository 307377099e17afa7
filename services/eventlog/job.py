"""A job as the event log knows it: what it has heard, and what follows from that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from contracts.messages.job_finished_v1 import JobFinishedV1
from services.eventlog.chunkset import ChunkSet


class State(StrEnum):
    """Where a job stands. The last six are ends."""

    SUBMITTED = "submitted"
    VALIDATING = "validating"
    PROVISIONING = "provisioning"
    CHECKED = "checked"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything known of one job. The fields are the columns of the table `job`; `None` is: not heard yet.

    ``kind`` is what becomes of the rows' Seats: create, update or delete; ``succeeded`` counts those of which it did.
    """

    job_id: UUID
    account: str | None
    first_seen_at: datetime
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    filename: str | None = None
    idempotency_key: str | None = None
    template_version: int | None = None
    source: str | None = None
    size: int | None = None
    sha256: str | None = None
    kind: str = "create"
    dry_run: bool = False
    columns: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    retry_of: UUID | None = None
    undo_of: UUID | None = None
    started_at: datetime | None = None
    accepted_at: datetime | None = None
    rejected_at: datetime | None = None
    checked_at: datetime | None = None
    change_count: int = 0
    changed_rows: int = 0
    rows_told: int = 0  # rows and bytes that were checked, as the check told on its way
    bytes_told: int = 0
    rows: int | None = None
    chunks: int | None = None
    problem_count: int = 0
    problems_by_code: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    chunks_in: ChunkSet = field(default_factory=ChunkSet)
    succeeded: int = 0
    failed: int = 0
    provisioned_at: datetime | None = None
    failed_at: datetime | None = None
    failed_stage: str | None = None
    failed_code: str | None = None
    failed_message: str | None = None
    cancel_requested_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    cancelled_chunks: int | None = None
    given_up_at: datetime | None = None  # by the reconciler: what is not known by then is not waited for any more
    finished: JobFinishedV1 | None = None

    @property
    def began_at(self) -> datetime:
        """When the job was submitted or, while that is not known, the earliest time that any event tells."""
        return self.submitted_at or self.first_seen_at

    @property
    def processed(self) -> int:
        """Rows that have their outcome."""
        return self.succeeded + self.failed

    @property
    def created(self) -> int:
        """Rows whose Seat was created."""
        return self.succeeded if self.kind == "create" else 0

    @property
    def updated(self) -> int:
        """Rows whose Seat was updated."""
        return self.succeeded if self.kind == "update" else 0

    @property
    def deleted(self) -> int:
        """Rows whose Seat was deleted."""
        return self.succeeded if self.kind == "delete" else 0

    @property
    def rows_checked(self) -> int:
        """How many rows the check of the file has gone through."""
        return self.rows_told if self.rows is None else self.rows

    @property
    def bytes_checked(self) -> int:
        """How many bytes of the file these are."""
        is_in_order = self.accepted_at is not None or self.checked_at is not None
        return self.size if is_in_order and self.size is not None else self.bytes_told

    @property
    def not_processed(self) -> int | None:
        """Rows that the ended job left without an outcome (0 where they were never counted); None while it runs."""
        return self.unprocessed if self.finished is not None else None

    @property
    def unprocessed(self) -> int:
        """Rows that have no outcome yet, as far as rows have been counted."""
        return 0 if self.rows is None else self.rows - self.processed

    @property
    def finished_at(self) -> datetime | None:
        """When the job ended."""
        return self.finished.finished_at if self.finished else None

    @property
    def all_in(self) -> bool:
        """Whether the outcomes of all chunks are known."""
        return self.accepted_at is not None and len(self.chunks_in) == self.chunks

    @property
    def all_in_before_cancel(self) -> bool:
        """Whether the job was cancelled and the outcomes of all chunks that were provisioned before are known."""
        return self.cancelled_chunks is not None and len(self.chunks_in) >= self.cancelled_chunks

    @property
    def state(self) -> State:
        """The end, once there is one; else the furthest stage that any event tells of."""
        if self.finished is not None:
            return State(self.finished.state)
        if self.accepted_at is not None or len(self.chunks_in):
            return State.PROVISIONING
        if self.started_at or self.rejected_at or self.checked_at or self.rows_told:
            return State.VALIDATING
        return State.SUBMITTED
