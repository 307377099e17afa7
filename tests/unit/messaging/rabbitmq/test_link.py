"""A link without a broker: what it does while nothing answers, and when its own thread breaks."""

import logging
import socket
import time
from collections.abc import Sequence

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from messaging.backoff import Backoff
from messaging.errors import BrokerRefused
from messaging.rabbitmq.addresses import addresses
from messaging.rabbitmq.link import Link, LinkDown
from messaging.rabbitmq.refusal import refusal
from tests.contract.messaging.parcels import eventually

NOBODY = addresses("amqp://a:b@127.0.0.1:1/", name="tests")


def link(parameters: Sequence[pika.URLParameters] = NOBODY) -> Link:
    return Link(
        "tests",
        parameters,
        prepare=lambda _: None,
        is_sound=lambda channel: channel.is_open,
        backoff=Backoff(first=0.01, longest=0.02),
    )


def nothing(_: BlockingChannel) -> None:
    pytest.fail("there is no channel")


def test_what_is_asked_while_nothing_answers_fails_in_time() -> None:
    down = link()
    with pytest.raises(LinkDown, match=r"within 0\.1 s"):
        down.ask(nothing, seconds=0.1)
    assert not down.is_open
    down.close()


def test_closed_before_it_was_started() -> None:
    unused = link()
    unused.close()
    unused.start()
    assert not unused.is_open


def test_closing_does_not_wait_for_what_can_not_be_done() -> None:
    down = link()
    down.start()
    down.tell(nothing)
    begun = time.monotonic()
    down.close()
    assert time.monotonic() - begun < 3
    with pytest.raises(LinkDown, match="closed"):
        down.ask(nothing, seconds=10)


def test_a_broker_that_takes_connections_and_says_nothing_is_not_waited_for_without_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"amqp://a:b@127.0.0.1:{mute.getsockname()[1]}/?stack_timeout=0.2&socket_timeout=0.1"
        down = link(addresses(url, name="tests"))
        with pytest.raises(LinkDown):
            down.ask(nothing, seconds=1)
        down.close()
    (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("messaging")]
    assert "tests has no connection to the broker: AMQPConnectorStackTimeout" in line, "told once for all the tries"


def test_an_error_nobody_foresaw_ends_the_link_and_is_told_to_all() -> None:
    broken = link(())  # without an address, pika complains of a programmer's mistake
    with pytest.raises(ValueError, match="non-empty"):
        broken.ask(nothing, seconds=5)
    with pytest.raises(ValueError, match="non-empty"):
        broken.check()
    broken.close()


@pytest.mark.parametrize("code", [403, 404, 406])
def test_a_final_no(code: int) -> None:
    error = refusal(ChannelClosedByBroker(code, "NO - because"))
    assert isinstance(error, BrokerRefused)
    assert str(error) == "the broker refused: NO - because"


@pytest.mark.parametrize("code", [405, 541])
def test_what_may_go_better_on_another_channel(code: int) -> None:
    assert refusal(ChannelClosedByBroker(code, "LATER")) is None


def test_pika_is_the_version_this_was_written_for() -> None:
    """1.5 deprecates BlockingConnection and has a thread-safe one: look again then."""
    assert pika.__version__.startswith("1.4.")


def test_it_is_alive_while_the_broker_is_away_and_while_it_is_not_used() -> None:
    down = Link(
        "tests",
        addresses("amqp://a:b@127.0.0.1:1/,amqp://a:b@127.0.0.1:2/", name="tests"),
        prepare=lambda _: None,
        is_sound=lambda channel: channel.is_open,
        backoff=Backoff(first=0.01, longest=0.02),
        stuck_after=0.3,
    )
    assert down.is_alive
    down.start()
    for _ in range(10):
        assert down.is_alive
        time.sleep(0.1)
    down.close()
    assert down.is_alive


def test_it_is_not_alive_when_its_thread_has_ended() -> None:
    broken = link(())
    broken.start()
    with pytest.raises(ValueError, match="non-empty"):
        broken.ask(nothing, seconds=5)
    assert eventually(lambda: not broken.is_alive)
