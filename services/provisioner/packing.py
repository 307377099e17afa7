"""The outcomes of a chunk as they are stored beside it: compressed JSON, one list a row."""

import zlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import orjson

from services.provisioner.directory import Made, NotMade

# The fastest level: User IDs are random, so more effort saves nearly nothing.
_LEVEL = 1


def pack(outcomes: Iterable[Made | NotMade]) -> bytes:
    """Outcomes as bytes, about 20 for each row."""
    return zlib.compress(orjson.dumps([_packed(outcome) for outcome in outcomes]), _LEVEL)


def unpack(stored: bytes) -> tuple[Made | NotMade, ...]:
    """The outcomes again, equal and in the same order."""
    return tuple(_unpacked(*row) for row in orjson.loads(zlib.decompress(stored)))


def _packed(outcome: Made | NotMade) -> list[object]:
    if isinstance(outcome, Made):
        return [outcome.line, "made", outcome.user_id, outcome.created_at]
    return [outcome.line, "not made", outcome.code, outcome.message]


def _unpacked(line: int, kind: str, first: str, second: str) -> Made | NotMade:
    if kind == "made":
        return Made(line=line, user_id=UUID(first), created_at=datetime.fromisoformat(second))
    return NotMade(line=line, code=first, message=second)
