"""A directory in this process, held to the same contract tests as the one in PostgreSQL: for tests and trials."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from contracts.ids import user_id_of
from services.provisioner import words
from services.provisioner.directory import (
    Cancellation,
    ChunkResult,
    Conflict,
    JobCancelled,
    Made,
    NewSeat,
    NotMade,
    SeatChunk,
    UniqueColumn,
    key,
)
from services.provisioner.listing import Position, Seat, SeatPage, page_of
from services.provisioner.taken import taken, user_id_taken

Key = tuple[str, UniqueColumn, str]


class MemoryDirectory:
    """Keeps Seats in dicts, without their secrets. ``clock`` gives aware times."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._results: dict[tuple[str, UUID, int], ChunkResult] = {}
        self._seats: dict[UUID, tuple[str, Seat, frozenset[str]]] = {}
        self._holders: dict[Key, Seat] = {}
        self._cancelled: dict[tuple[str, UUID], datetime] = {}

    def create_seats(self, chunk: SeatChunk) -> ChunkResult:
        """See `SeatDirectory.create_seats`."""
        with self._lock:
            stored = self._results.get((chunk.account, chunk.job_id, chunk.chunk))
            if stored is None:
                if (chunk.account, chunk.job_id) in self._cancelled:
                    raise JobCancelled
                stored = self._created(chunk, self._clock())
                self._results[chunk.account, chunk.job_id, chunk.chunk] = stored
            return stored

    def cancel_job(self, account: str, job_id: UUID) -> Cancellation:
        """See `SeatDirectory.cancel_job`."""
        with self._lock:
            cancelled_at = self._cancelled.setdefault((account, job_id), self._clock())
            chunks = sum((owner, job) == (account, job_id) for owner, job, _ in self._results)
            return Cancellation(cancelled_at=cancelled_at, chunks=chunks)

    def is_cancelled(self, account: str, job_id: UUID) -> bool:
        """Whether the job was cancelled."""
        with self._lock:
            return (account, job_id) in self._cancelled

    def conflicts(self, account: str, job_id: UUID, values: Mapping[UniqueColumn, Sequence[str]]) -> Sequence[Conflict]:
        """See `SeatDirectory.conflicts`."""
        with self._lock:
            asked = ((column, value) for column, those in values.items() for value in sorted(set(those)))
            found = (
                (column, value, self._holders.get((account, column, key(column, value)))) for column, value in asked
            )
            return [
                Conflict(column=column, value=value, user_id=seat.user_id)
                for column, value, seat in found
                if seat is not None and seat.job_id != job_id
            ]

    def search(self, account: str, text: str, *, after: Position, limit: int) -> SeatPage:
        """See `SeatDirectory.search`."""
        with self._lock:
            mine = [(seat, known) for owner, seat, known in self._seats.values() if owner == account]
        user_id = words.as_user_id(text)
        if user_id is not None:
            return SeatPage(seats=tuple(seat for seat, _ in mine if seat.user_id == user_id), next=None)
        wanted = words.searched(text)
        found = [seat for seat, known in mine if seat.position < after and _has(known, wanted)]
        return page_of(sorted(found, key=lambda seat: seat.position, reverse=True)[: limit + 1], limit)

    def _created(self, chunk: SeatChunk, now: datetime) -> ChunkResult:
        for new in sorted(chunk.seats, key=lambda seat: (key(UniqueColumn.EMAIL, seat.email), seat.line)):
            self._insert(chunk, new, now)
        return ChunkResult.of((self._outcome(chunk, new) for new in chunk.seats), provisioned_at=now)

    def _insert(self, chunk: SeatChunk, new: NewSeat, now: datetime) -> None:
        seat = _seat(chunk.job_id, new, now)
        keys = list(_keys(chunk.account, new))
        if seat.user_id not in self._seats and not any(key in self._holders for key in keys):
            self._seats[seat.user_id] = (chunk.account, seat, words.words_of(new))
            self._holders.update(dict.fromkeys(keys, seat))

    def _outcome(self, chunk: SeatChunk, new: NewSeat) -> Made | NotMade:
        owner, seat, _ = self._seats.get(user_id_of(chunk.job_id, new.line), (None, None, None))
        if seat is not None:
            if (owner, seat.job_id) != (chunk.account, chunk.job_id):
                return user_id_taken(new.line)
            return Made(line=new.line, user_id=seat.user_id, created_at=seat.created_at)
        held = (key for key in _keys(chunk.account, new) if key in self._holders)
        return taken(new.line, {column: self._holders[a, column, v].user_id for a, column, v in held})


def _keys(account: str, new: NewSeat) -> Iterator[Key]:
    for column in UniqueColumn:
        value: str | None = getattr(new, column)
        if value is not None:
            yield account, column, key(column, value)


def _seat(job_id: UUID, new: NewSeat, now: datetime) -> Seat:
    return Seat(
        user_id=user_id_of(job_id, new.line),
        created_at=now,
        job_id=job_id,
        line=new.line,
        firstname=new.firstname,
        lastname=new.lastname,
        email=new.email,
        extension=new.extension,
        phone_number=new.phone_number,
        device_mac=new.device_mac,
        attributes=new.attributes,
    )


def _has(known: frozenset[str], wanted: Iterable[frozenset[str]]) -> bool:
    return all(any(word.startswith(tuple(spellings)) for word in known) for spellings in wanted)
