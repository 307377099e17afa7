"""Dead letters on a real broker: looked at without losing one, given back, removed; by one operator at a time."""

from dataclasses import replace

import pika
import pytest

from messaging.dead_letters import Busy
from messaging.errors import BrokerRefused, PublishFailed, Unavailable
from messaging.message import Delivery, Message
from messaging.rabbitmq import RabbitBus
from messaging.rabbitmq.dead_letters import DeadLetters
from messaging.topology import Topology
from tests.contract.messaging.parcels import eventually, ledger, parcel, reading, sorter
from tests.integration.messaging.broker import Management


def given_up(bus: RabbitBus, queue: str, message: Message, *, attempt: int = 1, reason: str = "broken") -> None:
    bus.dead_letter(Delivery(message=message, queue=queue, attempt=attempt, redelivered=False), reason=reason)


def operator(url: str, post: Topology) -> DeadLetters:
    return DeadLetters(url, post, app_id="operator")


def listed(url: str, post: Topology) -> list[tuple[str, str, str, bytes]]:
    with operator(url, post) as letters:
        return [(h.letter.id, h.letter.queue, h.letter.reason, h.letter.message.body) for h in letters.letters()]


@pytest.fixture
def four(bus: RabbitBus, post: Topology) -> None:
    """Two that are the same, one other, and one of another queue."""
    for body in ("1", "2", "1"):
        given_up(bus, sorter(post), parcel(body=body, x_waits=3), attempt=8)
    given_up(bus, ledger(post), parcel(body="3"), reason="illegible")


@pytest.mark.usefixtures("four")
def test_a_list_may_be_made_again_and_again(amqp_url: str, post: Topology) -> None:
    first = listed(amqp_url, post)
    assert [(queue, reason, body) for _, queue, reason, body in first] == [
        (sorter(post), "broken", b"1"),
        (sorter(post), "broken", b"2"),
        (sorter(post), "broken", b"1"),
        (ledger(post), "illegible", b"3"),
    ]
    ids = [id for id, *_ in first]
    assert len(set(ids)) == 4
    assert ids[2] == f"{ids[0]}-2"
    assert [listed(amqp_url, post) for _ in range(30)] == [first] * 30


@pytest.mark.usefixtures("four")
def test_a_list_that_is_broken_off_loses_nothing(amqp_url: str, post: Topology) -> None:
    before = listed(amqp_url, post)
    for number in range(1, 5):
        with operator(amqp_url, post) as letters:
            coming = letters.letters()
            assert len([next(coming) for _ in range(number)]) == number
    assert sorted(listed(amqp_url, post)) == sorted(before)


@pytest.mark.usefixtures("four")
def test_an_operator_whose_connection_is_cut_loses_no_letter(
    management: Management, amqp_url: str, post: Topology
) -> None:
    before = listed(amqp_url, post)
    letters = DeadLetters(amqp_url, post, app_id=f"{post.exchange} operator")
    with letters:
        coming = letters.letters()
        held = next(coming)
        management.cut(f"{post.exchange} operator")
        with pytest.raises(PublishFailed):
            held.replay(app_id="operator")
    with pytest.raises(Unavailable):
        next(coming)
    bodies = sorted(body for *_, body in before)
    assert eventually(lambda: sorted(body for *_, body in listed(amqp_url, post)) == bodies)


@pytest.mark.usefixtures("four")
def test_a_letter_is_given_back_to_its_own_queue_as_if_never_tried(
    bus: RabbitBus, amqp_url: str, post: Topology
) -> None:
    with operator(amqp_url, post) as letters:
        for held in letters.letters():
            if held.letter.message.body == b"2":
                assert held.letter.attempts == 8
                held.replay(app_id="operator")
    assert [body for *_, body in listed(amqp_url, post)] == [b"1", b"1", b"3"]
    with reading(bus, sorter(post)) as reader:
        (delivery,) = reader.wait(1)
    assert delivery.attempt == 1
    assert delivery.message == replace(parcel(body="2"), timestamp=delivery.message.timestamp)
    assert bus.depth(ledger(post)) == 0, "the other queue that hears the type has had it"


