"""Cancelling a job: what every directory must do, and what the verdicts beside it then say."""

from datetime import timedelta

import pytest

from services.provisioner.directory import JobCancelled, Made, SeatDirectory
from services.provisioner.listing import START
from services.provisioner.verdicts import Verdict, Verdicts
from tests.unit.provisioner.making import JOB, OTHER_JOB, chunk_of, new_seat


def lines_of(directory: SeatDirectory, account: str = "acme") -> set[int]:
    return {seat.line for seat in directory.search(account, "", after=START, limit=100).seats}


def test_a_cancelled_job_gets_no_more_seats_and_keeps_those_it_has(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(2), new_seat(3)]))
    assert directory.cancel_job("acme", JOB).chunks == 1
    with pytest.raises(JobCancelled):
        directory.create_seats(chunk_of([new_seat(4)], chunk=2))
    assert lines_of(directory) == {2, 3}


def test_a_chunk_that_came_before_is_still_answered(directory: SeatDirectory) -> None:
    """Its answer may have been lost on the way, and whoever waits for the job's chunks waits for it."""
    first = directory.create_seats(chunk_of([new_seat(2)]))
    directory.cancel_job("acme", JOB)
    assert directory.create_seats(chunk_of([new_seat(2)])) == first


def test_cancelling_again_tells_the_same(directory: SeatDirectory) -> None:
    for chunk in (1, 2, 7):
        directory.create_seats(chunk_of([new_seat(chunk + 1)], chunk=chunk))
    first = directory.cancel_job("acme", JOB)
    assert first.chunks == 3
    assert (first.cancelled_at.utcoffset(), first.cancelled_at.microsecond % 1000) == (timedelta(0), 0)
    for _ in range(2):
        with pytest.raises(JobCancelled):
            directory.create_seats(chunk_of([new_seat(20)], chunk=20))
        assert directory.cancel_job("acme", JOB) == first


def test_a_job_of_which_nothing_is_known_yet_can_be_cancelled(directory: SeatDirectory) -> None:
    assert directory.cancel_job("acme", JOB).chunks == 0
    with pytest.raises(JobCancelled):
        directory.create_seats(chunk_of([]))


def test_other_jobs_and_accounts_go_on(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(9)], account="globex"))
    assert directory.cancel_job("acme", JOB).chunks == 0
    for chunk in (
        chunk_of([new_seat(2)], job_id=OTHER_JOB),
        chunk_of([new_seat(3)], account="globex", chunk=2),
    ):
        assert [type(outcome) for outcome in directory.create_seats(chunk).outcomes] == [Made]
    assert directory.cancel_job("globex", JOB).chunks == 2


@pytest.mark.parametrize("before", [None, Verdict.ACCEPTED, Verdict.REJECTED])
def test_the_verdict_on_a_cancelled_job_is_cancelled(
    both: tuple[SeatDirectory, Verdicts], before: Verdict | None
) -> None:
    directory, verdicts = both
    if before:
        verdicts.decide("acme", JOB, before)
    directory.cancel_job("acme", JOB)
    assert verdicts.decide("acme", JOB, Verdict.ACCEPTED) is Verdict.CANCELLED
    assert verdicts.decide("acme", JOB, Verdict.REJECTED) is Verdict.CANCELLED
    assert verdicts.decide("acme", OTHER_JOB, Verdict.ACCEPTED) is Verdict.ACCEPTED
    assert verdicts.decide("globex", JOB, Verdict.ACCEPTED) is Verdict.ACCEPTED
