"""The plain case of CSV, read by columns: hundreds of rows in a few operations, and none of these is per cell."""

import csv
from typing import Final

_MOST_QUOTED: Final = 3  # quoted cells a row, on average: with more of them the csv module is the faster one


def plain_columns(text: str, delimiter: str, width: int, rows: int) -> list[list[str]] | None:
    """The cells of ``rows`` whole lines, column by column; None where the csv module has to look.

    That is where a row has more or fewer cells than ``width``, where a quoted cell has line breaks or quotes in it, or
    where anything stands beside a quote. What is given here is what the csv module gives. NUL must not be in the text:
    it stands for quoted cells meanwhile.
    """
    if len(text) > csv.field_size_limit():
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        text += "\n"
    quoted: list[str] = []
    if '"' in text:
        parts = text.split('"')
        text, quoted = "\0".join(parts[::2]), parts[1::2]
        if len(quoted) > _MOST_QUOTED * rows or not _plainly_quoted(parts, delimiter):
            return None
    if "\r" in text:
        return None
    # Each line end becomes a cell of its own, which no other cell can look like. So every row is as wide as the header
    # if as many of these stand where they should as there are lines.
    cells = text.replace("\n", f"{delimiter}\n{delimiter}").split(delimiter)
    if len(cells) != rows * (width + 1) + 1 or cells[width :: width + 1].count("\n") != rows:
        return None
    at = -1
    for cell in quoted:
        at = cells.index("\0", at + 1)
        cells[at] = cell
    return [cells[place : -1 : width + 1] for place in range(width)]


def _plainly_quoted(parts: list[str], delimiter: str) -> bool:
    """Whether quotes stand around whole cells only, and cells in them hold no line break. ``parts``: text by quotes."""
    between = parts[2:-1:2]
    if len(parts) % 2 == 0 or not all(between):
        return False
    ends = {part[0] for part in between} | {part[-1] for part in between} | {parts[0][-1:], parts[-1][:1]}
    inside = "".join(parts[1::2])
    return ends <= {delimiter, "\n", ""} and parts[-1] != "" and "\n" not in inside and "\r" not in inside
