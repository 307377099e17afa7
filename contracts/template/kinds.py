"""The template as updates and deletions read it, made from the columns that new Seats have."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from contracts.template.columns import Column
from contracts.template.rules import BrokenRule, Rule

#: The column that names the Seat of a row.
USER_ID: Final = "user_id"

#: What an update writes into a cell to empty the Seat's value: a blank cell leaves it alone. Case does not matter.
CLEAR: Final = "[clear]"

#: The value of a cell that says so.
CLEARED: Final = ""

_USER_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserId:
    """A User ID, without regard to case."""

    def describe(self) -> str:
        return "the User ID of a Seat, as summaries and exported Seats tell it"

    def normalise(self, cell: str) -> str:
        user_id = cell.lower()
        if not _USER_ID.fullmatch(user_id):
            message = "This is not a User ID. Copy it from a summary, or from the Seats that you have exported."
            raise BrokenRule("not_a_user_id", message)
        return user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """The ``rule`` of a column where Seats are updated: there is a word that empties what a Seat need not have."""

    rule: Rule
    label: str
    every_seat_has_one: bool

    def describe(self) -> str:
        told = self.rule.describe()
        return told if self.every_seat_has_one else f"{told}; {CLEAR} empties it"

    def normalise(self, cell: str) -> str:
        if cell.lower() != CLEAR:
            return self.rule.normalise(cell)
        if self.every_seat_has_one:
            message = f"{self.label} can't be cleared, since every Seat has one. Leave the cell blank to keep it."
            raise BrokenRule("cannot_clear", message)
        return CLEARED


def user_id_column() -> Column:
    """The key of updates and deletions. That it stands in a file twice is a problem."""
    return Column(
        name=USER_ID,
        label="User ID",
        type=USER_ID,
        check=UserId(),
        required=True,
        unique=True,
        example="3f2b8c1e-7a4d-5e6f-9b0a-1c2d3e4f5a6b",
        about="Which Seat the row is about.",
    )


def changing(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of an update: the User ID, and all others, none of them required.

    What a value of the same row makes required, a Seat may have already: that is for those to judge who know the Seat.
    """
    return user_id_column(), *map(_changing, columns)


def _changing(column: Column) -> Column:
    rule = Changing(rule=column.check, label=column.label, every_seat_has_one=column.required)
    return replace(column, check=rule, required=False, required_when=None)
