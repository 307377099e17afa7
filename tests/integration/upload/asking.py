"""Requests to the upload service, as the gateway and the other services make them."""

from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from psycopg.sql import SQL, Identifier
from werkzeug.test import TestResponse

from database.connection import Database
from services.upload.receiving import Received, Sink
from services.upload.sources import SourceWriter
from services.upload.uploads import Upload, Uploads
from web.access import AccessKey, Principal

KEY = "an access key for tests, 32 characters"
ADA = Principal(account="acme", user="ada", role="admin")
BOB = Principal(account="globex", user="bob", role="admin")
VALIDATOR = Principal(account="acme", user="validator", role="service")


def bearer(principal: Principal) -> dict[str, str]:
    return {"Authorization": f"Bearer {AccessKey(KEY).sign(principal)}"}


class Asking:
    """One call a method; everything is asked by ADA unless said otherwise."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, principal: Principal = ADA) -> TestResponse:
        return self.client.get(path, headers=bearer(principal))

    def delete(self, path: str, principal: Principal = ADA) -> TestResponse:
        return self.client.delete(path, headers=bearer(principal))

    def upload(self, data: bytes, principal: Principal = ADA, filename: str = "seats.csv", **more: str) -> TestResponse:
        query = ({"filename": filename} if filename else {}) | more
        return self.client.post(
            "/uploads",
            query_string=query,
            data=data,
            content_type="text/csv",
            headers=bearer(principal),
            environ_overrides={"CONTENT_LENGTH": str(len(data))},  # the test client leaves out a length of 0
        )

    def form(self, fields: dict[str, Any], principal: Principal = ADA, query: str = "") -> TestResponse:
        return self.client.post(f"/uploads{query}", data=fields, headers=bearer(principal))

    def upload_id(self, data: bytes = b"email\r\n", principal: Principal = ADA) -> str:
        response = self.upload(data, principal)
        assert response.status_code == 201, response.text
        return str(response.get_json()["upload_id"])

    def job_id(self, key: str = "key-1", principal: Principal = ADA) -> str:
        response = self.submit({"upload_id": self.upload_id(principal=principal)}, key, principal)
        assert response.status_code == 202, response.text
        return str(response.get_json()["job_id"])

    def cancel(self, job_id: str, principal: Principal = ADA) -> TestResponse:
        return self.client.post(f"/jobs/{job_id}/cancel", headers=bearer(principal))

    def put_accepted(self, job_id: str, data: bytes, principal: Principal = VALIDATOR, **more: Any) -> TestResponse:
        return self.client.put(f"/accepted/{job_id}", data=data, headers=bearer(principal), **more)

    def get_accepted(self, job_id: str, asked: str = "", principal: Principal = VALIDATOR) -> TestResponse:
        headers = bearer(principal) | ({"Range": asked} if asked else {})
        return self.client.get(f"/accepted/{job_id}", headers=headers)

    def submit(self, body: object, key: str | None = "key-1", principal: Principal = ADA) -> TestResponse:
        headers = bearer(principal) | ({} if key is None else {"Idempotency-Key": key})
        return self.client.post("/jobs", json=body, headers=headers)


def problem(response: TestResponse) -> tuple[int, str]:
    """Status and code of a refusal, which must be one by RFC 9457."""
    assert response.content_type == "application/problem+json", response.text
    told = response.get_json()
    assert told["status"] == response.status_code
    assert told["detail"]
    return response.status_code, told["code"]


def new_upload(uploads: Uploads, data: bytes = b"email\r\n", *, account: str = "acme", user: str = "ada") -> Upload:
    """An upload without HTTP."""

    def fill(writer: SourceWriter) -> Received:
        sink = Sink(writer, max_bytes=len(data))
        sink.write(data)
        return sink.received("seats.csv")

    return uploads.take(fill, account=account, user=user)


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.transaction() as connection:
        return connection.execute(SQL("SELECT * FROM {}").format(Identifier(table))).fetchall()


def files(folder: Path) -> list[bytes]:
    """What the files of the storage hold, unfinished ones too."""
    return sorted(path.read_bytes() for path in folder.iterdir())


def source_of(database: Database, upload_id: str | UUID) -> str:
    return next(str(row["source"]) for row in rows(database, "upload") if str(row["upload_id"]) == str(upload_id))
