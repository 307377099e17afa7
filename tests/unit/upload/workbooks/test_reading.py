"""Workbooks as Excel and other programs write them become CSV whose lines are the sheet's rows."""

import io
import tracemalloc
from collections.abc import Callable
from datetime import date, datetime, time
from tempfile import TemporaryFile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.upload.workbooks import Limits, as_csv, open_workbook
from tests.unit.upload.workbooks.making import MAIN, archive, cells, converted, parts, read


def saved(fill: Callable[[Worksheet], object]) -> bytes:
    """A workbook as a widely used library writes it."""
    workbook = Workbook()
    assert isinstance(workbook.active, Worksheet)
    fill(workbook.active)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def test_cells_are_what_people_see_in_them() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["name", "number", "formatted", "date", "moment", "time", "truth", "error", "formula"])
        moment = datetime.combine(date(2026, 11, 22), time(8, 30))
        sheet.append(["Zoë", 1001, 42, moment.date(), moment, moment.time(), True, "#N/A", "=1+1"])
        sheet["C2"].number_format = "00000"

    assert read(saved(fill))[1] == (
        2,
        ("Zoë", "1001", "00042", "2026-11-22", "2026-11-22 08:30", "08:30", "TRUE", "#N/A", "#CALC!"),
    )


def test_the_csv_is_as_excel_writes_it() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["a", "b"])
        sheet.append(['say "hi"', "1,5"])

    csv = converted(saved(fill))
    assert csv == '\ufeffa,b\r\n"say ""hi""","1,5"\r\n'.encode()


def test_the_lines_of_the_csv_are_the_rows_of_the_sheet() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A3"], sheet["B3"] = "name", "team\nor department"
        sheet["A4"] = "Ann\r\nLee"
        sheet["B7"] = "x"
        sheet["A9"] = "   "

    assert read(saved(fill)) == [(3, ("name", "team or department")), (4, ("Ann Lee", "")), (7, ("", "x"))]
    assert converted(saved(fill)).endswith(b",x\r\n"), "nothing follows the last row that has something in it"


def test_rows_are_as_wide_as_the_header_unless_a_cell_is_further_out() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["a", "b", "c", None])
        sheet.append(["1"])
        sheet.append(["1", "2", "3", None, "a note"])

    assert read(saved(fill)) == [(1, ("a", "b", "c")), (2, ("1", "", "")), (3, ("1", "2", "3", "", "a note"))]


def test_a_text_that_would_run_as_a_formula_is_read_back_as_it_was() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["a", "b"])
        sheet.append(["x", "x"])
        sheet["A2"].value, sheet["A2"].data_type = "=1+1", "s"
        sheet["B2"].value, sheet["B2"].data_type = "'@home", "s"

    assert b"'=1+1,''@home" in converted(saved(fill))
    assert read(saved(fill))[1] == (2, ("=1+1", "'@home"))


def test_an_empty_sheet_is_an_empty_file() -> None:
    assert converted(saved(lambda _: None)) == b"\xef\xbb\xbf"


