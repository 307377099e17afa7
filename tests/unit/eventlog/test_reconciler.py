"""What is done about a job of which nothing is heard any more."""

from dataclasses import replace

import pytest

from contracts.messages import JobFailedV1
from services.eventlog.reconciler import Action, Rules, Stalled, decide, failure, patience
from tests.unit.eventlog import histories as h

JOB = h.submitted("a key")
RULES = Rules(stalled_seconds=60, tries=3)


def stalled(*, submitted: bool = True, tries: int = 0) -> Stalled:
    return Stalled(job_id=JOB.job_id, account=JOB.account, submitted=submitted, tries=tries)


@pytest.mark.parametrize(
    ("job", "action"),
    [
        (stalled(), Action.REPEAT),
        (stalled(tries=2), Action.REPEAT),
        (stalled(tries=3), Action.GIVE_UP),
        (stalled(tries=4), Action.GIVE_UP),
        (stalled(submitted=False), Action.GIVE_UP),
    ],
)
def test_a_job_is_tried_again_so_often_and_then_given_up(job: Stalled, action: Action) -> None:
    assert decide(job, RULES) is action


def test_while_messages_wait_a_job_may_be_silent_for_longer() -> None:
    assert (patience(RULES, busy=False), patience(RULES, busy=True)) == (60, 600)


def test_the_end_of_a_job_that_is_given_up() -> None:
    assert failure(stalled(tries=3), at=h.at(9)) == JobFailedV1(
        job_id=JOB.job_id,
        account="acme",
        stage="reconciler",
        code="stalled",
        message=(
            "Bulk Manager has given this job up: nothing more was heard of it, although it was started again 3 times. "
            "A row without an outcome may have become a Seat all the same: look for it before you upload it again. "
            "Tell your operator the job's number."
        ),
        failed_at=h.at(9),
    )


@pytest.mark.parametrize(
    ("kind", "dry_run", "advice"),
    [
        ("update", False, "The Seat of a row without an outcome may have been updated all the same: look it up."),
        ("delete", False, "The Seat of a row without an outcome may have been deleted all the same: look it up."),
        ("update", True, "It was only a check, so nothing was changed: upload the file again."),
    ],
)
def test_what_to_do_about_a_job_that_is_given_up(kind: str, dry_run: bool, advice: str) -> None:
    job = replace(stalled(tries=3), kind=kind, dry_run=dry_run)
    assert failure(job, at=h.NOON).message.partition("3 times. ")[2] == f"{advice} Tell your operator the job's number."


def test_a_job_without_a_file_says_what_was_lost() -> None:
    message = failure(stalled(submitted=False), at=h.NOON).message
    assert "given this job up: the message that says which file it is about was lost. A row" in message
