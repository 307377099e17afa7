"""What others see of our messages, and we of theirs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from messaging.message import Delivery, Message
from messaging.rabbitmq import RabbitBus
from messaging.topology import Topology
from tests.contract.messaging.parcels import SENT, eventually, parcel, reading, sorter


@pytest.fixture
def channel(bus: RabbitBus, amqp_url: str, post: Topology) -> Iterator[BlockingChannel]:
    """A stranger's channel, when the queues are there and empty."""
    bus.publish(parcel())
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    channel = connection.channel()
    channel.queue_purge(sorter(post))
    yield channel
    connection.close()


def seen(channel: BlockingChannel, queue: str) -> tuple[str, pika.BasicProperties, bytes]:
    method, properties, body = channel.basic_get(queue, auto_ack=True)
    assert method is not None
    assert properties is not None
    assert body is not None
    # RabbitMQ 3 counts the first delivery too.
    properties.headers = {k: v for k, v in (properties.headers or {}).items() if k != "x-delivery-count"}
    return method.routing_key or "", properties, body


def delivered(bus: RabbitBus, queue: str) -> Delivery:
    with reading(bus, queue) as reader:
        return reader.wait(1)[0]


def test_a_stranger_sees_all_properties(bus: RabbitBus, channel: BlockingChannel, post: Topology) -> None:
    bus.publish(parcel(traceparent="00-1-2-01"))
    key, properties, body = seen(channel, sorter(post))
    assert (key, body) == (SENT, b"1")
    assert (properties.content_type, properties.delivery_mode, properties.type) == ("application/json", 2, SENT)
    assert (properties.message_id, properties.correlation_id, properties.app_id) == (f"{SENT}/1", "c-1", "counter")
    assert properties.timestamp == int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp())
    assert properties.headers == {"traceparent": "00-1-2-01"}


def test_a_message_that_names_no_program_is_from_the_bus_s(
    bus: RabbitBus, channel: BlockingChannel, post: Topology
) -> None:
    bus.publish(replace(parcel(), app_id=""))
    assert seen(channel, sorter(post))[1].app_id == post.exchange


@pytest.mark.parametrize(
    "properties",
    [
        pika.BasicProperties(),
        pika.BasicProperties(
            message_id=b"\xff",  # type: ignore[arg-type]  # a stranger may send any bytes
            correlation_id=b"\xff",  # type: ignore[arg-type]
            app_id=b"\xff",  # type: ignore[arg-type]
            timestamp=2**63,
            headers={"x-attempt": "many", "x-waits": -3, "list": [1], "none": None, "bytes": b"\xff", "true": True},
        ),
    ],
    ids=["nothing", "nonsense"],
)
def test_what_a_stranger_leaves_out_or_garbles_is_empty(
    bus: RabbitBus, channel: BlockingChannel, post: Topology, properties: pika.BasicProperties
) -> None:
    channel.basic_publish(post.exchange, SENT, b"odd", properties)
    delivery = delivered(bus, sorter(post))
    kept: dict[str, str | int] = {"x-attempt": "many", "x-waits": -3, "true": 1} if properties.headers else {}
    assert delivery == Delivery(
        message=Message(
            type=SENT,
            message_id="",
            correlation_id="",
            body=b"odd",
            timestamp=datetime(1970, 1, 1, tzinfo=UTC),
            app_id="",
            headers=kept,
        ),
        queue=sorter(post),
        attempt=1,
        redelivered=False,
    )


def test_the_broker_s_own_headers_are_not_carried_on(bus: RabbitBus, channel: BlockingChannel, post: Topology) -> None:
    """On the way through the delay queue RabbitMQ adds x-death and more, which 3.x and 4.x would read differently."""

    def put_off(delivery: Delivery) -> None:
        if delivery.attempt == 1:
            bus.delay(delivery, seconds=1, counted=True)
        else:
            bus.dead_letter(delivery, reason="seen")

    bus.publish(parcel())
    with reading(bus, sorter(post), put_off) as reader:
        delivery = reader.wait(2)[1]
        assert delivery.message.headers == {"x-attempt": 2}
    assert eventually(lambda: bus.depth(post.dead_queue(sorter(post))) == 1)
    _, properties, _ = seen(channel, post.dead_queue(sorter(post)))
    assert properties.headers == {"x-attempt": 2, "x-queue": sorter(post), "x-reason": "seen"}
