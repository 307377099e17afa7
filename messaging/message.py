"""A message with its envelope, and its delivery to a queue's reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# AMQP writes the length of these texts into one byte.
_LONGEST = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is published.

    `type` is name and version, and the routing key, with the lane behind it if a queue has that (see `Topology`).
    `timestamp` is aware; whole seconds of it travel. `correlation_id` is shared by all messages of one undertaking; the
    same cause gives the same `message_id`, so that a message that comes twice can be told. ValueError for a naive
    timestamp and for a text of more than 255 bytes in the envelope.
    """

    type: str
    message_id: str
    correlation_id: str
    body: bytes
    timestamp: datetime
    app_id: str
    headers: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.timestamp.tzinfo is None:
            raise ValueError(f"the timestamp of a message has a time zone, {self.timestamp.isoformat()} has none")
        for name in ("type", "message_id", "correlation_id", "app_id"):
            if len(getattr(self, name).encode()) > _LONGEST:
                raise ValueError(f"the {name} of a message has at most {_LONGEST} bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message as it came out of `queue`.

    `attempt` is 1 first and grows by one with each counted retry. `redelivered` says that the broker may have delivered
    it before; when False it certainly has not.
    """

    message: Message
    queue: str
    attempt: int
    redelivered: bool
