"""What each event makes of a job: plain functions over frozen dataclasses.

Messages come in any order and more than once, so a job is a set of facts, each of which is there or not, and the state
follows from the facts, never from the order in which they came:

* a fact that is known is not changed by hearing it again;
* all chunks in, `job.accepted` and `job.submitted` heard: `completed` or `completed_with_errors`;
* `job.rejected` and `job.submitted` heard: `rejected`;
* `job.checked` and `job.submitted` heard: `checked`, the end of a dry run;
* `job.cancelled` and as many chunks as it tells of in, and `job.submitted` heard: `cancelled`, unless all chunks are in
  or the file was checked or rejected: then there was nothing left to cancel;
* `job.failed` heard: `failed`, at once, with what was created until then.

A job ends once: its `job.finished` is made once, kept and told again unchanged. What comes after the end still counts:
Seats made by a chunk that was under way when the job failed are in `created` and in the summary, but the job does not
end a second time. Only one thing is left to the order of arrival, because no log can foresee it: where a job fails and
yet all its rows get their outcomes (or its rejection), what is known first is the end that is told. The same holds
where a request was refused and told as failed, and its sender then uses its idempotency key for a better one; and where
a job is cancelled before its first chunk, while the verdict on its file is on its way or never comes.

The end of an accepted, checked, rejected or cancelled job waits for `job.submitted`, which upload gives to the
validator and to the event log in one publish, so that every `job.finished` carries the name of the file and the
caller's idempotency key. When the reconciler has given the job up (a `job.failed` of its stage), the job ends with
what is known.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from contracts.messages.job_accepted_v1 import JobAcceptedV1
from contracts.messages.job_cancel_requested_v1 import JobCancelRequestedV1
from contracts.messages.job_cancelled_v1 import JobCancelledV1
from contracts.messages.job_checked_v1 import JobCheckedV1
from contracts.messages.job_failed_v1 import JobFailedV1
from contracts.messages.job_rejected_v1 import JobRejectedV1
from contracts.messages.job_submitted_v1 import JobSubmittedV1
from contracts.messages.problems_found_v1 import ProblemsFoundV1
from contracts.messages.seats_provisioned_v1 import Failed, SeatsProvisionedV1
from contracts.messages.validation_progressed_v1 import ValidationProgressedV1
from contracts.messages.validation_started_v1 import ValidationStartedV1
from services.eventlog.job import Job

Event = (
    JobSubmittedV1
    | ValidationStartedV1
    | ValidationProgressedV1
    | ProblemsFoundV1
    | JobCheckedV1
    | JobRejectedV1
    | JobAcceptedV1
    | SeatsProvisionedV1
    | JobFailedV1
    | JobCancelRequestedV1
    | JobCancelledV1
)

#: The stage that a `job.failed` of the reconciler names.
RECONCILER = "reconciler"

#: Characters of a submitter's name, as far as the messages of accepted jobs have them.
_LONGEST_NAME: Final = 255

#: Chunks that a job may have: far above any job, so that a wrong number can't take memory.
MAX_CHUNKS = 1_000_000


_TOLD_AT: Final = {
    JobSubmittedV1.TYPE: attrgetter("submitted_at"),
    ValidationStartedV1.TYPE: attrgetter("started_at"),
    ValidationProgressedV1.TYPE: attrgetter("progressed_at"),
    ProblemsFoundV1.TYPE: attrgetter("found_at"),
    JobCheckedV1.TYPE: attrgetter("checked_at"),
    JobRejectedV1.TYPE: attrgetter("rejected_at"),
    JobAcceptedV1.TYPE: attrgetter("accepted_at"),
    SeatsProvisionedV1.TYPE: attrgetter("provisioned_at"),
    JobFailedV1.TYPE: attrgetter("failed_at"),
    JobCancelRequestedV1.TYPE: attrgetter("requested_at"),
    JobCancelledV1.TYPE: attrgetter("cancelled_at"),
}


class Contradiction(ValueError):
    """An event that can't be true with what is known of its job: another account, too many chunks or rows."""


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
    told: datetime = _TOLD_AT[event.TYPE](event)
    return told


def tally(event: SeatsProvisionedV1) -> tuple[int, int]:
    """How many rows of a chunk succeeded, and how many failed."""
    return len(event.successful), len(event.failed)


