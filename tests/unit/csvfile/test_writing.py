"""The bytes that are written, and the apostrophe before what a spreadsheet would run."""

import codecs

import pytest

import csvfile
from csvfile import Dialect, guard, guard_raw


def written(rows: list[list[str]], dialect: Dialect | None = None, *, raw: bool = False) -> bytes:
    return b"".join(csvfile.write(rows, dialect or Dialect(), raw=raw))


def test_delimiter_line_end_and_mark_are_the_dialects() -> None:
    dialect = Dialect(delimiter=";", newline="\r\n", bom=True)
    assert written([["a", "b"], ["1;1", "2,2"]], dialect) == codecs.BOM_UTF8 + b'a;b\r\n"1;1";2,2\r\n'


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("cell", ["x\ry", "x\ny", "x\r\ny"])
def test_line_breaks_of_any_kind_are_quoted(newline: str, cell: str) -> None:
    assert written([[cell, "z"]], Dialect(newline=newline)) == f'"{cell}",z{newline}'.encode()


def test_a_utf_16_source_is_written_as_utf_8_with_a_mark() -> None:
    reading = csvfile.read([codecs.BOM_UTF16_LE + "ä,b\r\n".encode("utf-16-le")])
    assert written([list(reading.header.cells)], reading.dialect) == codecs.BOM_UTF8 + "ä,b\r\n".encode()


@pytest.mark.parametrize(
    "value", ["=1+1", "+cmd", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"]
)
def test_formulas_are_guarded(value: str) -> None:
    assert guard(value) == guard_raw(value) == "'" + value


@pytest.mark.parametrize("value", ["+14155550100", "+1234567", "", "x=1", "O'Brien", "'quoted'", "12", " =1"])
def test_what_is_inert_stays(value: str) -> None:
    assert guard(value) == guard_raw(value) == value


@pytest.mark.parametrize("value", ["+1234567890123456", "+0123456789", "+123456", "+1415555010\n", "+1415-555"])
def test_only_exactly_e164_is_inert(value: str) -> None:
    assert guard(value) == "'" + value


def test_a_raw_cell_with_an_apostrophe_is_not_guarded_twice() -> None:
    assert written([["'=1", "=1", "'+14155550100"]], raw=True) == b"'=1,'=1,'+14155550100\n"
    assert written([["'=1", "=1", "'+14155550100"]]) == b"''=1,'=1,''+14155550100\n"


def test_blocks_are_small_and_whole() -> None:
    rows = [["x" * 100, str(n)] for n in range(5000)]
    blocks = list(csvfile.write(rows, Dialect()))
    assert max(map(len, blocks)) < 70_000
    assert len(blocks) > 5
    assert [list(r.cells) for r in csvfile.read([b"a,b\n", *blocks])] == rows


def test_no_rows_no_bytes() -> None:
    assert written([]) == b""
