"""Connections lost in every way there is, and found again."""

import struct
import threading

import pika
import pytest

from messaging.backoff import Backoff
from messaging.errors import PublishFailed, Unavailable
from messaging.message import Delivery
from messaging.rabbitmq import RabbitBus
from messaging.rabbitmq.addresses import addresses
from messaging.rabbitmq.subscription import Received, Subscription
from messaging.topology import Topology
from tests.contract.messaging.parcels import SENT, SORTED, eventually, parcel, reading, sorter
from tests.integration.messaging.broker import Management, Road
from tests.integration.messaging.conftest import MakeBus


class NoDate(pika.BasicProperties):
    """A header with a time that is in no calendar: RabbitMQ carries it, pika fails at it."""

    def encode(self) -> list[bytes]:
        table = b"\x04when" + b"T" + struct.pack(">Q", 2**62)
        return [struct.pack(">H", self.FLAG_HEADERS), struct.pack(">I", len(table)), table]


def take(subscription: Subscription) -> Received:
    received: list[Received] = []

    def came() -> bool:
        one = subscription.next(seconds=0.1)
        received.extend([one] if one else [])
        return bool(received)

    assert eventually(came), "nothing was delivered"
    return received[0]


@pytest.fixture
def subscription(bus: RabbitBus, post: Topology, amqp_url: str) -> Subscription:
    bus.publish(parcel(body="1"))
    return Subscription(
        addresses(amqp_url, name="tests"),
        queue=sorter(post),
        prefetch=2,
        app_id="tests",
        prepare=lambda _: None,
        backoff=Backoff(first=0.1, longest=0.3),
    )


def test_a_channel_that_the_broker_closes_in_silence_is_noticed_and_mended(
    subscription: Subscription, bus: RabbitBus
) -> None:
    first = take(subscription)
    subscription.acknowledge(first)
    subscription.acknowledge(first)  # the second is an error: RabbitMQ closes the channel, and only that
    assert eventually(lambda: not subscription.holds(first))
    assert eventually(lambda: subscription.is_open)
    bus.publish(parcel(body="2"))
    assert take(subscription).delivery.message.body == b"2"
    subscription.close()


def test_what_was_not_acknowledged_when_the_channel_closed_comes_again(
    subscription: Subscription, bus: RabbitBus
) -> None:
    bus.publish(parcel(body="2"))
    first, second = take(subscription), take(subscription)
    subscription.acknowledge(first)
    subscription.acknowledge(first)
    assert eventually(lambda: not subscription.holds(second))
    subscription.acknowledge(second)  # too late, and harmless
    again = take(subscription)
    assert (again.delivery.message.body, again.delivery.redelivered) == (b"2", True)
    subscription.close()


def test_a_deleted_queue_is_declared_again_and_read_on(bus: RabbitBus, management: Management, post: Topology) -> None:
    def another_arrives() -> bool:
        bus.publish(parcel(body="2"))  # heard by the other queue meanwhile
        return "2" in reader.bodies

    with reading(bus, sorter(post)) as reader:
        bus.publish(parcel(body="1"))
        reader.wait(1)
        management.delete_queue(sorter(post))
        assert eventually(another_arrives)


def test_connections_cut_by_the_broker(bus: RabbitBus, management: Management, post: Topology) -> None:
    with reading(bus, sorter(post)) as reader:
        bus.publish(parcel(body="1"))
        reader.wait(1)
        management.cut(f"{post.exchange} reader of {sorter(post)}")
        management.cut(f"{post.exchange} publisher")
        bus.publish(parcel(body="2"))
        reader.wait(2)
    assert reader.bodies == ["1", "2"]


def test_a_message_in_hand_when_the_connection_is_cut_comes_again(
    bus: RabbitBus, management: Management, post: Topology
) -> None:
    def handle(delivery: Delivery) -> None:
        if delivery.message.body == b"1" and not delivery.redelivered:
            management.cut(f"{post.exchange} reader of {sorter(post)}")

    bus.publish(parcel(body="1"))
    with reading(bus, sorter(post), handle) as reader:
        reader.wait(2)
        bus.publish(parcel(body="2"))
        assert eventually(lambda: "2" in reader.bodies)
    assert set(reader.bodies) == {"1", "2"}
    assert bus.depth(sorter(post)) == 0


