"""What the event log says to an admin, in plain words."""

from contracts.messages.job_accepted_v1 import JobAcceptedV1
from contracts.messages.job_cancelled_v1 import JobCancelledV1
from contracts.messages.job_failed_v1 import JobFailedV1
from contracts.messages.job_finished_v1 import JobFinishedV1
from contracts.messages.job_rejected_v1 import JobRejectedV1
from contracts.messages.job_submitted_v1 import JobSubmittedV1
from contracts.messages.seats_provisioned_v1 import SeatsProvisionedV1
from contracts.messages.validation_started_v1 import ValidationStartedV1
from services.eventlog.job import Job, State
from services.eventlog.state import Event, bounds, tally


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
    return f"{problems} found in the file, so no Seat was created. Correct the file and upload it again."


def _failure(job: Job) -> str:
    return f"{(job.failed_message or 'The job could not go on.').rstrip()} {_counts(job)}"


def _canceller(job: Job) -> str:
    return f"{job.cancelled_by} cancelled the job."


def _counts(job: Job) -> str:
    created = f"{counted(job.created, 'Seat was', 'Seats were')} created before that."
    counts = created if job.created else "No Seat was created."
    if job.unprocessed:
        counts += f" {counted(job.unprocessed, 'row was', 'rows were')} not processed."
    return counts


def not_processed_reason(job: Job) -> str:
    """The reason in the summary of a row that has no outcome."""
    if job.state is State.CANCELLED:
        return f"Not processed. {_canceller(job)}"
    return f"Not processed. {job.failed_message or ''}".strip()


def text_of(event: Event) -> str:
    """One line of the timeline."""
    match event:
        case JobSubmittedV1():
            return f"{event.submitted_by} submitted {event.filename} ({_size(event.size)})."
        case ValidationStartedV1():
            return "The check of the file began."
        case JobRejectedV1():
            found = counted(event.problem_count, "problem")
            return f"The file was refused: {found} in {counted(event.rows, 'row')}. No Seat was created."
        case JobAcceptedV1():
            rows = counted(event.rows, "row")
            return f"The file is in order: {rows}, to be created in {counted(event.chunks, 'chunk')}."
        case SeatsProvisionedV1():
            return _chunk_text(event)
        case JobFailedV1():
            return f"The job could not go on ({event.stage}): {event.message}"
        case JobCancelledV1():
            return _cancel_text(event)
        case _:  # JobCancelRequestedV1
            return f"{event.requested_by} asked to cancel the job."


def end_text(finished: JobFinishedV1) -> str:
    """The last line of the timeline."""
    counts = f"{counted(finished.created, 'Seat')} created, {counted(finished.failed, 'row')} failed"
    left = f", {counted(finished.not_processed, 'row')} not processed" if finished.not_processed else ""
    return f"The job ended as {finished.state.replace('_', ' ')}: {counts}{left}."


def _cancel_text(event: JobCancelledV1) -> str:
    if not event.chunks:
        return "The job was cancelled before its first chunk. No Seat is created."
    return f"The job was cancelled after {counted(event.chunks, 'chunk')}. No further Seat is created."


def _chunk_text(event: SeatsProvisionedV1) -> str:
    created, failed = tally(event)
    first, last = bounds(event)
    where = f" (lines {first} to {last})" if first else ""
    failures = f", {counted(failed, 'row')} failed" if failed else ""
    return f"Chunk {event.chunk}{where}: {counted(created, 'Seat')} created{failures}."


def _size(size: int) -> str:
    if size < 1024:
        return counted(size, "byte")
    return f"{size / 1024:,.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:,.1f} MiB"
