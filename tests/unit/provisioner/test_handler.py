from datetime import UTC, datetime

import pytest

from contracts.codec import Codec
from contracts.ids import user_id_of
from contracts.messages import JobCancelRequestedV1, Outcome, SeatsProvisionedV1
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


def test_other_messages_are_rejected() -> None:
    other = JobCancelRequestedV1(job_id=JOB, account="acme", requested_by="ann", requested_at=NOW)
    with pytest.raises(Reject, match="nothing with job"):
        handle(other, directory=MemoryDirectory(lambda: NOW))
