"""From the columns of a message to the columns of new Seats."""

from typing import Final
from uuid import UUID

from contracts import template
from contracts.messages import SeatsAcceptedV1
from contracts.messages.seats_accepted_v1 import Cells
from contracts.sealing import is_sealed
from messaging.errors import Reject, Retry
from services.provisioner.directory import SeatChunk
from services.provisioner.existing import SeatChanges, SeatDeletions

_REQUIRED: Final = ("firstname", "lastname", "email", "extension")
_NAMED: Final = frozenset({*_REQUIRED, "phone_number", "device_mac"})


def seat_chunk(message: SeatsAcceptedV1) -> SeatChunk:
    """The chunk that a message tells of.

    Raises `Reject` for rows that no validator of ours sends, and `Retry` where its template is newer than this
    process, which an upgrade under way sets right.
    """
    secret = _secret_columns(message.template_version)
    columns = {name: _filled(cells) for name, cells in zip(message.columns, message.values, strict=True)}
    secrets = {name: cells for name, cells in columns.items() if name in secret}
    for name, cells in secrets.items():
        _check_sealed(message, name, cells)
    empty: Cells = [None] * len(message.lines)
    return SeatChunk(
        account=message.account,
        job_id=message.job_id,
        chunk=message.chunk,
        lines=message.lines,
        firstname=_required(message, "firstname", columns),
        lastname=_required(message, "lastname", columns),
        email=_required(message, "email", columns),
        extension=_required(message, "extension", columns),
        phone_number=columns.get("phone_number", empty),
        device_mac=columns.get("device_mac", empty),
        attributes={name: cells for name, cells in columns.items() if name not in _NAMED and name not in secret},
        secrets=secrets,
    )


def seat_changes(message: SeatsAcceptedV1) -> SeatChanges:
    """The same for a chunk that changes Seats."""
    secret = _secret_columns(message.template_version)
    columns = dict(zip(message.columns, message.values, strict=True))
    user_ids = _user_ids(message, columns.pop(template.USER_ID, None))
    secrets = {name: cells for name, cells in columns.items() if name in secret}
    for name, cells in secrets.items():
        _check_sealed(message, name, cells)
    return SeatChanges(
        account=message.account,
        job_id=message.job_id,
        chunk=message.chunk,
        lines=message.lines,
        user_ids=user_ids,
        values={name: cells for name, cells in columns.items() if name not in secret},
        secrets=secrets,
    )


def seat_deletions(message: SeatsAcceptedV1) -> SeatDeletions:
    """The same for a chunk that deletes Seats."""
    columns = dict(zip(message.columns, message.values, strict=True))
    return SeatDeletions(
        account=message.account,
        job_id=message.job_id,
        chunk=message.chunk,
        lines=message.lines,
        user_ids=_user_ids(message, columns.get(template.USER_ID)),
        undo_of=message.undo_of,
    )


def _user_ids(message: SeatsAcceptedV1, cells: Cells | None) -> list[UUID]:
    try:
        user_ids = [UUID(cell) for cell in cells or [None] * len(message.lines)]
    except (TypeError, ValueError):
        raise Reject("a row does not name its Seat") from None
    if len(set(user_ids)) < len(user_ids):
        raise Reject("two rows name the same Seat")
    return user_ids


def _secret_columns(version: int) -> frozenset[str]:
    try:
        return frozenset(column.name for column in template.version(version).secret)
    except LookupError as error:
        raise Retry(str(error)) from error


def _filled(cells: Cells) -> Cells:
    """The same cells, with None for an empty text."""
    return [cell or None for cell in cells] if "" in cells else cells


def _required(message: SeatsAcceptedV1, name: str, columns: dict[str, Cells]) -> list[str]:
    cells = columns.get(name, [None] * len(message.lines))
    filled = [cell for cell in cells if cell is not None]
    if len(filled) < len(message.lines):
        raise Reject(f"the row of line {message.lines[cells.index(None)]} has no {name}")
    return filled


def _check_sealed(message: SeatsAcceptedV1, name: str, cells: Cells) -> None:
    if not all(map(is_sealed, filter(None, cells))):
        at = next(at for at, cell in enumerate(cells) if cell and not is_sealed(cell))
        raise Reject(f"the {name} of line {message.lines[at]} has not been sealed")
