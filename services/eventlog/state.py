"""What a job is, and what each event makes of it: plain functions over frozen dataclasses.

Messages come in any order and more than once, so a job is a set of facts, each of which is there or not, and the state
follows from the facts, never from the order in which they came:

* a fact that is known is not changed by hearing it again;
* all chunks in, `job.accepted` and `job.submitted` heard: `completed` or `completed_with_errors`;
* `job.rejected` and `job.submitted` heard: `rejected`;
* `job.failed` heard: `failed`, at once, with what was created until then.

A job ends once: its `job.finished` is made once, kept and told again unchanged. What comes after the end still counts:
Seats made by a chunk that was under way when the job failed are in `created` and in the summary, but the job does not
end a second time. Only one thing is left to the order of arrival, because no log can foresee it: where a job fails and
yet all its rows get their outcomes (or its rejection), what is known first is the end that is told.

The end of an accepted or rejected job waits for `job.submitted`, which upload gives to the validator and to the event
log in one publish, so that every `job.finished` carries the name of the file and the caller's idempotency key.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from contracts.messages.job_accepted_v1 import JobAcceptedV1
from contracts.messages.job_cancel_requested_v1 import JobCancelRequestedV1
from contracts.messages.job_failed_v1 import JobFailedV1
from contracts.messages.job_finished_v1 import JobFinishedV1
from contracts.messages.job_rejected_v1 import JobRejectedV1
from contracts.messages.job_submitted_v1 import JobSubmittedV1
from contracts.messages.seats_provisioned_v1 import SeatsProvisionedV1
from contracts.messages.validation_started_v1 import ValidationStartedV1
from services.eventlog.chunkset import ChunkSet

if TYPE_CHECKING:
    from collections.abc import Mapping

Event = (
    JobSubmittedV1
    | ValidationStartedV1
    | JobRejectedV1
    | JobAcceptedV1
    | SeatsProvisionedV1
    | JobFailedV1
    | JobCancelRequestedV1
)

#: Chunks that a job may have: far above any job, so that a wrong number can't take memory.
MAX_CHUNKS = 1_000_000


class State(StrEnum):
    """Where a job stands. The last five are ends."""

    SUBMITTED = "submitted"
    VALIDATING = "validating"
    PROVISIONING = "provisioning"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"  # never reached yet: a cancel request is noted, and no stage acts on it so far


class Contradiction(ValueError):
    """An event that can't be true with what is known of its job: another account, too many chunks or rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything known of one job. The fields are the columns of the table `job`; `None` is: not heard yet."""

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
    started_at: datetime | None = None
    accepted_at: datetime | None = None
    rejected_at: datetime | None = None
    rows: int | None = None
    chunks: int | None = None
    problem_count: int = 0
    problems_by_code: "Mapping[str, int]" = field(default_factory=lambda: MappingProxyType({}))
    chunks_in: ChunkSet = field(default_factory=ChunkSet)
    created: int = 0
    failed: int = 0
    provisioned_at: datetime | None = None
    failed_at: datetime | None = None
    failed_stage: str | None = None
    failed_code: str | None = None
    failed_message: str | None = None
    cancel_requested_at: datetime | None = None
    finished: JobFinishedV1 | None = None

    @property
    def began_at(self) -> datetime:
        """When the job was submitted or, while that is not known, the earliest time that any event tells."""
        return self.submitted_at or self.first_seen_at

    @property
    def processed(self) -> int:
        """Rows that have their outcome."""
        return self.created + self.failed

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
    def state(self) -> State:
        """The end, once there is one; else the furthest stage that any event tells of."""
        if self.finished is not None:
            return State(self.finished.state)
        if self.accepted_at is not None or len(self.chunks_in):
            return State.PROVISIONING
        if self.started_at is not None or self.rejected_at is not None:
            return State.VALIDATING
        return State.SUBMITTED


def first_seen(event: Event) -> Job:
    """A job of which nothing is known but that this event is about it; `apply` adds what the event says."""
    return Job(job_id=event.job_id, account=event.account, first_seen_at=occurred_at(event))