def test_a_sheet_is_chosen_by_name_and_hidden_ones_are_not_there() -> None:
    workbook = Workbook()
    for title, state in (("Old", "hidden"), ("Very old", "veryHidden"), ("Staff", "visible"), ("Büro 2", "visible")):
        sheet = workbook.create_sheet(title)
        sheet.sheet_state = state
        sheet.append([title])
    del workbook["Sheet"]
    workbook.create_chartsheet("Chart")
    file = io.BytesIO()
    workbook.active = 2
    workbook.save(file)
    assert read(file.getvalue()) == [(1, ("Staff",))]
    assert read(file.getvalue(), "büro 2 ") == [(1, ("Büro 2",))]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row>', ("1", "", "3")),
        ("<row><c><v>1</v></c><c><v>2</v></c></row>", ("1", "2")),
        ('<row r="1"><c r="AB1"><v>28</v></c></row>', ("",) * 27 + ("28",)),
        ('<row r="1"><c r="A1" t="b"><v>0</v></c><c r="B1" t="e"><v>#REF!</v></c></row>', ("FALSE", "#REF!")),
        ('<row r="1"><c r="A1" t="str"><f>A2&amp;"x"</f><v>shown</v></c></row>', ("shown",)),
        ('<row r="1"><c r="A1" t="d"><v>2026-11-22T00:00:00</v></c></row>', ("2026-11-22",)),
        ('<row r="1"><c r="A1" t="d"><v>2026-11-22T08:30:00Z</v></c></row>', ("2026-11-22 08:30",)),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t> a </t></is></c></row>', (" a ",)),
        ('<row r="1"><c r="A1" t="inlineStr"><is><r><t>O</t></r><r><t>k</t></r></is></c></row>', ("Ok",)),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>a_x000D_\nb_x0041_</t></is></c></row>', ("a bA",)),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>x_x0000_y_xD83D__xDE00_</t></is></c></row>', ("xy😀",)),
        ('<row r="1"><c r="A1" s="1"/><c r="B1"><v>2</v></c><c r="C1" s="1"/></row>', ("", "2")),
        ('<row r="1"><c r="A1" t="str"><f>IF(1,"")</f><v></v></c><c r="B1"><v>1</v></c></row>', ("", "1")),
        ('<row r="1"><c r="A1"><f>B1</f></c></row>', ("#CALC!",)),
        ('<row r="1"><c r="A1" cm="1"><f t="array" ref="A1">X()</f><v>7</v></c></row>', ("7",)),
    ],
)
def test_cells_as_other_programs_write_them(row: str, expected: tuple[str, ...]) -> None:
    assert cells(row) == expected


def test_shared_texts_are_without_their_pronunciation() -> None:
    pronounced = '<rPh sb="0" eb="2"><t>ヤマダ</t></rPh>'
    strings = f"<si><t>Ann</t></si><si><r><t>山</t></r><r><rPr><b/></rPr><t>田</t></r>{pronounced}</si>"
    rows = '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>0</v></c></row>'
    assert cells(rows, strings=strings) == ("山田", "Ann", "Ann")


def test_formats_come_from_the_styles_of_cells_alone() -> None:
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="0000"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs>'
    )
    rows = (
        '<row r="1"><c r="A1" s="1"><v>42</v></c><c r="B1" s="2"><v>46348</v></c><c r="C1" s="99"><v>42</v></c></row>'
    )
    assert cells(rows, styles=styles) == ("0042", "2026-11-22", "42")
    assert cells('<row><c s="2"><v>44886</v></c></row>', styles=styles, workbook='<workbookPr date1904="1"/>') == (
        "2026-11-22",
    )


def test_strict_workbooks_and_those_with_prefixes_are_read_too() -> None:
    made = parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    strict = {name: part.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main") for name, part in made.items()}
    assert read(archive(strict)) == [(1, ("1",))]
    made["xl/worksheets/sheet1.xml"] = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert read(archive(made)) == [(1, ("1",))]


def test_parts_are_found_whatever_the_case_and_slashes_of_their_names() -> None:
    made = parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings="<si><t>Ann</t></si>")
    renamed = {name.replace("xl/sharedStrings", "xl\\SharedStrings"): part for name, part in made.items()}
    assert read(archive(renamed)) == [(1, ("Ann",))]


def test_what_is_no_part_of_the_table_is_passed_over() -> None:
    """A style sheet or a filter that is not valid is a reason for other readers to give up."""
    made = parts('<row r="1"><c r="A1"><v>1</v></c></row>', styles="<fills><fill>?</fill></fills>")
    made["xl/worksheets/sheet1.xml"] = made["xl/worksheets/sheet1.xml"].replace(
        "</worksheet>", '<autoFilter ref="nonsense"/><dataValidations count="x"/></worksheet>'
    )
    made["docProps/core.xml"] = "<broken"
    assert read(archive(made)) == [(1, ("1",))]


def test_memory_does_not_grow_with_the_workbook() -> None:
    def peak(count: int) -> int:
        numbers = range(1, count + 1)
        strings = "".join(f"<si><t>{number:0200}</t></si>" for number in numbers)
        rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in numbers)
        file = io.BytesIO(archive(parts(rows, strings=strings)))
        tracemalloc.start()
        try:
            with open_workbook(file, limits=Limits(), temporary=TemporaryFile) as opened:
                assert opened is not None
                size = sum(map(len, as_csv(opened.rows("Staff"))))
            assert size > count * 200
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert peak(20_000) - peak(5_000) < 500_000, "15,000 texts of 200 characters more"
