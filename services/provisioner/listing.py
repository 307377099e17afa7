"""Seats as they are shown, and the list of them: newest first, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """A place in the list of Seats, which is newest first: what follows is smaller."""

    created_at: datetime
    line: int
    user_id: UUID


#: Before the first Seat of any list.
START: Final = Position(created_at=datetime(9999, 1, 1, tzinfo=UTC), line=0, user_id=UUID(int=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A Seat as it may be shown: its secrets are not in it. ``changed_at``: None if never since it was made."""

    user_id: UUID
    created_at: datetime
    job_id: UUID
    line: int
    firstname: str
    lastname: str
    email: str
    extension: str
    phone_number: str | None
    device_mac: str | None
    attributes: Mapping[str, str]
    changed_at: datetime | None = None

    @property
    def position(self) -> Position:
        """Its place in the list."""
        return Position(created_at=self.created_at, line=self.line, user_id=self.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSeat:
    """A Seat, and which secrets it has: never what they are."""

    seat: Seat
    sealed: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Some Seats of an account: those that a text finds, all if it is empty; of these only the ``user_ids``, if any."""

    text: str = ""
    user_ids: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPage:
    """Some Seats of a list, and where the next page begins (None: there is no more)."""

    seats: tuple[Seat, ...]
    next: Position | None


def page_of(found: Sequence[Seat], limit: int) -> SeatPage:
    """The page of at most ``limit`` Seats, of which one more was looked for to know whether there is a next one."""
    seats = tuple(found[:limit])
    return SeatPage(seats=seats, next=seats[-1].position if len(found) > limit else None)
