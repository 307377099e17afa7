"""Cursors come back as they were given, and nothing else is taken for one."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.eventlog.cursors import BadCursor, JobPosition, number_cursor, number_of
from tests.unit.eventlog.histories import patient

names = st.text(max_size=250, alphabet=st.characters(exclude_characters="\0", codec="utf-8"))


@patient
@given(st.datetimes(timezones=st.just(UTC)) | st.integers(-1, 2**31 - 1) | names, st.uuids())
def test_a_position_comes_back(key: datetime | int | str, job_id: UUID) -> None:
    position = JobPosition(sort="-rows", key=key, job_id=job_id)
    assert JobPosition.of(position.cursor(), sort="-rows", key=type(key)) == position


def test_a_position_in_another_order_is_refused() -> None:
    cursor = JobPosition(sort="-rows", key=7, job_id=UUID(int=7)).cursor()
    with pytest.raises(BadCursor):
        JobPosition.of(cursor, sort="-failed", key=int)


@patient
@given(st.integers(0, 2**31 - 1))
def test_a_number_comes_back(number: int) -> None:
    assert number_of("problems", number_cursor("problems", number)) == number


@patient
@given(st.text(max_size=300) | st.just("x" * 201))
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        JobPosition.of(text, sort="-submitted_at", key=datetime)
    with pytest.raises(BadCursor):
        number_of("problems", text)


@pytest.mark.parametrize(
    "json",
    [
        "[]",
        "{}",
        '["jobs"]',
        '["jobs","-submitted_at","2026-11-22T12:00:00+00:00","no"]',
        '["jobs","-submitted_at","2026-11-22T12:00:00","6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01"]',
        '["jobs","-submitted_at","0001-01-01T00:00:00+10:00","6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01"]',
        '["jobs","-rows",1,2]',
        '["jobs","-rows",true,"6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01"]',
        '["jobs","-rows",2147483648,"6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01"]',
        '["jobs","-rows","1","6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01"]',
        '["jobs","filename",1,"6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01"]',
        '["jobs","filename","a\\u0000b","6f1c7a3e-5a0b-5d0e-9a55-0c9e6b1d1a01"]',
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
        JobPosition.of(cursor, sort="-submitted_at", key=datetime)
    with pytest.raises(BadCursor):
        JobPosition.of(cursor, sort="-rows", key=int)
    with pytest.raises(BadCursor):
        JobPosition.of(cursor, sort="filename", key=str)
    with pytest.raises(BadCursor):
        number_of("problems", cursor)
