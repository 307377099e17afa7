"""Jobs over HTTP: one for each key, one for each upload."""

from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from contracts.codec import Codec
from contracts.ids import job_id_of, message_id_of
from contracts.messages import JobSubmittedV1
from contracts.template import latest
from database.connection import Database
from services.upload import outbox
from tests.integration.upload.asking import BOB, Asking, files, problem, rows


def due(database: Database) -> list[JobSubmittedV1]:
    """The messages of the outbox, read as their readers do."""
    with database.transaction() as connection:
        contracts = [Codec("test").decode(item.message) for item in outbox.claim(connection, limit=100)]
    return [contract for contract in contracts if isinstance(contract, JobSubmittedV1)]


def test_a_job_is_safe_when_it_is_accepted(ask: Asking, database: Database) -> None:
    upload = ask.upload(b"email\r\n", filename="staff.csv").get_json()
    response = ask.submit({"upload_id": upload["upload_id"]}, "key-1")
    job_id = job_id_of("acme", "key-1")
    assert response.status_code == 202
    assert response.get_json() == {"job_id": str(job_id), "state": "submitted"}
    assert response.headers["Location"] == f"/jobs/{job_id}"
    [message] = due(database)
    [row] = rows(database, "upload")
    [job] = rows(database, "job")
    assert message == JobSubmittedV1(
        job_id=job_id,
        account="acme",
        submitted_by="ada",
        submitted_at=job["submitted_at"],
        filename="staff.csv",
        idempotency_key="key-1",
        template_version=latest().version,
        options={},
        source=row["source"],
        size=7,
        sha256=upload["sha256"],
    )
    [waiting] = rows(database, "outbox")
    assert waiting["message_id"] == str(message_id_of(JobSubmittedV1.TYPE, job_id))
    assert waiting["correlation_id"] == str(job_id)


def test_the_job_can_be_asked_for(ask: Asking) -> None:
    upload_id = ask.upload_id()
    job_id = ask.submit({"upload_id": upload_id}).get_json()["job_id"]
    told = ask.get(f"/jobs/{job_id}").get_json()
    assert told.pop("submitted_at").endswith("Z")
    assert told == {
        "job_id": job_id,
        "state": "submitted",
        "filename": "seats.csv",
        "size": 7,
        "sha256": sha256(b"email\r\n").hexdigest(),
        "submitted_by": "ada",
        "kind": "create",
        "dry_run": False,
        "columns": {},
        "retry_of": None,
        "undo_of": None,
        "children": [],
        "started_at": None,
        "accepted_at": None,
        "finished_at": None,
        "template_version": 1,
        "rows": None,
        "rows_checked": 0,
        "bytes_checked": 0,
        "processed": 0,
        "created": 0,
        "updated": 0,
        "deleted": 0,
        "failed": 0,
        "not_processed": 0,
        "change_count": 0,
        "changed_rows": 0,
        "problems": 0,
        "problems_kept": 0,
        "message": None,
    }
    assert problem(ask.get(f"/jobs/{job_id}", BOB)) == (404, "not_found")
    assert problem(ask.get(f"/jobs/{uuid4()}")) == (404, "not_found")


def test_the_same_request_again_gives_the_same_job(ask: Asking, database: Database) -> None:
    body = {"upload_id": ask.upload_id()}
    first = ask.submit(body, "again")
    second = ask.submit(body | {"options": {}, "dry_run": False}, "again")
    assert (second.status_code, second.get_json()) == (202, first.get_json())
    assert len(rows(database, "outbox")) == 1


def test_the_same_key_with_another_body_is_refused(ask: Asking, database: Database) -> None:
    first, second = ask.upload_id(), ask.upload_id()
    job_id = ask.submit({"upload_id": first}, "key").get_json()["job_id"]
    for other in ({"upload_id": second}, {"upload_id": first, "template_version": 1}):
        refused = ask.submit(other, "key")
        assert problem(refused) == (422, "idempotency_key_reused")
        assert refused.get_json()["job_id"] == job_id
    assert ask.submit({"upload_id": second}, "key-2").status_code == 202
    assert len(rows(database, "job")) == 2


def test_an_upload_is_used_by_one_job(ask: Asking, database: Database, folder: Path) -> None:
    upload_id = ask.upload_id(b"kept")
    job_id = ask.submit({"upload_id": upload_id}, "one").get_json()["job_id"]
    for refused in (ask.submit({"upload_id": upload_id}, "two"), ask.delete(f"/uploads/{upload_id}")):
        assert problem(refused) == (409, "upload_already_used")
        assert refused.get_json()["job_id"] == job_id
    assert files(folder) == [b"kept"]
    assert [str(row["job_id"]) for row in rows(database, "job")] == [job_id]


