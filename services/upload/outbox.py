"""Messages that are due: written in the transaction that makes them true, so that none is lost and none is early."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from database.connection import DictConnection
from messaging.message import Message
from services.upload.queries import sql

#: PostgreSQL's channel on which the relay is woken.
CHANNEL = "upload_outbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message of the outbox, and its place in the order."""

    id: int
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much waits, and for how many seconds the oldest has."""

    waiting: int
    oldest_seconds: float


def put(connection: DictConnection, message: Message) -> None:
    """Make a message due, if the transaction is committed; then the relay is woken."""
    row = {
        "correlation_id": message.correlation_id,
        "message_id": message.message_id,
        "type": message.type,
        "app_id": message.app_id,
        "headers": Jsonb(dict(message.headers)),
        "body": message.body,
        "created_at": message.timestamp,
    }
    connection.execute(sql("put_message"), row)
    connection.execute(sql("notify_relay"))


def claim(connection: DictConnection, *, limit: int) -> list[Due]:
    """The next messages in their order, at most ``limit``, and at most one a job: no other relay gets them meanwhile.

    They stay claimed until the transaction ends.
    """
    rows = connection.execute(sql("claim_messages"), {"limit": limit}).fetchall()
    return [
        Due(
            id=row["id"],
            message=Message(
                type=row["type"],
                message_id=row["message_id"],
                correlation_id=row["correlation_id"],
                body=row["body"],
                timestamp=row["created_at"],
                app_id=row["app_id"],
                headers=row["headers"],
            ),
        )
        for row in rows
    ]


def remove(connection: DictConnection, ids: Sequence[int]) -> None:
    """Take messages out that the broker has confirmed."""
    connection.execute(sql("remove_messages"), {"ids": list(ids)})


def backlog(connection: DictConnection) -> Backlog:
    """What waits now."""
    row = connection.execute(sql("outbox_backlog")).fetchone()
    return Backlog(**row) if row else Backlog(waiting=0, oldest_seconds=0.0)
