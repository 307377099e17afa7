"""A small job does not wait for a large one that is being validated."""

import threading

import pytest

from contracts.lanes import SMALL_BYTES
from contracts.messages import SeatsAcceptedV1
from contracts.topology import EVENTLOG, EVENTLOG_LARGE, PROVISIONER, PROVISIONER_LARGE
from tests.integration.validator.surrounding import Surrounding
from tests.unit.validator.fakes import csv_of, seat

LARGE = csv_of(seat(n, location="x" * 60) for n in range(11_000))


@pytest.mark.usefixtures("worker")
def test_a_small_job_is_validated_while_a_large_one_is_held_up(around: Surrounding) -> None:
    assert len(LARGE) > SMALL_BYTES
    release = around.withheld["large"] = threading.Event()
    large = around.submit(LARGE, "large")
    assert around.asked.wait(30)
    small = around.submit(csv_of([seat(2_000)]), "small")
    assert {told.job_id for told in around.says(EVENTLOG.name, 2)} == {small.job_id}
    [chunk] = around.says(PROVISIONER.name, 1)
    assert chunk.job_id == small.job_id
    assert not release.is_set()
    release.set()
    assert {told.job_id for told in around.says(EVENTLOG_LARGE.name, 2)} == {large.job_id}
    chunks = [chunk for chunk in around.says(PROVISIONER_LARGE.name, 11) if isinstance(chunk, SeatsAcceptedV1)]
    assert [(chunk.job_id, chunk.chunk) for chunk in chunks] == [(large.job_id, number) for number in range(1, 12)]
