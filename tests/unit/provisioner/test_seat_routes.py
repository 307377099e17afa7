"""Seats by their User IDs, counted, and as a CSV, over HTTP."""

from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

import csvfile
from contracts import template
from contracts.ids import user_id_of
from services.provisioner.app import create_app
from services.provisioner.listing import Seat, Selection
from services.provisioner.memory_directory import MemoryDirectory
from services.provisioner.verdicts import MemoryVerdicts
from tests.unit.provisioner.making import JOB, SECRET, changes_of, chunk_of, new_seat
from tests.unit.provisioner.test_app import KEY, NOW, Caller, code_of

TEMPLATE = template.latest()
EVERYTHING = {column.name: column.example for column in TEMPLATE.columns}


def user_id(line: int) -> UUID:
    return user_id_of(JOB, line)


@pytest.fixture
def directory() -> MemoryDirectory:
    directory = MemoryDirectory(lambda: NOW)
    directory.create_seats(chunk_of(new_seat(line) for line in (2, 3, 4)))
    return directory


def client_of(directory: MemoryDirectory) -> FlaskClient:
    return create_app(directory, MemoryVerdicts(), access_key=KEY, ready=dict).test_client()


@pytest.fixture
def user(directory: MemoryDirectory) -> Caller:
    return Caller(client_of(directory), role="user")


def test_a_seat_is_told_by_its_user_id_and_when_it_was_changed(directory: MemoryDirectory, user: Caller) -> None:
    path = f"/seats/{user_id(2)}"
    listed = user.ask("GET", "/seats", query={"q": str(user_id(2))}).get_json()["seats"][0]
    assert user.ask("GET", path).get_json() == listed
    directory.change_seats(changes_of({user_id(2): {"lastname": "Nakamura"}}))
    told = user.ask("GET", path).get_json()
    assert (told["lastname"], told["changed_at"]) == ("Nakamura", "2026-11-22T09:30:00Z")


def test_a_seat_that_is_not_there_or_not_the_accounts_is_not_found(directory: MemoryDirectory, user: Caller) -> None:
    for caller, path in (
        (user, f"/seats/{uuid4()}"),
        (Caller(client_of(directory), account="globex"), f"/seats/{user_id(2)}"),
    ):
        answer = caller.ask("GET", path)
        assert (answer.status_code, code_of(answer)) == (404, "seat_not_found")


@pytest.mark.parametrize(("query", "count"), [({}, 3), ({"q": "seat3@"}, 1), ({"q": "nobody"}, 0)])
def test_seats_are_counted(user: Caller, query: dict[str, str], count: int) -> None:
    assert user.ask("GET", "/seats/count", query=query).get_json() == {"count": count}


def test_seats_are_looked_up_with_the_names_of_their_secrets(user: Caller) -> None:
    answer = user.ask("POST", "/seats/lookup", {"user_ids": [str(user_id(3)), str(uuid4())]})
    [seat] = answer.get_json()["seats"]
    assert (seat["user_id"], seat["line"], seat["sealed"]) == (str(user_id(3)), 3, ["password"])
    assert SECRET not in answer.text


@pytest.mark.parametrize("body", [{}, {"user_ids": "x"}, {"user_ids": ["x"]}, {"user_ids": [str(uuid4())] * 1_001}])
def test_a_lookup_that_makes_no_sense_is_refused(user: Caller, body: dict[str, Any]) -> None:
    answer = user.ask("POST", "/seats/lookup", body)
    assert (answer.status_code, code_of(answer)) == (400, "invalid_request")


@pytest.mark.parametrize("query", ["q=" + "x" * 301, "user_id=7", "&".join(f"user_id={uuid4()}" for _ in range(201))])
def test_an_export_that_makes_no_sense_is_refused(user: Caller, query: str) -> None:
    answer = user.ask("GET", f"/seats.csv?{query}")
    assert (answer.status_code, code_of(answer)) == (400, "invalid_request")


def rows_of(data: bytes) -> list[dict[str, str]]:
    reading = csvfile.read([data])
    return [dict(zip(reading.header.cells, record.cells, strict=True)) for record in reading]


