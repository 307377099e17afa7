"""Stored outcomes come back, in the order of their lines, and take little room."""

import zlib
from dataclasses import replace

import orjson
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import SeatsProvisionedV1
from services.eventlog.outcomes import pack, unpack
from tests.unit.eventlog import histories as h
from tests.unit.eventlog.histories import patient

JOB = h.submitted("a key")
THOUSAND = h.provisioned(JOB, 1, tuple(h.outcome(JOB, line) for line in range(2, 1002)))


@patient
@given(h.chunked(JOB), st.booleans())
def test_outcomes_come_back_in_the_order_of_lines(chunks: tuple[SeatsProvisionedV1, ...], at_one_time: bool) -> None:
    event = chunks[0]
    if at_one_time:
        event = replace(event, successful=replace(event.successful, created_at=None))
    assert unpack(pack(event)).outcomes == list(event.outcomes)


def test_a_thousand_outcomes_of_one_time_take_less_than_seventeen_bytes_each() -> None:
    assert len(pack(replace(THOUSAND, successful=replace(THOUSAND.successful, created_at=None)))) < 17_000


@patient
@given(h.chunked(JOB))
def test_what_the_first_version_stored_is_read(chunks: tuple[SeatsProvisionedV1, ...]) -> None:
    outcomes = chunks[0].outcomes
    rows = [(o.line, o.type, o.user_id, o.created_at, o.code, o.message) for o in outcomes]
    assert unpack(zlib.compress(orjson.dumps(rows))).outcomes == list(outcomes)
