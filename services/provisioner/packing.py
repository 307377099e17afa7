"""What became of a chunk, as it is stored beside it.

JSON, compressed where something is to be gained: `{"made": [first, last, first, last, …], "failed": [[line, code,
message], …]}`. The lines that were made are told as ranges, so that a chunk of a thousand Seats takes a few bytes. User
IDs are not stored, since they follow from job and line; nor are times, but where they are not that of the chunk.

What earlier versions stored, a compressed list with an entry for each row, is read too.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from contracts.ids import user_ids_of
from contracts.messages import Successful
from contracts.messages.line_ranges import lines_in, ranges_of
from services.provisioner.directory import ChunkResult, Made, NotMade

_COMPRESSED: Final = b"\x78"  # how everything begins that zlib made; our JSON begins with a brace
_WORTH_IT: Final = 200  # bytes


def pack(made: Successful, not_made: Sequence[NotMade]) -> bytes:
    """What was made and what was not, as bytes."""
    told: dict[str, Any] = {"made": ranges_of(made.lines)}
    if made.created_at is not None:
        told["created_at"] = made.created_at
    if not_made:
        told["failed"] = [(row.line, row.code, row.message) for row in not_made]
    body = orjson.dumps(told)
    return body if len(body) < _WORTH_IT else zlib.compress(body, 1)


def unpack(stored: bytes, *, job_id: UUID, provisioned_at: datetime) -> ChunkResult:
    """The result again, with what was packed."""
    told = orjson.loads(zlib.decompress(stored) if stored[:1] == _COMPRESSED else stored)
    if isinstance(told, list):
        return ChunkResult.of((_outcome(*row) for row in told), provisioned_at=provisioned_at)
    lines = lines_in(told["made"])
    times = told.get("created_at")
    made = Successful(
        lines=lines,
        user_ids=tuple(user_ids_of(job_id, lines)),
        created_at=None if times is None else tuple(map(datetime.fromisoformat, times)),
    )
    failed = told.get("failed", ())
    not_made = tuple(NotMade(line=line, code=code, message=message) for line, code, message in failed)
    return ChunkResult(provisioned_at=provisioned_at, made=made, not_made=not_made)


def _outcome(line: int, kind: str, first: str, second: str) -> Made | NotMade:
    if kind == "made":
        return Made(line=line, user_id=UUID(first), created_at=datetime.fromisoformat(second))
    return NotMade(line=line, code=first, message=second)
