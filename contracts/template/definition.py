"""A version of the template, whole, and where the versions are kept."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from contracts.template import header, kinds, schema
from contracts.template.columns import Column, from_data
from contracts.template.header import NOTHING_CHOSEN, OUTCOME_COLUMNS, Chosen, HeaderMatch

__all__ = ["OUTCOME_COLUMNS", "Template", "latest", "version", "versions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One published version: never changed, so that a job of long ago is still read by the rules it was made with.

    A file may have ``unread`` columns: they are known, and not looked at.
    """

    version: int
    columns: tuple[Column, ...]
    unread: tuple[Column, ...] = ()

    @property
    def unique(self) -> tuple[Column, ...]:
        """The columns whose values no two Seats may share."""
        return tuple(column for column in self.columns if column.unique)

    @property
    def secret(self) -> tuple[Column, ...]:
        """The columns whose values are sealed."""
        return tuple(column for column in self.columns if column.secret)

    def for_kind(self, kind: str) -> "Template":
        """What a job of a kind reads: to create Seats this template itself; to update them their User ID and whichever
        columns are to be changed; to delete them the User ID alone.
        """
        match kind:
            case "create":
                return self
            case "update":
                return replace(self, columns=kinds.changing(self.columns))
            case "delete":
                return replace(self, columns=(kinds.user_id_column(),), unread=self.columns)
            case _:
                raise ValueError(f"there are no jobs of the kind {kind!r}")

    def column(self, name: str) -> Column:
        """A column by its name. Raises `KeyError`."""
        return {column.name: column for column in self.columns}[name]

    def csv(self) -> str:
        """The CSV template: the header alone, so that no example can become a Seat by mistake."""
        return ",".join(column.name for column in self.columns) + "\r\n"

    def schema(self) -> schema.SeatSchema:
        """A new marshmallow schema of one row. Keep it: making one costs more than loading a row."""
        return schema.make(self.columns)

    def match_header(self, names: Sequence[str], chosen: Chosen = NOTHING_CHOSEN) -> HeaderMatch:
        """Which column each header cell means; what is ``chosen`` for a cell counts more than its name."""
        return header.match((*self.columns, *self.unread), names, chosen).without(self.unread)

    def definition(self) -> dict[str, Any]:
        """The template as the API tells it."""
        return {"version": self.version, "columns": [column.definition() for column in self.columns]}


@cache
def version(number: int) -> Template:
    """A version of the template. Raises `LookupError` where there is none."""
    path = files("contracts.template").joinpath(f"seat_v{number}.toml")
    if not path.is_file():
        raise LookupError(f"there is no version {number} of the Seat template")
    data = tomllib.loads(path.read_text("utf-8"))
    return Template(version=data["version"], columns=tuple(from_data(column) for column in data["column"]))


@cache
def versions() -> tuple[int, ...]:
    """The versions that there are, oldest first."""
    names = (entry.name for entry in files("contracts.template").iterdir())
    return tuple(sorted(int(n[6:-5]) for n in names if n.startswith("seat_v") and n.endswith(".toml")))


def latest() -> Template:
    """The newest version: the one that is downloaded."""
    return version(versions()[-1])
