"""The database is away, or slow."""

import psycopg
import pytest

from database import queries
from database.connection import Database
from deploy.embedded.ports import free_ports
from messaging.errors import Unavailable
from services.provisioner.app import create_app
from services.provisioner.postgres_directory import PostgresDirectory
from services.provisioner.verdicts import PostgresVerdicts, Verdict
from services.provisioner.waiting import LOCK_TIMEOUT, STATEMENT_TIMEOUT, limit_waiting
from tests.unit.provisioner.making import JOB, chunk_of, new_seat
from web.access import AccessKey, Principal

SQL = queries.load("services.provisioner")
KEY = AccessKey("k" * 32)


@pytest.fixture
def away() -> Database:
    [port] = free_ports(1)
    return Database(f"postgresql://nobody@127.0.0.1:{port}/nothing", application_name="test", patience=0.2)


def test_a_chunk_waits_until_the_database_is_back(away: Database) -> None:
    with pytest.raises(Unavailable):
        PostgresDirectory(away, SQL).create_seats(chunk_of([new_seat(2)]))
    away.close()


def test_requests_are_answered_503(away: Database) -> None:
    app = create_app(PostgresDirectory(away, SQL), PostgresVerdicts(away, SQL), access_key=KEY, ready=dict)
    client = app.test_client()
    token = KEY.sign(Principal(account="acme", user="validator", role="service"))
    headers = {"Authorization": f"Bearer {token}"}
    answers = [
        client.get("/seats", headers=headers),
        client.post("/conflicts", headers=headers, json={"job_id": str(JOB), "email": ["a@example.com"]}),
        client.put(f"/verdicts/{JOB}", headers=headers, json={"verdict": "accepted"}),
    ]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all(answer.headers["Retry-After"] for answer in answers)
    away.close()


def test_connections_that_were_cut_are_replaced(directory: PostgresDirectory, migrated_url: str) -> None:
    first = directory.create_seats(chunk_of([new_seat(2)]))
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert directory.create_seats(chunk_of([new_seat(2)])) == first


def test_waiting_is_limited_in_the_transaction_alone(database: Database) -> None:
    with database.transaction() as connection:
        limit_waiting(connection, SQL)
        assert connection.execute("SHOW lock_timeout").fetchone() == {"lock_timeout": LOCK_TIMEOUT}
        assert connection.execute("SHOW statement_timeout").fetchone() == {"statement_timeout": STATEMENT_TIMEOUT}
    with database.transaction() as connection:
        assert connection.execute("SHOW lock_timeout").fetchone() == {"lock_timeout": "0"}


def test_a_verdict_that_vanishes_while_it_is_read_is_an_error(database: Database) -> None:
    vanishing = {**SQL, "stored_verdict": SQL["stored_verdict"] + b" AND false"}
    verdicts = PostgresVerdicts(database, vanishing)
    verdicts.decide("acme", JOB, Verdict.ACCEPTED)
    with pytest.raises(LookupError, match=str(JOB)):
        verdicts.decide("acme", JOB, Verdict.ACCEPTED)
