"""What a worker's /healthz and /readyz say when its loops hang, and when the broker closes only a channel."""

from collections.abc import Callable, Iterator

import pika
import pytest
import urllib3

from messaging.backoff import Backoff
from messaging.rabbitmq import RabbitBus
from messaging.topology import Topology
from telemetry.health import HealthServer
from tests.contract.messaging.parcels import eventually, parcel, reading, sorter
from tests.integration.messaging.broker import Road

Ask = Callable[[str], int]


@pytest.fixture
def bus(road: Road, post: Topology) -> Iterator[RabbitBus]:
    """By way of the road, and thought stuck after 0.7 s, or 2.1 s without the broker's answer."""
    bus = RabbitBus(
        road.url(), post, app_id=post.exchange, backoff=Backoff(first=0.1, longest=0.2), stuck_after=0.7, patience=2
    )
    yield bus
    bus.close()


@pytest.fixture
def ask(bus: RabbitBus) -> Iterator[Ask]:
    """The status with which a path is answered."""
    server = HealthServer("127.0.0.1:0", alive=bus.is_alive, ready=lambda: {"broker": bus.is_ready()})
    server.start()
    host, port = server.address
    yield lambda path: urllib3.request("GET", f"http://{host}:{port}{path}", retries=False, timeout=5).status
    server.stop()


def test_a_loop_that_hangs_is_told_and_one_that_turns_again_too(
    bus: RabbitBus, ask: Ask, road: Road, post: Topology
) -> None:
    road.open()
    with reading(bus, sorter(post)):
        assert eventually(bus.is_ready)
        assert ask("/healthz") == 200
        road.jam()
        with pytest.raises(Exception, match="not confirmed"):
            bus.publish(parcel())  # the publisher's loop waits for the answer, far longer than it may
        assert eventually(lambda: ask("/healthz") == 503)
        road.clear()
        assert eventually(lambda: ask("/healthz") == 200)


def test_a_broker_that_is_away_makes_it_unready_and_not_dead(bus: RabbitBus, ask: Ask, post: Topology) -> None:
    with reading(bus, sorter(post)):
        for _ in range(20):
            assert (ask("/readyz"), ask("/healthz")) == (503, 200)


def test_a_long_message_in_hand_is_no_hanging_loop(bus: RabbitBus, ask: Ask, road: Road, post: Topology) -> None:
    road.open()
    bus.publish(parcel())
    with reading(bus, sorter(post), lambda _: statuses.extend(_asked_for(3, ask))) as reader:
        statuses: list[int] = []
        reader.wait(1)
        assert eventually(lambda: len(statuses) == 10)
    assert set(statuses) == {200}


def test_a_reader_s_channel_that_the_broker_alone_closes_is_mended(
    bus: RabbitBus, ask: Ask, road: Road, post: Topology, amqp_url: str
) -> None:
    """By a deleted queue the broker cancels the reader, and leaves connection and channel as they are."""
    road.open()
    with reading(bus, sorter(post)) as reader:
        assert eventually(lambda: ask("/readyz") == 200)
        with pika.BlockingConnection(pika.URLParameters(amqp_url)) as other:
            other.channel().queue_delete(sorter(post))
        assert eventually(lambda: ask("/readyz") == 503, 5)
        assert eventually(lambda: ask("/readyz") == 200, 20)
        assert ask("/healthz") == 200
        bus.publish(parcel(body="after"))
        reader.wait(1)
    assert reader.bodies == ["after"]


def _asked_for(seconds: float, ask: Ask) -> Iterator[int]:
    for _ in range(10):
        assert not eventually(lambda: False, seconds / 10)
        yield ask("/healthz")