def test_a_letter_of_the_delivery_limit_has_no_reason_of_ours_and_is_shown_too(
    bus: RabbitBus, amqp_url: str, post: Topology
) -> None:
    bus.publish(parcel())
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        for _ in range(3):
            channel = connection.channel()
            method, _, _ = channel.basic_get(sorter(post))
            assert method is not None
            channel.basic_reject(method.delivery_tag or 0, requeue=True)
            channel.close()
    assert eventually(lambda: bus.depth(post.dead_queue(sorter(post))) == 1)
    with operator(amqp_url, post) as letters:
        held = next(letters.letters())
        assert (held.letter.queue, held.letter.message.body) == (sorter(post), b"1")
        assert "delivery limit" in held.letter.reason
        held.replay(app_id="operator")
    with reading(bus, sorter(post)) as reader:
        assert reader.wait(1)[0].message.headers == {}


def test_a_letter_that_nobody_explained(bus: RabbitBus, amqp_url: str, post: Topology) -> None:
    bus.publish(parcel())
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        connection.channel().basic_publish(post.dead_exchange, sorter(post), b"\xff", pika.BasicProperties())
    with operator(amqp_url, post) as letters:
        assert eventually(lambda: bus.depth(post.dead_queue(sorter(post))) == 1)
        (held,) = letters.letters()
    assert (held.letter.reason, held.letter.message.body) == ("nobody said why", b"\xff")


@pytest.mark.usefixtures("four")
def test_a_discarded_letter_is_gone(amqp_url: str, post: Topology) -> None:
    with operator(amqp_url, post) as letters:
        for held in letters.letters():
            if held.letter.queue == ledger(post):
                held.discard()
    assert [body for *_, body in listed(amqp_url, post)] == [b"1", b"2", b"1"]


@pytest.mark.usefixtures("four")
def test_letters_that_die_again_at_once_are_not_replayed_for_ever(
    bus: RabbitBus, amqp_url: str, post: Topology
) -> None:
    with reading(bus, sorter(post), lambda delivery: bus.dead_letter(delivery, reason="again")):
        with operator(amqp_url, post) as letters:
            replayed = 0
            for held in letters.letters():
                held.replay(app_id="operator")
                replayed += 1
                assert eventually(lambda: bus.depth(sorter(post)) == 0)
        assert replayed == 4
        assert eventually(lambda: bus.depth(post.dead_queue(sorter(post))) == 3)


@pytest.mark.usefixtures("four")
def test_a_letter_whose_queue_is_gone_stays(management: Management, amqp_url: str, post: Topology) -> None:
    before = listed(amqp_url, post)
    management.delete_queue(sorter(post))
    with operator(amqp_url, post) as letters:
        held = list(letters.letters())
        with pytest.raises(PublishFailed):
            held[0].replay(app_id="operator")
    assert listed(amqp_url, post) == before


@pytest.mark.usefixtures("four")
def test_one_operator_at_a_time(amqp_url: str, post: Topology) -> None:
    with operator(amqp_url, post) as letters:
        with pytest.raises(Busy), operator(amqp_url, post):
            pass
        assert len(list(letters.letters())) == 4
    assert len(listed(amqp_url, post)) == 4


def test_a_broker_without_the_queues(amqp_url: str, post: Topology) -> None:
    with operator(amqp_url, post) as letters:
        assert list(letters.letters()) == []
        assert letters.missing() == tuple(f"{queue.name}.dead" for queue in post.queues)


@pytest.mark.usefixtures("four")
def test_all_queues_are_there(amqp_url: str, post: Topology) -> None:
    with operator(amqp_url, post) as letters:
        assert letters.missing() == ()


def test_a_broker_that_is_away(post: Topology) -> None:
    with pytest.raises(Unavailable, match="can't be reached"), operator("amqp://a:b@127.0.0.1:1/", post):
        pass


def test_a_broker_that_does_not_know_the_operator(amqp_url: str, post: Topology) -> None:
    parts = pika.URLParameters(amqp_url)
    with (
        pytest.raises(BrokerRefused, match="user, its password or the virtual host"),
        operator(f"amqp://nobody:x@{parts.host}:{parts.port}/", post),
    ):
        pass
    with (
        pytest.raises(BrokerRefused, match="virtual host"),
        operator(amqp_url.rpartition("/")[0] + "/no-such-host", post),
    ):
        pass
