"""Makes the files in this folder, each as the program or the person makes it whom it is named for.

`python tests/data/real-life/make.py` writes them anew; what is to be answered to each stands in `expected.toml`.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
Row = Sequence[object]

HEADER = ("firstname", "lastname", "email", "extension", "seat_type")
AMELIE = ("Amélie", "Okonkwo", "amelie.okonkwo@hr.example", "88101", "standard")
LUKASZ = ("Łukasz", "Nowak", "lukasz.nowak@hr.example", "88102", "standard")
BJORN = ("Björn", "Þórsson", "bjorn.thorsson@hr.example", "88103", "common_area")
PEOPLE = (AMELIE, LUKASZ, BJORN)

#: Names that the encodings of old programs have.
LATIN = (("Jürgen", "Müller", "juergen.mueller@hr.example", "88104", "standard"), AMELIE)


def text(rows: Iterable[Row], delimiter: str = ",", end: str = "\r\n") -> str:
    """Rows whose cells need no quotes."""
    return "".join(delimiter.join(map(str, row)) + end for row in rows)


def csv(*rows: Row, header: Row = HEADER) -> bytes:
    """A plain file."""
    return text([header, *rows]).encode()


def more(*columns: str) -> tuple[str, ...]:
    """The header with further columns."""
    return (*HEADER, *columns)


def encodings() -> dict[str, bytes]:
    """What programs write that do not write UTF-8 alone."""
    plain = text([HEADER, *PEOPLE])
    latin = text([HEADER, *LATIN])
    return {
        "excel-csv-utf8-with-bom.csv": b"\xef\xbb\xbf" + plain.encode(),
        "excel-unicode-text-utf16.txt": plain.replace(",", "\t").encode("utf-16"),
        "excel-csv-windows-1252.csv": latin.encode("windows-1252"),
        "excel-mac-csv-mac-roman.csv": latin.replace("\r\n", "\r").encode("mac-roman"),
        "japanese-excel-shift-jis.csv": csv(("山田", "太郎", "taro@hr.example", "88105", "standard"))
        .decode()
        .encode("shift-jis"),
        "utf16-without-byte-order-mark.csv": plain.encode("utf-16-le"),
        "macos-decomposed-accents.csv": plain.replace("é", "e\u0301").replace("ö", "o\u0308").encode(),
        "disk-was-full-nul-bytes.csv": csv(*PEOPLE) + b"\x00" * 512,
    }


def delimiters() -> dict[str, bytes]:
    """What stands between cells and rows."""
    rows = [HEADER, *PEOPLE]
    return {
        "excel-europe-semicolons.csv": b"\xef\xbb\xbf" + text(rows, ";").encode(),
        "excel-sep-line.csv": b"sep=;\r\n" + text(rows, ";").encode(),
        "pasted-from-a-sheet-tabs.txt": text(rows, "\t", "\n").encode(),
        "old-mac-line-ends.csv": text(rows, end="\r").encode(),
        "mixed-line-ends.csv": csv(AMELIE) + text([LUKASZ, BJORN], end="\n").encode(),
        "no-line-end-at-the-end.csv": csv(*PEOPLE).rstrip(),
        "database-export-pipes.csv": text(rows, "|").encode(),
        "header-commas-rows-semicolons.csv": text([HEADER]).encode() + text(PEOPLE, ";").encode(),
        "everything-quoted.csv": "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows).encode(),
        "trailing-commas-in-every-row.csv": text([*row, "", "", ""] for row in rows).encode(),
        "hundreds-of-empty-rows-at-the-end.csv": csv(*PEOPLE) + b",,,,\r\n" * 300,
        "blank-lines-between-groups.csv": b"\r\n" + csv(AMELIE, ("",), LUKASZ, ("",), ("",), BJORN),
        "surname-with-a-comma.csv": csv(
            AMELIE, ("Sammy", "Davis, Jr.", "sammy@hr.example", "88106", "standard"), BJORN
        ),
        "nickname-in-quotes.csv": csv(AMELIE)
        + b'"Dwayne "The Rock" Johnson",Johnson,dwayne@hr.example,88107,standard\r\n',
        "quote-never-closed.csv": csv(AMELIE, ("Łukasz", '"Nowak', *LUKASZ[2:]), BJORN),
        "inches-in-a-cell.csv": csv((*AMELIE, '7" screen'), header=more("device_model")),
        "download-cut-off.csv": csv(*PEOPLE)[:-22],
        "line-break-in-a-cell.csv": csv((*AMELIE, '"Customer\nCare"'), (*LUKASZ, "Sales"), header=more("department")),
    }


def headers() -> dict[str, bytes]:
    """What stands above the rows."""
    return {
        "hr-system-names.csv": csv(*PEOPLE, header=("Given name", "Surname", "E-mail address", "Ext.", "Licence type")),
        "labels-of-the-reference.csv": csv(
            *PEOPLE, header=("First name", "Last name", "E-mail", "Extension", "Seat type")
        ),
        "shouting-header.csv": csv(*PEOPLE, header=("FIRST_NAME", " LAST-NAME ", "EMAIL", "EXTENSION", "SEAT TYPE")),
        "columns-that-only-hr-needs.csv": csv(
            *((*person, "4711", "2026-01-01") for person in PEOPLE), header=more("Personnel number", "Start date")
        ),
        "columns-that-only-hr-needs-ignored.csv": csv(
            *((*person, "4711", "2026-01-01") for person in PEOPLE), header=more("Personnel number", "Start date")
        ),
        "columns-chosen-by-hand-french.csv": text(
            [("Prénom", "Nom", "Courriel", "Poste", "Type"), *PEOPLE], ";"
        ).encode(),
        "header-misspelt.csv": csv(*PEOPLE, header=("fistname", "lastname", "emial", "extension", "seat_type")),
        "two-e-mail-columns.csv": csv(
            *((*person, "private@home.example") for person in PEOPLE), header=more("E-Mail Address")
        ),
        "title-above-the-header.csv": text([("New starters in May", "", "", "", ""), ("",) * 5]).encode()
        + csv(*PEOPLE),
        "no-header.csv": text(PEOPLE).encode(),
        "header-only.csv": csv(),
        "empty.csv": b"",
        "only-spaces-and-line-ends.csv": b"  \r\n\r\n \r\n",
        "required-column-missing.csv": csv(*(person[:4] for person in PEOPLE), header=HEADER[:4]),
        "second-header-with-hints.csv": csv(
            ("(required)", "(required)", "(required)", "2-7 digits", "see list"), *PEOPLE
        ),
        "summary-uploaded-again.csv": csv(
            (*AMELIE, "", "", "failed", "The extension was taken."),
            (*LUKASZ, "3f2b8c1e-7a4d-5e6f-9b0a-1c2d3e4f5a6b", "2026-11-22T09:30:00Z", "successful", ""),
            header=more("user_id", "created_at", "type", "reason"),
        ),
        "mended-file-with-problems-column.csv": csv(
            (*AMELIE, "email: This is not an e-mail address."), (*LUKASZ, ""), header=more("problems")
        ),
    }


def cells() -> dict[str, bytes]:
    """What spreadsheets and people do to single cells."""
    phones = more("phone_number")
    return {
        "phone-numbers-in-scientific-notation.csv": csv(
            (*AMELIE, "1.60455E+10"), (*LUKASZ, "1,60E+10"), header=phones
        ).replace(b"1,60E+10", b'"1,60E+10"'),
        "phone-numbers-that-lost-their-plus.csv": csv(
            (*AMELIE, "16045550101"), (*LUKASZ, "442079460000"), header=phones
        ),
        "phone-numbers-as-people-write-them.csv": csv(
            (*AMELIE, "+1 604-555-0101"), (*LUKASZ, "+44 20 7946 0000"), (*BJORN, "'+16045550103"), header=phones
        ),
        "phone-numbers-without-country.csv": csv(
            (*AMELIE, "(604) 555-0101"), (*LUKASZ, "0044 20 7946 0000"), (*BJORN, "ask reception"), header=phones
        ),
        "leading-zeros-lost.csv": csv(
            (*AMELIE, "yes", "468", "1A2B3C4D5E"),
            (*LUKASZ, "yes", "0468", "12345678901"),
            header=more("voicemail_enabled", "voicemail_pin", "device_mac"),
        ),
        "device-labels.csv": csv(
            (*AMELIE, "00:1A:2B:3C:4D:5E"),
            (*LUKASZ, "001A.2B3C.4D5F"),
            (*BJORN, "00-1a-2b-3c-4d-60"),
            header=more("device_mac"),
        ),
        "device-labels-damaged.csv": csv(
            (*AMELIE, "1.23E+11"), (*LUKASZ, "00:1A:2B:3C:4D"), (*BJORN, "OO:1A:2B:3C:4D:5E"), header=more("device_mac")
        ),
        "formula-errors.csv": csv((*AMELIE, "#N/A"), (*LUKASZ, "#REF!"), header=more("department")),
        "yes-and-no-of-other-programs.csv": csv(
            (*AMELIE, "TRUE"), (*LUKASZ, "oui"), (*BJORN, "x"), header=more("send_welcome_email")
        ),
        "seat-types-in-words.csv": csv(
            (*AMELIE[:4], "Standard"), (*LUKASZ[:4], "Common Area"), (*BJORN[:4], "Premium")
        ),
        "time-zones-as-people-say-them.csv": csv(
            (*AMELIE, "Vancouver"), (*LUKASZ, "CST"), (*BJORN, "europe/berlin"), header=more("timezone")
        ),
        "languages-as-people-say-them.csv": csv(
            (*AMELIE, "English (Canada)"), (*LUKASZ, "en_US"), (*BJORN, "Elvish"), header=more("language")
        ),
        "e-mail-addresses-mistyped.csv": csv(
            (*AMELIE[:2], "amelie@gmail", *AMELIE[3:]),
            (*LUKASZ[:2], "Lukasz Nowak <lukasz@hr.example>", *LUKASZ[3:]),
            (*BJORN[:2], "bjorn.hr.example", *BJORN[3:]),
        ),
        "same-person-twice.csv": csv(AMELIE, LUKASZ, (*AMELIE[:2], AMELIE[2].upper(), *AMELIE[3:])),
        "extension-fixed-for-a-department.csv": csv(AMELIE, (*LUKASZ[:3], "88101", "standard")),
        "extensions-with-words.csv": csv(
            (*AMELIE[:3], "ext. 88101", "standard"),
            (*LUKASZ[:3], "88102/88103", "standard"),
            (*BJORN[:3], "8", "standard"),
        ),
        "invisible-spaces.csv": csv(
            ("\u00a0Amélie\u200b", "Okonkwo ", "\u00a0amelie@hr.example\u00a0", " 88101\t", "standard")
        ),
        "full-width-digits.csv": csv((*AMELIE[:3], "\uff18\uff18\uff11\uff10\uff11", "standard")),
        "required-cells-empty.csv": csv(("", "Okonkwo", "", "88101", "standard"), LUKASZ),
        "total-below-the-table.csv": csv(*PEOPLE, ("Total", "3", "", "", "")),
        "voicemail-without-pin.csv": csv(
            (*AMELIE, "yes", ""),
            (*LUKASZ, "no", ""),
            (*BJORN, "yes", "2468"),
            header=more("voicemail_enabled", "voicemail_pin"),
        ),
        "caller-id-too-long.csv": csv(
            (*AMELIE, "Customer Care and Complaints Department"), header=more("caller_id_name")
        ),
        "names-of-the-world.csv": csv(
            ("محمد", "العربي", "mohammed@hr.example", "88111", "standard"),
            ("山田", "太郎", "taro@hr.example", "88112", "standard"),
            ("Zoë 🎉", "O'Neill-Smith", "zoe@hr.example", "88113", "standard"),
        ),
        "texts-that-look-like-formulas.csv": csv(
            (*AMELIE, "=HYPERLINK(0)"), (*LUKASZ, "@work"), header=more("department")
        ),
        "update-of-seats-that-are-gone.csv": csv(
            ("3f2b8c1e-7a4d-5e6f-9b0a-1c2d3e4f5a6b", "Sales"), ("not an id", "Sales"), header=("user_id", "department")
        ),
        "update-without-user-ids.csv": csv(("amelie.okonkwo@hr.example", "Sales"), header=("email", "department")),
    }


def workbook(fill: Callable[[Worksheet], object], *others: str, hidden: str = "") -> bytes:
    """A workbook with a sheet «Staff», behind ``others``."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for title in others:
        made.create_sheet(title).append(["Please fill in the sheet Staff."])
    if hidden:
        made.create_sheet(hidden, 0).sheet_state = "hidden"
    fill(made.create_sheet("Staff"))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def table(*rows: Row, header: Row = HEADER) -> Callable[[Worksheet], None]:
    """Rows on a sheet."""

    def fill(sheet: Worksheet) -> None:
        for row in (header, *rows):
            sheet.append(list(row))

    return fill


