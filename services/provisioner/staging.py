"""A row of the staging table, in the order of the columns of the `stage` query."""

from uuid import UUID

import orjson

from contracts.ids import user_id_of
from services.provisioner.directory import NewSeat, UniqueColumn, key
from services.provisioner.words import words_of

StagedRow = tuple[int, UUID, str, str, str, str, str, str | None, str | None, str, str, str]


def staged_row(job_id: UUID, seat: NewSeat) -> StagedRow:
    """What is copied for one Seat: its values, and what is derived from them."""
    return (
        seat.line,
        user_id_of(job_id, seat.line),
        seat.firstname,
        seat.lastname,
        seat.email,
        key(UniqueColumn.EMAIL, seat.email),
        seat.extension,
        seat.phone_number,
        seat.device_mac,
        orjson.dumps(seat.attributes).decode(),
        orjson.dumps(seat.secrets).decode(),
        " ".join(words_of(seat)),
    )
