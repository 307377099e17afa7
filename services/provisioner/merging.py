"""A Seat and what a row wants of it, put together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from services.provisioner.directory import UniqueColumn, key
from services.provisioner.existing import SeatChange
from services.provisioner.listing import Seat

#: The columns that a Seat has fields for; all others are among its attributes.
FIELDS: Final = ("firstname", "lastname", "email", "extension", "phone_number", "device_mac")

_MAY_BE_EMPTY: Final = frozenset({"phone_number", "device_mac"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A Seat as it is and as a row wants it to be; ``secrets`` are new ones by column, None for one that is cleared."""

    line: int
    before: Seat
    after: Seat
    secrets: Mapping[str, str | None]

    @property
    def is_change(self) -> bool:
        """Whether anything is to be done. Which secrets a Seat has nobody looks at: a new one is a change."""
        return bool(self.secrets) or self.after != self.before

    def changed(self, at: datetime) -> Seat:
        """The Seat once it is changed."""
        return replace(self.after, changed_at=at)

    @property
    def moved(self) -> Iterator[tuple[UniqueColumn, str]]:
        """The values that the Seat takes and that no other may have, as they are compared."""
        for column in UniqueColumn:
            before, after = getattr(self.before, column), getattr(self.after, column)
            if after is not None and (before is None or key(column, after) != key(column, before)):
                yield column, key(column, after)


def wanted(seat: Seat, row: SeatChange) -> Wanted:
    """What the row makes of its Seat. A value that every Seat has is never cleared: the validator sees to that."""
    fields: dict[str, Any] = {name: row.values[name] for name in FIELDS if row.values.get(name)}
    fields |= {name: None for name in _MAY_BE_EMPTY if row.values.get(name) == ""}
    others = dict(seat.attributes) | {name: value for name, value in row.values.items() if name not in FIELDS}
    return Wanted(
        line=row.line,
        before=seat,
        after=replace(seat, attributes={name: value for name, value in others.items() if value}, **fields),
        secrets={name: value or None for name, value in row.secrets.items()},
    )
