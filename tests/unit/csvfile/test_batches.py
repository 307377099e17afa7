"""Batches have what iterating over the records gives: cells, lines, blank lines, and what stops the reading."""

import csv
import io
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import csvfile
from csvfile import Batch, FileProblem, Record
from csvfile.columns import columns_of, parsed_columns, split_columns
from csvfile.decoding import BLOCK

CHARACTERS = "a',;\t\" \n\r\0\x85\u2028ä名"
WORDS = ["b,c", "'=1", '""', '"a"', '"b,c"', '"x""y"', '"\n"', '"a\r\nb"', "\r\n", "a,b\n", ",\n", '"q",b\n', "1,2\r\n"]
PIECES = st.sampled_from([*CHARACTERS, *WORDS])
TEXTS = st.lists(PIECES, max_size=40).map("".join)
FILLERS = st.sampled_from(["a,b\n", "a,b\r\n", '"a",b\n', "é,b\n"])


@dataclass
class Told:
    """All that reading a file tells."""

    records: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    blank_lines: int = 0
    problem: tuple[int, str, str] | None = None


def by_records(data: bytes, *, raw: bool) -> Told:
    told = Told()
    try:
        reading = csvfile.read([data], raw=raw)
        told.records += [(record.line, record.cells) for record in reading]
        told.blank_lines = reading.blank_lines
    except FileProblem as problem:
        told.problem = problem.line, problem.code, problem.message
        told.records = records_before(data, raw=raw)
    return told


def records_before(data: bytes, *, raw: bool) -> list[tuple[int, tuple[str, ...]]]:
    records = []
    try:
        for record in csvfile.read([data], raw=raw):
            records.append((record.line, record.cells))
    except FileProblem:
        pass
    return records


def by_batches(data: bytes, *, raw: bool, size: int) -> Told:
    told, sizes = Told(), []
    try:
        reading = csvfile.read([data], raw=raw)
        for batch in reading.batches(size):
            sizes.append(batch.rows)
            told.records += records_of(batch, width=len(reading.header.cells))
        told.blank_lines = reading.blank_lines
    except FileProblem as problem:
        told.problem = problem.line, problem.code, problem.message
    assert all(rows == size for rows in sizes[:-1])
    assert all(0 < rows <= size for rows in sizes[-1:])
    return told


def records_of(batch: Batch, *, width: int) -> list[tuple[int, tuple[str, ...]]]:
    assert len(batch.columns) == width
    assert {len(cells) for cells in batch.columns} == {len(batch.lines)}
    assert all(len(record.cells) != width for record in batch.uneven)
    even = map(Record, batch.lines, zip(*batch.columns, strict=True))
    return [(line, cells) for line, cells in sorted([*even, *batch.uneven])]


@given(TEXTS, st.integers(1, 9), st.booleans())
@example('a,b\n"x\ny",1\nc,d\n', 2, False)
@example("a\n\nb\n\n", 1, False)
@example('"h\ni",b\n1,2\n', 5, False)
def test_batches_have_the_records(text: str, size: int, raw: bool) -> None:
    data = text.encode()
    assert by_batches(data, raw=raw, size=size) == by_records(data, raw=raw)


@settings(deadline=None)
@given(TEXTS, TEXTS, FILLERS, st.integers(0, 40), st.booleans())
def test_also_where_a_block_ends(head: str, text: str, filler: str, before: int, raw: bool) -> None:
    """The texts that are taken at once end in the middle of what was drawn."""
    start = f"{head}{filler}".encode()
    room = BLOCK - before - len(start)
    data = start + filler.encode() * (room // len(filler.encode())) + text.encode() + filler.encode() * 3
    assert by_batches(data, raw=raw, size=1000) == by_records(data, raw=raw)


def test_a_header_of_several_blocks() -> None:
    data = f'a,"{"x" * BLOCK}\n{"x" * 100}"\n1,2\n3,4\n'.encode()
    assert by_batches(data, raw=False, size=10).records == [(3, ("1", "2")), (4, ("3", "4"))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "newline"])
def test_plain_files_need_no_csv_module_which_says_the_same(delimiter: str, newline: str, end: str) -> None:
    rows = [["1", "Ann", ""], ["2", "Lee", "'"], ["", "", "x"]]
    text = newline.join(delimiter.join(row) for row in rows) + (newline if end else "")
    columns = [["1", "2", ""], ["Ann", "Lee", ""], ["", "'", "x"]]
    assert split_columns(text, delimiter, 3) == columns
    parsed = parsed_columns(text, delimiter, 3)
    assert parsed is not None
    assert [list(cells) for cells in parsed] == columns


NOT_PLAIN = [
    "a\n",
    "a,b,c\n",
    "a,b\nc\nd,e,f\n",
    "a,b\n\n",
    "a,b\rc,d\n",
    "a,b\r\nc,d\n",
    "a,b\nc,d\r\n",
    'a,"b"\n',
    'a,b"c\n',
]


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_whatever_is_not_plain_is_not_split(text: str) -> None:
    assert split_columns(text, ",", 2) is None


@pytest.mark.parametrize(
    "text",
    ['a,b"c\n', "a,b\r\nc,d\n", 'a,""""\nc,"""d"', 'a,""\n', '"a","b"\n' * 9, 'a,"b""c,"\n', "a,\x1d\x85\u2028\n"],
)
def test_most_of_that_is_still_had_by_columns(text: str) -> None:
    columns = columns_of(text, ",", 2)
    assert columns is not None
    assert list(zip(*columns, strict=True)) == [record.cells for record in csvfile.read([f"a,b\n{text}".encode()])]


@pytest.mark.parametrize(
    "text",
    ["a,b\rc,d\n", 'a,"b\r"\n', 'a,"b\r\nc"\n', 'a,"b\nc"\n', "a,b\n\n", "a,b\nc\n", 'a,"b\n', f"a,{'b' * 140_000}\n"],
)
def test_what_goes_over_lines_or_has_another_width_is_not(text: str) -> None:
    assert columns_of(text, ",", 2) is None


@given(TEXTS.map(lambda text: text.replace("\0", "")), st.integers(2, 3))
def test_both_ways_give_what_the_csv_module_gives(text: str, width: int) -> None:
    split, parsed = split_columns(text or "a", ",", width), parsed_columns(text or "a", ",", width)
    if split is not None:
        assert parsed is not None
        assert [list(cells) for cells in parsed] == split
    if parsed is not None and "\r" not in text:
        rows = list(csv.reader(io.StringIO(text or "a", newline=""), strict=True))
        assert list(zip(*parsed, strict=True)) == list(map(tuple, rows))
