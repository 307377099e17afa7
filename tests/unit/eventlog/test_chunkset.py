"""The set of chunks that are in."""

from hypothesis import given
from hypothesis import strategies as st

from services.eventlog.chunkset import ChunkSet
from tests.unit.eventlog.histories import patient

numbers = st.lists(st.integers(0, 3_000))


def made(chunks: list[int]) -> ChunkSet:
    known = ChunkSet()
    for chunk in chunks:
        known = known.with_chunk(chunk)
    return known


@patient
@given(numbers, st.integers(0, 3_000))
def test_it_is_a_set(chunks: list[int], other: int) -> None:
    known = made(chunks)
    assert len(known) == len(set(chunks))
    assert (other in known) == (other in chunks)
    assert known.highest == max(chunks, default=-1)


@patient
@given(numbers)
def test_it_comes_back_from_its_bytes(chunks: list[int]) -> None:
    assert ChunkSet.from_bytes(made(chunks).to_bytes()) == made(chunks)


def test_a_million_rows_take_125_bytes() -> None:
    assert len(made(list(range(1, 1_000))).to_bytes()) == 125
