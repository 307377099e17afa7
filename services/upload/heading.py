"""What the header of an upload means, so that whoever sent it can say what the template does not know."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import csvfile
from contracts.template import Column, HeaderMatch, Template
from contracts.template.rules import fold
from contracts.template.schema import trim

#: How a cell got its column: by the column's name, or its label or an alias; by what the account chose before; as the
#: nearest that is free, which is a proposal; or it is ignored, as the outcomes of a summary are.
By = Literal["name", "alias", "remembered", "suggested", "ignored"]

#: What the account chose before for some of these cells, by their folded texts.
Remembered = Callable[[Iterable[str]], Mapping[str, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the header: its ``position`` from 0, its text, and the ``column`` that it means, if any."""

    position: int
    name: str
    column: str | None
    by: By | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The header's cells, and the required columns that none of them means. Proposals don't count."""

    columns: tuple[Cell, ...]
    missing: tuple[str, ...]


def heading_of(blocks: Iterable[bytes], template: Template, *, remembered: Remembered) -> Heading | None:
    """What the header of a file means; None where there is none, as a check tells. No more is read than it takes."""
    try:
        names = [trim(cell) for cell in csvfile.read(blocks).header.cells]
    except csvfile.FileProblem:
        return None
    chosen = remembered(names)
    match = template.match_header(names, chosen)
    if match.is_no_header(names):
        return None
    missing = tuple(column.name for column in match.missing)
    return Heading(columns=tuple(_cells(names, match, chosen)), missing=missing)


def _cells(names: Sequence[str], match: HeaderMatch, chosen: Mapping[str, str | None]) -> Iterator[Cell]:
    unknown = {unknown.position: unknown.nearest for unknown in match.unknown if unknown.name}
    proposed: set[str | None] = {None}
    for position, (name, column) in enumerate(zip(names, match.columns, strict=True)):
        if position not in unknown:
            found, by = (column.name if column else None), _by(name, column, chosen)
            yield Cell(position=position, name=name, column=found, by=by)
        elif unknown[position] in proposed:
            yield Cell(position=position, name=name, column=None, by=None)
        else:
            proposed.add(unknown[position])
            yield Cell(position=position, name=name, column=unknown[position], by="suggested")


def _by(name: str, column: Column | None, chosen: Mapping[str, str | None]) -> By:
    cell = fold(name)
    if column is None:
        return "remembered" if cell in chosen and chosen[cell] is None else "ignored"
    if cell == fold(column.name):
        return "name"
    return "alias" if cell in map(fold, (column.label, *column.aliases)) else "remembered"
