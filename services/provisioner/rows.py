"""From the rows of a message to new Seats."""

from collections.abc import Mapping

from contracts import template
from contracts.messages import SeatRow, SeatsAcceptedV1
from contracts.sealing import is_sealed
from messaging.errors import Reject, Retry
from services.provisioner.directory import NewSeat, SeatChunk

_REQUIRED = ("firstname", "lastname", "email", "extension")
_NAMED = frozenset({*_REQUIRED, "phone_number", "device_mac"})


def seat_chunk(message: SeatsAcceptedV1) -> SeatChunk:
    """The chunk that a message tells of.

    Raises `Reject` for rows that no validator of ours sends, and `Retry` where its template is newer than this
    process, which an upgrade under way sets right.
    """
    if len({row.line for row in message.rows}) < len(message.rows):
        raise Reject("two rows of the chunk have the same line")
    secret = _secret_columns(message.template_version)
    return SeatChunk(
        account=message.account,
        job_id=message.job_id,
        chunk=message.chunk,
        seats=tuple(_new_seat(message.columns, row, secret) for row in message.rows),
    )


def _secret_columns(version: int) -> frozenset[str]:
    try:
        return frozenset(column.name for column in template.version(version).secret)
    except LookupError as error:
        raise Retry(str(error)) from error


def _new_seat(columns: tuple[str, ...], row: SeatRow, secret: frozenset[str]) -> NewSeat:
    values = {name: value for name, value in zip(columns, row.values, strict=True) if value}
    secrets = {name: value for name, value in values.items() if name in secret}
    _check(row.line, values, secrets)
    return NewSeat(
        line=row.line,
        firstname=values["firstname"],
        lastname=values["lastname"],
        email=values["email"],
        extension=values["extension"],
        phone_number=values.get("phone_number"),
        device_mac=values.get("device_mac"),
        attributes={name: value for name, value in values.items() if name not in _NAMED and name not in secret},
        secrets=secrets,
    )


def _check(line: int, values: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    for name in _REQUIRED:
        if name not in values:
            raise Reject(f"the row of line {line} has no {name}")
    for name, value in secrets.items():
        if not is_sealed(value):
            raise Reject(f"the {name} of line {line} has not been sealed")
