"""The headers by which a message carries its own history, and the lane it travels in.

The broker's `x-death` is not used: RabbitMQ 4 ignores it on a message that a client publishes again, 3.x does not.
"""

from dataclasses import replace

from messaging.message import Delivery, Message

ATTEMPT = "x-attempt"  # how often it has been tried, counting the try to come
WAITS = "x-waits"  # how often it waited, uncounted, for something that was away
REASON = "x-reason"  # why it is among the dead letters
QUEUE = "x-queue"  # whose reader gave it up
TRACE = ("traceparent", "tracestate")  # W3C Trace Context, handed on from a message to what it causes
LANE = "x-lane"  # handed on likewise; which queues have a lane of their own is the topology's business

_LONGEST_REASON = 2000  # characters; all headers together must fit in one frame


def attempt(message: Message) -> int:
    """Which attempt a delivery of this message is: 1 unless the header says more."""
    return max(1, _number(message, ATTEMPT))


def waits(message: Message) -> int:
    """How often this message has waited, uncounted."""
    return max(0, _number(message, WAITS))


def delayed(delivery: Delivery, *, counted: bool) -> Message:
    """The message as it goes into a delay queue: one attempt more, or one wait more."""
    mark = (ATTEMPT, delivery.attempt + 1) if counted else (WAITS, waits(delivery.message) + 1)
    return replace(delivery.message, headers={**delivery.message.headers, mark[0]: mark[1]})


def dead(delivery: Delivery, *, reason: str) -> Message:
    """The message as it goes to the dead letters."""
    mark: dict[str, str | int] = {REASON: reason[:_LONGEST_REASON], QUEUE: delivery.queue, ATTEMPT: delivery.attempt}
    return replace(delivery.message, headers={**delivery.message.headers, **mark})


def lane(message: Message) -> str:
    """The lane in which it travels; empty where it names none."""
    return str(message.headers.get(LANE, ""))


def caused(message: Message, *, cause: Message) -> Message:
    """`message` with the trace of its cause, and in the lane of its cause, unless it has one of its own."""
    handed_on = (LANE,) if TRACE[0] in message.headers else (*TRACE, LANE)
    found = {name: cause.headers[name] for name in handed_on if name in cause.headers}
    return replace(message, headers={**found, **message.headers}) if found else message


def _number(message: Message, name: str) -> int:
    value = message.headers.get(name, 0)
    return value if isinstance(value, int) else 0
