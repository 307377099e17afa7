"""What a bus does, in memory and over RabbitMQ alike."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from messaging.bus import Bus
from messaging.errors import BrokerRefused, PublishFailed, Unroutable
from messaging.message import Delivery
from messaging.topology import Topology
from tests.contract.messaging.parcels import (
    BULKY,
    DELIVERED,
    SENT,
    SORTED,
    UNKNOWN,
    Reader,
    crane,
    eventually,
    ledger,
    parcel,
    reading,
    sorter,
)


def first_delivery(bus: Bus, queue: str) -> Delivery:
    with reading(bus, queue) as reader:
        return reader.wait(1)[0]


def test_a_message_arrives_as_it_was_published(bus: Bus, post: Topology) -> None:
    bus.publish(parcel(body="Zoë", traceparent="00-1-2-01", weight=7))
    delivery = first_delivery(bus, sorter(post))
    message = delivery.message
    assert (message.type, message.message_id, message.correlation_id) == (SENT, f"{SENT}/Zoë", "c-1")
    assert (message.body, message.app_id) == ("Zoë".encode(), "counter")
    assert message.headers == {"traceparent": "00-1-2-01", "weight": 7}
    assert message.timestamp == datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC), "whole seconds travel"
    assert (delivery.queue, delivery.attempt, delivery.redelivered) == (sorter(post), 1, False)


def test_every_queue_that_hears_the_type_gets_it_and_no_other(bus: Bus, post: Topology) -> None:
    bus.publish(parcel(SENT))
    bus.publish(parcel(SORTED))
    assert eventually(lambda: (bus.depth(sorter(post)), bus.depth(ledger(post))) == (1, 2))


def depths(bus: Bus, post: Topology) -> tuple[int, ...]:
    return tuple(bus.depth(queue(post)) for queue in (sorter, crane, ledger))


def test_a_lane_has_its_own_queue_and_who_has_no_lane_hears_all(bus: Bus, post: Topology) -> None:
    bus.publish(parcel(SENT, "piano", x_lane=BULKY))
    assert eventually(lambda: depths(bus, post) == (0, 1, 1))
    bus.publish(parcel(SENT, "letter"))
    assert eventually(lambda: depths(bus, post) == (1, 1, 2))
    message = first_delivery(bus, crane(post)).message
    assert (message.type, message.body, message.headers) == (SENT, b"piano", {"x-lane": BULKY})


def test_a_lane_that_no_queue_has_for_the_type_is_the_ordinary_one(bus: Bus, post: Topology) -> None:
    bus.publish(parcel(SENT, x_lane="express"))
    bus.publish(parcel(SORTED, x_lane=BULKY))
    bus.publish(parcel(DELIVERED, x_lane=BULKY))
    assert eventually(lambda: depths(bus, post) == (1, 0, 2))
    with pytest.raises(Unroutable, match=UNKNOWN):
        bus.publish(parcel(UNKNOWN, x_lane=BULKY))


def test_a_message_stays_in_its_lane_when_it_is_delayed_and_when_it_is_given_up(bus: Bus, post: Topology) -> None:
    def put_off_then_give_up(delivery: Delivery) -> None:
        if delivery.attempt == 1:
            bus.delay(delivery, seconds=1, counted=True)
        else:
            bus.dead_letter(delivery, reason="too heavy")

    bus.publish(parcel(x_lane=BULKY))
    with reading(bus, crane(post), put_off_then_give_up) as reader:
        assert [delivery.queue for delivery in reader.wait(2)] == [crane(post)] * 2
    assert depths(bus, post) == (0, 0, 1)
    assert bus.depth(post.dead_queue(sorter(post))) == 0
    dead = first_delivery(bus, post.dead_queue(crane(post))).message
    assert (dead.headers["x-lane"], dead.headers["x-queue"]) == (BULKY, crane(post))


def test_one_lane_goes_on_while_the_other_is_held_up(bus: Bus, post: Topology) -> None:
    go_on = threading.Event()
    bus.publish(parcel(body="piano", x_lane=BULKY))
    with reading(bus, crane(post), lambda _: assert_in_time(go_on)) as slow:
        slow.wait(1)
        bus.publish(parcel(body="letter"))
        with reading(bus, sorter(post)) as quick:
            assert quick.wait(1)[0].message.body == b"letter"
        go_on.set()


def assert_in_time(event: threading.Event) -> None:
    assert event.wait(10)


def test_a_type_that_no_queue_hears_is_refused(bus: Bus) -> None:
    with pytest.raises(Unroutable, match=UNKNOWN):
        bus.publish(parcel(UNKNOWN))
    bus.publish(parcel(SENT))  # the bus is none the worse for it


def test_a_type_that_may_go_unheard_is_not(bus: Bus) -> None:
    bus.publish(parcel(DELIVERED))


def test_messages_of_a_queue_come_in_order_and_one_at_a_time(bus: Bus, post: Topology) -> None:
    busy = threading.Lock()

    def handle(_: Delivery) -> None:
        assert busy.acquire(blocking=False)
        busy.release()

    for number in range(20):
        bus.publish(parcel(body=str(number)))
    with reading(bus, sorter(post), handle) as reader:
        reader.wait(20)
    assert reader.bodies == [str(number) for number in range(20)]
    assert reader.ended() is None


def test_what_is_handled_does_not_come_again(bus: Bus, post: Topology) -> None:
    bus.publish(parcel(body="1"))
    assert first_delivery(bus, sorter(post)).message.body == b"1"
    bus.publish(parcel(body="2"))
    assert first_delivery(bus, sorter(post)).message.body == b"2"
    assert bus.depth(sorter(post)) == 0


def test_what_is_in_hand_when_stopped_is_finished(bus: Bus, post: Topology) -> None:
    begun, go_on = threading.Event(), threading.Event()
    finished: list[str] = []

    def handle(delivery: Delivery) -> None:
        begun.set()
        assert go_on.wait(5)
        finished.append(delivery.queue)

    bus.publish(parcel())
    reader = Reader(bus, sorter(post), handle)
    assert begun.wait(5)
    stopping = threading.Thread(target=reader.stop)
    stopping.start()
    go_on.set()
    stopping.join(10)
    assert finished == [sorter(post)]
    assert bus.depth(sorter(post)) == 0


def test_an_error_in_handling_is_raised_and_the_message_comes_again(bus: Bus, post: Topology) -> None:
    def fail(_: Delivery) -> None:
        raise ZeroDivisionError

    bus.publish(parcel())
    assert isinstance(Reader(bus, sorter(post), fail).ended(), ZeroDivisionError)
    delivery = first_delivery(bus, sorter(post))
    assert (delivery.message.body, delivery.attempt, delivery.redelivered) == (b"1", 1, True)


def test_a_message_that_kills_its_reader_too_often_is_a_dead_letter(bus: Bus, post: Topology) -> None:
    def fail(_: Delivery) -> None:
        raise ZeroDivisionError

    bus.publish(parcel())
    dead = post.dead_queue(sorter(post))
    for _ in range(1 + post.queues[0].delivery_limit):
        assert bus.depth(dead) == 0
        assert isinstance(Reader(bus, sorter(post), fail).ended(), ZeroDivisionError)
    assert eventually(lambda: bus.depth(dead) == 1)
    assert bus.depth(sorter(post)) == 0
    assert first_delivery(bus, dead).message.message_id == f"{SENT}/1"


@pytest.mark.parametrize("counted", [True, False])
def test_a_delayed_message_comes_back_to_its_queue_alone(bus: Bus, post: Topology, counted: bool) -> None:
    def put_off(delivery: Delivery) -> None:
        if delivery.attempt == 1 and "x-waits" not in delivery.message.headers:
            bus.delay(delivery, seconds=1, counted=counted)

    bus.publish(parcel(traceparent="00-1-2-01"))
    with reading(bus, sorter(post), put_off) as reader:
        first, second = reader.wait(2)
    assert second.attempt == (2 if counted else 1)
    assert (second.message.type, second.message.message_id) == (first.message.type, first.message.message_id)
    assert second.message.headers["traceparent"] == "00-1-2-01"
    assert second.redelivered is False
    assert bus.depth(ledger(post)) == 1, "the other queue that heard the type gets it no second time"


def test_attempts_add_up(bus: Bus, post: Topology) -> None:
    def put_off(delivery: Delivery) -> None:
        if delivery.attempt < 3:
            bus.delay(delivery, seconds=1, counted=True)

    bus.publish(parcel())
    with reading(bus, sorter(post), put_off) as reader:
        reader.wait(3)
    assert [delivery.attempt for delivery in reader.deliveries] == [1, 2, 3]


def test_there_is_no_delay_without_its_queue(bus: Bus, post: Topology) -> None:
    bus.publish(parcel())
    delivery = first_delivery(bus, sorter(post))
    with pytest.raises(ValueError, match="not of 7"):
        bus.delay(delivery, seconds=7, counted=True)


def test_a_dead_letter_says_why_and_where_from(bus: Bus, post: Topology) -> None:
    bus.publish(parcel(weight=7))
    delivery = first_delivery(bus, sorter(post))
    bus.dead_letter(delivery, reason="no such street")
    dead = first_delivery(bus, post.dead_queue(sorter(post))).message
    assert (dead.type, dead.message_id, dead.body) == (SENT, f"{SENT}/1", b"1")
    assert dead.headers == {
        "weight": 7,
        "x-attempt": 1,
        "x-queue": sorter(post),
        "x-reason": "no such street",
    }


def test_a_reason_of_any_length_fits(bus: Bus, post: Topology) -> None:
    bus.publish(parcel())
    bus.dead_letter(first_delivery(bus, sorter(post)), reason="é" * 1_000_000)
    assert bus.depth(post.dead_queue(sorter(post))) == 1


def test_what_could_not_be_published_is_tried_again_without_giving_the_message_back(bus: Bus, post: Topology) -> None:
    failures = [PublishFailed("the broker is away")] * 4  # more than the delivery limit

    def handle(_: Delivery) -> None:
        if failures:
            raise failures.pop()

    bus.publish(parcel())
    with reading(bus, sorter(post), handle) as reader:
        reader.wait(5)
    assert {(delivery.attempt, delivery.redelivered) for delivery in reader.deliveries} == {(1, False)}
    assert bus.depth(sorter(post)) == 0
    assert bus.depth(post.dead_queue(sorter(post))) == 0


def test_stopped_while_nothing_can_be_published_the_message_is_kept(bus: Bus, post: Topology) -> None:
    def handle(_: Delivery) -> None:
        raise PublishFailed("the broker is away")

    bus.publish(parcel())
    with reading(bus, sorter(post), handle) as reader:
        reader.wait(1)
    assert reader.ended() is None
    assert eventually(lambda: bus.depth(sorter(post)) == 1)


def test_a_queue_that_is_not_there(bus: Bus) -> None:
    with pytest.raises(BrokerRefused):
        bus.depth("nowhere")
    with pytest.raises(BrokerRefused):
        bus.consume("nowhere", lambda _: None, stop=threading.Event())
    bus.publish(parcel())


def test_ready_once_open_and_not_after_closing(bus: Bus, post: Topology) -> None:
    assert eventually(bus.is_ready)
    with reading(bus, sorter(post)):
        assert eventually(bus.is_ready)
    bus.close()
    bus.close()
    assert not bus.is_ready()
    with pytest.raises(PublishFailed, match="closed"):
        bus.publish(parcel())


def test_closing_ends_what_is_being_consumed(bus: Bus, post: Topology) -> None:
    with reading(bus, sorter(post)) as reader:
        bus.publish(parcel())
        reader.wait(1)
        bus.close()
        assert reader.ended() is None


def test_many_threads_publish_at_once(bus: Bus, post: Topology) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: bus.publish(parcel(body=str(number))), range(8)))
    with reading(bus, sorter(post)) as reader:
        reader.wait(8)
    assert sorted(reader.bodies) == [str(number) for number in range(8)]
