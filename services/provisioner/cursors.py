"""Opaque cursors: a position in a list as text for a URL."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error
from datetime import UTC, datetime, timedelta
from struct import Struct
from uuid import UUID

from services.provisioner.listing import Position

# Microseconds since 1970, line, User ID.
_PACKED = Struct(">qI16s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadCursor(ValueError):
    """The text is not a cursor of ours."""


def encode(position: Position) -> str:
    """A position as a cursor."""
    micros = (position.created_at - _EPOCH) // timedelta(microseconds=1)
    packed = _PACKED.pack(micros, position.line, position.user_id.bytes)
    return urlsafe_b64encode(packed).decode().rstrip("=")


def decode(cursor: str) -> Position:
    """The position of a cursor. Raises `BadCursor`."""
    try:
        packed = b64decode(cursor.encode("ascii") + b"==", b"-_", validate=True)
        if len(packed) != _PACKED.size:
            raise BadCursor("a cursor has another length")
        micros, line, user_id = _PACKED.unpack(packed)
        created_at = _EPOCH + timedelta(microseconds=micros)
    except (UnicodeEncodeError, Error, OverflowError):
        raise BadCursor("not a cursor") from None
    return Position(created_at=created_at, line=line, user_id=UUID(bytes=user_id))
