"""Files that are plainly something else than CSV, told by their first bytes. Sound workbooks never get here."""

from typing import Final

from csvfile.problem import FileProblem

_SAVE_AS: Final = (
    "It can't be read here. Open it in your spreadsheet program, save it as an Excel workbook (.xlsx) or as CSV UTF-8,"
    " and upload that file."
)
_SENT: Final = "It has no rows. Was the right file chosen? Please upload a CSV file or an Excel workbook (.xlsx)."
_UNPACK: Final = "Unpack it, and upload the file that is in it."
_UNLOCK: Final = (
    "Open it in Excel, choose File, Info, Protect Workbook, Encrypt with Password, clear the password, save it, and"
    " upload it again."
)

_KINDS: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"%PDF-", "a PDF document", _SENT),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", _SENT),
    (b"\xff\xd8\xff", "a JPEG picture", _SENT),
    (b"GIF8", "a GIF picture", _SENT),
    (b"{\\rtf", "a rich text document (.rtf)", _SAVE_AS),
    (b"\x1f\x8b", "a compressed file (.gz)", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (.7z)", _UNPACK),
    (b"Rar!\x1a\x07", "a compressed file (.rar)", _UNPACK),
)
_MARKUP: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b'progid="excel.sheet"', "an Excel 2003 XML file", _SAVE_AS),
    (b"urn:schemas-microsoft-com:office:excel", "a web page that was saved as if it were a workbook", _SAVE_AS),
    (b"<table", "a web page with a table, as some programs export under the name .xls", _SAVE_AS),
    (b"<!doctype html", "a web page (HTML)", _SENT),
    (b"<html", "a web page (HTML)", _SENT),
    (b"<?xml", "an XML document", _SENT),
)
#: What stands in an archive of this kind, most telling first.
_IN_ARCHIVES: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)", _SAVE_AS),
    (b"word/", "a Word document (.docx)", _SENT),
    (b"ppt/", "a PowerPoint presentation (.pptx)", _SENT),
    (b"xl/workbook.bin", "a binary Excel workbook (.xlsb)", _SAVE_AS),
    (b"Index/", "a Numbers document (.numbers)", "Choose File, Export To, Excel in Numbers, and upload that file."),
    (b"xl/", "an Excel workbook (.xlsx) that is damaged or cut off", _SAVE_AS),
    (b"[Content_Types].xml", "an Excel workbook (.xlsx) that is damaged or cut off", _SAVE_AS),
)
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Names inside of a compound file, which are written in UTF-16.
_IN_COMPOUNDS: Final[tuple[tuple[str, str, str], ...]] = (
    ("EncryptedPackage", "an Excel workbook that is protected by a password", _UNLOCK),
    ("WordDocument", "an old Word document (.doc)", _SENT),
    ("Workbook", "an old Excel workbook (.xls)", _SAVE_AS),
)


def refuse_other_kinds(start: bytes) -> None:
    """Raise `not_csv` when the first block of a file says that it is a workbook, a picture, an archive …"""
    kind, advice = _kind(start)
    if kind:
        raise FileProblem(line=1, code="not_csv", message=f"This is {kind}, not a CSV file. {advice}")


def _kind(start: bytes) -> tuple[str, str]:
    if start.startswith(b"PK\x03\x04"):
        found = ((kind, advice) for name, kind, advice in _IN_ARCHIVES if name in start)
        return next(found, ("a compressed file (.zip)", _UNPACK))
    if start.startswith(_COMPOUND):
        inside = ((kind, advice) for name, kind, advice in _IN_COMPOUNDS if name.encode("utf-16-le") in start)
        return next(inside, ("an old Excel workbook (.xls), or one that is protected by a password", _SAVE_AS))
    for magic, kind, advice in _KINDS:
        if start.startswith(magic):
            return kind, advice
    return _markup(start.lstrip(b"\xef\xbb\xbf \t\r\n")[:4_096].lower())


def _markup(start: bytes) -> tuple[str, str]:
    """Web pages and XML: what begins as one, by the most telling word that is found."""
    if not start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<table", b"<meta", b"<head")):
        return "", ""
    return next(((kind, advice) for word, kind, advice in _MARKUP if word in start), ("a web page (HTML)", _SENT))
