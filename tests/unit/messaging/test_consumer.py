"""The one consumer loop: decode, handle, publish, acknowledge; and what it does with each kind of failure."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator

import pytest
from prometheus_client import REGISTRY

from messaging.consumer import MAX_ATTEMPTS, Consumer, nobody
from messaging.errors import Reject, Retry, Unavailable
from messaging.memory import MemoryBus
from messaging.message import Delivery, Message
from messaging.topology import Topology
from telemetry import logs
from tests.contract.messaging.parcels import (
    LOST,
    SENT,
    SORTED,
    UNKNOWN,
    Text,
    TextCodec,
    ledger,
    parcel,
    sorter,
    topology,
)


class Delays(MemoryBus):
    """A memory bus that notes the delays asked for, and makes them short."""

    def __init__(self, topology: Topology) -> None:
        super().__init__(topology, second=0.0001)
        self.delays: list[tuple[int, bool]] = []

    def delay(self, delivery: Delivery, *, seconds: int, counted: bool) -> None:
        self.delays.append((seconds, counted))
        super().delay(delivery, seconds=seconds, counted=counted)


@pytest.fixture
def post() -> Topology:
    return topology()


@pytest.fixture
def bus(post: Topology) -> Delays:
    return Delays(post)


class Sorter:
    """Fails as it is told to, then sorts, and stops the consumer when it is done or the message is dead."""

    def __init__(self, *errors: Exception) -> None:
        self.stop = threading.Event()
        self._errors = list(errors)

    def __call__(self, text: Text) -> Iterable[Text]:
        if self._errors:
            raise self._errors.pop(0)
        self.stop.set()
        return [Text(SORTED, text.body)]


def run(
    bus: MemoryBus,
    post: Topology,
    handler: Callable[[Text], Iterable[Text]],
    stop: threading.Event,
    *,
    unavailable: tuple[type[Exception], ...] = (),
    on_dead_letter: Callable[[Message, str], Iterable[Text]] = nobody,
) -> None:
    consumer = Consumer(
        bus,
        queue=sorter(post),
        codec=TextCodec(),
        handler=handler,
        unavailable=unavailable,
        on_dead_letter=on_dead_letter,
    )
    timer = threading.Timer(5, stop.set)
    timer.start()
    try:
        consumer.run(stop)
    finally:
        timer.cancel()


def run_until_dead(bus: MemoryBus, post: Topology, handler: Callable[[Text], Iterable[Text]]) -> list[tuple[str, str]]:
    """What was told of the death, and stop at it."""
    stop = threading.Event()
    told: list[tuple[str, str]] = []

    def on_dead_letter(message: Message, reason: str) -> Iterable[Text]:
        told.append((message.message_id, reason))
        stop.set()
        return [Text(LOST, message.body.decode())]

    run(bus, post, handler, stop, on_dead_letter=on_dead_letter)
    return told


def handled(post: Topology, result: str) -> float:
    labels = {"queue": sorter(post), "result": result}
    return REGISTRY.get_sample_value("messages_handled_total", labels) or 0.0


def test_results_are_published_and_the_message_is_gone(bus: Delays, post: Topology) -> None:
    sort = Sorter()
    bus.publish(parcel(body="7"))
    run(bus, post, sort, sort.stop)
    assert [(m.type, m.body) for m in bus.published] == [(SENT, b"7"), (SORTED, b"7")]
    assert bus.depth(sorter(post)) == 0
    assert handled(post, "done") == 1
    assert REGISTRY.get_sample_value("consumer_last_delivery_timestamp_seconds", {"queue": sorter(post)})


def test_each_result_is_published_before_the_next_is_made(bus: Delays, post: Topology) -> None:
    stop = threading.Event()
    seen: list[int] = []

    def sort(text: Text) -> Iterator[Text]:
        for number in range(3):
            seen.append(len(bus.published))
            yield Text(SORTED, f"{text.body}/{number}")
        stop.set()

    bus.publish(parcel())
    run(bus, post, sort, stop)
    assert seen == [1, 2, 3]


def test_a_failed_attempt_is_made_again_after_1_then_5_then_30_seconds(bus: Delays, post: Topology) -> None:
    sort = Sorter(*[Retry("not yet")] * 5)
    bus.publish(parcel())
    run(bus, post, sort, sort.stop)
    assert bus.delays == [(1, True), (5, True), (30, True), (30, True), (30, True)]
    assert bus.published[-1].type == SORTED
    assert handled(post, "retry") == 5


def test_the_last_attempt_that_fails_makes_a_dead_letter(bus: Delays, post: Topology) -> None:
    bus.publish(parcel())
    told = run_until_dead(bus, post, Sorter(*[Retry("not yet")] * MAX_ATTEMPTS))
    assert len(bus.delays) == MAX_ATTEMPTS - 1
    assert told == [(f"{SENT}/1", "given up after 8 attempts: not yet")]
    (dead,) = bus.waiting(post.dead_queue(sorter(post)))
    assert dead.headers == {"x-attempt": 8, "x-queue": sorter(post), "x-reason": "given up after 8 attempts: not yet"}
    assert handled(post, "dead") == 1


def test_what_is_away_is_waited_for_without_limit_and_uncounted(bus: Delays, post: Topology) -> None:
    away = [Unavailable("no database"), *[ConnectionError("refused")] * MAX_ATTEMPTS]
    sort = Sorter(*away)
    bus.publish(parcel())
    run(bus, post, sort, sort.stop, unavailable=(ConnectionError,))
    assert bus.delays == [(1, False)] + [(5, False)] * MAX_ATTEMPTS
    assert bus.published[-1].type == SORTED


def test_waiting_does_not_use_up_attempts_nor_the_other_way_round(bus: Delays, post: Topology) -> None:
    sort = Sorter(Unavailable(), Retry(), Unavailable(), Retry())
    bus.publish(parcel())
    run(bus, post, sort, sort.stop)
    assert bus.delays == [(1, False), (1, True), (5, False), (5, True)]


def test_a_rejected_message_is_a_dead_letter_at_once_and_told_of(bus: Delays, post: Topology) -> None:
    bus.publish(parcel())
    told = run_until_dead(bus, post, Sorter(Reject("no such street")))
    assert told == [(f"{SENT}/1", "no such street")]
    assert bus.published[-1].type == LOST
    assert bus.delays == []
    (dead,) = bus.waiting(post.dead_queue(sorter(post)))
    assert dead.headers["x-reason"] == "no such street"


def test_a_malformed_message_never_reaches_the_handler(bus: Delays, post: Topology) -> None:
    sort = Sorter()
    bus.publish(parcel(body="malformed"))
    told = run_until_dead(bus, post, sort)
    assert told == [(f"{SENT}/malformed", "it is malformed")]


def test_a_dead_letter_that_nobody_hears_of(bus: Delays, post: Topology) -> None:
    sort = Sorter(Reject(""))
    bus.publish(parcel(body="bad"))
    bus.publish(parcel(body="good"))
    run(bus, post, sort, sort.stop)
    (dead,) = bus.waiting(post.dead_queue(sorter(post)))
    assert (dead.body, dead.headers["x-reason"]) == (b"bad", "Reject")
    assert [m.body for m in bus.published] == [b"bad", b"good", b"good"]


def test_an_unforeseen_error_ends_the_consumer_and_leaves_the_message(bus: Delays, post: Topology) -> None:
    bus.publish(parcel())
    with pytest.raises(ZeroDivisionError):
        run(bus, post, Sorter(ZeroDivisionError()), threading.Event())
    assert bus.depth(sorter(post)) == 1
    assert handled(post, "error") == 1


def test_a_result_that_no_queue_hears_yet_is_waited_for(bus: Delays, post: Topology) -> None:
    stop = threading.Event()
    types = [UNKNOWN, SORTED]

    def sort(text: Text) -> Iterator[Text]:
        yield Text(types.pop(0), text.body)
        stop.set()

    bus.publish(parcel())
    run(bus, post, sort, stop)
    assert bus.delays == [(1, False)]
    assert bus.published[-1].type == SORTED


def test_a_generator_that_is_left_early_is_closed_first(bus: Delays, post: Topology) -> None:
    stop = threading.Event()
    delays_when_closed: list[int] = []

    def sort(text: Text) -> Iterator[Text]:
        try:
            yield Text(UNKNOWN, text.body)
        finally:
            delays_when_closed.append(len(bus.delays))
            stop.set()

    bus.publish(parcel())
    run(bus, post, sort, stop)
    assert delays_when_closed == [0]


def test_results_carry_on_the_trace(bus: Delays, post: Topology) -> None:
    sort = Sorter()
    bus.publish(parcel(traceparent="00-1-2-01", tracestate="a=b", other="x"))
    run(bus, post, sort, sort.stop)
    assert bus.published[-1].headers == {"traceparent": "00-1-2-01", "tracestate": "a=b"}


def test_lines_logged_meanwhile_name_the_message(bus: Delays, post: Topology) -> None:
    stop = threading.Event()
    contexts: list[dict[str, str]] = []

    def sort(text: Text) -> Iterable[Text]:
        contexts.append(dict(logs.context()))
        stop.set()
        return ()

    bus.publish(parcel())
    run(bus, post, sort, stop)
    assert contexts == [{"job": "c-1", "message": f"{SENT}/1"}]


def test_a_failure_is_logged_with_its_reason(bus: Delays, post: Topology, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    sort = Sorter(Retry("not yet"), Unavailable("no database"))
    bus.publish(parcel())
    run(bus, post, sort, sort.stop)
    assert [record.getMessage() for record in caplog.records] == [
        "attempt 1 failed, the next in 1 s: not yet",
        "something needed is away, trying again in 1 s: no database",
    ]
    assert bus.depth(ledger(post)) == 2
