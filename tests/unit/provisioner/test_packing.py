from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from services.provisioner.directory import Made, NotMade
from services.provisioner.packing import pack, unpack

LINES = st.integers(1, 2**31 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
OUTCOMES = st.builds(Made, line=LINES, user_id=st.uuids(), created_at=st.datetimes(timezones=st.just(UTC))) | st.builds(
    NotMade, line=LINES, code=TEXTS, message=TEXTS
)


@given(st.lists(OUTCOMES).map(tuple))
def test_what_was_packed_comes_out_equal_and_in_order(outcomes: tuple[Made | NotMade, ...]) -> None:
    assert unpack(pack(outcomes)) == outcomes
