"""Why a row has not become a Seat, in the words of the person who wrote it."""

from collections.abc import Mapping
from uuid import UUID

from services.provisioner.directory import NotMade, UniqueColumn

_WORDS = {
    UniqueColumn.EMAIL: "the e-mail address",
    UniqueColumn.EXTENSION: "the extension",
    UniqueColumn.PHONE_NUMBER: "the phone number",
    UniqueColumn.DEVICE_MAC: "the device MAC address",
}


def taken(line: int, holders: Mapping[UniqueColumn, UUID]) -> NotMade:
    """The outcome of a row whose values Seats have already; ``holders`` are their User IDs, one at least.

    The code names the first of the columns, such as `email_taken`; the message tells all of them.
    """
    columns_of: dict[UUID, list[UniqueColumn]] = {}
    for column in UniqueColumn:
        if column in holders:
            columns_of.setdefault(holders[column], []).append(column)
    parts = [f"{_listed(columns)} by the Seat with the User ID {holder}" for holder, columns in columns_of.items()]
    first = next(column for column in UniqueColumn if column in holders)
    message = f"Taken meanwhile: {'; '.join(parts)}. Change the row and upload it again."
    return NotMade(line=line, code=f"{first}_taken", message=message)


def user_id_taken(line: int) -> NotMade:
    """The outcome of a row whose User ID a Seat of another job has, which only a forged message can bring about."""
    message = "The User ID of this row belongs to another Seat. Upload the row again in a new file."
    return NotMade(line=line, code="user_id_taken", message=message)


def words_for(column: UniqueColumn) -> str:
    """What people call the column, such as: the e-mail address."""
    return _WORDS[column]


def _listed(columns: list[UniqueColumn]) -> str:
    *others, last = (_WORDS[column] for column in columns)
    return f"{', '.join(others)} and {last}" if others else last
