"""CSV as people really send it: encodings, delimiters, line ends, quotes, blank lines."""

import codecs
from collections.abc import Iterator

import pytest

import csvfile
from csvfile import FileProblem, Limits
from csvfile.decoding import BLOCK


def rows(data: bytes, *, raw: bool = False) -> list[tuple[int, tuple[str, ...]]]:
    return [(record.line, record.cells) for record in csvfile.read([data], raw=raw)]


def problem(data: bytes, limits: Limits | None = None) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        list(csvfile.read([data], limits=limits))
    return caught.value


def test_the_header_and_the_rows_with_their_lines() -> None:
    reading = csvfile.read([b"name,extension\nAnn,101\nBob,102\n"])
    assert reading.header == (1, ("name", "extension"))
    assert list(reading) == [(2, ("Ann", "101")), (3, ("Bob", "102"))]


@pytest.mark.parametrize(
    ("start", "encoding", "name", "bom"),
    [
        (b"", "utf-8", "utf-8", False),
        (codecs.BOM_UTF8, "utf-8", "utf-8", True),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le", True),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be", True),
    ],
)
def test_encodings(start: bytes, encoding: str, name: str, bom: bool) -> None:
    reading = csvfile.read([start + "näme\nŁukasz 🦊\n".encode(encoding)])
    assert reading.header.cells == ("näme",)
    assert (reading.dialect.encoding, reading.dialect.bom) == (name, bom)
    assert [record.cells for record in reading] == [("Łukasz 🦊",)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_in_the_header(delimiter: str) -> None:
    reading = csvfile.read([f"a{delimiter}b\n1,1;1{delimiter}2\n".replace("1,1;1", '"1,1;1"').encode()])
    assert reading.dialect.delimiter == delimiter
    assert next(iter(reading)).cells == ("1,1;1", "2")


@pytest.mark.parametrize(
    ("header", "delimiter", "cells"),
    [
        ('"a;b;c",d', ",", ("a;b;c", "d")),
        ('"a,b,c";d', ";", ("a,b,c", "d")),
        ('"a,b\n,c"\td', "\t", ("a,b\n,c", "d")),
        ("one", ",", ("one",)),
    ],
)
def test_delimiters_within_quotes_do_not_count(header: str, delimiter: str, cells: tuple[str, ...]) -> None:
    reading = csvfile.read([f"{header}\n1\n".encode()])
    assert (reading.dialect.delimiter, reading.header.cells) == (delimiter, cells)


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_line_ends(newline: str) -> None:
    reading = csvfile.read([newline.join(["a,b", "1,2", "3,4"]).encode()])
    assert reading.dialect.newline == newline
    assert list(reading) == [(2, ("1", "2")), (3, ("3", "4"))]


def test_line_ends_may_be_mixed() -> None:
    assert rows(b"a\r\n1\n2\r3\r\n4") == [(2, ("1",)), (3, ("2",)), (4, ("3",)), (5, ("4",))]


def test_only_cr_and_lf_end_a_line() -> None:
    line = "x\x0by\x0cz\x1c\x85\u2028\u2029"
    assert rows(f"a\n{line}\n".encode()) == [(2, (line,))]


def test_quoted_line_breaks_stay_in_the_cell_and_count_as_lines() -> None:
    assert rows(b'a,b\n"1\r\n\n1",2\n3,"say ""hi"""\n') == [(2, ("1\r\n\n1", "2")), (5, ("3", 'say "hi"'))]


def test_blank_lines_are_skipped_and_counted() -> None:
    reading = csvfile.read([b"\n \na,b\n\n1,2\n,\n  , \n3,4\n\n"])
    assert reading.header == (3, ("a", "b"))
    assert list(reading) == [(5, ("1", "2")), (8, ("3", "4"))]
    assert reading.blank_lines == 6


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_line_of_excel_that_names_the_delimiter(delimiter: str) -> None:
    reading = csvfile.read([f"\r\nSEP={delimiter}\r\n\r\na{delimiter}b,c;d\r\n1{delimiter}2\r\n".encode()])
    assert (reading.dialect.delimiter, reading.dialect.newline, reading.header.line) == (delimiter, "\r\n", 4)
    assert [record.line for record in reading] == [5]


def test_nothing_but_the_name_of_a_delimiter() -> None:
    assert problem(b"sep=;").code == "empty_file"
    assert csvfile.read([b"sep=x\n"]).header.cells == ("sep=x",)


def test_rows_may_be_shorter_or_longer_than_the_header() -> None:
    assert rows(b"a,b\n1\n1,2,3\n") == [(2, ("1",)), (3, ("1", "2", "3"))]


def test_header_without_rows() -> None:
    assert rows(b"a,b") == []


@pytest.mark.parametrize("data", [b"", b"\n\r\n \n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b",,\n,\n"])
def test_an_empty_file(data: bytes) -> None:
    assert problem(data).code == "empty_file"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", "Excel workbook (.xlsx)"),
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml word/document.xml", "Word document"),
        (b"PK\x03\x04\x14\0\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument"),
        (b"PK\x03\x04\x14\0\0\0seats.csv", "compressed file (.zip)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "old Excel workbook"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x1f\x8b\x08\0", "compressed file (.gz)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "old Excel workbook (.xls)"),
        (b"PK\x03\x04\x14\0\0\0xl/workbook.bin", "binary Excel workbook (.xlsb)"),
        (b"PK\x03\x04\x14\0\0\0Index/Document.iwa", "Numbers document"),
        (b"Rar!\x1a\x07\x01\0", "compressed file (.rar)"),
        (b"\n <!DOCTYPE html><html>", "web page"),
        (b"\xef\xbb\xbf<html><body><TABLE border=1>", "web page with a table"),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', "Excel 2003 XML"),
        (b'<?xml version="1.0"?><rss/>', "XML document"),
        (b"<meta charset=utf-8>", "web page"),
    ],
)
def test_other_kinds_of_files_are_named(data: bytes, words: str) -> None:
    told = problem(data)
    assert told.code == "not_csv"
    assert words in told.message


@pytest.mark.parametrize("data", [b"<b>,c\n1,2\n", b"PK,b\n1,2\n", b"Index/,xl/\n1,2\n"])
def test_a_csv_that_only_begins_like_another_kind_is_read(data: bytes) -> None:
    assert rows(data) == [(2, ("1", "2"))]


def test_a_nul_byte_is_told_with_line_and_offset() -> None:
    told = problem("ä,b\n1,2\n3,\0\n".encode())
    assert (told.code, told.line) == ("nul_byte", 3)
    assert "at byte 11" in told.message


def test_utf_16_without_mark_is_told_as_such() -> None:
    told = problem("a,b\n1,2\n".encode("utf-16-le"))
    assert (told.code, told.line) == ("nul_byte", 1)
    assert "UTF-16 without a byte order mark" in told.message


def test_another_encoding_is_told_with_byte_line_and_a_guess() -> None:
    text = "name,stadt\n" + "Jürgen Groß,Köln\nZoë,Düsseldorf\n" * 20
    told = problem(text.encode("cp1252"))
    assert (told.code, told.line) == ("wrong_encoding", 2)
    assert "byte 0xFC" in told.message
    assert "at byte 12" in told.message
    assert "It looks like Windows-1252" in told.message


def test_no_guess_where_there_is_none() -> None:
    assert "looks like" not in problem(b"a\n" + bytes(range(1, 256)) * 4).message


def test_a_cut_utf_16_file() -> None:
    told = problem(codecs.BOM_UTF16_LE + "a\nb\n".encode("utf-16-le") + b"c")
    assert (told.code, told.line) == ("wrong_encoding", 3)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_records_before_a_bad_byte_are_given_first(end: str) -> None:
    reading = csvfile.read([end.join(["a", "1", "2", "3"]).encode() + b"\xff" + end.encode() + b"4"])
    records = iter(reading)
    assert next(records) == (2, ("1",))
    assert next(records) == (3, ("2",))
    with pytest.raises(FileProblem, match="in line 4") as caught:
        next(records)
    assert caught.value.line == 4


def test_a_bad_byte_right_after_a_lone_cr_is_in_the_next_line() -> None:
    assert problem(b"a\r1\r\xff").line == 3


def test_a_quote_that_is_never_closed() -> None:
    told = problem(b'a,b\n1,2\n3,"4\n5,6\n')
    assert (told.code, told.line) == ("unclosed_quote", 3)
    assert "line 3" in told.message


@pytest.mark.parametrize("lines", [10_000, 100_000])
def test_a_quoted_cell_without_end_is_not_gathered(lines: int) -> None:
    given = 0

    def blocks() -> Iterator[bytes]:
        nonlocal given
        yield b'a,b\n1,2\n3,"4\n'
        for _ in range(lines):
            given += 100
            yield b"x" * 99 + b"\n"

    with pytest.raises(FileProblem) as caught:
        list(csvfile.read(blocks()))
    assert (caught.value.code, caught.value.line) == ("unclosed_quote", 3)
    assert given < 400_000


def test_a_record_of_endless_short_cells_is_not_gathered() -> None:
    """The csv module's limit is for a cell; a record that runs on needs our own when that was raised."""
    data = b'a,b\n"' + b"x\n" * 150_000
    told = problem(data, Limits(record=100_000))
    assert (told.code, told.line) == ("unclosed_quote", 2)


@pytest.mark.parametrize("row", ['"ab"c,2', '1,"a" ', '1,"a"b"'])
def test_stray_quotes(row: str) -> None:
    told = problem(f"a,b\n1,2\n{row}\n3,4\n".encode())
    assert (told.code, told.line) == ("stray_quote", 3)


def test_a_stray_quote_far_from_where_its_row_begins_names_both_lines() -> None:
    told = problem(b'a,b\n1,"x\n2,3\n4,"y"\n')
    assert told.line == 2
    assert "line 4, in the row that begins in line 2" in told.message


def test_quotes_within_an_unquoted_cell_are_part_of_it() -> None:
    assert rows(b'a,b\n5" pipe,2\n') == [(2, ('5" pipe', "2"))]


def test_stray_quote_in_the_header() -> None:
    assert problem(b'"a"x,b\n').code == "stray_quote"


def test_a_line_without_end_is_not_gathered() -> None:
    given = 0

    def blocks() -> Iterator[bytes]:
        nonlocal given
        yield b"a,b\n"
        for _ in range(100_000_000 // 50_000):
            given += 50_000
            yield b"x" * 50_000

    with pytest.raises(FileProblem) as caught:
        list(csvfile.read(blocks()))
    assert (caught.value.code, caught.value.line) == ("cell_too_long", 2)
    assert given < 1_200_000


def test_too_many_columns() -> None:
    told = problem(b",".join([b"a"] * 1001) + b"\n")
    assert (told.code, told.line) == ("too_many_columns", 1)
    assert "1,001" in told.message


def test_a_guarded_cell_loses_its_apostrophe_unless_read_raw() -> None:
    data = b"a,b\n'=1+1,'+14155550100\n'O,''\n\"'\n\",''@x\n"
    assert [cells for _, cells in rows(data)] == [("=1+1", "+14155550100"), ("'O", "''"), ("\n", "'@x")]
    assert [cells for _, cells in rows(data, raw=True)] == [("'=1+1", "'+14155550100"), ("'O", "''"), ("'\n", "''@x")]


def test_a_guard_is_seen_in_any_block_of_a_long_file() -> None:
    lines = ["a,b", *(f"{n},{'x' * 90}" for n in range(3000)), "1,'=2", *(f"{n},y" for n in range(3000)), "2,'@3"]
    found = [cells[1] for _, cells in rows("\n".join(lines).encode()) if cells[1][0] in "'=@"]
    assert found == ["=2", "@3"]


@pytest.mark.parametrize("shift", range(-4, 5))
@pytest.mark.parametrize("row", ["1,x\r\n2,y\r\n", "1,äß🦊\r\n", '1,"x\r\n""y"\r\n', "1,'=x\r\n", "1,x\r2,y\r"])
def test_nothing_happens_at_the_edge_of_a_decoded_block(row: str, shift: int) -> None:
    """64 KiB are decoded at once: whatever stands across that edge is read as it is elsewhere."""
    edge = BLOCK + shift - len(row.encode()) // 2
    start = b"a,b\n" + b"0," + b"x" * (edge - 4 - 2 - 2) + b"\r\n"
    assert len(start) == edge
    expected = [(line + 1, cells) for line, cells in rows(b"a,b\n" + row.encode())]
    assert rows(start + row.encode())[1:] == expected
