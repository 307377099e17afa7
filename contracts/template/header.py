"""Which column of the template each cell of a header means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from contracts.template.columns import Column
from contracts.template.rules import fold, nearest

#: Columns that a summary adds. They are ignored in an uploaded file, so that a summary can be uploaded again.
OUTCOME_COLUMNS = ("user_id", "created_at", "type", "reason")

#: Further columns that are ignored: what we add to files that are given back, beside the outcomes of created Seats.
TOLD_COLUMNS = ("updated_at", "deleted_at", "problems")

#: What header cells are to mean, by their texts: a column's name, or None where the cell is to be ignored.
Chosen = Mapping[str, str | None]

NOTHING_CHOSEN: Final[Chosen] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A header cell that means no column: its ``position`` from 0, its text, and the nearest free column if any."""

    position: int
    name: str
    nearest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubled:
    """Header cells, by their ``positions`` and ``names``, that mean the same ``column``."""

    column: str
    positions: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderMatch:
    """``columns`` has for each header cell the column that it means, or None where it is ignored or unknown."""

    columns: tuple[Column | None, ...]
    unknown: tuple[Unknown, ...]
    missing: tuple[Column, ...]
    doubled: tuple[Doubled, ...]

    @property
    def is_complete(self) -> bool:
        """Whether rows can be read by this header."""
        return not (self.unknown or self.missing or self.doubled)

    def is_no_header(self, names: Sequence[str]) -> bool:
        """Whether these names, which were matched, are none: a title in a single cell, or cells of a row.

        Names in a language that is not known are names all the same, and so is one that is nearly known.
        """
        if any(self.columns) or any(unknown.nearest for unknown in self.unknown):
            return False
        named = [name for name in names if name]
        return len(named) == 1 or any("@" in name or name.isdigit() for name in named)

    def without(self, unread: Sequence[Column]) -> "HeaderMatch":
        """The same where some columns are known and ignored, however often they are there or are not."""
        names = {column.name for column in unread}
        return replace(
            self,
            columns=tuple(None if column is None or column.name in names else column for column in self.columns),
            missing=tuple(column for column in self.missing if column.name not in names),
            doubled=tuple(doubled for doubled in self.doubled if doubled.column not in names),
        )


def match(columns: Sequence[Column], names: Sequence[str], chosen: Chosen = NOTHING_CHOSEN) -> HeaderMatch:
    """Match header cells by name and alias, without regard to case, spaces, hyphens and underscores.

    What is ``chosen`` for a cell counts more than its name. A choice of a column that there is not is no choice.
    """
    by_name = {fold(word): column for column in columns for word in (*column.aliases, column.label, column.name)}
    ignored = {fold(name) for name in (*OUTCOME_COLUMNS, *TOLD_COLUMNS)}
    known = {column.name: column for column in columns}
    for cell, name in chosen.items():
        if name is None:
            by_name.pop(fold(cell), None)
            ignored.add(fold(cell))
        elif name in known:
            by_name[fold(cell)] = known[name]
    found = tuple(by_name.get(fold(name)) for name in names)
    places: dict[str, list[int]] = {}
    for position, column in enumerate(found):
        if column is not None:
            places.setdefault(column.name, []).append(position)
    free = {fold(word): c.name for c in columns if c.name not in places for word in (*c.aliases, c.label, c.name)}
    return HeaderMatch(
        columns=found,
        unknown=tuple(
            Unknown(position=position, name=name, nearest=nearest(name, free))
            for position, (name, column) in enumerate(zip(names, found, strict=True))
            if column is None and fold(name) not in ignored
        ),
        missing=tuple(column for column in columns if column.required and column.name not in places),
        doubled=tuple(
            Doubled(column=name, positions=tuple(where), names=tuple(names[i] for i in where))
            for name, where in places.items()
            if len(where) > 1
        ),
    )
