"""A topology of one's own on a real broker, and the broker's management API."""

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import urllib3

from messaging.backoff import Backoff
from messaging.rabbitmq import RabbitBus
from messaging.topology import Topology
from tests.contract.messaging import parcels
from tests.integration.messaging.broker import Management, Road
from tests.servers import Broker, OwnBroker

MakeBus = Callable[..., RabbitBus]


@pytest.fixture
def post(amqp_url: str) -> Iterator[Topology]:
    post = parcels.topology()
    yield post
    parcels.remove(amqp_url, post)


@pytest.fixture
def make_bus(amqp_url: str, post: Topology) -> Iterator[MakeBus]:
    """RabbitBus(url=amqp_url, topology=post, …) with short pauses, closed after the test."""
    made: list[RabbitBus] = []

    def make(url: str = amqp_url, *, declare: bool = True, patience: float = 5, app_id: str = "") -> RabbitBus:
        bus = RabbitBus(
            url,
            post,
            app_id=app_id or post.exchange,
            declare=declare,
            patience=patience,
            backoff=Backoff(first=0.1, longest=0.3),
        )
        made.append(bus)
        return bus

    yield make
    for bus in made:
        bus.close()


@pytest.fixture
def bus(make_bus: MakeBus) -> RabbitBus:
    return make_bus()


@pytest.fixture
def road(amqp_url: str) -> Iterator[Road]:
    road = Road(amqp_url)
    yield road
    road.close()


@pytest.fixture
def management(amqp_server: Broker, amqp_url: str) -> Iterator[Management]:
    management = Management(_management_address(amqp_server, amqp_url), amqp_url)
    yield management
    management.close()


def _management_address(server: Broker, amqp_url: str) -> str:
    """TEST_AMQP_MANAGEMENT_URL, what the test's own server says, or a usual port beside that of AMQP."""
    given = os.environ.get("TEST_AMQP_MANAGEMENT_URL")
    if given:
        return given
    if isinstance(server, OwnBroker):
        return server._api.removesuffix("/api")
    parts = urlsplit(amqp_url)
    port = parts.port or 5672
    for candidate in (f"http://{parts.hostname}:{port + offset}" for offset in (10_000, 10)):
        try:
            urllib3.request("GET", f"{candidate}/api/overview", retries=False, timeout=2)
        except urllib3.exceptions.HTTPError:
            continue
        return candidate
    pytest.fail("no management API of the broker found: give its address in TEST_AMQP_MANAGEMENT_URL")
