"""Workbooks made by hand, part by part, as programs other than Excel write them."""

import io
from collections.abc import Mapping
from tempfile import TemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

import csvfile
from services.upload.workbooks import Limits, as_csv, open_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
LIMITS = Limits(unpacked=1_000_000, rows=100)


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """The parts in an archive."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        for name, part in parts.items():
            zipped.writestr(name, part)
    return file.getvalue()


def relations(**targets: str) -> str:
    """References by id: the kind of each is its id without digits."""
    listed = "".join(
        f'<Relationship Id="{id_}" Type="{RELATIONS}/{id_.rstrip("0123456789")}" Target="{target}"/>'
        for id_, target in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>'


def parts(rows: str, *, strings: str = "", styles: str = "", workbook: str = "", sheets: str = "") -> dict[str, str]:
    """The parts of a workbook with one sheet, whose `sheetData` holds ``rows``."""
    listed = sheets or '<sheet name="Staff" sheetId="1" r:id="worksheet1"/>'
    root = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(officeDocument1="xl/workbook.xml"),
        "xl/workbook.xml": f"{root}{workbook}<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            worksheet1="worksheets/sheet1.xml", sharedStrings2="sharedStrings.xml", styles3="/xl/styles.xml"
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }


def converted(workbook: bytes, sheet: str | None = None, limits: Limits = LIMITS) -> bytes:
    """The CSV of a sheet."""
    with open_workbook(io.BytesIO(workbook), limits=limits, temporary=TemporaryFile) as opened:
        assert opened is not None
        chosen = opened.chosen(sheet)
        assert chosen is not None
        return b"".join(as_csv(opened.rows(chosen)))


def read(workbook: bytes, sheet: str | None = None, limits: Limits = LIMITS) -> list[tuple[int, tuple[str, ...]]]:
    """The rows as the CSV's readers find them: line and cells, the header too."""
    reading = csvfile.read([converted(workbook, sheet, limits)])
    return [tuple(reading.header), *map(tuple, reading)]  # type: ignore[list-item]  # records are pairs


def cells(rows: str, **more: str) -> tuple[str, ...]:
    """The cells of the first row of a workbook made of these parts."""
    return read(archive(parts(rows, **more)))[0][1]
