"""What must hold for every table: how it was cut does not matter, and what was written is what is read."""

import codecs
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

import csvfile
from csvfile import Dialect, FileProblem, guard, guard_raw, unguard
from csvfile.guard import SUSPECT

# Letters that matter to CSV and to spreadsheets come often; NUL is refused, and lone surrogates are no text.
TEXT = st.text(
    st.one_of(
        st.sampled_from("'=+-@\t\r\n\",; \uff1d\uff0b1a"),
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    ),
    max_size=12,
)
ROWS = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), max_size=8))
DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from([",", ";", "\t"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    bom=st.booleans(),
)


def read(blocks: Iterable[bytes], *, raw: bool = False) -> list[tuple[str, ...]]:
    return [record.cells for record in csvfile.read(blocks, raw=raw)]


@given(ROWS, DIALECTS)
def test_reading_what_was_written_gives_the_same_cells(rows: list[list[str]], dialect: Dialect) -> None:
    rows = [row for row in rows if any(cell.strip() for cell in row)]  # blank rows are skipped
    reading = csvfile.read(csvfile.write([["a", "b"], *rows], dialect))
    assert [list(record.cells) for record in reading] == rows
    assert (reading.dialect.delimiter, reading.dialect.bom) == (dialect.delimiter, dialect.bom)
    assert reading.dialect.newline == dialect.newline


@given(ROWS, DIALECTS)
def test_raw_cells_pass_through(rows: list[list[str]], dialect: Dialect) -> None:
    source = b"".join(csvfile.write([["a", "b"], *rows], dialect))
    raw = read([source], raw=True)
    copy = b"".join(csvfile.write([["a", "b"], *raw], dialect, raw=True))
    assert read([copy], raw=True) == raw
    assert read([copy]) == read([source])


@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_are_read_or_told_the_same_however_they_are_cut(data: bytes, size: int) -> None:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert told([data]) == told(pieces)


@given(st.text(st.sampled_from("a,;\n\r\"'=\t\0 ä"), max_size=60), st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_any_text_is_read_or_told(text: str, encoding: str) -> None:
    records, problem = told([text.encode(encoding)])
    lines = [line for line, _ in records]
    assert lines == sorted(set(lines))
    assert problem is None or problem[0] >= (lines[-1] if lines else 1)


@given(TEXT)
def test_the_guard_comes_off_again(value: str) -> None:
    assert unguard(guard(value)) == value
    assert unguard(guard_raw(value)) == unguard(value)


@given(TEXT)
def test_what_is_written_is_never_run(value: str) -> None:
    for cell in (guard(value), guard_raw(value)):
        assert cell[:1] not in SUSPECT - {"'"} or (cell[1:].isdigit() and cell[0] == "+" and cell.isascii())


@given(ROWS, st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_utf_16_reads_as_utf_8_does(rows: list[list[str]], encoding: str) -> None:
    source = b"".join(csvfile.write([["a", "b"], *rows], Dialect()))
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
    assert read([mark + source.decode().encode(encoding)]) == read([source])


def told(blocks: Iterable[bytes]) -> tuple[list[tuple[int, tuple[str, ...]]], tuple[int, str, str] | None]:
    records: list[tuple[int, tuple[str, ...]]] = []
    try:
        for record in csvfile.read(blocks):
            records.append((record.line, record.cells))
    except FileProblem as problem:
        return records, (problem.line, problem.code, problem.message)
    return records, None