def as_numbers(sheet: Worksheet) -> None:
    """As Excel keeps what looks like a number: the format makes it look right."""
    header = more("phone_number", "voicemail_enabled", "voicemail_pin", "location")
    table(
        (*AMELIE[:3], 88101, "standard", 16045550101, "yes", 468, 1200),
        (*LUKASZ[:3], 88102.0, "standard", 442079460000, "yes", 1234, 2.5),
        header=header,
    )(sheet)
    for row in (2, 3):
        sheet.cell(row, 4).number_format = "#,##0"
        sheet.cell(row, 6).number_format = '"+"0'
        sheet.cell(row, 8).number_format = "0000"


def turned_into_dates(sheet: Worksheet) -> None:
    """Somebody typed 8-8 for an extension, and Excel knew better."""
    table((*AMELIE[:3], date(2026, 8, 8), "standard"), LUKASZ)(sheet)
    sheet["D2"].number_format = "d-mmm"


def spread_out(sheet: Worksheet) -> None:
    """A table that begins in the third row, with gaps, and a header that is broken into lines."""
    for column, name in enumerate(("First\nname", "Last\nname", "E-mail", "Ext.", "Seat\ntype"), 1):
        sheet.cell(3, column, name)
    for row, person in ((4, AMELIE), (7, LUKASZ), (9, (*BJORN[:3], "88103 a", BJORN[4]))):
        for column, cell in enumerate(person, 1):
            sheet.cell(row, column, cell)


