"""Columns of cells to rows of text: what `write` writes, made hundreds of rows at once."""

import re
from collections.abc import Callable, Sequence
from functools import cache

from csvfile.guard import SUSPECT, guard, guard_raw

_QUOTED = ('"', "\r", "\n")


def written_rows(columns: Sequence[Sequence[str]], delimiter: str, *, raw: bool = False) -> list[str]:
    """The text of each row, without its line end. ``raw`` is for cells that were read raw, as with `write`.

    There must be two columns at least. What has to be guarded or quoted is looked for in all rows at once; only where
    something is found a look is taken at each column, and where it is in that, at each cell.
    """
    rows = list(map(delimiter.join, zip(*columns, strict=True)))
    if not rows or _is_plain(rows, len(columns), delimiter, raw=raw):
        return rows
    made = [_written(cells, delimiter, guard_raw if raw else guard) for cells in columns]
    return list(map(delimiter.join, zip(*made, strict=True)))


def _is_plain(rows: list[str], width: int, delimiter: str, *, raw: bool) -> bool:
    text = "\n".join(rows)
    return (
        text.count("\n") == len(rows) - 1
        and text.count(delimiter) == len(rows) * (width - 1)
        and '"' not in text
        and "\r" not in text
        and (raw or "'" not in text)
        and _suspect(delimiter).search(delimiter + text.replace("\n", delimiter) + delimiter) is None
    )


@cache
def _suspect(delimiter: str) -> re.Pattern[str]:
    """Finds a cell that may have to be guarded, each cell standing between two delimiters."""
    end = re.escape(delimiter)
    others = "".join(re.escape(character) for character in sorted(SUSPECT - {"'", "+", delimiter}))
    return re.compile(rf"{end}(?:[{others}]|\+(?![1-9][0-9]{{6,14}}{end}))")


def _written(cells: Sequence[str], delimiter: str, guarded: Callable[[str], str]) -> Sequence[str]:
    if not {cell[:1] for cell in cells}.isdisjoint(SUSPECT):
        cells = [guarded(cell) if cell[:1] in SUSPECT else cell for cell in cells]
    text = "".join(cells)
    quoted = (delimiter, *_QUOTED)
    if not any(character in text for character in quoted):
        return cells
    return [
        '"' + cell.replace('"', '""') + '"' if any(character in cell for character in quoted) else cell
        for cell in cells
    ]
