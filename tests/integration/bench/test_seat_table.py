"""What the others do to the Seat table still fits it: they have its schema from the provisioner's own file."""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from bench import people
from bench.programs import Programs
from bench.rivals.chunks import create_seats
from bench.rivals.copying import copy
from bench.rivals.seats import rows_of, values
from bench.rivals.task import Task, read, read_told, write
from bench.tables import SCHEMA, SEATS, Tables
from database.connection import Database
from database.queries import load
from services.provisioner.postgres_directory import PostgresDirectory

ROWS = 30


@pytest.fixture
def seats(database_url: str) -> str:
    with psycopg.connect(database_url) as connection:
        connection.execute(SCHEMA.read_text("utf-8").encode())
    return database_url


@pytest.fixture
def tables(seats: str) -> Tables:
    return Tables(dsn=lambda _: seats)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return people.made(tmp_path, ROWS)


def stored(dsn: str) -> Sequence[Mapping[str, Any]]:
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM seats ORDER BY line").fetchall()


def made_by_chunk(dsn: str, source: Path) -> Sequence[Mapping[str, Any]]:
    lines, rows = zip(*rows_of(str(source)), strict=True)
    database = Database(dsn, application_name="test", max_size=1)
    try:
        create_seats(PostgresDirectory(database, load("services.provisioner")), str(uuid4()), 1, lines, rows)
    finally:
        database.close()
    return stored(dsn)


def task(dsn: str, source: Path, amqp_url: str = "") -> Task:
    told = source.with_suffix(".told")
    ready = source.with_suffix(".ready")
    return Task(
        rows=ROWS, source=str(source), dsn=dsn, amqp_url=amqp_url, processes=1, result=str(told), ready=str(ready)
    )


def test_a_task_of_celery_creates_the_seats_of_its_rows(seats: str, source: Path) -> None:
    found = made_by_chunk(seats, source)
    assert [seat["line"] for seat in found] == list(range(2, ROWS + 2))
    assert [seat["email"] for seat in found] == [cells[2] for cells in people.rows(ROWS)]


def test_copy_brings_the_very_rows_back(seats: str, tables: Tables, source: Path, tmp_path: Path) -> None:
    before = made_by_chunk(seats, source)
    tables.export(SEATS, tmp_path / "seats.copy")
    tables.prepare(SEATS)
    assert tables.count(SEATS) == 0
    of = task(seats, tmp_path / "seats.copy")
    copy(of)
    assert stored(seats) == before
    told = read_told(Path(of.result))
    assert told is not None
    assert told.seconds > 0
    assert told.peak > 1_000_000


def test_a_consumer_stores_the_same_values_as_bulk_manager(
    seats: str, tables: Tables, source: Path, amqp_url: str, tmp_path: Path
) -> None:
    ours = made_by_chunk(seats, source)
    tables.prepare(SEATS)
    of = task(seats, source, amqp_url)
    with ExitStack() as stack:
        programs = Programs(folder=tmp_path, base={"PATH": os.defpath}, stack=stack)
        programs.start("consume", of, name="consumer").wait_until_ready()
        assert programs.start("publish", of, name="publisher").figures(60).cpu > 0
    theirs = stored(seats)
    named = (
        "account",
        "line",
        "firstname",
        "email",
        "email_key",
        "extension",
        "phone_number",
        "device_mac",
        "attributes",
    )
    assert [[seat[name] for name in named] for seat in theirs] == [[seat[name] for name in named] for seat in ours]
    assert [set(seat["secrets"]) for seat in theirs] == [set(seat["secrets"]) for seat in ours]
    assert all(secret.startswith("sealed:") for seat in theirs for secret in seat["secrets"].values())


def test_rows_are_checked_by_the_template(source: Path) -> None:
    checked = [values(cells) for _, cells in rows_of(str(source))]
    assert all(row["device_mac"] is None or row["device_mac"].islower() for row in checked)


def test_a_task_is_told_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    of = task("postgresql://secret", tmp_path / "x")
    write(of, tmp_path / "task")
    assert read(tmp_path / "task") == of
    assert (tmp_path / "task").stat().st_mode & 0o777 == 0o600
    assert "secret" not in repr(of)
