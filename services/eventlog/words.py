"""What the event log says to an admin, in plain words."""

from contracts.messages.job_accepted_v1 import JobAcceptedV1
from contracts.messages.job_cancelled_v1 import JobCancelledV1
from contracts.messages.job_checked_v1 import JobCheckedV1
from contracts.messages.job_failed_v1 import JobFailedV1
from contracts.messages.job_finished_v1 import JobFinishedV1
from contracts.messages.job_rejected_v1 import JobRejectedV1
from contracts.messages.job_submitted_v1 import JobSubmittedV1
from contracts.messages.problems_found_v1 import ProblemsFoundV1
from contracts.messages.seats_provisioned_v1 import SeatsProvisionedV1
from contracts.messages.validation_progressed_v1 import ValidationProgressedV1
from contracts.messages.validation_started_v1 import ValidationStartedV1
from services.eventlog.job import Job, State
from services.eventlog.state import Event, bounds, tally

_DONE = {"create": "created", "update": "updated", "delete": "deleted"}


def done(kind: str) -> str:
    """What a job of a kind does to Seats: `created`, `updated`, `deleted`."""
    return _DONE.get(kind, "changed")


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2 rows`, `12,000 Seats`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def message_of(job: Job, state: State) -> str | None:
    """Why the job did not do what was asked, and what to do. None where there is nothing to say."""
    if state is State.REJECTED:
        return _rejection(job)
    if state is State.FAILED:
        return _failure(job)
    if state is State.CANCELLED:
        return f"{_canceller(job)} {_counts(job)}"
    return None


def _rejection(job: Job) -> str:
    problems = counted(job.problem_count, "problem was", "problems were")
    if job.dry_run:
        return f"{problems} found in the file. Nothing was changed. Correct the file and upload it again."
    return f"{problems} found in the file, so no Seat was {done(job.kind)}. Correct the file and upload it again."


def _failure(job: Job) -> str:
    return f"{(job.failed_message or 'The job could not go on.').rstrip()} {_counts(job)}"


def _canceller(job: Job) -> str:
    return f"{job.cancelled_by} cancelled the job."


def _counts(job: Job) -> str:
    if job.dry_run:
        return "It was only a check: nothing was changed."
    succeeded = f"{counted(job.succeeded, 'Seat was', 'Seats were')} {done(job.kind)} before that."
    counts = succeeded if job.succeeded else f"No Seat was {done(job.kind)}."
    if job.unprocessed:
        counts += f" {counted(job.unprocessed, 'row was', 'rows were')} not processed."
    return counts


def not_processed_reason(job: Job) -> str:
    """The reason in the summary of a row that has no outcome."""
    if job.state is State.CANCELLED:
        return f"Not processed. {_canceller(job)}"
    return f"Not processed. {job.failed_message or ''}".strip()


def text_of(event: Event, job: Job) -> str:
    """One line of the timeline; ``job`` is as it was known before the event."""
    match event:
        case JobSubmittedV1():
            return _submission_text(event)
        case ValidationStartedV1() | ValidationProgressedV1() | ProblemsFoundV1():
            return "The check of the file began."
        case JobAcceptedV1() | JobCheckedV1() | JobRejectedV1():
            return _verdict_text(event, job)
        case SeatsProvisionedV1():
            return _chunk_text(event, job.kind)
        case JobFailedV1():
            return f"The job could not go on ({event.stage}): {event.message}"
        case JobCancelledV1():
            return _cancel_text(event, job)
        case _:  # JobCancelRequestedV1
            return f"{event.requested_by} asked to cancel the job."


def end_text(finished: JobFinishedV1) -> str:
    """The last line of the timeline."""
    if finished.dry_run:
        return f"The check ended as {finished.state}. Nothing was changed."
    succeeded = finished.created + finished.updated + finished.deleted
    counts = f"{counted(succeeded, 'Seat')} {done(finished.kind)}, {counted(finished.failed, 'row')} failed"
    left = f", {counted(finished.not_processed, 'row')} not processed" if finished.not_processed else ""
    return f"The job ended as {finished.state.replace('_', ' ')}: {counts}{left}."


def _submission_text(event: JobSubmittedV1) -> str:
    file = f"{event.filename} ({_size(event.size)})"
    if event.dry_run:
        return f"{event.submitted_by} had {file} checked."
    if event.undo_of is not None:
        return f"{event.submitted_by} asked to undo an earlier job: {file} has the Seats that it created."
    if event.retry_of is not None:
        return f"{event.submitted_by} asked to try again: {file} has the rows of an earlier job that had not succeeded."
    what = "" if event.kind == "create" else f", to {event.kind} Seats"
    return f"{event.submitted_by} submitted {file}{what}."


def _verdict_text(event: JobAcceptedV1 | JobCheckedV1 | JobRejectedV1, job: Job) -> str:
    rows = counted(event.rows, "row")
    if isinstance(event, JobAcceptedV1):
        chunks = counted(event.chunks, "chunk")
        return f"The file is in order: {rows}, to be {done(job.kind)} in {chunks}."
    if isinstance(event, JobRejectedV1):
        nothing = "Nothing was changed." if job.dry_run else f"No Seat was {done(job.kind)}."
        return f"The file was refused: {counted(event.problem_count, 'problem')} in {rows}. {nothing}"
    if not event.change_count:
        return f"The file is in order: {rows}. Nothing was changed."
    would = f"{counted(event.change_count, 'value')} of {counted(event.changed_rows, 'Seat')} would be changed"
    return f"The file is in order: {rows}. {would}. Nothing was changed yet."


def _cancel_text(event: JobCancelledV1, job: Job) -> str:
    if not event.chunks:
        nothing = "Nothing is changed." if job.dry_run else f"No Seat is {done(job.kind)}."
        return f"The job was cancelled before its first chunk. {nothing}"
    return f"The job was cancelled after {counted(event.chunks, 'chunk')}. No further Seat is {done(job.kind)}."


def _chunk_text(event: SeatsProvisionedV1, kind: str) -> str:
    succeeded, failed = tally(event)
    first, last = bounds(event)
    where = f" (lines {first} to {last})" if first else ""
    failures = f", {counted(failed, 'row')} failed" if failed else ""
    return f"Chunk {event.chunk}{where}: {counted(succeeded, 'Seat')} {done(kind)}{failures}."


def _size(size: int) -> str:
    if size < 1024:
        return counted(size, "byte")
    return f"{size / 1024:,.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:,.1f} MiB"
