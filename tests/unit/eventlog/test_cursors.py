"""Cursors come back as they were given, and nothing else is taken for one."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.eventlog.cursors import NEWEST, BadCursor, JobPosition, number_cursor, number_of
from tests.unit.eventlog.histories import patient


@patient
@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_position_comes_back(moment: datetime, job_id: UUID) -> None:
    position = JobPosition(began_at=moment, job_id=job_id)
    assert JobPosition.of(position.cursor()) == position


@patient
@given(st.integers(0, 2**31 - 1))
def test_a_number_comes_back(number: int) -> None:
    assert number_of("problems", number_cursor("problems", number)) == number


@patient
@given(st.text(max_size=300) | st.just("x" * 201))
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        JobPosition.of(text)
    with pytest.raises(BadCursor):
        number_of("problems", text)


@pytest.mark.parametrize(
    "json",
    [
        "[]",
        "{}",
        '["job"]',
        '["job","2026-11-22T12:00:00+00:00","no"]',
        '["job","2026-11-22T12:00:00","6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01"]',
        '["job","0001-01-01T00:00:00+10:00","6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01"]',
        '["job",1,2]',
        '["problems",-1]',
        '["problems",true]',
        '["problems",2147483648]',
        '["problems",1,2]',
        '["outcomes",1]',
    ],
)
def test_what_we_never_gave_is_refused(json: str) -> None:
    cursor = urlsafe_b64encode(json.encode()).decode()
    with pytest.raises(BadCursor):
        JobPosition.of(cursor)
    with pytest.raises(BadCursor):
        number_of("problems", cursor)


def test_the_newest_has_a_cursor_too() -> None:
    assert JobPosition.of(NEWEST.cursor()) == NEWEST
