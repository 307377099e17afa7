"""What stands on the broker after declaring, or importing, a topology."""

from concurrent.futures import ThreadPoolExecutor

import pika
import pytest

from messaging.errors import BrokerRefused, PublishFailed
from messaging.message import Delivery
from messaging.rabbitmq import RabbitBus
from messaging.rabbitmq.definitions import definitions
from messaging.topology import Topology
from tests.contract.messaging.parcels import eventually, ledger, parcel, reading, sorter
from tests.integration.messaging.broker import Management, names
from tests.integration.messaging.conftest import MakeBus


def with_channel(url: str) -> pika.BlockingConnection:
    return pika.BlockingConnection(pika.URLParameters(url))


@pytest.fixture
def declared(bus: RabbitBus) -> None:
    bus.publish(parcel())


@pytest.mark.usefixtures("declared")
def test_all_queues_are_there_durable_and_quorum(management: Management, post: Topology) -> None:
    queues = {name: queue for name, queue in management.queues().items() if name.startswith(post.exchange)}
    assert set(queues) == names(post)
    assert {(queue["type"], queue["durable"], queue["auto_delete"]) for queue in queues.values()} == {
        ("quorum", True, False)
    }


@pytest.mark.usefixtures("declared")
def test_the_broker_has_the_arguments_meant(management: Management, post: Topology) -> None:
    """RabbitMQ takes any misspelt argument in silence, so they are compared one by one."""
    queues = management.queues()
    assert queues[sorter(post)]["arguments"] == {
        "x-queue-type": "quorum",
        "x-delivery-limit": 2,
        "x-dead-letter-exchange": f"{post.exchange}.dead",
        "x-dead-letter-routing-key": sorter(post),
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    assert queues[f"{sorter(post)}.dead"]["arguments"] == {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}
    assert queues[f"{post.exchange}.delay.30s"]["arguments"] == {
        "x-queue-type": "quorum",
        "x-message-ttl": 30_000,
        "x-dead-letter-exchange": "",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def test_several_services_declare_at_once(make_bus: MakeBus, post: Topology) -> None:
    buses = [make_bus(app_id=f"{post.exchange}-{number}", patience=10) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda bus: bus.publish(parcel()), buses))
    assert eventually(lambda: buses[0].depth(sorter(post)) == 4)


def test_imported_definitions_are_what_would_have_been_declared(
    management: Management, make_bus: MakeBus, post: Topology
) -> None:
    management.import_definitions(definitions(post, vhost=management.vhost))
    imported = {name: queue["arguments"] for name, queue in management.queues().items() if name in names(post)}
    assert set(imported) == names(post)
    make_bus(declare=False).publish(parcel())
    bus = make_bus()
    bus.publish(parcel())  # declares: refused if anything were different
    assert {name: queue["arguments"] for name, queue in management.queues().items() if name in imported} == imported
    assert eventually(lambda: bus.depth(ledger(post)) == 2)


def test_without_the_right_to_configure(
    management: Management, make_bus: MakeBus, post: Topology, amqp_url: str
) -> None:
    management.import_definitions(definitions(post, vhost=management.vhost))
    user = f"clerk-{post.exchange}"
    management.add_user(user, {"configure": "^$", "write": f"^{post.exchange}", "read": f"^{post.exchange}"})
    parts = pika.URLParameters(amqp_url)
    url = f"amqp://{user}:{user}@{parts.host}:{parts.port}/{management.vhost}"
    try:
        with pytest.raises(BrokerRefused, match="ACCESS_REFUSED"):
            make_bus(url, patience=2).publish(parcel())
        bus = make_bus(url, declare=False)
        bus.publish(parcel())

        def put_off(delivery: Delivery) -> None:
            if delivery.attempt == 1:
                bus.delay(delivery, seconds=1, counted=True)
            else:
                bus.dead_letter(delivery, reason="seen")

        with reading(bus, sorter(post), put_off) as reader:
            assert [delivery.attempt for delivery in reader.wait(2)] == [1, 2]
        assert eventually(lambda: bus.depth(post.dead_queue(sorter(post))) == 1)
    finally:
        management.remove_user(user)


def test_what_is_missing_and_must_not_be_declared_is_refused(make_bus: MakeBus, post: Topology) -> None:
    bus = make_bus(declare=False)
    with pytest.raises(BrokerRefused, match="NOT_FOUND"):
        bus.publish(parcel())
    with reading(bus, sorter(post)) as reader:
        assert isinstance(reader.ended(), BrokerRefused)


def test_a_queue_that_is_there_with_other_arguments_is_refused(
    make_bus: MakeBus, post: Topology, amqp_url: str
) -> None:
    with with_channel(amqp_url) as connection:
        connection.channel().queue_declare(sorter(post), durable=True, arguments={"x-queue-type": "quorum"})
    bus = make_bus()
    with pytest.raises(BrokerRefused, match="PRECONDITION_FAILED"):
        bus.publish(parcel())
    assert not bus.is_ready()
    with reading(bus, ledger(post)) as reader:
        assert isinstance(reader.ended(), BrokerRefused)


def test_refused_once_it_works_as_soon_as_that_is_mended(
    make_bus: MakeBus, management: Management, post: Topology
) -> None:
    bus = make_bus(declare=False)
    with pytest.raises(BrokerRefused):
        bus.publish(parcel())
    management.import_definitions(definitions(post, vhost=management.vhost))
    assert eventually(bus.is_ready)
    bus.publish(parcel())


def test_a_queue_that_takes_no_more_is_a_failure_to_publish(bus: RabbitBus, post: Topology, amqp_url: str) -> None:
    full = f"{post.exchange}.full"
    with with_channel(amqp_url) as connection:
        channel = connection.channel()
        bus.publish(parcel())
        arguments = {"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish"}
        channel.queue_declare(full, durable=True, arguments=arguments)
        channel.queue_bind(full, post.exchange, "parcel.sent.v1")
        try:
            with pytest.raises(PublishFailed, match="can't take"):
                list(map(bus.publish, [parcel()] * 10))
        finally:
            channel.queue_delete(full)
    bus.publish(parcel())