def test_a_refused_job_leaves_its_key_free(ask: Asking) -> None:
    assert problem(ask.submit({"upload_id": str(uuid4())}, "key")) == (404, "not_found")
    assert ask.submit({"upload_id": ask.upload_id()}, "key").status_code == 202


def test_uploads_that_are_unknown_deleted_expired_or_anothers_are_not_found(ask: Asking, database: Database) -> None:
    anothers, deleted, expired = ask.upload_id(principal=BOB), ask.upload_id(), ask.upload_id()
    ask.delete(f"/uploads/{deleted}")
    with database.transaction() as connection:
        connection.execute(b"UPDATE upload SET expires_at = now() WHERE upload_id = %s", (UUID(expired),))
    answers = [ask.submit({"upload_id": upload_id}) for upload_id in (str(uuid4()), anothers, deleted, expired)]
    assert {problem(answer) for answer in answers} == {(404, "not_found")}
    assert len({answer.get_data() for answer in answers}) == 1
    assert rows(database, "job") == rows(database, "outbox") == []


def test_an_upload_that_is_still_arriving_can_not_be_used(ask: Asking, database: Database) -> None:
    upload_id = uuid4()
    with database.transaction() as connection:
        connection.execute(
            b"INSERT INTO upload (upload_id, account, uploaded_by, source, expires_at) "
            b"VALUES (%s, 'acme', 'ada', 'x', now() + interval '1 hour')",
            (upload_id,),
        )
    assert problem(ask.submit({"upload_id": str(upload_id)})) == (404, "not_found")
    assert problem(ask.delete(f"/uploads/{upload_id}")) == (404, "not_found")


def test_accounts_have_keys_of_their_own(ask: Asking) -> None:
    ours = ask.submit({"upload_id": ask.upload_id()}, "key").get_json()["job_id"]
    theirs = ask.submit({"upload_id": ask.upload_id(principal=BOB)}, "key", BOB).get_json()["job_id"]
    assert ours != theirs


@pytest.mark.parametrize("key", ["x" * 255, "!", "~a/b:c"])
def test_keys_that_are_taken(ask: Asking, key: str) -> None:
    assert ask.submit({"upload_id": ask.upload_id()}, key).status_code == 202


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency_key_missing"),
        ("", "idempotency_key_missing"),
        ("x" * 256, "idempotency_key_invalid"),
        ("a b", "idempotency_key_invalid"),
        ("é", "idempotency_key_invalid"),
    ],
)
def test_keys_that_are_refused(ask: Asking, key: str | None, code: str) -> None:
    assert problem(ask.submit({"upload_id": ask.upload_id()}, key)) == (400, code)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "upload_id"),
        ({"upload_id": "7"}, "upload_id"),
        ({"upload_id": str(uuid4()), "colour": "red"}, "colour"),
        ({"upload_id": str(uuid4()), "template_version": 99}, "template_version"),
        ({"upload_id": str(uuid4()), "template_version": "1"}, "template_version"),
        ({"upload_id": str(uuid4()), "options": {"a": "b"}}, "options"),
        ({"upload_id": str(uuid4()), "dry_run": "perhaps"}, "dry_run"),
        ({"upload_id": str(uuid4()), "kind": "destroy"}, "kind"),
        ({"upload_id": str(uuid4()), "columns": {"Cell": "colour"}}, "columns"),
        ({"upload_id": str(uuid4()), "columns": {"Id": "user_id"}}, "columns"),
        ({"upload_id": str(uuid4()), "columns": {"Cell": 7}}, "columns"),
        ({"upload_id": str(uuid4()), "columns": {"": "email"}}, "columns"),
        ({"upload_id": str(uuid4()), "columns": {"a\0b": "email"}}, "columns"),
        ({"upload_id": str(uuid4()), "columns": ["Cell"]}, "columns"),
        ({"upload_id": str(uuid4()), "retry_of": "7"}, "retry_of"),
        ({"upload_id": str(uuid4()), "retry_of": str(uuid4()), "undo_of": str(uuid4())}, "undo_of"),
    ],
)
def test_a_wrong_body_is_refused_by_field(ask: Asking, body: dict[str, object], named: str) -> None:
    refused = ask.submit(body)
    assert problem(refused) == (400, "invalid_body")
    assert list(refused.get_json()["errors"]) == [named]
    assert f"«{named}»" in refused.get_json()["detail"]


def test_a_body_that_is_no_object_is_refused(ask: Asking) -> None:
    assert problem(ask.submit([])) == (400, "malformed_json")