def test_an_export_has_every_column_but_the_secret_ones(directory: MemoryDirectory, user: Caller) -> None:
    everything = {name: cell for name, cell in EVERYTHING.items() if name not in ("password", "voicemail_pin")}
    named = {name: everything.pop(name) for name in ("firstname", "lastname", "email", "extension", "phone_number")}
    named["device_mac"] = everything.pop("device_mac").lower()
    directory.create_seats(chunk_of([new_seat(9, **named, attributes=everything)], job_id=uuid4()))
    answer = user.ask("GET", "/seats.csv", query={"q": named["email"]})
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="seats.csv"'
    [row] = rows_of(answer.data)
    assert list(row) == ["user_id", *(column.name for column in TEMPLATE.columns if not column.secret)]
    assert {name: cell for name, cell in row.items() if name != "user_id"} == everything | named
    assert b"sealed:" not in answer.data


def test_an_export_can_be_uploaded_again(directory: MemoryDirectory, user: Caller) -> None:
    """As an update which changes nothing, whatever the cells look like to a spreadsheet."""
    attributes = {"department": "=1+1", "location": '"Haus, 2"', "device_model": "'-x", "seat_type": "standard"}
    directory.create_seats(chunk_of([new_seat(9, lastname="@Zoë", attributes=attributes)], job_id=uuid4()))
    schema = TEMPLATE.for_kind("update").schema()
    for row in rows_of(user.ask("GET", "/seats.csv").data):
        [known] = directory.seats("acme", [UUID(row["user_id"])])
        loaded = {name: value for name, value in schema.load(row).items() if value is not None}
        seat: dict[str, Any] = dict(known.seat.attributes)
        seat |= {name: getattr(known.seat, name) for name in ("firstname", "lastname", "email", "extension")}
        seat |= {
            "phone_number": known.seat.phone_number,
            "device_mac": known.seat.device_mac,
            "user_id": row["user_id"],
        }
        assert loaded == seat


def test_seats_are_exported_in_the_order_of_their_file(user: Caller) -> None:
    assert [row["extension"] for row in rows_of(user.ask("GET", "/seats.csv").data)] == ["10002", "10003", "10004"]


def test_the_seats_that_are_named_are_exported(user: Caller) -> None:
    path = f"/seats.csv?user_id={user_id(4)}&user_id={user_id(2)}&user_id={uuid4()}"
    assert [row["user_id"] for row in rows_of(user.ask("GET", path).data)] == [str(user_id(2)), str(user_id(4))]


def test_an_export_of_nothing_is_a_header(directory: MemoryDirectory) -> None:
    answer = Caller(client_of(directory), account="globex").ask("GET", "/seats.csv")
    assert (answer.status_code, rows_of(answer.data)) == (200, [])
    assert answer.data.startswith(b"\xef\xbb\xbfuser_id,firstname,")


class Endless(MemoryDirectory):
    """Has Seats as long as anybody reads them."""

    given = 0
    closed = False

    def export(self, account: str, which: Selection) -> Generator[Sequence[Seat]]:
        try:
            while account and which == Selection():
                self.given += 1
                yield [Seat(**_seat(line)) for line in range(1_000)]
        finally:
            self.closed = True


def _seat(line: int) -> dict[str, Any]:
    new = new_seat(line)
    named = ("firstname", "lastname", "email", "extension", "phone_number", "device_mac", "attributes", "line")
    times = {"created_at": datetime(2026, 11, 22, tzinfo=UTC), "job_id": JOB, "user_id": user_id(line)}
    return {name: getattr(new, name) for name in named} | times


def test_an_export_is_made_while_it_is_read_and_let_go_when_nobody_does() -> None:
    directory = Endless(lambda: NOW)
    caller = Caller(client_of(directory))
    answer = caller.ask("GET", "/seats.csv")
    blocks: Iterator[bytes] = answer.iter_encoded()
    for _ in range(5):
        assert next(blocks)
    assert directory.given < 5
    assert not directory.closed
    answer.close()
    assert directory.closed
