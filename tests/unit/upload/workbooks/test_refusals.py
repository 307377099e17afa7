"""What can't be read is refused with a reason, before it costs anything."""

import io
import struct
import zlib
from collections.abc import Callable
from tempfile import TemporaryFile

import pytest

from services.upload.workbooks import Limits, WorkbookProblem, open_workbook
from tests.unit.upload.workbooks.making import LIMITS, archive, converted, parts, relations

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


def refused(workbook: bytes, limits: Limits = LIMITS, sheet: str | None = None) -> WorkbookProblem:
    with pytest.raises(WorkbookProblem) as raised:
        converted(workbook, sheet, limits)
    return raised.value


@pytest.mark.parametrize(
    "file",
    [
        archive({"word/document.xml": "<w/>", "_rels/.rels": relations(officeDocument1="word/document.xml")}),
        archive({"xl/workbook.bin": b"\x00", "_rels/.rels": relations(officeDocument1="xl/workbook.bin")}),
        archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        archive({"staff.csv": "a,b"}),
        archive(parts(ROW))[:-30],
        b"PK\x03\x04 and then nothing of the kind",
    ],
)
def test_other_archives_are_no_workbooks(file: bytes) -> None:
    with open_workbook(io.BytesIO(file), limits=LIMITS, temporary=TemporaryFile) as opened:
        assert opened is None


def test_a_sheet_that_is_not_there_is_named_with_those_that_are() -> None:
    problem = refused(archive(parts(ROW)), sheet="Stuff")
    assert (problem.code, problem.told) == ("sheet_unknown", {"sheets": ["Staff"]})
    assert "“Stuff”" in problem.message
    assert "“Staff”" in problem.message


def test_rows_are_counted() -> None:
    def rows(count: int) -> bytes:
        return archive(parts("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, count + 1))))

    assert converted(rows(101)).count(b"\r\n") == 101, "the header does not count"
    problem = refused(rows(102))
    assert (problem.code, "100 rows" in problem.message) == ("too_many_rows", True)


def test_empty_rows_count_for_nothing() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(2, 5000))
    assert converted(archive(parts(ROW + rows))) == b"\xef\xbb\xbf1\r\n"


def test_what_unpacks_to_too_much_is_refused() -> None:
    bomb = parts(ROW, strings=f"<si><t>{'0' * 2_000_000}</t></si>")
    assert len(archive(bomb)) < 10_000
    assert refused(archive(bomb), Limits(unpacked=50_000, rows=10)).code == "workbook_too_large"


def test_parts_that_are_not_read_do_not_count() -> None:
    made = parts(ROW) | {"xl/media/photo.png": "0" * 2_000_000}
    assert converted(archive(made), limits=Limits(unpacked=50_000, rows=10)) == b"\xef\xbb\xbf1\r\n"


def in_sheet(xml: str) -> bytes:
    return archive(parts(ROW) | {"xl/worksheets/sheet1.xml": xml})


def lol() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    return in_sheet(f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><worksheet>&l8;</worksheet>')


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(lol(), id="entities that multiply"),
        pytest.param(
            in_sheet('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'), id="file"
        ),
        pytest.param(in_sheet("<worksheet><sheetData><row>"), id="cut off"),
        pytest.param(in_sheet("not XML"), id="no XML"),
        pytest.param(archive(parts('<row><c t="s"><v>5</v></c></row>')), id="a text that is not there"),
        pytest.param(archive(parts('<row><c t="s"><v>-1</v></c></row>')), id="a text before the first"),
        pytest.param(archive(parts('<row><c r="XFE1"><v>5</v></c></row>')), id="behind the last column"),
        pytest.param(archive(parts('<row r="1048577"><c><v>5</v></c></row>')), id="behind the last row"),
        pytest.param(archive(parts(f'<row><c t="str"><v>{"x" * 70_000}</v></c></row>')), id="an endless cell"),
    ],
)
def test_a_workbook_that_is_not_right_is_unreadable(file: bytes) -> None:
    problem = refused(file)
    assert problem.code == "workbook_unreadable"
    assert "save it as CSV UTF-8" in problem.message


def test_an_attribute_without_end_is_unreadable() -> None:
    made = parts(ROW) | {"xl/worksheets/sheet1.xml": f'<worksheet a="{"x" * 6_000_000}"/>'}
    assert refused(archive(made), Limits(unpacked=100_000_000, rows=10)).code == "workbook_unreadable"


def test_something_far_out_in_a_row_is_named() -> None:
    problem = refused(
        archive(parts('<row r="1"><c r="A1"><v>1</v></c></row><row r="7"><c r="ALM7"><v>5</v></c></row>'))
    )
    assert (problem.code, "Row 7" in problem.message) == ("too_many_columns", True)


def protected(file: bytes) -> bytes:
    """With the bit set that says that a part needs a password."""
    at = file.find(b"PK\x01\x02")
    while at >= 0:
        file = file[: at + 8] + b"\x01" + file[at + 9 :]
        at = file.find(b"PK\x01\x02", at + 4)
    return file


def damaged(file: bytes) -> bytes:
    """With one bit of the sheet turned round."""
    name = b"xl/worksheets/sheet1.xml"
    at = file.find(name) + len(name) + 20
    return file[:at] + bytes([file[at] ^ 0xFF]) + file[at + 1 :]


def endless_list(file: bytes) -> bytes:
    """With a list of parts that claims to be long."""
    at = file.rfind(b"PK\x05\x06")
    return file[: at + 12] + struct.pack("<L", 50_000_000) + file[at + 16 :]


@pytest.mark.parametrize("change", [protected, damaged, endless_list])
def test_a_damaged_archive_is_unreadable(change: Callable[[bytes], bytes]) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{zlib.crc32(bytes([n]))}</v></c></row>' for n in range(1, 90))
    assert refused(change(archive(parts(rows)))).code == "workbook_unreadable"
