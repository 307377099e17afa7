"""Workbooks over HTTP: one sheet is stored, as CSV, and what can't be read leaves nothing behind."""

import io
from hashlib import sha256
from pathlib import Path

import pytest
from openpyxl import Workbook

from contracts.codec import Codec
from database.connection import Database
from services.upload.app import Limits, make_app
from services.upload.sources import FolderStore, StorageError
from services.upload.uploads import Uploads
from services.upload.workbooks import Limits as WorkbookLimits
from tests.integration.upload.asking import KEY, Asking, files, problem, rows
from web.access import AccessKey

STAFF = b"\xef\xbb\xbfemail,Surname\r\nann@example.com,Lee\r\n\r\nbo@example.com,\r\n"


def workbook(count: int = 0) -> bytes:
    made = Workbook()
    made.remove(made.worksheets[0])
    made.create_sheet("Read me").append(["Fill in the other sheet."])
    staff = made.create_sheet("Staff")
    for row in (["email", "Surname"], ["ann@example.com", "Lee"], [], ["bo@example.com"]):
        staff.append(row)
    for number in range(count):
        staff.append([f"p{number}@example.com", "xyz"])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


@pytest.fixture
def ask(uploads: Uploads) -> Asking:
    limits = Limits(
        max_upload_bytes=20_000,
        max_rows=100,
        max_cell_length=50,
        workbooks=WorkbookLimits(rows=1_000, unpacked=200_000),
    )
    return Asking(make_app(uploads=uploads, limits=limits, access_key=AccessKey(KEY), codec=Codec("upload")))


def test_the_chosen_sheet_is_stored_as_csv(ask: Asking, database: Database, folder: Path) -> None:
    response = ask.upload(workbook(), filename="new staff.xlsx", sheet="Staff")
    told = response.get_json()
    assert (response.status_code, told["format"], told["filename"]) == (201, "xlsx", "new staff.xlsx")
    assert (told["sheets"], told["sheet"]) == (["Read me", "Staff"], "Staff")
    assert files(folder) == [STAFF]
    assert (told["size"], told["sha256"]) == (len(STAFF), sha256(STAFF).hexdigest())
    assert [cell["column"] for cell in told["header"]["columns"]] == ["email", "lastname"]
    assert ask.submit({"upload_id": told["upload_id"]}).status_code == 202
    assert rows(database, "upload")[0]["sha256"] == told["sha256"]


def test_without_a_choice_it_is_the_first_sheet(ask: Asking) -> None:
    told = ask.upload(workbook()).get_json()
    assert (told["sheet"], told["header"]) == ("Read me", None), "a sentence is no header"


def test_a_form_may_bring_a_workbook_too(ask: Asking, folder: Path) -> None:
    response = ask.form({"file": (io.BytesIO(workbook()), "staff.xlsx")}, query="?sheet=Staff")
    assert (response.status_code, response.get_json()["format"]) == (201, "xlsx")
    assert files(folder) == [STAFF]


def test_a_workbook_is_known_by_what_it_is_not_by_its_name(ask: Asking) -> None:
    assert ask.upload(workbook(), filename="staff.csv").get_json()["format"] == "xlsx"
    assert ask.upload(b"email\r\n", filename="staff.xlsx").get_json()["format"] == "csv"


@pytest.mark.parametrize("data", [b"PK\x03\x04 is how some surname begins\r\n", b"PK\x03\x04", b"PK", workbook()[:-50]])
def test_an_archive_that_is_no_workbook_is_kept_for_the_validator_to_judge(
    ask: Asking, folder: Path, data: bytes
) -> None:
    response = ask.upload(data)
    assert (response.status_code, response.get_json()["format"]) == (201, "csv")
    assert response.get_json()["sha256"] == sha256(data).hexdigest()
    assert files(folder) == [data]


def test_what_is_refused_leaves_nothing_behind(ask: Asking, database: Database, folder: Path) -> None:
    unknown = ask.upload(workbook(), sheet="Stuff")
    assert problem(unknown) == (422, "sheet_unknown")
    assert unknown.get_json()["sheets"] == ["Read me", "Staff"]
    damaged = bytearray(workbook())
    damaged[damaged.find(b"xl/worksheets/sheet2.xml") + 40] ^= 0xFF
    assert problem(ask.upload(bytes(damaged), sheet="Staff")) == (422, "workbook_unreadable")
    assert problem(ask.upload(workbook(1_001), sheet="Staff")) == (422, "too_many_rows")
    assert problem(ask.upload(workbook(950), sheet="Staff")) == (413, "upload_too_large")
    assert problem(ask.upload(b"PK\x03\x04" + b"x" * 20_000)) == (413, "upload_too_large")
    assert (rows(database, "upload"), files(folder)) == ([], [])


def test_a_workbook_that_unpacks_to_too_much_is_refused(uploads: Uploads, folder: Path) -> None:
    limits = Limits(max_upload_bytes=20_000, max_rows=100, max_cell_length=50, workbooks=WorkbookLimits(unpacked=2_000))
    ask = Asking(make_app(uploads=uploads, limits=limits, access_key=AccessKey(KEY), codec=Codec("upload")))
    assert problem(ask.upload(workbook(), sheet="Staff")) == (413, "workbook_too_large")
    assert files(folder) == []


def test_a_full_disk_is_told_as_that(ask: Asking, uploads: Uploads, folder: Path) -> None:
    class NoRoom(FolderStore):
        def temporary(self) -> io.BufferedRandom:
            raise StorageError("no room for this")

    limits = Limits(max_upload_bytes=20_000, max_rows=100, max_cell_length=50)
    full = Uploads(database=uploads.database, store=NoRoom(folder), expiry=uploads.expiry)
    asking = Asking(make_app(uploads=full, limits=limits, access_key=AccessKey(KEY), codec=Codec("upload")))
    assert problem(asking.upload(workbook())) == (503, "unavailable")
    assert files(folder) == []


def test_the_limits_are_told(ask: Asking) -> None:
    told = ask.get("/limits").get_json()
    assert (told["max_workbook_rows"], told["max_workbook_bytes"]) == (1_000, 200_000)
