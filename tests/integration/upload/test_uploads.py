"""Uploads over HTTP: what is kept, what is refused, and that what is refused leaves nothing behind."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.codec import Codec
from database.connection import Database
from services.upload.app import Limits, make_app
from services.upload.sources import FolderStore, FolderWriter, StorageError, StorageFull
from services.upload.uploads import Uploads
from tests.integration.upload.asking import BOB, KEY, VALIDATOR, Asking, bearer, files, problem, rows, source_of
from web.access import AccessKey

CSV = b"email,extension\r\nann@example.com,101\r\n"


def test_a_raw_upload_is_told_and_kept(ask: Asking, database: Database, folder: Path) -> None:
    response = ask.upload(CSV, filename="new staff.csv")
    assert response.status_code == 201
    told = response.get_json()
    assert (told["filename"], told["size"], told["sha256"]) == ("new staff.csv", len(CSV), sha256(CSV).hexdigest())
    left = datetime.fromisoformat(told["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24, minutes=1)
    assert set(told) == {
        *("upload_id", "filename", "size", "sha256", "expires_at"),
        *("format", "sheets", "sheet", "header"),
    }
    assert (told["format"], told["sheets"], told["sheet"]) == ("csv", None, None)
    assert files(folder) == [CSV]
    assert [row["received_at"] is not None for row in rows(database, "upload")] == [True]


def test_a_form_is_as_good(ask: Asking, folder: Path) -> None:
    response = ask.form({"note": "x" * 1000, "file": (BytesIO(CSV), "staff/new.csv")})
    assert response.status_code == 201
    told = response.get_json()
    assert (told["filename"], told["size"], told["sha256"]) == ("new.csv", len(CSV), sha256(CSV).hexdigest())
    assert files(folder) == [CSV]


def test_an_empty_file_is_kept_for_the_validator_to_judge(ask: Asking) -> None:
    assert ask.upload(b"").get_json()["size"] == 0
    assert ask.form({"file": (BytesIO(b""), "a.csv")}).get_json()["size"] == 0


def test_the_size_limit_is_exact(ask: Asking, database: Database, folder: Path) -> None:
    assert ask.upload(b"x" * 1000).status_code == 201
    assert ask.form({"file": (BytesIO(b"x" * 1000), "a.csv")}).status_code == 201
    kept = (rows(database, "upload"), files(folder))
    for refused in (
        ask.upload(b"x" * 1001),
        ask.form({"file": (BytesIO(b"x" * 1001), "a.csv")}),
        ask.form({"file": (BytesIO(b"x" * 200_000), "a.csv")}),
    ):
        assert problem(refused) == (413, "upload_too_large")
        assert refused.get_json()["max_upload_bytes"] == 1000
    assert (rows(database, "upload"), files(folder)) == kept


@pytest.mark.parametrize("filename", ["", "/", "..", "\x01"])
def test_a_file_without_a_name_is_refused(ask: Asking, database: Database, folder: Path, filename: str) -> None:
    assert problem(ask.upload(CSV, filename=filename)) == (400, "filename_missing")
    assert problem(ask.form({"file": (BytesIO(CSV), filename or " ")})) == (400, "filename_missing")
    assert (rows(database, "upload"), files(folder)) == ([], [])


def test_the_address_names_the_file_of_a_form_that_does_not(ask: Asking) -> None:
    response = ask.form({"file": (BytesIO(CSV), " ")}, query="?filename=staff.csv")
    assert response.get_json()["filename"] == "staff.csv"


def test_a_form_must_have_one_file(ask: Asking, database: Database, folder: Path) -> None:
    two = {"file": [(BytesIO(CSV), "a.csv"), (BytesIO(CSV), "b.csv")]}
    assert problem(ask.form(two)) == (400, "several_files")
    assert problem(ask.form({"other": (BytesIO(CSV), "a.csv")})) == (400, "file_missing")
    boundary_missing = ask.client.post(
        "/uploads", data=CSV, content_type="multipart/form-data", headers=bearer(BOB), query_string={"filename": "a"}
    )
    assert problem(boundary_missing) == (400, "malformed_multipart")
    assert (rows(database, "upload"), files(folder)) == ([], [])


def test_a_form_that_does_not_end_is_refused(ask: Asking, folder: Path) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    response = ask.client.post(
        "/uploads", data=head + CSV, content_type="multipart/form-data; boundary=x", headers=bearer(BOB)
    )
    assert problem(response) == (400, "malformed_multipart")
    assert files(folder) == []


def test_a_body_of_unknown_length_is_refused(ask: Asking) -> None:
    response = ask.client.post("/uploads?filename=a.csv", headers=bearer(BOB))
    assert problem(response) == (411, "length_required")


def test_deleting_removes_row_and_file_once(ask: Asking, database: Database, folder: Path) -> None:
    path = f"/uploads/{ask.upload_id()}"
    assert problem(ask.delete(path, BOB)) == (404, "not_found")
    assert ask.delete(path).status_code == 204
    assert (rows(database, "upload"), files(folder)) == ([], [])
    assert problem(ask.delete(path)) == (404, "not_found")
    assert problem(ask.delete(f"/uploads/{uuid4()}")) == (404, "not_found")


def test_a_source_is_for_services_working_for_its_account(ask: Asking, database: Database) -> None:
    path = f"/sources/{source_of(database, ask.upload_id(CSV))}"
    response = ask.get(path, VALIDATOR)
    assert response.data == CSV
    assert response.headers["Content-Length"] == str(len(CSV))
    assert problem(ask.get(path)) == (403, "forbidden")
    others = {"account": "globex", "user": "validator", "role": "service"}
    assert problem(ask.get(path, type(VALIDATOR)(**others))) == (404, "not_found")
    assert problem(ask.get("/sources/..%2Fetc%2Fpasswd", VALIDATOR)) == (404, "not_found")
    assert problem(ask.get(f"/sources/{'0' * 32}", VALIDATOR)) == (404, "not_found")


def test_a_source_whose_file_is_gone_is_not_found(ask: Asking, uploads: Uploads, database: Database) -> None:
    source = source_of(database, ask.upload_id(CSV))
    uploads.store.delete(source)
    assert problem(ask.get(f"/sources/{source}", VALIDATOR)) == (404, "not_found")


class FailingStore(FolderStore):
    """A folder whose disk fails while a file is written."""

    def __init__(self, folder: Path, error: StorageError) -> None:
        super().__init__(folder)
        self._error = error

    def open_new(self, reference: str) -> FolderWriter:
        error = self._error

        class Failing(FolderWriter):
            def write(self, block: bytes) -> None:
                del block
                raise error

        return Failing(self._path(reference))


@pytest.mark.parametrize(
    ("error", "expected"),
    [(StorageFull("no space"), (507, "storage_full")), (StorageError("I/O error"), (503, "unavailable"))],
)
def test_a_full_or_broken_disk_is_told_and_leaves_nothing(
    database: Database, folder: Path, error: StorageError, expected: tuple[int, str]
) -> None:
    store = FailingStore(folder, error)
    store.prepare()
    uploads = Uploads(database=database, store=store, expiry=timedelta(hours=1))
    limits = Limits(max_upload_bytes=1000, max_rows=1, max_cell_length=1)
    ask = Asking(make_app(uploads=uploads, limits=limits, access_key=AccessKey(KEY), codec=Codec("upload")))
    response = ask.upload(CSV)
    assert problem(response) == expected
    assert response.headers["Retry-After"]
    assert (rows(database, "upload"), files(folder)) == ([], [])


def test_without_the_database_nothing_is_received(folder: Path) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", application_name="test", patience=0.2)
    store = FolderStore(folder)
    store.prepare()
    uploads = Uploads(database=nowhere, store=store, expiry=timedelta(hours=1))
    limits = Limits(max_upload_bytes=1000, max_rows=1, max_cell_length=1)
    ask = Asking(make_app(uploads=uploads, limits=limits, access_key=AccessKey(KEY), codec=Codec("upload")))
    for response in (ask.upload(CSV), ask.submit({"upload_id": str(uuid4())})):
        assert problem(response) == (503, "unavailable")
        assert response.headers["Retry-After"]
    assert files(folder) == []
    assert ask.client.get("/readyz").status_code == 503
    nowhere.close()


def test_template_and_limits(ask: Asking) -> None:
    csv = ask.get("/template.csv")
    names = csv.text.rstrip("\r\n").split(",")
    assert csv.content_type == "text/csv; charset=utf-8"
    assert "attachment" in csv.headers["Content-Disposition"]
    template = ask.get("/template").get_json()
    assert [column["name"] for column in template["columns"]] == names
    assert len(names) == 20
    assert ask.get("/limits").get_json() == {
        "max_upload_bytes": 1000,
        "max_rows": 100,
        "max_cell_length": 50,
        "max_workbook_rows": 100_000,
        "max_workbook_bytes": 268_435_456,
        "upload_expires_hours": 24,
    }


def test_every_call_needs_a_token(ask: Asking) -> None:
    for path in ("/template", "/limits", f"/jobs/{uuid4()}"):
        assert problem(ask.client.get(path)) == (401, "unauthorized")
    assert problem(ask.client.post("/uploads?filename=a.csv", data=CSV)) == (401, "unauthorized")
    assert ask.client.get("/healthz").status_code == 200
    assert ask.client.get("/readyz").status_code == 200
