"""The cells of a column, held to its rule: all at once where they are plainly right, else one by one.

Beside the values only the codes of what is wrong are found here. Putting it into words takes far longer, and is done
for the first problems only, by `wording`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from contracts.template import Column
from contracts.template.columnwise import plainly
from contracts.template.rules import BrokenRule
from contracts.template.schema import trim

#: Different cells of a column that are remembered with what they become, and the longest of them, in characters.
REMEMBERED = 2_000
REMEMBERED_LENGTH = 100

_FEW = 24  # cells that are looked at one by one, once it is known that one of them may be wrong

_WORTHWHILE = 1.5  # cells for each one that is not known yet: with fewer it is quicker to judge them all

Values = Sequence[str | None]

#: A row, counted from 0 within its batch, and the code of what is wrong in it.
Broken = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """``values`` of all rows, None where a cell is empty or ``broken``; a row may be broken once."""

    values: Values
    broken: Sequence[Broken] = field(default=())


class ColumnChecker:
    """Checks the cells of one column, some rows at a time. Cells over ``cell_length`` characters are too long."""

    def __init__(self, column: Column, *, cell_length: int) -> None:
        self._required = column.required
        self._cell_length = cell_length
        self._normalise: Callable[[str], str] = column.check.normalise
        self._plainly = plainly(column.check, longest=cell_length)
        # Unique values come once, and secrets are not to be kept: there is nothing to gain by remembering them.
        self._room = 0 if column.unique or column.secret else REMEMBERED
        self._known: dict[str, str | None] = {} if column.required else {"": None}

    def check(self, cells: Sequence[str]) -> Checked:
        """The values of these cells, or the codes of what is wrong with them."""
        if not cells or not (self._required or any(cells)):
            return Checked(values=[None] * len(cells))
        return self._from_memory(cells) if self._room else self._judged(cells)

    def _judged(self, cells: Sequence[str]) -> Checked:
        values = self._at_once(cells)
        return Checked(values=values) if values is not None else self._in_parts(cells)

    def _at_once(self, cells: Sequence[str]) -> Values | None:
        if self._plainly is None:
            return None
        if all(cells):
            return self._plainly(cells)
        given = list(filter(None, cells))
        if self._required or not given:
            return None if self._required else [None] * len(cells)
        values = self._plainly(given)
        if values is None:
            return None
        if values is given:
            return [cell or None for cell in cells]  # as most rules leave it
        each = iter(values)
        return [next(each) if cell else None for cell in cells]

    def _in_parts(self, cells: Sequence[str]) -> Checked:
        """Halve the cells until those that may be wrong stand alone, or nearly so. Where all are, that is not tried."""
        values: list[str | None] = []
        broken: list[Broken] = []
        waiting = [cells]
        few = _FEW
        while waiting:
            part = waiting.pop()
            found = self._at_once(part) if part is not cells and len(part) > few else None
            if found is not None:
                values += found
            elif len(part) > few:
                half = len(part) // 2
                waiting += [part[half:], part[:half]]
            else:
                before = len(broken)
                values += [self._value(row, cell, broken) for row, cell in enumerate(part, start=len(values))]
                few = len(cells) if len(broken) - before == len(part) else _FEW
        return Checked(values=values, broken=broken)

    def _from_memory(self, cells: Sequence[str]) -> Checked:
        """By what the same cells became before; cells that are not known are remembered if there is any use in it."""
        known = self._known
        try:
            return Checked(values=list(map(known.__getitem__, cells)))
        except KeyError:
            new = list(set(cells).difference(known))
        if self._plainly is not None and _WORTHWHILE * len(new) > len(cells):
            return self._judged(cells)
        judged = self._judged(new)
        codes = {new[row]: code for row, code in judged.broken}
        others: dict[str, str | None] = {}
        for cell, value in zip(new, judged.values, strict=True):
            is_kept = cell not in codes and len(known) < self._room and len(cell) <= REMEMBERED_LENGTH
            (known if is_kept else others)[cell] = value
        broken = [(row, codes[cell]) for row, cell in enumerate(cells) if cell in codes] if codes else ()
        values = [others[cell] if cell in others else known[cell] for cell in cells]
        return Checked(values=values, broken=broken)

    def value_of_cut(self, cell: str) -> str | None:
        """The value that a cell would have if it were cut to the length that cells may have."""
        return self._value(0, cell[: self._cell_length], [])

    def _value(self, row: int, cell: str, broken: list[Broken]) -> str | None:
        """The value of one cell; its code goes to ``broken``."""
        if not cell and not self._required:
            return None
        if len(cell) > self._cell_length:
            broken.append((row, "cell_too_long"))
            return None
        trimmed = trim(cell)
        if trimmed:
            try:
                return self._normalise(trimmed)
            except BrokenRule as rule:
                broken.append((row, rule.code))
        elif self._required:
            broken.append((row, "required"))
        return None
