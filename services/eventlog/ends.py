"""When a job has ended, and what is told of it."""

from dataclasses import replace
from datetime import datetime

from contracts.messages.job_finished_v1 import JobFinishedV1
from services.eventlog.job import Job, State
from services.eventlog.words import message_of


def settled(job: Job) -> Job:
    """The job with its end, if the facts say that it has come to one. A job that has ended stays as it is.

    A job whose account no event has named is nobody's: its end waits until one does.
    """
    due = _due(job)
    if job.finished is not None or due is None or job.account is None:
        return job
    return replace(job, finished=_finished(job, job.account, *due))


def _due(job: Job) -> tuple[State, datetime] | None:
    """The end that the facts make, and when it came about by the facts' own times: the same in any order."""
    nothing_to_wait_for = job.submitted_at is not None or job.given_up_at is not None
    if nothing_to_wait_for and (end := _reached(job)) is not None:
        return end
    if job.failed_at is not None and not (job.rejected_at or job.checked_at or job.all_in):
        return State.FAILED, job.failed_at
    return None


def _reached(job: Job) -> tuple[State, datetime] | None:
    if job.rejected_at is not None:
        return State.REJECTED, job.rejected_at
    if job.checked_at is not None:
        return State.CHECKED, job.checked_at
    if job.accepted_at is not None and job.all_in:
        clean = job.failed == 0 and job.succeeded == job.rows
        finished_at = max(job.accepted_at, job.provisioned_at or job.accepted_at)
        return (State.COMPLETED if clean else State.COMPLETED_WITH_ERRORS), finished_at
    is_verdict_clear = not job.chunks_in or job.accepted_at is not None or job.given_up_at is not None
    if job.cancelled_at is not None and job.all_in_before_cancel and is_verdict_clear:
        return State.CANCELLED, max(job.cancelled_at, job.provisioned_at or job.cancelled_at)
    return None


def _finished(job: Job, account: str, state: State, at: datetime) -> JobFinishedV1:
    return JobFinishedV1(
        job_id=job.job_id,
        account=account,
        state=state.value,
        rows=job.rows,
        created=job.created,
        failed=job.failed,
        not_processed=job.unprocessed,
        submitted_by=job.submitted_by,
        submitted_at=job.submitted_at,
        finished_at=at,
        idempotency_key=job.idempotency_key,
        filename=job.filename,
        message=message_of(job, state),
        links=_links(job, state),
        kind=job.kind,
        dry_run=job.dry_run,
        updated=job.updated,
        deleted=job.deleted,
    )


def _links(job: Job, state: State) -> dict[str, str]:
    """Where the gateway tells more; only what it will really answer."""
    path = f"/api/v1/jobs/{job.job_id}"
    links = {"job": path}
    if state is State.REJECTED:
        return links | {"problems": f"{path}/problems"}
    if job.source is not None and not job.dry_run:
        return links | {"summary": f"{path}/summary.csv"}
    return links
