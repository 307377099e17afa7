"""Verdicts: the first one counts, wherever they are kept."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

from services.provisioner.verdicts import Verdict, Verdicts
from tests.unit.provisioner.making import JOB, OTHER_JOB


def test_the_first_verdict_counts(verdicts: Verdicts) -> None:
    assert verdicts.decide("acme", JOB, Verdict.REJECTED) is Verdict.REJECTED
    assert verdicts.decide("acme", JOB, Verdict.ACCEPTED) is Verdict.REJECTED
    assert verdicts.decide("acme", JOB, Verdict.REJECTED) is Verdict.REJECTED


def test_jobs_and_accounts_are_told_apart(verdicts: Verdicts) -> None:
    verdicts.decide("acme", JOB, Verdict.REJECTED)
    assert verdicts.decide("acme", OTHER_JOB, Verdict.ACCEPTED) is Verdict.ACCEPTED
    assert verdicts.decide("globex", JOB, Verdict.ACCEPTED) is Verdict.ACCEPTED


def test_deciders_who_race_are_told_the_same(verdicts: Verdicts) -> None:
    wishes = [Verdict.ACCEPTED, Verdict.REJECTED] * 3
    start = Barrier(len(wishes))

    def decide(job_id: UUID, wish: Verdict) -> Verdict:
        start.wait(10)
        return verdicts.decide("acme", job_id, wish)

    with ThreadPoolExecutor(len(wishes)) as threads:
        for job_id in [uuid4() for _ in range(10)]:
            told = set(threads.map(decide, [job_id] * len(wishes), wishes))
            assert len(told) == 1
            assert verdicts.decide("acme", job_id, Verdict.ACCEPTED) in told
