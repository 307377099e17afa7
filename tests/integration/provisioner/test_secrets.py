"""Passwords and PINs: sealed in the database, and nowhere else."""

import logging
import traceback

import pytest

from database import queries
from database.connection import Database
from messaging.errors import Reject
from services.provisioner.app import create_app
from services.provisioner.listing import START
from services.provisioner.postgres_directory import PostgresDirectory
from services.provisioner.verdicts import PostgresVerdicts
from tests.unit.provisioner.making import SECRET, chunk_of, new_seat
from web.access import AccessKey, Principal

KEY = AccessKey("k" * 32)


def test_secrets_are_stored_sealed_as_they_came(directory: PostgresDirectory, database: Database) -> None:
    directory.create_seats(chunk_of([new_seat(2)]))
    with database.transaction() as connection:
        [row] = connection.execute("SELECT secrets, attributes FROM seats").fetchall()
    assert row["secrets"] == {"password": SECRET}
    assert SECRET not in str(row["attributes"])


def test_secrets_are_in_no_log_and_no_answer(
    directory: PostgresDirectory, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    directory.create_seats(chunk_of(new_seat(line) for line in (2, 3)))
    directory.create_seats(chunk_of([new_seat(2)], chunk=2))
    assert SECRET not in repr(directory.search("acme", "", after=START, limit=10))
    verdicts = PostgresVerdicts(database, queries.load("services.provisioner"))
    app = create_app(directory, verdicts, access_key=KEY, ready=dict)
    token = KEY.sign(Principal(account="acme", user="ann", role="admin"))
    answer = app.test_client().get("/seats", headers={"Authorization": f"Bearer {token}"})
    assert len(answer.get_json()["seats"]) == 2
    assert SECRET not in answer.text
    assert "/seats" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "broken",
    [
        new_seat(2, attributes={"department": "a\x00b"}),
        new_seat(2, secrets={"password": f"{SECRET}\x00"}),
        new_seat(2, firstname="a\x00b"),
        new_seat(2**31),
        new_seat(2, extension="".join(map(chr, range(0x4E00, 0x4E00 + 5_000)))),
    ],
    ids=["NUL in an attribute", "NUL in a secret", "NUL in a name", "line too large", "key too long"],
)
def test_rows_that_the_database_cannot_take_are_rejected_without_quoting_them(
    directory: PostgresDirectory, broken: object
) -> None:
    with pytest.raises(Reject) as caught:
        directory.create_seats(chunk_of([new_seat(3), broken]))  # type: ignore[list-item]  # pytest's object
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert directory.search("acme", "", after=START, limit=10).seats == ()


def test_postgresql_itself_would_quote_them(directory: PostgresDirectory) -> None:
    """Why errors are told anew: without this the test above could not fail."""
    with pytest.raises(Reject) as caught:
        directory.create_seats(chunk_of([new_seat(2, secrets={"password": f"{SECRET}\x00"})]))
    assert SECRET in str(caught.value.__context__)
