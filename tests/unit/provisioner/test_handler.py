from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.codec import Codec
from contracts.ids import user_id_of
from contracts.messages import JobCancelledV1, JobCancelRequestedV1, Outcome, SeatsProvisionedV1, ValidationStartedV1
from messaging.errors import Reject
from services.provisioner.handler import handle, provision_seats
from services.provisioner.listing import Selection
from services.provisioner.memory_directory import MemoryDirectory
from tests.unit.provisioner.making import JOB, OTHER_JOB, SECRET, about, accepted_lines

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


def test_seats_are_changed_and_deleted_as_the_chunk_says() -> None:
    directory = MemoryDirectory(lambda: NOW)
    list(handle(accepted_lines([2, 3, 4]), directory=directory))
    ids = [str(user_id_of(JOB, line)) for line in (2, 3)]
    update = about(ids, kind="update", department=["Ventes", None], password=[SECRET, ""])
    [told] = handle(update, directory=directory)
    assert isinstance(told, SeatsProvisionedV1)
    assert [(one.line, one.type, str(one.user_id)) for one in told.outcomes] == [
        (2, "successful", ids[0]),
        (3, "successful", ids[1]),
    ]
    seats = {str(one.seat.user_id): one for one in directory.seats("acme", list(map(UUID, ids)))}
    assert [dict(seats[one].seat.attributes).get("department") for one in ids] == ["Ventes", None]
    assert [seats[one].sealed for one in ids] == [{"password"}, frozenset()]
    [told] = handle(about([*ids, str(OTHER_JOB)], kind="delete"), directory=directory)
    assert isinstance(told, SeatsProvisionedV1)
    assert [outcome.code for outcome in told.outcomes] == [None, None, "seat_gone"]
    assert directory.count("acme", Selection()) == 1


def test_an_undo_reaches_the_directory() -> None:
    directory = MemoryDirectory(lambda: NOW)
    list(handle(accepted_lines([2]), directory=directory))
    [told] = handle(about([str(user_id_of(JOB, 2))], kind="delete", undo_of=OTHER_JOB), directory=directory)
    assert isinstance(told, SeatsProvisionedV1)
    assert [outcome.code for outcome in told.outcomes] == ["seat_of_another_job"]


@pytest.mark.parametrize("ids", [[None], [""], ["7"], [str(JOB), str(JOB)]])
@pytest.mark.parametrize("kind", ["update", "delete"])
def test_a_chunk_that_does_not_name_its_seats_is_rejected(kind: str, ids: list[str | None]) -> None:
    with pytest.raises(Reject, match="name"):
        list(handle(about(ids, kind=kind), directory=MemoryDirectory(lambda: NOW)))


def test_a_new_secret_that_was_not_sealed_is_rejected_and_not_told() -> None:
    with pytest.raises(Reject, match="the password of line 2 has not been sealed") as caught:
        list(handle(about([str(JOB)], kind="update", password=["4711"]), directory=MemoryDirectory(lambda: NOW)))
    assert "4711" not in str(caught.value)
