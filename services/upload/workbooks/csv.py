"""Rows of a sheet as CSV whose lines are the sheet's rows, so that a problem's line is found in the spreadsheet."""

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Final

import csvfile
from services.upload.workbooks.rows import Row

#: As Excel writes CSV UTF-8, and reads it: the summary is written like this too.
DIALECT: Final = csvfile.Dialect(delimiter=",", newline="\r\n", encoding="utf-8", bom=True)

_BLANK: Final[list[str]] = []


def as_csv(rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in blocks. Rows without anything in them are blank lines, but none are made at the end."""
    return csvfile.write(_lines(rows), DIALECT)


def _lines(rows: Iterable[Row]) -> Iterator[list[str]]:
    last = width = 0
    for number, cells in rows:
        if any(map(str.strip, cells)):
            yield from repeat(_BLANK, number - last - 1)
            yield _wide(cells, width)
            last, width = number, width or len(cells)


def _wide(cells: list[str], width: int) -> list[str]:
    """As wide as the header; wider only by cells that have something in them."""
    return [*cells, *[""] * (width - len(cells))] if len(cells) < width else cells
