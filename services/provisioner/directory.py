"""Where Seats are made: the interface that the built-in PostgreSQL directory implements, and phone systems can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.provisioner.listing import Position, SeatPage


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
    """Consecutive rows of a job, each with a line of its own; ``chunk`` counts from 1."""

    account: str
    job_id: UUID
    chunk: int
    seats: tuple[NewSeat, ...]


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
    """What became of a chunk: one outcome a row, in the order of the rows."""

    provisioned_at: datetime
    outcomes: tuple[Made | NotMade, ...]


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


def key(column: UniqueColumn, value: str) -> str:
    """What values of a unique column are compared by: e-mail addresses without regard to case."""
    return value.casefold() if column is UniqueColumn.EMAIL else value
