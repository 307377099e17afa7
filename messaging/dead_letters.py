"""A message that was given up, as an operator sees it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from messaging import headers
from messaging.message import Message

# Why the broker gave it up, in its header `x-first-death-reason`, where no reader of ours did with words of its own.
_BROKER_SAYS = {
    "delivery_limit": "its reader ended each time it had this message in hand (delivery limit of the queue)",
    "rejected": "its reader refused it without a word",
    "expired": "it waited for longer than it may",
    "maxlen": "the queue was full",
}
_DIGITS = 10


class Busy(Exception):
    """Another operator has the dead letters in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """`queue` is where it could not be handled. `id` stays the same for as long as the letter lies there: it is made
    from what the letter says, with -2, -3 … for letters that are the same in everything."""

    id: str
    queue: str
    reason: str
    message: Message

    @property
    def attempts(self) -> int:
        """How often it was tried, as far as its reader counted."""
        return headers.attempt(self.message)

    def answers_to(self, id: str) -> bool:
        """Whether an operator means it: its own id, or that of the message, which several letters may have."""
        return id in (self.id, self.message.message_id)


class Names:
    """Gives letters their ids, in the order in which they lie."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def letter(self, message: Message, *, queue: str, brokers_reason: object = None) -> DeadLetter:
        """The letter that `message`, found among the dead letters of `queue`, is."""
        name = _digest(queue, message)
        self._given[name] = self._given.get(name, 0) + 1
        number = self._given[name]
        return DeadLetter(
            id=name if number == 1 else f"{name}-{number}",
            queue=queue,
            reason=_reason(message.headers, brokers_reason),
            message=message,
        )


def revived(message: Message) -> Message:
    """The message as it is given back to its queue: with no tries behind it."""
    history = (headers.ATTEMPT, headers.WAITS, headers.REASON, headers.QUEUE)
    return replace(message, headers={name: value for name, value in message.headers.items() if name not in history})


def _reason(found: Mapping[str, str | int], brokers_reason: object) -> str:
    if headers.REASON in found:
        return str(found[headers.REASON])
    given = brokers_reason if isinstance(brokers_reason, str) else ""
    return _BROKER_SAYS.get(given, given or "nobody said why")


def _digest(queue: str, message: Message) -> str:
    envelope = (queue, message.type, message.message_id, message.correlation_id, sorted(message.headers.items()))
    return hashlib.sha256(repr(envelope).encode() + message.body).hexdigest()[:_DIGITS]