def bounds(event: SeatsProvisionedV1) -> tuple[int, int]:
    """The first line of a chunk, and the last; zeros for one without rows."""
    ends = [line for lines in (event.successful.lines, _lines(event.failed)) if lines for line in (lines[0], lines[-1])]
    return min(ends, default=0), max(ends, default=0)


def _lines(failed: Sequence[Failed]) -> list[int]:
    return [row.line for row in failed]


def _learn(job: Job, event: Event) -> Job:
    match event:
        case JobSubmittedV1():
            return _submitted(job, event)
        case ValidationStartedV1() | ValidationProgressedV1() | ProblemsFoundV1():
            return _on_the_way(job, event)
        case JobAcceptedV1() | JobCheckedV1() | JobRejectedV1():
            return _judged(job, event)
        case SeatsProvisionedV1():
            return _provisioned(job, event)
        case JobFailedV1():
            return _failed(job, event)
        case JobCancelledV1():
            return _cancelled(job, event)
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
        kind=event.kind,
        dry_run=event.dry_run,
        columns=MappingProxyType(dict(event.columns)),
        retry_of=event.retry_of,
        undo_of=event.undo_of,
    )


def _on_the_way(job: Job, event: ValidationStartedV1 | ValidationProgressedV1 | ProblemsFoundV1) -> Job:
    """The problems themselves are no facts of the job: they are kept beside it."""
    match event:
        case ValidationStartedV1():
            return replace(job, started_at=job.started_at or event.started_at)
        case ValidationProgressedV1():
            return replace(job, rows_told=max(job.rows_told, event.rows), bytes_told=max(job.bytes_told, event.bytes))
        case _:  # ProblemsFoundV1
            return job


def _judged(job: Job, event: JobAcceptedV1 | JobCheckedV1 | JobRejectedV1) -> Job:
    match event:
        case JobAcceptedV1():
            return _accepted(job, event)
        case JobCheckedV1():
            return _checked(job, event)
        case _:  # JobRejectedV1
            return _rejected(job, event)


def _accepted(job: Job, event: JobAcceptedV1) -> Job:
    if job.accepted_at is not None:
        return job
    return replace(job, accepted_at=event.accepted_at, rows=event.rows, chunks=event.chunks)


def _checked(job: Job, event: JobCheckedV1) -> Job:
    if job.checked_at is not None:
        return job
    is_counted = job.accepted_at is not None or job.rejected_at is not None
    return replace(
        job,
        checked_at=event.checked_at,
        rows=job.rows if is_counted else event.rows,
        change_count=event.change_count,
        changed_rows=event.changed_rows,
    )


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
    succeeded, failed = tally(event)
    return replace(
        job,
        chunks_in=job.chunks_in.with_chunk(event.chunk),
        succeeded=job.succeeded + succeeded,
        failed=job.failed + failed,
        provisioned_at=max(job.provisioned_at or event.provisioned_at, event.provisioned_at),
    )


def _cancelled(job: Job, event: JobCancelledV1) -> Job:
    if job.cancelled_at is not None:
        return job
    return replace(job, cancelled_at=event.cancelled_at, cancelled_by=event.requested_by, cancelled_chunks=event.chunks)


def _failed(job: Job, event: JobFailedV1) -> Job:
    """Of several failures the earliest is kept.

    One that carries an idempotency key is a refused request. Where the job is known, another request had been accepted
    under the same key before: that refusal is told to its sender and is no concern of the job.
    """
    if event.idempotency_key is not None and job.submitted_at is not None:
        return job
    if event.stage == RECONCILER:
        job = replace(job, given_up_at=job.given_up_at or event.failed_at)
    if job.failed_at is not None and (job.failed_at, job.failed_stage or "") <= (event.failed_at, event.stage):
        return job
    return replace(
        job,
        failed_at=event.failed_at,
        failed_stage=event.stage,
        failed_code=event.code,
        failed_message=event.message,
        # A job that never got as far as job.submitted is known by what its failure says of it.
        submitted_by=job.submitted_by or (event.submitted_by and event.submitted_by[:_LONGEST_NAME]),
        filename=job.filename or event.filename,
        idempotency_key=job.idempotency_key or event.idempotency_key,
    )