def with_title(sheet: Worksheet) -> None:
    """A title over all columns, as nice tables have it."""
    sheet["A1"] = "New starters in May"
    sheet.merge_cells("A1:E1")
    sheet.append([])
    for row in (HEADER, *PEOPLE):
        sheet.append(list(row))


def with_notes(sheet: Worksheet) -> None:
    """A note beside the table."""
    table(*PEOPLE)(sheet)
    sheet["G3"] = "left in April"


def parts(workbook: bytes, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> bytes:
    """The workbook with its parts changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            changed = change(info.filename, old.read(info))
            if changed:
                new.writestr(*changed)
    return file.getvalue()


def with_values(name: str, part: bytes) -> tuple[str, bytes]:
    """Formulas with the values that Excel keeps beside them."""
    before, formula, after = part.partition(b"<f>LOWER(A2)</f>")
    if not formula:
        return name, part
    cell = before.rpartition(b"<c ")[0] + b'<c r="C2" t="str">'
    return name, cell + formula + b"<v>amelie@hr.example</v></c>" + after.partition(b"</c>")[2]


def strict(name: str, part: bytes) -> tuple[str, bytes]:
    """As Excel saves «Strict Open XML»."""
    part = part.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    )
    return name, part.replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )


def broken_styles(name: str, part: bytes) -> tuple[str, bytes]:
    """As programs write that only Excel forgives."""
    return name, part.replace(b"patternFill", b"nonsense") if name == "xl/styles.xml" else part


def without_values(sheet: Worksheet) -> None:
    """Formulas that no spreadsheet program has computed yet."""
    table((*AMELIE[:2], "=LOWER(A2)", *AMELIE[3:]), LUKASZ)(sheet)


def workbooks() -> dict[str, bytes]:
    """Excel workbooks as people have them."""
    plain = workbook(table(*PEOPLE))
    return {
        "excel-workbook.xlsx": plain,
        "excel-workbook-with-macros.xlsm": plain,
        "workbook-numbers-and-formats.xlsx": workbook(as_numbers),
        "workbook-instructions-first.xlsx": workbook(table(*PEOPLE), "Read me", "Lists"),
        "workbook-instructions-first-not-chosen.xlsx": workbook(table(*PEOPLE), "Read me"),
        "workbook-sheet-misspelt.xlsx": workbook(table(*PEOPLE), "Read me"),
        "workbook-hidden-sheet-first.xlsx": workbook(table(*PEOPLE), hidden="Old staff"),
        "workbook-table-with-gaps.xlsx": workbook(spread_out),
        "workbook-title-above-the-table.xlsx": workbook(with_title),
        "workbook-note-beside-the-table.xlsx": workbook(with_notes),
        "workbook-extension-turned-into-a-date.xlsx": workbook(turned_into_dates),
        "workbook-tick-boxes.xlsx": workbook(
            table((*AMELIE, True), (*LUKASZ, False), header=more("send_welcome_email"))
        ),
        "workbook-formulas.xlsx": parts(workbook(without_values), with_values),
        "workbook-formulas-never-computed.xlsx": workbook(without_values),
        "workbook-formula-errors.xlsx": workbook(
            table((*AMELIE, "#N/A"), (*LUKASZ[:3], "#VALUE!", "standard", "Sales"), header=more("department"))
        ),
        "workbook-strict-open-xml.xlsx": parts(plain, strict),
        "workbook-broken-styles.xlsx": parts(plain, broken_styles),
        "workbook-empty.xlsx": workbook(lambda _: None),
        "workbook-cut-off.xlsx": plain[: len(plain) // 2],
        "workbook-sheet-damaged.xlsx": damaged(plain),
        "workbook-named-csv.csv": plain,
        "csv-named-xlsx.xlsx": csv(*PEOPLE),
    }


def damaged(file: bytes) -> bytes:
    """With a byte of the sheet changed, as a bad disk does."""
    name = b"xl/worksheets/sheet1.xml"
    at = file.find(name) + len(name) + 30
    return file[:at] + bytes([file[at] ^ 0xFF]) + file[at + 1 :]


def compound(*names: str) -> bytes:
    """How an OLE compound file begins, and the names of its streams as its directory has them."""
    entries = (name.encode("utf-16-le").ljust(128, b"\x00") for name in ("Root Entry", *names))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00") + b"".join(entries)


def zipped(**files: bytes) -> bytes:
    """An archive of files; `__` stands for a slash and `_dot_` for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return file.getvalue()


def other_kinds() -> dict[str, bytes]:
    """Files that are no table at all, or not one that can be read."""
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (HEADER, *PEOPLE))
    return {
        "old-excel.xls": compound("Workbook"),
        "workbook-with-a-password.xlsx": compound("EncryptionInfo", "EncryptedPackage"),
        "opendocument.ods": zipped(
            mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_dot_xml=b"<office:document-content/>"
        ),
        "numbers-document.numbers": zipped(
            Index__Document_dot_iwa=b"\x00\x01", Index__Tables__DataList_dot_iwa=b"\x00"
        ),
        "binary-workbook.xlsb": zipped(_rels___dot_rels=b"<Relationships/>", xl__workbook_dot_bin=b"\x83\x01\x00"),
        "web-page-named-xls.xls": f"<html><body><table>{rows}</table></body></html>".encode(),
        "zip-of-a-csv.zip": zipped(staff_dot_csv=csv(*PEOPLE)),
        "scan.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n",
        "screenshot.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20,
        "word-document.docx": zipped(_rels___dot_rels=b"<Relationships/>", word__document_dot_xml=b"<w:document/>"),
    }


def main() -> None:
    """Write all files; those of earlier runs go."""
    for old in HERE.iterdir():
        if old.suffix not in (".py", ".toml", ".md") and old.is_file():
            old.unlink()
    for made in (encodings(), delimiters(), headers(), cells(), workbooks(), other_kinds()):
        for name, data in made.items():
            (HERE / name).write_bytes(data)


if __name__ == "__main__":
    main()
