"""What the consumers have in common with Bulk Manager: the same schema for a row, the same sealing of secrets."""

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from marshmallow import Schema

from contracts import template
from contracts.sealing import Sealer

_KEY = "a key for the benchmark alone, never used elsewhere"


@cache
def schema() -> Schema:
    return template.latest().schema()


@cache
def _sealer() -> Sealer:
    return Sealer([_KEY])


@cache
def secret_columns() -> tuple[str, ...]:
    return tuple(column.name for column in template.latest().secret)


def values(cells: Mapping[str, str]) -> dict[str, str | None]:
    """The checked values of a row as they are stored. Raises marshmallow's ValidationError."""
    checked: dict[str, str | None] = schema().load(cells)
    for column in secret_columns():
        secret = checked.get(column)
        if secret:
            checked[column] = _sealer().seal(secret)
    return checked


def rows_of(source: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row of a CSV file by column, with its line."""
    with Path(source).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for cells in reader:
            yield reader.line_num, cells
