"""Rows that are about Seats that exist: to change them, or to delete them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.messages.seats_accepted_v1 import Cells


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatDeletions:
    """Rows of a job, each of which deletes the Seat with its User ID. ``chunk`` counts from 1; no Seat is named twice.

    With ``undo_of`` only Seats that this job made are deleted, and only if they were not changed since.
    """

    account: str
    job_id: UUID
    chunk: int
    lines: Sequence[int]
    user_ids: Sequence[UUID]
    undo_of: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChange:
    """What one row does to a Seat: new values by column, the empty text for one that is cleared; secrets are sealed."""

    line: int
    user_id: UUID
    values: Mapping[str, str]
    secrets: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChanges:
    """Rows of a job, column by column, each of which changes the Seat with its User ID; no Seat is named twice.

    A cell is None where the Seat keeps its value, and empty where it loses it.
    """

    account: str
    job_id: UUID
    chunk: int
    lines: Sequence[int]
    user_ids: Sequence[UUID]
    values: Mapping[str, Cells]
    secrets: Mapping[str, Cells]

    @property
    def rows(self) -> Iterator[SeatChange]:
        """The rows one by one."""
        for at, (line, user_id) in enumerate(zip(self.lines, self.user_ids, strict=True)):
            yield SeatChange(
                line=line, user_id=user_id, values=_given(self.values, at), secrets=_given(self.secrets, at)
            )


def _given(columns: Mapping[str, Cells], at: int) -> dict[str, str]:
    return {name: cell for name, cells in columns.items() if (cell := cells[at]) is not None}
