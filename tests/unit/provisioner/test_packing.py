import zlib
from datetime import UTC, datetime
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.ids import user_id_of, user_ids_of
from contracts.messages import Successful
from services.provisioner.directory import ChunkResult, Made, NotMade
from services.provisioner.packing import pack, unpack
from tests.unit.provisioner.making import JOB

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
TIMES = st.just(NOW) | st.datetimes(timezones=st.just(UTC))


@st.composite
def results(draw: st.DrawFn) -> ChunkResult:
    lines = draw(st.lists(st.integers(1, 40) | st.integers(1, 2**31 - 1), unique=True))
    return ChunkResult.of(
        (
            Made(line=line, user_id=user_id_of(JOB, line), created_at=draw(TIMES))
            if draw(st.booleans())
            else NotMade(line=line, code=draw(TEXTS), message=draw(TEXTS))
            for line in lines
        ),
        provisioned_at=NOW,
    )


def unpacked(stored: bytes) -> ChunkResult:
    return unpack(stored, job_id=JOB, provisioned_at=NOW)


@settings(deadline=None)
@given(results())
def test_what_was_packed_comes_out_equal(result: ChunkResult) -> None:
    assert unpacked(pack(result.made, result.not_made)) == result


def test_a_thousand_seats_take_a_few_bytes() -> None:
    lines = range(2, 1_002)
    assert len(pack(Successful(lines=lines, user_ids=user_ids_of(JOB, lines)), ())) < 30


def test_what_the_first_version_stored_is_read() -> None:
    user_id, earlier = UUID(int=7), datetime(2026, 11, 21, tzinfo=UTC)
    rows = [[3, "not made", "email_taken", "Taken."], [2, "made", user_id, earlier], [4, "made", user_id, NOW]]
    stored = zlib.compress(orjson.dumps(rows), 1)
    assert unpacked(stored).outcomes == (
        Made(line=2, user_id=user_id, created_at=earlier),
        NotMade(line=3, code="email_taken", message="Taken."),
        Made(line=4, user_id=user_id, created_at=NOW),
    )
