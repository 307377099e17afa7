"""Passages are the records of the file: nothing is lost, nothing moved, and what stays text reads the same."""

import csv
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csvfile
from csvfile.problem import FileProblem

WIDTH = 3
plain = st.sampled_from(["a", "b c", "", " ", "é", "+14155550100", "'=1", "5' 3"])
telling = st.sampled_from(
    ["=1", "+0", "-x", "@", "\uff1d", "\uff0bx", '"a"', '"a,b"', '"a;b"', '"a\nb"', '"a""b"', '"=1"', '5" x 3"', 'x"']
)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file; often with nothing in it that needs a look."""
    delimiter, newline = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n"]))
    cells = draw(st.sampled_from([plain, plain | telling]))
    widths = draw(st.sampled_from([st.just(WIDTH), st.integers(1, WIDTH + 2)]))
    rows = draw(st.lists(widths.flatmap(lambda width: st.lists(cells, min_size=width, max_size=width)), max_size=8))
    lines = [delimiter.join(row) for row in [["h1", "h2", "h3"], *rows]]
    last = draw(st.sampled_from(["", newline]))
    return newline.join(lines) + (last or ("" if rows else newline))


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def by_records(reading: csvfile.Reading) -> Iterator[csvfile.Record]:
    yield from reading


def by_passages(reading: csvfile.Reading) -> Iterator[csvfile.Record]:
    """The records, where those that stayed text are what their cells would be written as."""
    dialect = csvfile.Dialect(delimiter=reading.dialect.delimiter)
    for passage in reading.passages():
        for line, row in zip(passage.lines, passage.texts, strict=True):
            [cells] = csv.reader([row], delimiter=dialect.delimiter, strict=True)
            assert b"".join(csvfile.write([cells], dialect, raw=True)).decode() == f"{row}\n"
            yield csvfile.Record(line, tuple(cells))
        yield from passage.others


def told(
    text: str, size: int, way: Callable[[csvfile.Reading], Iterator[csvfile.Record]]
) -> tuple[set[csvfile.Record], str | None, int]:
    """The records of a file, what is wrong with it, and how many are blank where nothing is."""
    reading = csvfile.read(cut(text.encode(), size), raw=True)
    records: set[csvfile.Record] = set()
    try:
        records.update(way(reading))
    except FileProblem as problem:
        return records, str(problem), 0
    return records, None, reading.blank_lines


@settings(deadline=None)
@given(file=files(), size=st.sampled_from([3, 1_000]))
def test_passages_are_the_records_of_the_file(file: str, size: int) -> None:
    expected, problem, blank = told(file, size, by_records)
    found, same_problem, same_blank = told(file, size, by_passages)
    assert (same_problem, same_blank) == (problem, blank)
    assert found == expected


def test_nearly_all_records_stay_text() -> None:
    rows = ["a,+14155550100,b"] * 500 + ['a,"x, y",b', "a,=1,b", "", "a,b"] + ["c,d,e"] * 500
    text = "\r\n".join(["h1,h2,h3", *rows, ""])
    [passage] = csvfile.read([text.encode()], raw=True).passages()
    assert len(passage.texts) == len(passage.lines) == 1_000
    assert [record.cells for record in passage.others] == [("a", "x, y", "b"), ("a", "=1", "b"), ("a", "b")]
    assert [record.line for record in passage.others] == [502, 503, 505]
    assert passage.lines[-1] == 1_005


@pytest.mark.parametrize("size", [7, 100_000])
def test_a_cell_over_many_lines_is_one_record(size: int) -> None:
    text = "h1,h2,h3\n" + "a,b,c\n" * 3 + '"x\n' + "y\n" * 50 + 'z",b,c\n' + "a,b,c\n" * 3
    found: dict[int, object] = {}
    for passage in csvfile.read(cut(text.encode(), size), raw=True).passages():
        found |= dict(zip(passage.lines, passage.texts, strict=True))
        found |= {record.line: record.cells for record in passage.others}
    assert sorted(found) == [2, 3, 4, 5, 57, 58, 59]