def test_a_broker_that_is_not_there_yet_is_waited_for(make_bus: MakeBus, road: Road, post: Topology) -> None:
    bus = make_bus(road.url())
    with reading(bus, sorter(post)) as reader:
        assert not bus.is_ready()
        timer = threading.Timer(0.7, road.open)
        timer.start()
        bus.publish(parcel())
        reader.wait(1)
        assert eventually(bus.is_ready)
        timer.join()


def test_while_the_broker_is_away_publishing_fails_in_time_and_later_goes_well(make_bus: MakeBus, road: Road) -> None:
    bus = make_bus(road.url(), patience=0.5)
    with pytest.raises(PublishFailed, match=r"within 0\.5 s"):
        bus.publish(parcel())
    with pytest.raises(Unavailable):
        bus.depth("any")
    road.open()
    assert eventually(bus.is_ready)
    bus.publish(parcel())
    road.close()
    assert eventually(lambda: not bus.is_ready())
    with pytest.raises(PublishFailed):
        bus.publish(parcel())


def test_a_result_that_can_not_be_published_keeps_its_message_until_it_can(
    make_bus: MakeBus, road: Road, post: Topology
) -> None:
    bus = make_bus(road.url(), patience=0.3)
    road.open()

    def handle(delivery: Delivery) -> None:
        if not reader.deliveries[1:]:
            road.close()
        bus.publish(parcel(SORTED, delivery.message.body.decode()))

    assert eventually(bus.is_ready)
    bus.publish(parcel(body="1"))
    with reading(bus, sorter(post), handle) as reader:
        reader.wait(1)
        assert eventually(lambda: not bus.is_ready())
        road.open()
        reader.wait(2)
        assert eventually(lambda: bus.depth(f"{post.exchange}.ledger") >= 2)
        assert eventually(lambda: bus.depth(sorter(post)) == 0)


def test_work_longer_than_the_heartbeat_keeps_its_connection(make_bus: MakeBus, amqp_url: str, post: Topology) -> None:
    bus = make_bus(f"{amqp_url}?heartbeat=1")
    bus.publish(parcel())
    with reading(bus, sorter(post), lambda _: _take_time(4)) as reader:
        reader.wait(1)
        assert not threading.Event().wait(4.5)
    assert len(reader.deliveries) == 1
    assert bus.depth(sorter(post)) == 0
    bus.publish(parcel())


def test_a_connection_that_says_nothing_any_more_is_given_up(make_bus: MakeBus, road: Road, post: Topology) -> None:
    road.open()
    bus = make_bus(road.url("heartbeat=1&socket_timeout=1&stack_timeout=2"), patience=0.5)
    assert eventually(bus.is_ready)
    with reading(bus, sorter(post)) as reader:
        bus.publish(parcel(body="before"))
        assert reader.wait(1)
        road.jam()
        with pytest.raises(PublishFailed):
            bus.publish(parcel(body="jammed"))
        # pika looks every 6 s (the heartbeat and 5 s), and misses what came since it looked before: 12 s at most.
        assert eventually(lambda: not bus.is_ready())
        road.clear()
        assert eventually(bus.is_ready)
        bus.publish(parcel(body="through"))
        assert eventually(lambda: "through" in reader.bodies)


def test_addresses_are_tried_in_turn(make_bus: MakeBus, road: Road, amqp_url: str) -> None:
    make_bus(f"{road.url()}, {amqp_url}").publish(parcel())


def test_a_message_that_pika_can_not_read_is_a_dead_letter_and_its_neighbours_are_not(
    bus: RabbitBus, amqp_url: str, post: Topology
) -> None:
    bus.publish(parcel(body="1"))
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        connection.channel().basic_publish(post.exchange, SENT, b"odd", NoDate())
    bus.publish(parcel(body="2"))
    with reading(bus, sorter(post)) as reader:
        assert reader.wait(2)
        assert eventually(lambda: bus.depth(post.dead_queue(sorter(post))) == 1)
    assert reader.bodies == ["1", "2"]
    assert bus.depth(sorter(post)) == 0


def _take_time(seconds: float) -> None:
    threading.Event().wait(seconds)
