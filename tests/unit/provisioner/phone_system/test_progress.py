from hypothesis import given, settings
from hypothesis import strategies as st

from services.provisioner.directory import NotMade
from services.provisioner.phone_system.progress import Progress, pack, unpack

LINES = st.integers(1, 1_000_000)
REFUSED = st.builds(NotMade, line=LINES, code=st.text(max_size=20), message=st.text(max_size=50))


@settings(deadline=None)
@given(st.sets(LINES), st.lists(REFUSED, unique_by=lambda row: row.line), st.dictionaries(LINES, st.floats(0, 2e9)))
def test_what_is_kept_is_found_again(made: set[int], refused: list[NotMade], broken: dict[int, float]) -> None:
    progress = Progress(asked=7, made=made, refused={row.line: row for row in refused}, broken=broken)
    assert unpack(pack(progress), asked=7) == progress


def test_of_a_chunk_that_was_not_begun_nothing_is_known() -> None:
    assert unpack(b"", asked=0) == Progress()


def test_a_thousand_seats_take_little() -> None:
    assert len(pack(Progress(made=set(range(2, 1002))))) < 3_000
