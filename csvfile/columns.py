"""The plain case of CSV, read by columns: hundreds of rows in a few operations, and none of these is per cell."""

import csv
from typing import Final

_END: Final = "\0\0"
_MOST_QUOTED: Final = 3  # quoted cells a row, on average: with more of them the csv module is the faster one


def plain_columns(text: str, delimiter: str, width: int) -> list[list[str]] | None:
    """The cells of whole lines, column by column; None where the csv module has to look.

    That is where a row has more or fewer cells than ``width``, where a quoted cell has line breaks or quotes in it,
    where anything stands beside a quote, or lines end in several ways. What is given here is what the csv module gives.
    NUL must not be in the text: it stands for quoted cells meanwhile.
    """
    if len(text) > csv.field_size_limit():
        return None
    end = "\r\n" if "\r" in text else "\n"
    if not text.endswith("\n"):
        text += end
    quoted: list[str] = []
    if '"' in text:
        parts = text.split('"')
        text, quoted = "\0".join(parts[::2]), parts[1::2]
        if len(parts) % 2 == 0 or "\n" in "".join(quoted):
            return None
    # Each line end becomes a cell of its own. So every row is as wide as the header if as many of these cells stand
    # where they should as there are line ends. (Doubled quotes look like them, but can't be put back as cells.)
    flat = text.replace(end, f"{delimiter}{_END}{delimiter}")
    rows = (len(flat) - len(text)) // (2 + len(_END) - len(end))
    if "\n" in flat or "\r" in flat or len(quoted) > _MOST_QUOTED * rows:
        return None
    cells = flat.split(delimiter)
    if len(cells) != rows * (width + 1) + 1 or cells[width :: width + 1].count(_END) != rows or not _put(quoted, cells):
        return None
    return [cells[place : -1 : width + 1] for place in range(width)]


def _put(quoted: list[str], cells: list[str]) -> bool:
    """Put quoted cells where they belong; whether each of them is a whole cell, with nothing beside its quotes."""
    at = -1
    try:
        for cell in quoted:
            at = cells.index("\0", at + 1)
            cells[at] = cell
    except ValueError:
        return False
    return True
