"""Which jobs are large, and that nobody misses anything of them."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.codec import Codec
from contracts.lanes import LARGE, SMALL_BYTES, SMALL_CHUNKS
from contracts.messages import Contract, JobAcceptedV1, JobSubmittedV1, SeatsAcceptedV1
from contracts.messages.job_requested_v1 import MAX_INLINE_BYTES
from contracts.topology import EVENTLOG, EVENTLOG_LARGE, PROVISIONER, PROVISIONER_LARGE, TOPOLOGY
from contracts.topology import VALIDATOR as JOBS
from contracts.topology import VALIDATOR_LARGE as LARGE_JOBS
from messaging import headers
from messaging.topology import Queue

CODEC = Codec("tests")
JOB = UUID(int=7)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def submitted(size: int) -> JobSubmittedV1:
    return JobSubmittedV1(
        job_id=JOB,
        account="main",
        submitted_by="ann",
        submitted_at=NOW,
        filename="seats.csv",
        idempotency_key="k",
        template_version=1,
        options={},
        source="s",
        size=size,
        sha256="0" * 64,
    )


def chunk(number: int) -> SeatsAcceptedV1:
    return SeatsAcceptedV1(
        job_id=JOB, account="main", template_version=1, chunk=number, columns=("email",), lines=(), values=((),)
    )


def heard(contract: Contract, *, cause: Contract | None = None) -> set[Queue]:
    """The queues that hear this, when it is said because of `cause`."""
    message = CODEC.encode(contract)
    if cause is not None:
        message = headers.caused(message, cause=CODEC.encode(cause))
    return set(TOPOLOGY.hearing(message.type, headers.lane(message)))


def test_the_size_of_its_file_decides_about_a_job() -> None:
    assert heard(submitted(SMALL_BYTES)) == {JOBS, EVENTLOG}
    assert heard(submitted(SMALL_BYTES + 1)) == {LARGE_JOBS, EVENTLOG_LARGE}


def test_what_a_message_may_carry_inline_is_small() -> None:
    assert MAX_INLINE_BYTES <= SMALL_BYTES


@pytest.mark.parametrize("number", [1, SMALL_CHUNKS, SMALL_CHUNKS + 1, 1000])
def test_all_chunks_of_a_large_job_go_in_the_large_lane(number: int) -> None:
    assert heard(chunk(number), cause=submitted(SMALL_BYTES + 1)) == {PROVISIONER_LARGE}


def test_so_do_those_of_a_small_file_with_very_many_rows_behind_the_first() -> None:
    small = submitted(SMALL_BYTES)
    assert heard(chunk(SMALL_CHUNKS), cause=small) == {PROVISIONER}
    assert heard(chunk(SMALL_CHUNKS + 1), cause=small) == {PROVISIONER_LARGE}


def test_other_messages_go_in_the_lane_of_their_cause() -> None:
    accepted = JobAcceptedV1(job_id=JOB, account="main", rows=1, chunks=1, accepted_at=NOW)
    assert heard(accepted, cause=submitted(1)) == heard(accepted) == {EVENTLOG}
    assert heard(accepted, cause=submitted(SMALL_BYTES + 1)) == {EVENTLOG_LARGE}


def test_a_service_hears_a_type_in_every_lane_or_in_none() -> None:
    types = {type for queue in TOPOLOGY.queues for type in queue.types} | TOPOLOGY.unheard
    for type in types:
        services = [{queue.name.split(".")[0] for queue in TOPOLOGY.hearing(type, lane)} for lane in ("", LARGE)]
        assert services[0] == services[1], type


def test_no_service_hears_a_message_twice() -> None:
    for type in {type for queue in TOPOLOGY.queues for type in queue.types}:
        for lane in ("", LARGE):
            names = [queue.name.split(".")[0] for queue in TOPOLOGY.hearing(type, lane)]
            assert len(names) == len(set(names)), (type, lane)


def test_other_services_hear_of_the_end_under_one_key() -> None:
    assert TOPOLOGY.routing_keys("job.finished.v1") == ("job.finished.v1",)
    assert TOPOLOGY.routing_keys("job.requested.v1") == ("job.requested.v1",)
