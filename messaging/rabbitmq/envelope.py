"""Between our messages and AMQP's properties."""

from datetime import UTC, datetime

from pika import BasicProperties
from pika.spec import Basic

from messaging import headers
from messaging.message import Delivery, Message

# Written by the broker; carried on, they would be taken for its word about the message's next journey.
_BROKERS_OWN = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count")
_LAST_SECOND = int(datetime.max.replace(tzinfo=UTC).timestamp())


def properties(message: Message, *, app_id: str) -> BasicProperties:
    """The properties `message` is published with: persistent, and from `app_id` where it does not say from whom."""
    return BasicProperties(
        content_type="application/json",
        delivery_mode=2,
        type=message.type,
        message_id=message.message_id,
        correlation_id=message.correlation_id,
        timestamp=int(message.timestamp.timestamp()),
        app_id=message.app_id or app_id,
        headers=dict(message.headers),
    )


def delivery(queue: str, method: Basic.Deliver, properties: BasicProperties, body: bytes) -> Delivery:
    """A delivery from `queue`. Never fails, as `message`."""
    arrived = message(method.routing_key, properties, body)
    return Delivery(
        message=arrived, queue=queue, attempt=headers.attempt(arrived), redelivered=bool(method.redelivered)
    )


def message(routing_key: object, properties: BasicProperties, body: bytes) -> Message:
    """What arrived. Never fails: whatever a stranger left out or wrote wrongly is empty (the time: 1970)."""
    return Message(
        type=_text(properties.type) or _text(routing_key),
        message_id=_text(properties.message_id),
        correlation_id=_text(properties.correlation_id),
        body=body,
        timestamp=_time(properties.timestamp),
        app_id=_text(properties.app_id),
        headers=_headers(properties.headers),
    )


def _text(value: object) -> str:
    # pika hands over bytes where they are no UTF-8.
    return value if isinstance(value, str) else ""


def _time(seconds: object) -> datetime:
    known = seconds if isinstance(seconds, int) and 0 <= seconds <= _LAST_SECOND else 0
    return datetime.fromtimestamp(known, UTC)


def _headers(table: object) -> dict[str, str | int]:
    """Texts and whole numbers; other kinds of header are none of ours."""
    given = table.items() if isinstance(table, dict) else ()
    ours = {name: value for name, value in given if isinstance(name, str) and not name.startswith(_BROKERS_OWN)}
    # pika's own kind of int prints as 1L.
    return {name: int(v) if isinstance(v, int) else v for name, v in ours.items() if isinstance(v, str | int)}
