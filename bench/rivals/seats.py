"""What the consumers have in common with Bulk Manager: the same schema for a row, the same sealing of secrets."""

import csv
from collections.abc import Iterator, Mapping, Sequence
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


def checked(cells: Mapping[str, str]) -> dict[str, str | None]:
    """The values of a row. Raises marshmallow's ValidationError."""
    found: dict[str, str | None] = schema().load(cells)
    return found


def sealed(column: Sequence[str | None]) -> list[str | None]:
    """The secrets of many rows, sealed at once, as Bulk Manager does; where there is none there stays none."""
    seals = iter(_sealer().seal_all([secret for secret in column if secret]))
    return [next(seals) if secret else secret for secret in column]


def values(cells: Mapping[str, str]) -> dict[str, str | None]:
    """The checked values of a row as they are stored. Raises marshmallow's ValidationError."""
    row = checked(cells)
    for column in secret_columns():
        secret = row.get(column)
        if secret:
            row[column] = _sealer().seal(secret)
    return row


def rows_of(source: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row of a CSV file by column, with its line."""
    with Path(source).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for cells in reader:
            yield reader.line_num, cells
