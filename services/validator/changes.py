"""What an update would make of Seats: all changes counted, the first of them kept."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final
from uuid import UUID

import orjson

from contracts.messages.job_checked_v1 import MAX_CHANGES, Change
from contracts.template import USER_ID, Template
from services.validator.columns import Values
from services.validator.conflicts import KnownSeat

#: Bytes that the kept changes have at most as a message; far below what a broker takes.
MESSAGE_BYTES: Final = 512 * 1024

_AROUND = 120  # bytes of JSON around the texts of a change: the names of its fields, and the User ID


class ChangeLog:
    """The changes of a file, whose rows come in their order. Of secrets neither value is told."""

    def __init__(self, template: Template, *, most: int = MAX_CHANGES, most_bytes: int = MESSAGE_BYTES) -> None:
        self._columns = [column for column in template.columns if column.name != USER_ID]
        self._most = most
        self._room = most_bytes
        self._kept: list[Change] = []
        self.count = 0
        self.rows = 0

    @property
    def first(self) -> tuple[Change, ...]:
        """Those kept: nothing behind one that has no room."""
        return tuple(self._kept)

    def add(self, lines: Sequence[int], values: Mapping[str, Values], seats: Sequence[KnownSeat | None]) -> None:
        """Compare some rows, by their columns, with the Seats that they name; a Seat that is not there changes not."""
        changed: list[tuple[int, str, str | None, str | None]] = []
        for column in self._columns:
            name = column.name
            for row, value in enumerate(values.get(name, ())):
                seat = seats[row]
                if value is None or seat is None:
                    continue
                if column.secret:
                    if value or seat.has(name):
                        changed.append((row, name, None, None))
                elif (value or None) != seat.values.get(name):
                    changed.append((row, name, seat.values.get(name), value or None))
        self.count += len(changed)
        self.rows += len({row for row, *_ in changed})
        if len(self._kept) < self._most:
            changed.sort(key=itemgetter(0))
            self._keep(self._told(changed[: self._most], lines, seats))

    @staticmethod
    def _told(
        changed: Sequence[tuple[int, str, str | None, str | None]],
        lines: Sequence[int],
        seats: Sequence[KnownSeat | None],
    ) -> Iterator[Change]:
        for row, column, before, after in changed:
            if seat := seats[row]:
                user_id = UUID(seat.user_id)
                yield Change(line=lines[row], user_id=user_id, column=column, before=before, after=after)

    def _keep(self, changes: Iterator[Change]) -> None:
        for change in changes:
            self._room -= _AROUND + len(orjson.dumps((change.column, change.before, change.after)))
            if len(self._kept) == self._most or self._room < 0:
                self._most = len(self._kept)
                return
            self._kept.append(change)
