"""Where Seats are made: the interface that the built-in PostgreSQL directory implements, and phone systems can."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from contracts.messages import Successful
from contracts.messages.seats_accepted_v1 import Cells
from services.provisioner.existing import SeatChanges, SeatDeletions
from services.provisioner.listing import KnownSeat, Position, Seat, SeatPage, Selection


class UniqueColumn(StrEnum):
    """The columns of which no two Seats of an account may have the same value, in the order they are told."""

    EMAIL = "email"
    EXTENSION = "extension"
    PHONE_NUMBER = "phone_number"
    DEVICE_MAC = "device_mac"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSeat:
    """One validated row. ``line`` is the file's, header 1; the values are normalised; ``secrets`` are sealed."""

    line: int
    firstname: str
    lastname: str
    email: str
    extension: str
    phone_number: str | None
    device_mac: str | None
    attributes: Mapping[str, str]
    secrets: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChunk:
    """Rows of a job, column by column, their ``lines`` in ascending order; ``chunk`` counts from 1.

    ``attributes`` and ``secrets`` have the cells of all other columns by name. A cell is None where it is empty.
    """

    account: str
    job_id: UUID
    chunk: int
    lines: Sequence[int]
    firstname: Sequence[str]
    lastname: Sequence[str]
    email: Sequence[str]
    extension: Sequence[str]
    phone_number: Sequence[str | None]
    device_mac: Sequence[str | None]
    attributes: Mapping[str, Cells]
    secrets: Mapping[str, Cells]

    @property
    def seats(self) -> tuple[NewSeat, ...]:
        """The rows one by one: for a directory that makes Seats so."""
        columns = (self.firstname, self.lastname, self.email, self.extension, self.phone_number, self.device_mac)
        return tuple(
            NewSeat(
                line=line,
                firstname=firstname,
                lastname=lastname,
                email=email,
                extension=extension,
                phone_number=phone_number,
                device_mac=device_mac,
                attributes=_filled(self.attributes, at),
                secrets=_filled(self.secrets, at),
            )
            for at, (line, firstname, lastname, email, extension, phone_number, device_mac) in enumerate(
                zip(self.lines, *columns, strict=True)
            )
        )


def _filled(columns: Mapping[str, Cells], at: int) -> dict[str, str]:
    return {name: cell for name, cells in columns.items() if (cell := cells[at]) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The row has become a Seat."""

    line: int
    user_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMade:
    """The row has not become a Seat: a stable ``code``, and a ``message`` for the person who wrote the row."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkResult:
    """What became of a chunk: every row is among those ``made`` or those ``not_made``, in the order of lines.

    Of a job that was cancelled while its Seats were made elsewhere, rows of which nothing became are in neither.
    """

    provisioned_at: datetime
    made: Successful
    not_made: tuple[NotMade, ...] = ()

    @classmethod
    def of(cls, outcomes: Iterable[Made | NotMade], *, provisioned_at: datetime) -> "ChunkResult":
        """The result of outcomes that are known one by one, in any order."""
        by_line = sorted(outcomes, key=lambda outcome: outcome.line)
        made = [outcome for outcome in by_line if isinstance(outcome, Made)]
        times = tuple(outcome.created_at for outcome in made)
        successful = Successful(
            lines=tuple(outcome.line for outcome in made),
            user_ids=tuple(str(outcome.user_id) for outcome in made),
            created_at=None if set(times) <= {provisioned_at} else times,
        )
        not_made = tuple(outcome for outcome in by_line if isinstance(outcome, NotMade))
        return cls(provisioned_at=provisioned_at, made=successful, not_made=not_made)

    @property
    def outcomes(self) -> tuple[Made | NotMade, ...]:
        """One outcome a row, in the order of lines."""
        made = self.made
        times = made.created_at or [self.provisioned_at] * len(made)
        told = (
            Made(line=line, user_id=UUID(user_id), created_at=created_at)
            for line, user_id, created_at in zip(made.lines, made.user_ids, times, strict=True)
        )
        return tuple(sorted([*told, *self.not_made], key=lambda outcome: outcome.line))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """A job that was cancelled; ``chunks`` of it had been provisioned, and their Seats stay."""

    cancelled_at: datetime
    chunks: int


class JobCancelled(Exception):
    """The chunk is of a job that was cancelled before, so nothing is made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A value that was asked about and that a Seat of the account has already."""

    column: UniqueColumn
    value: str
    user_id: UUID


class SeatDirectory(Protocol):
    """A place where Seats are made and found. Safe for threads. All it tells belongs to the account asked for."""

    def create_seats(self, chunk: SeatChunk) -> ChunkResult:
        """Make the Seats of a chunk, each by itself: a row that can't be made leaves its neighbours alone.

        Asked again for the same account, job and chunk it makes nothing and gives the first result again, also when
        both ask at once; also when the job was cancelled meanwhile. Raises `JobCancelled` for a new chunk of a
        cancelled job, `Retry` where another try may help, `Reject` where none will.
        """

    def change_seats(self, chunk: SeatChanges) -> ChunkResult:
        """Change the Seats that a chunk names, each by itself; those that are done are told as made, then.

        All else is as with `create_seats`. A Seat that has the values already stays as it is, and is done.
        """

    def delete_seats(self, chunk: SeatDeletions) -> ChunkResult:
        """Delete the Seats that a chunk names; the rest is as with `change_seats`."""

    def cancel_job(self, account: str, job_id: UUID) -> Cancellation:
        """From its return on no Seat of the job is made: chunks in hand are waited for, and those to come refused.

        Asked again it tells the same. Raises `Retry` where a chunk takes too long to wait for.
        """

    def conflicts(self, account: str, job_id: UUID, values: Mapping[UniqueColumn, Sequence[str]]) -> Sequence[Conflict]:
        """Which of these values Seats of the account have that were not made by this job; as they were asked for."""

    def search(self, account: str, text: str, *, after: Position, limit: int) -> SeatPage:
        """The account's Seats, newest first, in which each word of ``text`` begins one of the Seat's words.

        A Seat is found by its names, extension, phone number, e-mail address, MAC and User ID; no text finds all.
        """

    def seats(self, account: str, user_ids: Sequence[UUID]) -> Sequence[KnownSeat]:
        """Those of the account's Seats that have these User IDs, in any order."""

    def count(self, account: str, which: Selection) -> int:
        """How many of the account's Seats these are."""

    def export(self, account: str, which: Selection) -> Generator[Sequence[Seat]]:
        """The same Seats in the order in which they were made, some at a time, all as they were at the first."""


def key(column: UniqueColumn, value: str) -> str:
    """What values of a unique column are compared by: e-mail addresses without regard to case."""
    return value.casefold() if column is UniqueColumn.EMAIL else value
