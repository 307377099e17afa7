"""The cells of whole lines column by column, in operations of which hardly any is per cell."""

import csv
import io
from collections.abc import Sequence
from typing import Final

_END: Final = "\0\0"
_DOUBLED: Final = "\1"
_MOST_QUOTED: Final = 3  # quoted cells a row, on average: with more of them the csv module is the faster one

Columns = list[Sequence[str]]


def columns_of(text: str, delimiter: str, width: int) -> Columns | None:
    """What the csv module gives, where every line is a row of ``width`` cells; None where it is not, or not CSV.

    The text has no NUL in it.
    """
    if len(text) > csv.field_size_limit() or text.count("\r") != text.count("\r\n"):
        return None
    return split_columns(text, delimiter, width) or parsed_columns(text, delimiter, width)


def parsed_columns(text: str, delimiter: str, width: int) -> Columns | None:
    """The same by the csv module."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    lines = text.count("\n") + (not text.endswith("\n"))
    if len(rows) != lines or set(map(len, rows)) != {width}:
        return None
    return list(zip(*rows, strict=True))


def split_columns(text: str, delimiter: str, width: int) -> Columns | None:
    """The same by splitting the text, which is faster; None also where the csv module is faster, or has to judge.

    That is where a cell begins with a doubled quote, anything stands beside a quote, or lines end in several ways.
    """
    end = "\r\n" if "\r" in text else "\n"
    if not text.endswith("\n"):
        text += end
    quoted: list[str] = []
    if '"' in text:
        taken = _take_quoted(text)
        if taken is None:
            return None
        text, quoted = taken
    # Each line end becomes a cell of its own. So every row is as wide as the header if as many of these cells stand
    # where they should as there are line ends. (Quoted cells side by side look like them, but can't be put back.)
    flat = text.replace(end, f"{delimiter}{_END}{delimiter}")
    rows = (len(flat) - len(text)) // (2 + len(_END) - len(end))
    if "\n" in flat or "\r" in flat or len(quoted) > _MOST_QUOTED * rows:
        return None
    cells = flat.split(delimiter)
    if len(cells) != rows * (width + 1) + 1 or cells[width :: width + 1].count(_END) != rows or not _put(quoted, cells):
        return None
    return [cells[place : -1 : width + 1] for place in range(width)]


def _take_quoted(text: str) -> tuple[str, list[str]] | None:
    """The text with a NUL in the place of each quoted cell, and these; None where quotes don't come in plain pairs."""
    doubled = '""' in text
    if doubled:
        if _DOUBLED in text:
            return None
        text = text.replace('""', _DOUBLED)
    parts = text.split('"')
    outside, quoted = "\0".join(parts[::2]), parts[1::2]
    if len(parts) % 2 == 0 or _DOUBLED in outside or "\n" in "".join(quoted):
        return None
    return outside, [cell.replace(_DOUBLED, '"') for cell in quoted] if doubled else quoted


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
