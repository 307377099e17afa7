"""Both buses: what holds for the one in memory has been seen to hold for RabbitMQ."""

from collections.abc import Iterator

import pytest

from messaging.backoff import Backoff
from messaging.bus import Bus
from messaging.memory import MemoryBus
from messaging.rabbitmq import RabbitBus
from messaging.topology import Topology
from tests.contract.messaging import parcels


@pytest.fixture
def post() -> Topology:
    return parcels.topology()


@pytest.fixture(params=["memory", "rabbitmq"])
def bus(request: pytest.FixtureRequest, post: Topology) -> Iterator[Bus]:
    made: MemoryBus | RabbitBus
    if request.param == "memory":
        made = MemoryBus(post, second=0.01)
        yield made
        made.close()
    else:
        url = request.getfixturevalue("amqp_url")
        made = RabbitBus(url, post, app_id="tests", backoff=Backoff(first=0.1, longest=0.5))
        yield made
        made.close()
        parcels.remove(url, post)
