"""The outcomes of a chunk as they are stored: about 16 bytes a row, which are its User ID.

A byte that says so (1), the length of the head in 4 bytes (big-endian), the head, and the User IDs of the rows that
became Seats, 16 bytes each. The head is compressed JSON: `{"made": [first, last, first, last, …], "created_at":
[time, …], "failed": [[line, code, message], …]}`. Lines are told as ranges; one time is that of all Seats.

What earlier versions stored, a compressed list with an entry for each row, is read too.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import orjson

from contracts.messages.line_ranges import lines_in, ranges_of
from contracts.messages.seats_provisioned_v1 import Failed, Outcome, SeatsProvisionedV1

_COLUMNS: Final = 1
_START: Final = struct.Struct(">BI")
_ID: Final = 16  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkOutcomes:
    """The outcomes of a chunk, column by column: ``user_ids`` and ``created_at`` are of the rows at ``lines``."""

    lines: Sequence[int]
    user_ids: Sequence[str]
    created_at: Sequence[datetime]
    failed: Sequence[Failed]

    @property
    def first_line(self) -> int:
        """The first line that is told of; 0 where none is."""
        return min([*self.lines[:1], *(row.line for row in self.failed[:1])], default=0)

    @property
    def last_line(self) -> int:
        """The last one."""
        return max([*self.lines[-1:], *(row.line for row in self.failed[-1:])], default=0)

    @property
    def outcomes(self) -> list[Outcome]:
        """One by one, in the order of lines."""
        made = (
            Outcome(line=line, type="successful", user_id=UUID(user_id), created_at=created_at)
            for line, user_id, created_at in zip(self.lines, self.user_ids, self.created_at, strict=True)
        )
        failed = (Outcome(line=row.line, type="failed", code=row.code, message=row.message) for row in self.failed)
        return list(merge(made, failed, key=attrgetter("line")))


def pack(event: SeatsProvisionedV1) -> bytes:
    """The outcomes as one value for the database."""
    made = event.successful
    times = made.created_at
    head = orjson.dumps(
        {
            "made": ranges_of(made.lines),
            "created_at": [event.provisioned_at] if times is None else times,
            "failed": [(row.line, row.code, row.message) for row in event.failed],
        }
    )
    head = zlib.compress(head, 1)
    return _START.pack(_COLUMNS, len(head)) + head + bytes.fromhex("".join(made.user_ids).replace("-", ""))


def unpack(stored: bytes) -> ChunkOutcomes:
    """What `pack` made."""
    if stored[0] != _COLUMNS:
        return _from_rows(orjson.loads(zlib.decompress(stored)))
    _, length = _START.unpack_from(stored)
    end = _START.size + length
    head = orjson.loads(zlib.decompress(stored[_START.size : end]))
    lines = lines_in(head["made"])
    times = tuple(map(datetime.fromisoformat, head["created_at"]))
    return ChunkOutcomes(
        lines=lines,
        user_ids=_in_words(stored[end:].hex()),
        created_at=times if len(times) == len(lines) else times * len(lines),
        failed=[Failed(line=line, code=code, message=message) for line, code, message in head["failed"]],
    )


def _in_words(digits: str) -> list[str]:
    """The hexadecimal digits of many User IDs as the texts of these."""
    each = (digits[at : at + 2 * _ID] for at in range(0, len(digits), 2 * _ID))
    return [f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in each]


def _from_rows(rows: Sequence[Sequence[Any]]) -> ChunkOutcomes:
    made = [(line, user_id, at) for line, kind, user_id, at, _, _ in rows if kind == "successful"]
    return ChunkOutcomes(
        lines=[line for line, _, _ in made],
        user_ids=[user_id for _, user_id, _ in made],
        created_at=[datetime.fromisoformat(at) for _, _, at in made],
        failed=[
            Failed(line=line, code=code, message=message)
            for line, kind, _, _, code, message in rows
            if kind != "successful"
        ],
    )
