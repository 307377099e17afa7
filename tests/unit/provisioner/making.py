"""Seats, chunks and messages for the provisioner's tests, unlike each other unless they are told to be alike."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.messages import SeatRow, SeatsAcceptedV1
from services.provisioner.directory import NewSeat, SeatChunk

JOB = UUID("00000000-0000-4000-8000-00000000000a")
OTHER_JOB = UUID("00000000-0000-4000-8000-00000000000b")
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
    return SeatChunk(account=account, job_id=job_id, chunk=chunk, seats=tuple(seats))


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
    rows: Iterable[SeatRow], *, account: str = "acme", job_id: UUID = JOB, chunk: int = 1, template_version: int = 1
) -> SeatsAcceptedV1:
    return SeatsAcceptedV1(
        job_id=job_id,
        account=account,
        template_version=template_version,
        chunk=chunk,
        columns=COLUMNS,
        rows=tuple(rows),
    )


def accepted_lines(lines: Iterable[int], **where: Any) -> SeatsAcceptedV1:
    return accepted((SeatRow(line=line, values=values_of(line)) for line in lines), **where)
