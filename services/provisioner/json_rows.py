"""JSON objects made of columns, one a row: without a dict for each row."""

from collections.abc import Mapping
from typing import Final

import orjson

from contracts.messages.seats_accepted_v1 import Cells

_ESCAPED: Final = ('"', "\\")
_FEW: Final = 4  # where a value comes so often, on average, or more often, it is faster looked up than made


def json_rows(columns: Mapping[str, Cells], count: int) -> list[str]:
    """For each of ``count`` rows an object of the cells that are filled, by the names of their columns."""
    if not columns:
        return ["{}"] * count
    members = [_members(name, cells) for name, cells in columns.items()]
    return [f"{{{row[1:]}}}" for row in map("".join, zip(*members, strict=True))]


def _members(name: str, cells: Cells) -> list[str]:
    """For each cell a comma and the member of the object, or nothing."""
    begin = f",{_json(name)}:"
    text = "".join(filter(None, cells))
    is_plain = text.isprintable() and not any(character in text for character in _ESCAPED)
    distinct = set(cells)
    if is_plain and len(distinct) > len(cells) // _FEW:
        return [f'{begin}"{cell}"' if cell is not None else "" for cell in cells]
    members = {cell: f"{begin}{_json(cell)}" if cell is not None else "" for cell in distinct}
    return list(map(members.__getitem__, cells))


def _json(text: str) -> str:
    return orjson.dumps(text).decode()
