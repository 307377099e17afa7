"""What an admin reads."""

import pytest

from contracts.problems import Problem
from services.eventlog.ends import settled
from services.eventlog.job import Job
from services.eventlog.state import Event, apply, first_seen
from services.eventlog.words import counted, end_text, message_of, not_processed_reason, text_of
from tests.unit.eventlog import histories as h

JOB = h.submitted("a key", filename="Zoë.csv", size=2_500_000)
PROBLEM = Problem(line=2, column="email", code="required", message="Fill it.")
CHUNK = h.provisioned(JOB, 2, (h.outcome(JOB, 2), h.outcome(JOB, 3, failed=True)))


def after(*events: Event) -> Job:
    job = first_seen(events[0])
    for event in events:
        job = settled(apply(job, event))
    return job


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1_000_000, "1,000,000 rows")]
)
def test_numbers_with_their_words(number: int, text: str) -> None:
    assert counted(number, "row") == text


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (JOB, "ada@example.com submitted Zoë.csv (2.4 MiB)."),
        (h.submitted("k", size=1), "ada@example.com submitted seats.csv (1 byte)."),
        (h.submitted("k", size=2048), "ada@example.com submitted seats.csv (2 KiB)."),
        (h.started(JOB), "The check of the file began."),
        (h.accepted(JOB, rows=1, chunks=1), "The file is in order: 1 row, to be created in 1 chunk."),
        (
            h.rejected(JOB, rows=3, problems=(PROBLEM,)),
            "The file was refused: 1 problem in 3 rows. No Seat was created.",
        ),
        (CHUNK, "Chunk 2 (lines 2 to 3): 1 Seat created, 1 row failed."),
        (h.provisioned(JOB, 1, ()), "Chunk 1: 0 Seats created."),
        (h.failed(JOB), "The job could not go on (provisioner): The provisioner gave up."),
        (h.cancel_requested(JOB), "ada@example.com asked to cancel the job."),
        (h.cancelled(JOB, chunks=0), "The job was cancelled before its first chunk. No Seat is created."),
        (h.cancelled(JOB, chunks=1), "The job was cancelled after 1 chunk. No further Seat is created."),
    ],
)
def test_every_event_has_its_line_in_the_timeline(event: Event, text: str) -> None:
    assert text_of(event, first_seen(event)) == text


def test_a_rejected_job_says_that_nothing_was_created() -> None:
    job = after(JOB, h.rejected(JOB, rows=3, problems=(PROBLEM, PROBLEM)))
    message = "2 problems were found in the file, so no Seat was created. Correct the file and upload it again."
    assert message_of(job, job.state) == message


def test_a_failed_job_says_what_was_created_before() -> None:
    job = after(JOB, h.accepted(JOB, rows=4, chunks=2), CHUNK, h.failed(JOB))
    message = "The provisioner gave up. 1 Seat was created before that. 2 rows were not processed."
    assert message_of(job, job.state) == message
    assert not_processed_reason(job) == "Not processed. The provisioner gave up."


def test_a_job_that_failed_before_anything_says_that_nothing_was_created() -> None:
    job = after(JOB, h.failed(JOB, stage="validator"))
    assert message_of(job, job.state) == "The validator gave up. No Seat was created."


def test_a_cancelled_job_says_who_did_it() -> None:
    job = after(JOB, h.accepted(JOB, rows=4, chunks=2), CHUNK, h.cancelled(JOB, chunks=1))
    message = "bob@example.com cancelled the job. 1 Seat was created before that. 2 rows were not processed."
    assert message_of(job, job.state) == message
    assert not_processed_reason(job) == "Not processed. bob@example.com cancelled the job."
    assert job.finished is not None
    assert end_text(job.finished) == "The job ended as cancelled: 1 Seat created, 1 row failed, 2 rows not processed."


def test_a_completed_job_needs_no_words() -> None:
    job = after(JOB, h.accepted(JOB, rows=1, chunks=1), h.provisioned(JOB, 1, (h.outcome(JOB, 2),)))
    assert message_of(job, job.state) is None
    assert not_processed_reason(job) == "Not processed."


def test_the_end_is_the_last_line_of_the_timeline() -> None:
    job = after(JOB, h.accepted(JOB, rows=4, chunks=2), CHUNK, h.failed(JOB))
    assert job.finished is not None
    assert end_text(job.finished) == "The job ended as failed: 1 Seat created, 1 row failed, 2 rows not processed."
