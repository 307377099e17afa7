from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provisioner.cursors import BadCursor, decode, encode
from services.provisioner.listing import START, Position
from tests.unit.provisioner.making import JOB


@given(
    created_at=st.datetimes(timezones=st.just(UTC)), line=st.integers(0, 2**31 - 1), user_id=st.uuids(allow_nil=True)
)
def test_a_cursor_is_the_position_it_was_made_of(created_at: datetime, line: int, user_id: object) -> None:
    position = Position(created_at=created_at, line=line, user_id=user_id)  # type: ignore[arg-type]  # hypothesis' UUIDs
    assert decode(encode(position)) == position


def test_a_cursor_can_stand_in_a_url() -> None:
    cursor = encode(Position(created_at=START.created_at, line=3, user_id=JOB))
    assert cursor.replace("-", "a").replace("_", "a").isalnum()


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "x", "....", "ünïcode", encode(START)[:-1], encode(START) + "AAAA", "A" * 500, "A", "\x00"),
        urlsafe_b64encode(pack(">qI16s", 2**62, 1, JOB.bytes)).decode(),
        urlsafe_b64encode(pack(">qI16s", -(2**62), 1, JOB.bytes)).decode(),
    ],
)
def test_anything_else_is_a_bad_cursor(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode(cursor)


@given(st.text(max_size=60))
def test_no_text_does_worse_than_a_bad_cursor(cursor: str) -> None:
    try:
        decode(cursor)
    except BadCursor:
        return
