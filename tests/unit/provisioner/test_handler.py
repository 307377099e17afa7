from datetime import UTC, datetime

import pytest

from contracts.codec import Codec
from contracts.ids import user_id_of
from contracts.messages import JobCancelledV1, JobCancelRequestedV1, Outcome, SeatsProvisionedV1, ValidationStartedV1
from messaging.errors import Reject
from services.provisioner.handler import handle, provision_seats
from services.provisioner.memory_directory import MemoryDirectory
from tests.unit.provisioner.making import JOB, OTHER_JOB, accepted_lines

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_every_row_is_told_its_outcome() -> None:
    directory = MemoryDirectory(lambda: NOW)
    list(provision_seats(accepted_lines([3], job_id=OTHER_JOB), directory=directory))
    [answer] = provision_seats(accepted_lines([2, 3], chunk=4), directory=directory)
    assert isinstance(answer, SeatsProvisionedV1)
    assert (answer.job_id, answer.account, answer.chunk, answer.provisioned_at) == (JOB, "acme", 4, NOW)
    made, failed = answer.outcomes
    assert made == Outcome(line=2, type="successful", user_id=user_id_of(JOB, 2), created_at=NOW)
    assert (failed.line, failed.type, failed.code, failed.user_id) == (3, "failed", "email_taken", None)
    assert str(user_id_of(OTHER_JOB, 3)) in (failed.message or "")


def test_the_answer_can_travel() -> None:
    [answer] = handle(accepted_lines([2, 3]), directory=MemoryDirectory(lambda: NOW))
    codec = Codec("provisioner")
    assert codec.decode(codec.encode(answer)) == answer


CANCEL = JobCancelRequestedV1(job_id=JOB, account="acme", requested_by="ann", requested_at=NOW)


def test_a_cancelled_job_is_told_with_the_chunks_that_came_before() -> None:
    directory = MemoryDirectory(lambda: NOW)
    for chunk in (1, 3):
        list(handle(accepted_lines([chunk + 1], chunk=chunk), directory=directory))
    list(handle(accepted_lines([9], job_id=OTHER_JOB), directory=directory))
    [answer] = handle(CANCEL, directory=directory)
    assert answer == JobCancelledV1(job_id=JOB, account="acme", chunks=2, requested_by="ann", cancelled_at=NOW)
    assert list(handle(CANCEL, directory=directory)) == [answer]
    codec = Codec("provisioner")
    assert codec.decode(codec.encode(answer)) == answer


def test_of_a_chunk_of_a_cancelled_job_nothing_is_told() -> None:
    directory = MemoryDirectory(lambda: NOW)
    [before] = handle(accepted_lines([2], chunk=1), directory=directory)
    list(handle(CANCEL, directory=directory))
    assert list(handle(accepted_lines([3], chunk=2), directory=directory)) == []
    assert list(handle(accepted_lines([2], chunk=1), directory=directory)) == [before]
    assert len(list(handle(accepted_lines([9], job_id=OTHER_JOB), directory=directory))) == 1


def test_other_messages_are_rejected() -> None:
    other = ValidationStartedV1(job_id=JOB, account="acme", started_at=NOW)
    with pytest.raises(Reject, match=r"nothing with validation\.started"):
        handle(other, directory=MemoryDirectory(lambda: NOW))
