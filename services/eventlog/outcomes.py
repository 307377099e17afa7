"""The outcomes of a chunk as they are stored: compressed JSON, about 30 bytes a row."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from contracts.messages.seats_provisioned_v1 import Outcome


def pack(outcomes: Sequence[Outcome]) -> bytes:
    """The outcomes in the order of their lines, as one value for the database."""
    rows = [
        (outcome.line, outcome.type, outcome.user_id, outcome.created_at, outcome.code, outcome.message)
        for outcome in sorted(outcomes, key=lambda outcome: outcome.line)
    ]
    return zlib.compress(orjson.dumps(rows))


def unpack(stored: bytes) -> list[Outcome]:
    """What `pack` made."""
    return [
        Outcome(
            line=line,
            type=kind,
            user_id=None if user_id is None else UUID(user_id),
            created_at=None if created_at is None else datetime.fromisoformat(created_at),
            code=code,
            message=message,
        )
        for line, kind, user_id, created_at, code, message in orjson.loads(zlib.decompress(stored))
    ]
