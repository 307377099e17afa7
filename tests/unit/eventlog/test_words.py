"""What an admin reads."""

from dataclasses import replace

import pytest

from contracts.messages import Change
from contracts.problems import Problem
from services.eventlog.ends import settled
from services.eventlog.job import Job
from services.eventlog.state import Event, apply, first_seen
from services.eventlog.words import counted, end_text, message_of, not_processed_reason, text_of
from tests.unit.eventlog import histories as h

JOB = h.submitted("a key", filename="Zoë.csv", size=2_500_000)
PROBLEM = Problem(line=2, column="email", code="required", message="Fill it.")
CHANGE = Change(line=2, user_id=JOB.job_id, column="department", before="Sales", after="Support")
CHUNK = h.provisioned(JOB, 2, (h.outcome(JOB, 2), h.outcome(JOB, 3, failed=True)))
CHUNK_1 = replace(CHUNK, chunk=1)
DRY = replace(JOB, dry_run=True)


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
        (replace(JOB, dry_run=True), "ada@example.com had Zoë.csv (2.4 MiB) checked."),
        (replace(JOB, kind="delete"), "ada@example.com submitted Zoë.csv (2.4 MiB), to delete Seats."),
        (
            replace(JOB, kind="delete", undo_of=JOB.job_id),
            "ada@example.com asked to undo an earlier job: Zoë.csv (2.4 MiB) has the Seats that it created.",
        ),
        (
            replace(JOB, retry_of=JOB.job_id),
            "ada@example.com asked to try again: Zoë.csv (2.4 MiB) has the rows of an earlier job that had not"
            " succeeded.",
        ),
        (h.checked(JOB, rows=2), "The file is in order: 2 rows. Nothing was changed."),
        (
            h.checked(JOB, rows=2, changes=(CHANGE, CHANGE)),
            "The file is in order: 2 rows. 2 values of 1 Seat would be changed. Nothing was changed yet.",
        ),
    ],
)
def test_every_event_has_its_line_in_the_timeline(event: Event, text: str) -> None:
    assert text_of(event, first_seen(event)) == text


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (h.accepted(JOB, rows=1, chunks=1), "The file is in order: 1 row, to be updated in 1 chunk."),
        (
            h.rejected(JOB, rows=3, problems=(PROBLEM,)),
            "The file was refused: 1 problem in 3 rows. No Seat was updated.",
        ),
        (CHUNK, "Chunk 2 (lines 2 to 3): 1 Seat updated, 1 row failed."),
        (h.cancelled(JOB, chunks=0), "The job was cancelled before its first chunk. No Seat is updated."),
        (h.cancelled(JOB, chunks=1), "The job was cancelled after 1 chunk. No further Seat is updated."),
    ],
)
def test_the_timeline_says_what_the_job_does_to_seats(event: Event, text: str) -> None:
    assert text_of(event, after(replace(JOB, kind="update"))) == text


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            h.rejected(JOB, rows=3, problems=(PROBLEM,)),
            "The file was refused: 1 problem in 3 rows. Nothing was changed.",
        ),
        (h.cancelled(JOB, chunks=0), "The job was cancelled before its first chunk. Nothing is changed."),
    ],
)
def test_the_timeline_of_a_dry_run_says_that_nothing_was_changed(event: Event, text: str) -> None:
    assert text_of(event, after(DRY)) == text


def test_the_end_of_an_update_and_of_a_dry_run() -> None:
    update = after(replace(JOB, kind="update"), h.accepted(JOB, rows=3, chunks=1), CHUNK_1)
    assert update.finished is not None
    assert end_text(update.finished) == (
        "The job ended as completed with errors: 1 Seat updated, 1 row failed, 1 row not processed."
    )
    checked = after(DRY, h.checked(DRY, rows=3)).finished
    assert checked is not None
    assert end_text(checked) == "The check ended as checked. Nothing was changed."


def test_messages_of_jobs_that_change_or_only_check() -> None:
    rejection = h.rejected(JOB, rows=3, problems=(PROBLEM,))
    update = after(replace(JOB, kind="update"), rejection)
    assert message_of(update, update.state) == (
        "1 problem was found in the file, so no Seat was updated. Correct the file and upload it again."
    )
    dry = after(DRY, rejection)
    assert message_of(dry, dry.state) == (
        "1 problem was found in the file. Nothing was changed. Correct the file and upload it again."
    )
    failed = after(DRY, h.failed(DRY, stage="validator"))
    assert message_of(failed, failed.state) == "The validator gave up. It was only a check: nothing was changed."
    deletion = after(replace(JOB, kind="delete"), h.accepted(JOB, rows=3, chunks=2), CHUNK_1, h.failed(JOB))
    assert message_of(deletion, deletion.state) == (
        "The provisioner gave up. 1 Seat was deleted before that. 1 row was not processed."
    )


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
