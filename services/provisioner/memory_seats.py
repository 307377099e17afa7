"""Seats in dicts, and which of them has a value that no other may have."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.provisioner import words
from services.provisioner.directory import NewSeat, UniqueColumn, key
from services.provisioner.listing import Seat, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A Seat of an account, what it is found by, and the names of its secrets."""

    account: str
    seat: Seat
    known: frozenset[str]
    sealed: frozenset[str]


class MemorySeats:
    """All Seats of all accounts."""

    def __init__(self) -> None:
        self._entries: dict[UUID, Entry] = {}
        self._holders: dict[tuple[str, UniqueColumn, str], UUID] = {}

    def get(self, user_id: UUID) -> Entry | None:
        """A Seat, whosoever it is."""
        return self._entries.get(user_id)

    def of(self, account: str) -> Iterator[Entry]:
        """An account's Seats."""
        return (entry for entry in self._entries.values() if entry.account == account)

    def selected(self, account: str, which: Selection) -> Iterator[Seat]:
        """Some of them, in no order."""
        user_id, wanted = words.as_user_id(which.text), words.searched(which.text)
        for entry in self.of(account):
            if which.user_ids is not None and entry.seat.user_id not in which.user_ids:
                continue
            if entry.seat.user_id == user_id or (user_id is None and _has(entry.known, wanted)):
                yield entry.seat

    def holders(self, account: str, seat: Seat | NewSeat) -> Mapping[UniqueColumn, UUID]:
        """Which Seats have the values of this one, its own among them if it is there."""
        return {column: self._holders[place] for column, place in _places(account, seat) if place in self._holders}

    def holder(self, account: str, column: UniqueColumn, value: str) -> UUID | None:
        """Which Seat has a value."""
        return self._holders.get((account, column, key(column, value)))

    def put(self, account: str, seat: Seat, sealed: Iterable[str]) -> None:
        """Keep a Seat in place of what there is of it; nobody else has its values."""
        self.remove(seat.user_id)
        entry = Entry(account=account, seat=seat, known=words.words_of(seat), sealed=frozenset(sealed))
        self._entries[seat.user_id] = entry
        self._holders.update({place: seat.user_id for _, place in _places(account, seat)})

    def remove(self, user_id: UUID) -> None:
        """Forget a Seat, if it is there."""
        entry = self._entries.pop(user_id, None)
        for _, place in _places(entry.account, entry.seat) if entry else ():
            del self._holders[place]


def _places(account: str, seat: Seat | NewSeat) -> Sequence[tuple[UniqueColumn, tuple[str, UniqueColumn, str]]]:
    values = ((column, getattr(seat, column)) for column in UniqueColumn)
    return [(column, (account, column, key(column, value))) for column, value in values if value is not None]


def _has(known: frozenset[str], wanted: Iterable[frozenset[str]]) -> bool:
    return all(any(word.startswith(tuple(spellings)) for word in known) for spellings in wanted)
