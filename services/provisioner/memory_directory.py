"""A directory in this process, held to the same contract tests as the one in PostgreSQL: for tests and trials."""

import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from contracts.ids import user_id_of
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
from services.provisioner.existing import SeatChange, SeatChanges, SeatDeletions
from services.provisioner.kept import gone, kept
from services.provisioner.listing import KnownSeat, Position, Seat, SeatPage, Selection, page_of
from services.provisioner.memory_seats import Entry, MemorySeats
from services.provisioner.merging import Wanted, wanted
from services.provisioner.taken import taken, user_id_taken

Chunk = SeatChunk | SeatChanges | SeatDeletions


class MemoryDirectory:
    """Keeps Seats in dicts, of their secrets the names alone. ``clock`` gives aware times."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._results: dict[tuple[str, UUID, int], ChunkResult] = {}
        self._seats = MemorySeats()
        self._cancelled: dict[tuple[str, UUID], datetime] = {}

    def create_seats(self, chunk: SeatChunk) -> ChunkResult:
        """See `SeatDirectory.create_seats`."""
        return self._once(chunk, lambda now: self._created(chunk, now))

    def change_seats(self, chunk: SeatChanges) -> ChunkResult:
        """See `SeatDirectory.change_seats`."""
        return self._once(chunk, lambda now: self._changed(chunk, now))

    def delete_seats(self, chunk: SeatDeletions) -> ChunkResult:
        """See `SeatDirectory.delete_seats`."""
        return self._once(chunk, lambda now: self._deleted(chunk, now))

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
            found = ((column, value, self._seats.holder(account, column, value)) for column, value in asked)
            return [
                Conflict(column=column, value=value, user_id=user_id)
                for column, value, user_id in found
                if user_id is not None and self._seat(account, user_id).job_id != job_id
            ]

    def search(self, account: str, text: str, *, after: Position, limit: int) -> SeatPage:
        """See `SeatDirectory.search`."""
        with self._lock:
            found = [seat for seat in self._seats.selected(account, Selection(text=text)) if seat.position < after]
        return page_of(sorted(found, key=lambda seat: seat.position, reverse=True)[: limit + 1], limit)

    def seats(self, account: str, user_ids: Sequence[UUID]) -> Sequence[KnownSeat]:
        """See `SeatDirectory.seats`."""
        with self._lock:
            found = [self._mine(account, user_id) for user_id in set(user_ids)]
            return [KnownSeat(seat=entry.seat, sealed=entry.sealed) for entry in found if entry]

    def count(self, account: str, which: Selection) -> int:
        """See `SeatDirectory.count`."""
        with self._lock:
            return sum(1 for _ in self._seats.selected(account, which))

    def export(self, account: str, which: Selection) -> Generator[Sequence[Seat]]:
        """See `SeatDirectory.export`."""
        with self._lock:
            found = sorted(self._seats.selected(account, which), key=lambda seat: seat.position)
        if found:
            yield found

    def _once(self, chunk: Chunk, do: Callable[[datetime], Iterable[Made | NotMade]]) -> ChunkResult:
        with self._lock:
            stored = self._results.get((chunk.account, chunk.job_id, chunk.chunk))
            if stored is None:
                if (chunk.account, chunk.job_id) in self._cancelled:
                    raise JobCancelled
                now = self._clock()
                stored = ChunkResult.of(do(now), provisioned_at=now)
                self._results[chunk.account, chunk.job_id, chunk.chunk] = stored
            return stored

    def _created(self, chunk: SeatChunk, now: datetime) -> list[Made | NotMade]:
        for new in sorted(chunk.seats, key=lambda seat: (key(UniqueColumn.EMAIL, seat.email), seat.line)):
            seat = _seat(chunk.job_id, new, now)
            if self._seats.get(seat.user_id) is None and not self._seats.holders(chunk.account, seat):
                self._seats.put(chunk.account, seat, new.secrets)
        return [self._outcome(chunk, new) for new in chunk.seats]

    def _outcome(self, chunk: SeatChunk, new: NewSeat) -> Made | NotMade:
        entry = self._seats.get(user_id_of(chunk.job_id, new.line))
        if entry is None:
            return taken(new.line, self._seats.holders(chunk.account, new))
        if (entry.account, entry.seat.job_id) != (chunk.account, chunk.job_id):
            return user_id_taken(new.line)
        return Made(line=new.line, user_id=entry.seat.user_id, created_at=entry.seat.created_at)

    def _changed(self, chunk: SeatChanges, now: datetime) -> list[Made | NotMade]:
        outcomes: list[Made | NotMade] = []
        left = list(chunk.rows)
        while left:
            failed = [row for row in left if not self._change(chunk.account, row, now, outcomes)]
            if len(failed) == len(left):
                break
            left = failed[::-1]  # a row that follows may have set free what this one takes
        return outcomes + [self._refused(chunk.account, row) for row in left]

    def _change(self, account: str, row: SeatChange, now: datetime, outcomes: list[Made | NotMade]) -> bool:
        entry = self._mine(account, row.user_id)
        if entry is None:
            outcomes.append(gone(row.line))
            return True
        want = wanted(entry.seat, row)
        if self._others(account, want):
            return False
        if want.is_change:
            sealed = (entry.sealed | want.secrets.keys()) - {name for name, new in want.secrets.items() if not new}
            self._seats.put(account, want.changed(now), sealed)
        outcomes.append(Made(line=row.line, user_id=row.user_id, created_at=now))
        return True

    def _refused(self, account: str, row: SeatChange) -> NotMade:
        return taken(row.line, self._others(account, wanted(self._seat(account, row.user_id), row)))

    def _others(self, account: str, want: Wanted) -> Mapping[UniqueColumn, UUID]:
        holders = self._seats.holders(account, want.after)
        return {column: holder for column, holder in holders.items() if holder != want.after.user_id}

    def _deleted(self, chunk: SeatDeletions, now: datetime) -> list[Made | NotMade]:
        outcomes: list[Made | NotMade] = []
        for line, user_id in zip(chunk.lines, chunk.user_ids, strict=True):
            entry = self._mine(chunk.account, user_id)
            if entry is None:
                outcomes.append(gone(line))
            elif chunk.undo_of and (why := kept(line, entry.seat, undo_of=chunk.undo_of)):
                outcomes.append(why)
            else:
                self._seats.remove(user_id)
                outcomes.append(Made(line=line, user_id=user_id, created_at=now))
        return outcomes

    def _mine(self, account: str, user_id: UUID) -> Entry | None:
        entry = self._seats.get(user_id)
        return entry if entry and entry.account == account else None

    def _seat(self, account: str, user_id: UUID) -> Seat:
        entry = self._mine(account, user_id)
        if entry is None:
            raise LookupError(user_id)
        return entry.seat


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
