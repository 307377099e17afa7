"""Seats as a CSV that can be uploaded again, to update them."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

import csvfile
from contracts import template
from services.provisioner.listing import Seat
from services.provisioner.merging import FIELDS

_DIALECT = csvfile.Dialect(delimiter=",", newline="\r\n", encoding="utf-8", bom=True)


def csv_blocks(parts: Generator[Sequence[Seat]]) -> Generator[bytes]:
    """The file in blocks: User IDs and all columns of the newest template that are not secret. Closes ``parts``.

    It begins with a byte order mark, without which spreadsheets take it for what they were set up for.
    """
    columns = [column.name for column in template.latest().columns if not column.secret]
    with closing(parts):
        yield from csvfile.write(_rows(parts, columns), _DIALECT)


def _rows(parts: Generator[Sequence[Seat]], columns: Sequence[str]) -> Iterator[Sequence[str]]:
    yield (template.USER_ID, *columns)
    for part in parts:
        for seat in part:
            yield (str(seat.user_id), *(_cell(seat, column) for column in columns))


def _cell(seat: Seat, column: str) -> str:
    cell: str | None = getattr(seat, column) if column in FIELDS else seat.attributes.get(column)
    return cell or ""
