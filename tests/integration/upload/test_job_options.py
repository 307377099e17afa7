"""What a job can be asked to be: a dry run, an update, a deletion, a retry or an undo of another."""

from uuid import UUID, uuid4

import pytest

from contracts.codec import Codec
from contracts.messages import JobSubmittedV1
from database.connection import Database
from services.upload import columns, outbox
from tests.integration.upload.asking import BOB, Asking, problem, rows


def due(database: Database) -> list[JobSubmittedV1]:
    """The messages of the outbox, taken out and read as their readers do."""
    with database.transaction() as connection:
        claimed = outbox.claim(connection, limit=100)
        outbox.remove(connection, [item.id for item in claimed])
    contracts = [Codec("test").decode(item.message) for item in claimed]
    return [contract for contract in contracts if isinstance(contract, JobSubmittedV1)]


def submitted(ask: Asking, key: str, **body: object) -> str:
    response = ask.submit({"upload_id": ask.upload_id()} | body, key)
    assert response.status_code == 202, response.text
    return str(response.get_json()["job_id"])


def test_a_dry_run_leaves_the_upload_for_the_job(ask: Asking, database: Database) -> None:
    upload_id = ask.upload_id()
    for key in ("check", "check-again"):
        assert ask.submit({"upload_id": upload_id, "dry_run": True}, key).status_code == 202
    assert ask.submit({"upload_id": upload_id}, "create").status_code == 202
    checks = due(database)
    assert [message.dry_run for message in checks] == [True, True, False]
    assert len({message.source for message in checks}) == 1
    assert problem(ask.submit({"upload_id": upload_id, "dry_run": True}, "late")) == (409, "upload_already_used")


def test_a_dry_run_is_known_after_its_upload_was_deleted(ask: Asking) -> None:
    upload = ask.upload(b"email\r\n", filename="staff.csv").get_json()
    job_id = ask.submit({"upload_id": upload["upload_id"], "dry_run": True}).get_json()["job_id"]
    assert ask.delete(f"/uploads/{upload['upload_id']}").status_code == 204
    told = ask.get(f"/jobs/{job_id}").get_json()
    assert (told["filename"], told["size"], told["sha256"]) == ("staff.csv", 7, upload["sha256"])
    assert told["dry_run"] is True


def test_a_dry_run_and_the_job_are_two_requests(ask: Asking) -> None:
    body = {"upload_id": ask.upload_id()}
    assert ask.submit(body | {"dry_run": True}, "key").status_code == 202
    assert ask.submit(body | {"dry_run": True}, "key").status_code == 202
    assert problem(ask.submit(body, "key")) == (422, "idempotency_key_reused")


def test_what_is_asked_for_is_in_the_message_and_in_the_job(ask: Asking, database: Database) -> None:
    chosen = {"Cell phone": "phone_number", "Nickname": None, "Id": "user_id"}
    job_id = submitted(ask, "key", kind="update", columns=chosen)
    [message] = due(database)
    assert (message.kind, message.dry_run, message.columns) == ("update", False, chosen)
    told = ask.get(f"/jobs/{job_id}").get_json()
    assert (told["kind"], told["dry_run"], told["columns"]) == ("update", False, chosen)


def remembered(database: Database, *cells: str, account: str = "acme") -> dict[str, str | None]:
    with database.transaction() as connection:
        return columns.remembered(connection, cells, account=account)


def test_columns_are_remembered_for_the_account_once_a_job_is_meant(ask: Asking, database: Database) -> None:
    submitted(ask, "check", dry_run=True, columns={"Cell phone": "phone_number"})
    assert remembered(database, "Cell phone") == {}
    submitted(ask, "first", columns={"Cell phone": "phone_number", "Nickname": None})
    submitted(ask, "second", columns={"CELL_PHONE": "caller_id_number"})
    assert remembered(database, "cell-phone", "nickname", "other") == {
        "cellphone": "caller_id_number",
        "nickname": None,
    }
    assert remembered(database, "cell-phone", account="globex") == {}


def test_a_retry_does_what_the_first_job_did(ask: Asking, database: Database) -> None:
    first = submitted(ask, "first", kind="update")
    due(database)
    retry = submitted(ask, "retry", retry_of=first)
    [message] = due(database)
    assert (str(message.job_id), message.kind, message.retry_of) == (retry, "update", UUID(first))
    assert ask.get(f"/jobs/{retry}").get_json()["retry_of"] == first


def test_a_retry_of_an_undo_is_an_undo(ask: Asking, database: Database) -> None:
    first = submitted(ask, "first")
    undo = submitted(ask, "undo", undo_of=first)
    submitted(ask, "again", retry_of=undo)
    _, undone, again = due(database)
    assert (undone.kind, undone.undo_of, undone.retry_of) == ("delete", UUID(first), None)
    assert (again.kind, again.undo_of, again.retry_of) == ("delete", UUID(first), UUID(undo))


@pytest.mark.parametrize("derived", ["retry_of", "undo_of"])
def test_the_upload_of_a_derived_job_is_not_part_of_the_request(ask: Asking, derived: str) -> None:
    first, second = submitted(ask, "first"), submitted(ask, "second")
    assert submitted(ask, "key", **{derived: first}) == submitted(ask, "key", **{derived: first})
    refused = ask.submit({"upload_id": ask.upload_id(), derived: second}, "key")
    assert problem(refused) == (422, "idempotency_key_reused")


def test_what_an_upload_was_made_from_stands_for_it(ask: Asking, database: Database) -> None:
    assert submitted(ask, "key", kind="delete", made_from="these") == submitted(
        ask, "key", kind="delete", made_from="these"
    )
    other = ask.submit({"upload_id": ask.upload_id(), "kind": "delete", "made_from": "others"}, "key")
    assert problem(other) == (422, "idempotency_key_reused")
    assert len(rows(database, "job")) == 1


@pytest.mark.parametrize("derived", ["retry_of", "undo_of"])
def test_a_job_follows_from_a_job_of_its_account_alone(ask: Asking, derived: str) -> None:
    theirs = ask.submit({"upload_id": ask.upload_id(principal=BOB)}, "theirs", BOB).get_json()["job_id"]
    for ancestor in (theirs, str(uuid4())):
        assert problem(ask.submit({"upload_id": ask.upload_id(), derived: ancestor})) == (404, "not_found")


def test_only_a_job_that_created_seats_can_be_undone(ask: Asking) -> None:
    for key, body in (("update", {"kind": "update"}), ("check", {"dry_run": True})):
        refused = ask.submit({"upload_id": ask.upload_id(), "undo_of": submitted(ask, key, **body)}, f"undo-{key}")
        assert problem(refused) == (400, "invalid_body")
        assert list(refused.get_json()["errors"]) == ["undo_of"]


def test_a_derived_job_has_the_kind_that_follows(ask: Asking) -> None:
    first = submitted(ask, "first")
    refused = ask.submit({"upload_id": ask.upload_id(), "retry_of": first, "kind": "delete"}, "retry")
    assert problem(refused) == (400, "invalid_body")
    assert list(refused.get_json()["errors"]) == ["kind"]
