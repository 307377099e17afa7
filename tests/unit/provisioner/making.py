"""Seats, chunks and messages for the provisioner's tests, unlike each other unless they are told to be alike."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.messages import SeatsAcceptedV1
from services.provisioner.directory import NewSeat, SeatChunk
from services.provisioner.existing import SeatChanges, SeatDeletions
from tests.unit.contracts.chunk_rows import Row, columns_of

JOB = UUID("00000000-0000-4000-8000-00000000000a")
OTHER_JOB = UUID("00000000-0000-4000-8000-00000000000b")
UPDATE = UUID("00000000-0000-4000-8000-00000000000c")
DELETION = UUID("00000000-0000-4000-8000-00000000000d")
SECRETS = ("password", "voicemail_pin")
SECRET = "sealed:c2VjcmV0LW9mLXRoZS1zZWF0"


def new_seat(line: int, **values: Any) -> NewSeat:
    """A Seat whose unique values come from its line."""
    seat = NewSeat(
        line=line,
        firstname="Amélie",
        lastname="Okonkwo",
        email=f"seat{line}@example.com",
        extension=str(10_000 + line),
        phone_number=f"+1415555{line:04d}",
        device_mac="00:1a:2b:" + ":".join(f"{line:06x}"[i : i + 2] for i in (0, 2, 4)),
        attributes={"seat_type": "standard", "department": "Sales"},
        secrets={"password": SECRET},
    )
    return replace(seat, **values)


def chunk_of(seats: Iterable[NewSeat], *, account: str = "acme", job_id: UUID = JOB, chunk: int = 1) -> SeatChunk:
    """The seats as a chunk, in the order of their lines."""
    rows = sorted(seats, key=lambda seat: seat.line)
    return SeatChunk(
        account=account,
        job_id=job_id,
        chunk=chunk,
        lines=[seat.line for seat in rows],
        firstname=[seat.firstname for seat in rows],
        lastname=[seat.lastname for seat in rows],
        email=[seat.email for seat in rows],
        extension=[seat.extension for seat in rows],
        phone_number=[seat.phone_number for seat in rows],
        device_mac=[seat.device_mac for seat in rows],
        attributes=_columns([seat.attributes for seat in rows]),
        secrets=_columns([seat.secrets for seat in rows]),
    )


def _columns(rows: list[Mapping[str, str]]) -> dict[str, list[str | None]]:
    names = {name: None for row in rows for name in row}
    return {name: [row.get(name) for row in rows] for name in names}


COLUMNS = ("firstname", "lastname", "email", "extension", "seat_type", "phone_number", "password", "device_mac")


def values_of(line: int) -> tuple[str | None, ...]:
    """The cells of a row, in the order of `COLUMNS`."""
    seat = new_seat(line)
    return (
        seat.firstname,
        seat.lastname,
        seat.email,
        seat.extension,
        "standard",
        seat.phone_number,
        SECRET,
        seat.device_mac,
    )


def accepted(
    rows: Iterable[Row], *, account: str = "acme", job_id: UUID = JOB, chunk: int = 1, template_version: int = 1
) -> SeatsAcceptedV1:
    return SeatsAcceptedV1(
        job_id=job_id,
        account=account,
        template_version=template_version,
        chunk=chunk,
        columns=COLUMNS,
        **columns_of(rows, width=len(COLUMNS)),
    )


def accepted_lines(lines: Iterable[int], **where: Any) -> SeatsAcceptedV1:
    return accepted((Row(line, values_of(line)) for line in lines), **where)


def changes_of(
    rows: Mapping[UUID, Mapping[str, str]], *, account: str = "acme", job_id: UUID = UPDATE, chunk: int = 1
) -> SeatChanges:
    """By User ID what is to be changed; the lines begin at 2."""
    names = {name: None for values in rows.values() for name in values}
    columns = {name: [values.get(name) for values in rows.values()] for name in names}
    return SeatChanges(
        account=account,
        job_id=job_id,
        chunk=chunk,
        lines=range(2, 2 + len(rows)),
        user_ids=list(rows),
        values={name: cells for name, cells in columns.items() if name not in SECRETS},
        secrets={name: cells for name, cells in columns.items() if name in SECRETS},
    )


def deletions_of(
    user_ids: Iterable[UUID],
    *,
    account: str = "acme",
    job_id: UUID = UPDATE,
    chunk: int = 1,
    undo_of: UUID | None = None,
) -> SeatDeletions:
    named = list(user_ids)
    lines = range(2, 2 + len(named))
    return SeatDeletions(account=account, job_id=job_id, chunk=chunk, lines=lines, user_ids=named, undo_of=undo_of)


def about(
    user_ids: list[str | None] | list[str], *, kind: str, undo_of: UUID | None = None, **columns: list[str | None]
) -> SeatsAcceptedV1:
    """A chunk about Seats that exist; the lines begin at 2."""
    return SeatsAcceptedV1(
        job_id=UPDATE if kind == "update" else DELETION,
        account="acme",
        template_version=1,
        chunk=1,
        columns=("user_id", *columns),
        lines=tuple(range(2, 2 + len(user_ids))),
        values=(list(user_ids), *columns.values()),
        kind=kind,
        undo_of=undo_of,
    )
