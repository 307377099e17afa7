"""Files that are plainly something else than CSV, told by their first bytes."""

from csvfile.problem import FileProblem

_SAVE_AS = "Open it in your spreadsheet program, save it as CSV UTF-8, and upload that file."
_SENT = "Was the right file chosen? Please upload a CSV file."

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", _SAVE_AS),
    (b"%PDF-", "a PDF document", _SENT),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", _SENT),
    (b"\xff\xd8\xff", "a JPEG picture", _SENT),
    (b"GIF8", "a GIF picture", _SENT),
    (b"{\\rtf", "a rich text document (.rtf)", _SAVE_AS),
    (b"\x1f\x8b", "a compressed file (.gz)", "Unpack it, and upload the CSV file that is in it."),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (.7z)", "Unpack it, and upload the CSV file that is in it."),
    (b"<!doctype html", "a web page (HTML)", _SENT),
    (b"<html", "a web page (HTML)", _SENT),
    (b"<?xml", "an XML document", _SENT),
)
_EXCEL_PARTS = (b"[Content_Types].xml", b"xl/", b"_rels/")


def refuse_other_kinds(start: bytes) -> None:
    """Raise `not_csv` when the first block of a file says that it is a workbook, a picture, an archive …"""
    kind, advice = _kind(start)
    if kind:
        raise FileProblem(line=1, code="not_csv", message=f"This is {kind}, not a CSV file. {advice}")


def _kind(start: bytes) -> tuple[str, str]:
    if start.startswith(b"PK\x03\x04"):
        return _zip_kind(start)
    lowered = start[:64].lstrip().lower()
    for magic, kind, advice in _KINDS:
        if start.startswith(magic) or (magic.startswith(b"<") and lowered.startswith(magic)):
            return kind, advice
    return "", ""


def _zip_kind(start: bytes) -> tuple[str, str]:
    if b"opendocument.spreadsheet" in start[:128]:
        return "an OpenDocument spreadsheet (.ods)", _SAVE_AS
    if b"word/" in start:
        return "a Word document (.docx)", _SENT
    if any(part in start for part in _EXCEL_PARTS):
        return "an Excel workbook (.xlsx)", _SAVE_AS
    return "a compressed file (.zip)", "Unpack it, and upload the CSV file that is in it."