def apply(job: Job, event: Event) -> Job:
    """The job with one event more. Raises `Contradiction`. Doing it again changes nothing; it does not end the job."""
    if event.account is not None and job.account not in (None, event.account):
        raise Contradiction(f"job {job.job_id} belongs to another account")
    seen = min(job.first_seen_at, occurred_at(event))
    after = _learn(replace(job, account=job.account or event.account, first_seen_at=seen), event)
    if after.chunks is not None and after.chunks_in.highest > after.chunks:
        raise Contradiction(f"there is a chunk {after.chunks_in.highest} of {after.chunks}")
    if after.rows is not None and after.processed > after.rows:
        raise Contradiction(f"{after.processed} outcomes for {after.rows} rows")
    return after


def occurred_at(event: Event) -> datetime:
    """When it happened, by the clock of the service that says so."""
    match event:
        case JobSubmittedV1():
            return event.submitted_at
        case ValidationStartedV1():
            return event.started_at
        case JobRejectedV1():
            return event.rejected_at
        case JobAcceptedV1():
            return event.accepted_at
        case SeatsProvisionedV1():
            return event.provisioned_at
        case JobFailedV1():
            return event.failed_at
        case _:  # JobCancelRequestedV1
            return event.requested_at


def tally(event: SeatsProvisionedV1) -> tuple[int, int]:
    """How many rows of a chunk were created, and how many failed."""
    created = sum(outcome.type == "successful" for outcome in event.outcomes)
    return created, len(event.outcomes) - created


def _learn(job: Job, event: Event) -> Job:
    match event:
        case JobSubmittedV1():
            return _submitted(job, event)
        case ValidationStartedV1():
            return replace(job, started_at=job.started_at or event.started_at)
        case JobAcceptedV1():
            return _accepted(job, event)
        case JobRejectedV1():
            return _rejected(job, event)
        case SeatsProvisionedV1():
            return _provisioned(job, event)
        case JobFailedV1():
            return _failed(job, event)
        case _:  # JobCancelRequestedV1
            return replace(job, cancel_requested_at=job.cancel_requested_at or event.requested_at)


def _submitted(job: Job, event: JobSubmittedV1) -> Job:
    if job.submitted_at is not None:
        return job
    return replace(
        job,
        submitted_by=event.submitted_by,
        submitted_at=event.submitted_at,
        filename=event.filename,
        idempotency_key=event.idempotency_key,
        template_version=event.template_version,
        source=event.source,
        size=event.size,
        sha256=event.sha256,
    )


def _accepted(job: Job, event: JobAcceptedV1) -> Job:
    if job.accepted_at is not None:
        return job
    return replace(job, accepted_at=event.accepted_at, rows=event.rows, chunks=event.chunks)


def _rejected(job: Job, event: JobRejectedV1) -> Job:
    if job.rejected_at is not None:
        return job
    return replace(
        job,
        rejected_at=event.rejected_at,
        rows=event.rows if job.accepted_at is None else job.rows,
        problem_count=event.problem_count,
        problems_by_code=MappingProxyType(dict(event.problems_by_code)),
    )


def _provisioned(job: Job, event: SeatsProvisionedV1) -> Job:
    if not 1 <= event.chunk <= MAX_CHUNKS:
        raise Contradiction(f"there is no chunk {event.chunk}")
    if event.chunk in job.chunks_in:
        return job
    created, failed = tally(event)
    return replace(
        job,
        chunks_in=job.chunks_in.with_chunk(event.chunk),
        created=job.created + created,
        failed=job.failed + failed,
        provisioned_at=max(job.provisioned_at or event.provisioned_at, event.provisioned_at),
    )


def _failed(job: Job, event: JobFailedV1) -> Job:
    """Of several failures the earliest is kept.

    One that carries an idempotency key is a refused request. Where the job is known, another request had been accepted
    under the same key before: that refusal is told to its sender and is no concern of the job.
    """
    if event.idempotency_key is not None and job.submitted_at is not None:
        return job
    if job.failed_at is not None and (job.failed_at, job.failed_stage or "") <= (event.failed_at, event.stage):
        return job
    return replace(
        job,
        failed_at=event.failed_at,
        failed_stage=event.stage,
        failed_code=event.code,
        failed_message=event.message,
        # A job that never got as far as job.submitted is known by what its failure says of it.
        submitted_by=job.submitted_by or event.submitted_by,
        filename=job.filename or event.filename,
        idempotency_key=job.idempotency_key or event.idempotency_key,
    )
