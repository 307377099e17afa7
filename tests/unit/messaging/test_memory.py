"""What the memory bus has beyond the contract: a look inside, and its own time."""

import threading
import time
from dataclasses import replace

import pytest

from messaging.bus import Bus
from messaging.errors import BrokerRefused, PublishFailed
from messaging.memory import MemoryBus
from messaging.message import Delivery
from tests.contract.messaging.parcels import SENT, eventually, ledger, parcel, sorter, topology


def test_it_shows_what_was_published_and_what_waits() -> None:
    post = topology()
    bus = MemoryBus(post)
    typed: Bus = bus  # mypy: it is one
    typed.publish(parcel())
    assert bus.published == [parcel()]
    assert [message.type for message in bus.waiting(ledger(post))] == [SENT]
    assert bus.depth(ledger(post)) == 1
    with pytest.raises(BrokerRefused):
        bus.waiting("nowhere")


def test_headers_changed_later_are_not_those_that_travel() -> None:
    post = topology()
    bus = MemoryBus(post)
    headers: dict[str, str | int] = {"weight": 7}
    bus.publish(replace(parcel(), headers=headers))
    headers.clear()
    assert bus.waiting(sorter(post))[0].headers == {"weight": 7}


def test_a_delay_lasts_as_many_of_its_own_seconds() -> None:
    post = topology()
    bus = MemoryBus(post, second=0.1)
    delivery = Delivery(message=parcel(), queue=sorter(post), attempt=1, redelivered=False)
    begun = time.monotonic()
    bus.delay(delivery, seconds=5, counted=True)
    bus.delay(delivery, seconds=1, counted=True)
    assert bus.depth(sorter(post)) == 0
    assert eventually(lambda: bus.depth(sorter(post)) == 2)
    assert 0.5 <= time.monotonic() - begun < 5


def test_closed_it_takes_nothing_and_hands_nothing_over() -> None:
    post = topology()
    bus = MemoryBus(post)
    bus.publish(parcel())
    bus.close()
    delivery = Delivery(message=parcel(), queue=sorter(post), attempt=1, redelivered=False)
    bus.consume(sorter(post), lambda _: pytest.fail("handed over"), stop=threading.Event())
    with pytest.raises(PublishFailed):
        bus.delay(delivery, seconds=1, counted=True)
    with pytest.raises(PublishFailed):
        bus.dead_letter(delivery, reason="closed")


def test_its_dead_letters_are_given_back_without_limit() -> None:
    post = topology()
    bus = MemoryBus(post)
    delivery = Delivery(message=parcel(), queue=sorter(post), attempt=1, redelivered=False)
    bus.dead_letter(delivery, reason="seen")
    dead = post.dead_queue(sorter(post))

    def fail(_: Delivery) -> None:
        raise ZeroDivisionError

    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            bus.consume(dead, fail, stop=threading.Event())
    assert bus.depth(dead) == 1
