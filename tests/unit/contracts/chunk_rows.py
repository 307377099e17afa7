"""The rows of a `seats.accepted.v1` one by one, as tests like to see them; the message has them column by column."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from contracts.messages import SeatsAcceptedV1


class Row(NamedTuple):
    line: int
    values: tuple[str | None, ...]


def rows_of(chunk: SeatsAcceptedV1) -> list[Row]:
    columns = zip(*chunk.values, strict=True) if chunk.values else [()] * len(chunk.lines)
    return [Row(line, tuple(values)) for line, values in zip(chunk.lines, columns, strict=True)]


def columns_of(rows: Iterable[Row], *, width: int) -> dict[str, Any]:
    """What to give a message for its lines and values: as reading it again gives them."""
    told = list(rows)
    values = tuple([row.values[at] for row in told] for at in range(width))
    return {"lines": tuple(row.line for row in told), "values": values}
