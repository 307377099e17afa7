"""What `POST /uploads` tells of the header, and that it remembers what was chosen."""

from typing import Any

import pytest

from tests.integration.upload.asking import BOB, Asking, problem

REQUIRED = ["firstname", "lastname", "email", "extension", "seat_type"]


def cells(header: dict[str, Any] | None) -> list[tuple[str, str | None, str | None]]:
    assert header is not None
    assert [cell["position"] for cell in header["columns"]] == list(range(len(header["columns"])))
    return [(cell["name"], cell["column"], cell["by"]) for cell in header["columns"]]


def test_each_cell_tells_what_it_means_and_why(ask: Asking) -> None:
    data = "\ufeffemail; First Name ;exten;Surnme;user_id;problems;Shoe size;\r\nx;x;x;x;x;x;x;\r\n".encode()
    header = ask.upload(data).get_json()["header"]
    assert cells(header) == [
        ("email", "email", "name"),
        ("First Name", "firstname", "name"),
        ("exten", "extension", "alias"),
        ("Surnme", "lastname", "suggested"),
        ("user_id", None, "ignored"),
        ("problems", None, "ignored"),
        ("Shoe size", None, None),
        ("", None, "ignored"),
    ]
    assert header["missing"] == ["lastname", "seat_type"], "a proposal is not in force"


@pytest.mark.parametrize("data", [b"Prenom;Nom\r\n", b"emial\r\n", b"Ann@work,email\r\n"])
def test_names_that_are_not_known_are_a_header_all_the_same(ask: Asking, data: bytes) -> None:
    assert ask.upload(data).get_json()["header"]["missing"]


def test_a_column_is_proposed_once(ask: Asking) -> None:
    header = ask.upload(b"departmnt,depatment\r\n").get_json()["header"]
    assert cells(header) == [("departmnt", "department", "suggested"), ("depatment", None, None)]


def test_what_the_account_chose_before_is_told(ask: Asking) -> None:
    upload_id = ask.upload_id(b"Number,Cell,Nickname,Team\r\n")
    chosen = {"Number": "phone_number", "Cell": "extension", "Nickname": None, "Team": "department"}
    assert ask.submit({"upload_id": upload_id, "columns": chosen}).status_code == 202
    again = b"NUMBER,cell,Nick name,team,email\r\n"
    header = ask.upload(again).get_json()["header"]
    assert cells(header) == [
        ("NUMBER", "phone_number", "remembered"),
        ("cell", "extension", "remembered"),
        ("Nick name", None, "remembered"),
        ("team", "department", "alias"),
        ("email", "email", "name"),
    ]
    assert header["missing"] == ["firstname", "lastname", "seat_type"]
    theirs = cells(ask.upload(again, BOB).get_json()["header"])
    assert theirs[0] == ("NUMBER", "extension", "alias")


def test_the_header_of_an_update_is_looked_at_as_one(ask: Asking) -> None:
    data = b"user_id,department\r\n"
    update = ask.upload(data, kind="update").get_json()["header"]
    assert cells(update) == [("user_id", "user_id", "name"), ("department", "department", "name")]
    assert update["missing"] == []
    assert ask.upload(b"department\r\n", kind="update").get_json()["header"]["missing"] == ["user_id"]
    delete = ask.upload(data, kind="delete").get_json()["header"]
    assert cells(delete) == [("user_id", "user_id", "name"), ("department", None, "ignored")]
    assert problem(ask.upload(data, kind="destroy")) == (400, "invalid_request")


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\r\n\r\n", b"%PDF-1.7", b"a,\xff\r\n", b"a,\x00\r\n"),
        *(b"New starters in May,,,\r\nemail\r\n", b"Ann,Lee,ann@example.com\r\n", b"Ann,Lee,1001\r\n"),
    ],
)
def test_a_file_without_a_header_to_read_is_kept_all_the_same(ask: Asking, data: bytes) -> None:
    response = ask.upload(data)
    assert (response.status_code, response.get_json()["header"]) == (201, None)
