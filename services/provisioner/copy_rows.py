"""A chunk in the text format of PostgreSQL's COPY, as the `seats` table takes it, made a column at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.provisioner.directory import SeatChunk, UniqueColumn, key
from services.provisioner.json_rows import json_rows
from services.provisioner.word_columns import word_rows

_ESCAPES: Final = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))  # the backslash first
_NULL: Final = "\\N"


def copy_rows(chunk: SeatChunk, user_ids: Sequence[str], created_at: datetime) -> list[str]:
    """A line for each Seat, without its end, with the columns of the queries `copy_seats` and
    `stage`.

    They are in the order of a key, so that chunks with the same keys wait for each other instead of blocking each
    other. A deadlock stays possible (two keys in opposite orders): it is tried again.
    """
    keys = email_keys(chunk.email)
    [account] = _escaped([chunk.account])
    constant = f"{account}\t{chunk.job_id}\t{created_at.isoformat()}\t"
    columns = (
        user_ids,
        [f"{constant}{line}" for line in chunk.lines],
        _escaped(chunk.firstname),
        _escaped(chunk.lastname),
        _escaped(chunk.email),
        _escaped(keys),
        _escaped(chunk.extension),
        _escaped(chunk.phone_number),
        _escaped(chunk.device_mac),
        _escaped(json_rows(chunk.attributes, len(chunk.lines))),
        _escaped(json_rows(chunk.secrets, len(chunk.lines))),
        _escaped(_tsvectors(word_rows(chunk))),
    )
    rows = list(map("\t".join, zip(*columns, strict=True)))
    return [rows[at] for at in sorted(range(len(rows)), key=keys.__getitem__)]


def email_keys(emails: Sequence[str]) -> list[str]:
    """What e-mail addresses are compared by."""
    keys = key(UniqueColumn.EMAIL, "\n".join(emails)).split("\n")
    return keys if len(keys) == len(emails) else [key(UniqueColumn.EMAIL, email) for email in emails]


def _escaped(cells: Sequence[str | None]) -> list[str]:
    text = "".join(filter(None, cells))
    for character, escape in _ESCAPES:
        if character in text:
            cells = [cell and cell.replace(character, escape) for cell in cells]
    return [_NULL if cell is None else cell for cell in cells]


def _tsvectors(rows: Sequence[str]) -> list[str]:
    """Rows of words in the text form of tsvectors: every word quoted."""
    text = "\n".join(rows).replace("\\", "\\\\").replace("'", "''").replace(" ", "' '")
    return [f"'{row}'" if row else "" for row in text.split("\n")] if rows else []
