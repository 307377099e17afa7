"""Seats that a test finds again among all others: a made-up family name, which no other test has."""

import secrets
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.e2e import rows
from tests.e2e.api import Api

_FIRST = ("Amélie", "Noah", "Fatima", "Søren", "Olga", "Jun")


def family() -> str:
    """A word that nothing else contains."""
    return "Quill" + "".join(secrets.choice("abcdefghij") for _ in range(10))


def people(name: str, number: int) -> list[dict[str, str]]:
    """Good rows of a family, of whom the first is Amélie and the second Noah."""
    return [rows.row(firstname=_FIRST[at % len(_FIRST)], lastname=name) for at in range(number)]


def settle(api: Api, name: str, number: int, filename: str = "family.csv") -> list[dict[str, Any]]:
    """Make a family and give its Seats in the order of its rows."""
    job = api.run(rows.document(people(name, number)), filename)
    assert job["created"] == number, job
    return found(api, name)


def found(api: Api, name: str) -> list[dict[str, Any]]:
    """The Seats of a family that there are now (200 at most), in the order of their lines."""
    seats: list[dict[str, Any]] = api.get(f"/seats?q={name}&limit=200").json["seats"]
    return sorted(seats, key=lambda seat: int(seat["line"]))


def change(api: Api, cells: str) -> dict[str, Any]:
    """Update Seats by the lines of a CSV, and wait for the end."""
    return _run(api, lambda upload_id: {"upload_id": upload_id, "kind": "update"}, cells.encode())


def delete(api: Api, seat: dict[str, Any]) -> None:
    """Delete a Seat, and wait for the end."""
    answer = api.call(
        "POST",
        "/seats/delete",
        json={"user_ids": [seat["user_id"]]},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status == 202, answer.body
    assert api.wait(answer.json["job_id"])["deleted"] == 1


def _run(api: Api, order: Callable[[str], dict[str, str]], content: bytes) -> dict[str, Any]:
    upload_id = api.upload(content, "changes.csv")
    answer = api.call("POST", "/jobs", json=order(upload_id), headers={"Idempotency-Key": uuid4().hex})
    assert answer.status == 202, answer.body
    return api.wait(answer.json["job_id"])
