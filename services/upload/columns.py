"""What an account chose for header cells that the template does not know: kept for its next file."""

from collections.abc import Iterable, Mapping

from contracts.template.rules import fold
from database.connection import DictConnection
from services.upload.queries import sql

#: Characters of a header cell whose meaning can be chosen: longer ones are no names.
MAX_CELL = 1_000


def remember(connection: DictConnection, chosen: Mapping[str, str | None], *, account: str) -> None:
    """Keep choices, each in place of an earlier one for the same cell."""
    by_cell = {fold(cell): column for cell, column in chosen.items()}
    if by_cell:
        row = {"account": account, "cells": list(by_cell), "columns": list(by_cell.values())}
        connection.execute(sql("remember_columns"), row)


def remembered(connection: DictConnection, cells: Iterable[str], *, account: str) -> dict[str, str | None]:
    """What the account chose before for some of these cells, by their folded texts."""
    row = {"account": account, "cells": list(map(fold, cells))}
    return {found["cell"]: found["column_name"] for found in connection.execute(sql("remembered_columns"), row)}
