"""Stored outcomes come back, in the order of their lines, and take little room."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import Outcome
from services.eventlog.outcomes import pack, unpack
from tests.unit.eventlog import histories as h
from tests.unit.eventlog.histories import patient

JOB = h.submitted("a key")


@patient
@given(h.chunked(JOB).flatmap(lambda chunks: st.permutations(chunks[0].outcomes)))
def test_outcomes_come_back_in_the_order_of_lines(outcomes: list[Outcome]) -> None:
    assert unpack(pack(outcomes)) == sorted(outcomes, key=lambda outcome: outcome.line)


def test_a_thousand_outcomes_take_less_than_forty_bytes_each() -> None:
    assert len(pack([h.outcome(JOB, line) for line in range(2, 1002)])) < 40_000
