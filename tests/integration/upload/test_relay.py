"""The outbox and its relay: nothing is lost, nothing changes places, nothing is published twice without need."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import psycopg
import pytest

from contracts.topology import TOPOLOGY, VALIDATOR
from database.connection import Database
from messaging.backoff import Backoff
from messaging.bus import Bus
from messaging.errors import PublishFailed, Unroutable
from messaging.memory import MemoryBus
from messaging.message import Message
from messaging.rabbitmq import RabbitBus
from services.upload import metrics, outbox
from services.upload.relay import BATCH, NotifyBell, Relay
from tests.integration.upload.asking import rows

QUICK = Backoff(first=0.02, longest=0.1)


def message(job: str, number: int, kind: str = "job.submitted.v1") -> Message:
    return Message(
        type=kind,
        message_id=f"{job}-{number}",
        correlation_id=job,
        body=b"\x00{}",
        timestamp=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        app_id="upload",
        headers={"traceparent": "00-1", "n": 1},
    )


def put(database: Database, *messages: Message) -> None:
    with database.transaction() as connection:
        for each in messages:
            outbox.put(connection, each)


@pytest.fixture
def relay_to(database: Database, database_url: str) -> Iterator[Callable[[Bus], Relay]]:
    bells: list[NotifyBell] = []

    def make(bus: Bus) -> Relay:
        bells.append(NotifyBell(database_url))
        return Relay(database, bus, bell=bells[-1], backoff=QUICK)

    yield make
    for bell in bells:
        bell.close()


class Running:
    """Relays at work in threads, until the block ends."""

    def __init__(self, *relays: Relay) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=relay.run, args=(self._stop,)) for relay in relays]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()


def wait_until_empty(database: Database, seconds: float = 30) -> None:
    pause, until = threading.Event(), time.monotonic() + seconds
    while rows(database, "outbox"):
        assert time.monotonic() < until, "the outbox is not getting empty"
        pause.wait(0.02)


class AwayBus(MemoryBus):
    """A broker that is away for the first calls, and for messages that are named."""

    def __init__(
        self, *, calls: int = 0, ids: tuple[str, ...] = (), error: type[PublishFailed] = PublishFailed
    ) -> None:
        super().__init__(TOPOLOGY)
        self.refused = 0
        self._calls, self._ids, self._error = calls, ids, error

    def publish(self, message: Message) -> None:
        if self.refused < self._calls or message.message_id in self._ids:
            self.refused += 1
            raise self._error("away")
        super().publish(message)


def ids(bus: MemoryBus) -> list[str]:
    return [each.message_id for each in bus.published]


def test_a_message_comes_out_as_it_went_in(database: Database, relay_to: Callable[[Bus], Relay]) -> None:
    bus = MemoryBus(TOPOLOGY)
    put(database, message("a", 1))
    assert relay_to(bus).relay_batch() == 1
    assert bus.published == [message("a", 1)]
    assert rows(database, "outbox") == []
    assert relay_to(bus).relay_batch() == 0


def test_what_is_rolled_back_was_never_due(database: Database, relay_to: Callable[[Bus], Relay]) -> None:
    bus = MemoryBus(TOPOLOGY)
    with database.transaction() as connection:
        outbox.put(connection, message("a", 1))
        connection.rollback()
    assert relay_to(bus).relay_batch() == 0


def test_two_relays_publish_everything_once_and_each_job_in_order(
    database: Database, relay_to: Callable[[Bus], Relay]
) -> None:
    bus = MemoryBus(TOPOLOGY)
    jobs = [str(uuid4()) for _ in range(40)]
    with Running(relay_to(bus), relay_to(bus), relay_to(bus)):
        for number in range(5):
            put(database, *(message(job, number) for job in jobs))
        wait_until_empty(database)
    assert Counter(ids(bus)) == Counter({f"{job}-{number}": 1 for job in jobs for number in range(5)})
    for job in jobs:
        assert [each.message_id for each in bus.published if each.correlation_id == job] == [
            f"{job}-{number}" for number in range(5)
        ]


def test_what_a_relay_has_claimed_is_no_other_relays(database: Database) -> None:
    put(database, message("a", 1), message("a", 2), message("b", 1))
    with database.transaction() as one, database.transaction() as two:
        first = outbox.claim(one, limit=1)
        second = outbox.claim(two, limit=10)
        assert [due.message.message_id for due in first] == ["a-1"]
        assert [due.message.message_id for due in second] == ["b-1"]  # a-2 must wait for a-1


def test_a_crash_after_publishing_gives_a_duplicate_with_the_same_id(
    database: Database, relay_to: Callable[[Bus], Relay]
) -> None:
    class Killed(BaseException):
        """The end of a process, as far as the database can tell."""

    class DyingBus(MemoryBus):
        def publish(self, message: Message) -> None:
            super().publish(message)
            if len(self.published) == 2:
                raise Killed

    bus = DyingBus(TOPOLOGY)
    put(database, message("a", 1), message("b", 1), message("c", 1))
    with pytest.raises(Killed):
        relay_to(bus).relay_batch()
    relay_to(bus).relay_batch()
    assert ids(bus) == ["a-1", "b-1", "a-1", "b-1", "c-1"]
    assert rows(database, "outbox") == []


def test_when_the_broker_goes_away_in_between_only_the_rest_waits(
    database: Database, relay_to: Callable[[Bus], Relay]
) -> None:
    put(database, message("a", 1), message("b", 1), message("c", 1))
    bus = AwayBus(ids=("b-1",))
    with pytest.raises(PublishFailed):
        relay_to(bus).relay_batch()
    assert ids(bus) == ["a-1"]
    assert [row["message_id"] for row in rows(database, "outbox")] == ["b-1", "c-1"]


def test_a_message_that_no_queue_hears_does_not_hold_up_other_jobs(
    database: Database, relay_to: Callable[[Bus], Relay]
) -> None:
    put(database, message("a", 1), message("a", 2), message("b", 1))
    bus = AwayBus(ids=("a-1",), error=Unroutable)
    with pytest.raises(Unroutable):
        relay_to(bus).relay_batch()
    assert ids(bus) == ["b-1"]
    assert [row["message_id"] for row in rows(database, "outbox")] == ["a-1", "a-2"]


def test_a_slow_broker_does_not_make_a_long_transaction(database: Database, database_url: str) -> None:
    bus = MemoryBus(TOPOLOGY)
    put(database, message("a", 1), message("b", 1))
    relay = Relay(database, bus, bell=NotifyBell(database_url), batch_seconds=0)
    assert [relay.relay_batch() for _ in range(3)] == [1, 1, 0]
    assert ids(bus) == ["a-1", "b-1"]


class Pauses(threading.Event):
    """A stop event that remembers how long it was waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.seconds.append(timeout)
        if len(self.seconds) > 1000:
            self.set()
        return super().wait(0.0)


def test_a_broker_that_is_away_is_not_pestered_and_then_gets_all_in_order(
    database: Database, relay_to: Callable[[Bus], Relay]
) -> None:
    put(database, *(message("a", number) for number in range(BATCH + 5)))
    stop = Pauses()
    bus = AwayBus(calls=15)
    thread = threading.Thread(target=relay_to(bus).run, args=(stop,))
    thread.start()
    wait_until_empty(database)
    stop.set()
    thread.join(20)
    assert ids(bus) == [f"a-{number}" for number in range(BATCH + 5)]
    assert len(stop.seconds) == 15, "a pause after each refusal, and none else"
    assert stop.seconds[0] <= QUICK.first
    assert all(QUICK.longest / 2 <= seconds <= QUICK.longest for seconds in stop.seconds[5:])


def test_while_the_broker_is_away_its_backlog_is_measured(database: Database, relay_to: Callable[[Bus], Relay]) -> None:
    put(database, message("a", 1), message("a", 2))
    bus = AwayBus(calls=10**9)
    with Running(relay_to(bus)):
        pause, until = threading.Event(), time.monotonic() + 20
        while bus.refused < 3 and time.monotonic() < until:
            pause.wait(0.02)
    assert metrics.OUTBOX_WAITING._value.get() == 2
    assert metrics.OUTBOX_OLDEST._value.get() > 0


def test_notify_rings_the_bell_when_the_transaction_ends(database: Database, database_url: str) -> None:
    bell = NotifyBell(database_url)
    bell.wait(0.01)  # listens from here on
    started = time.monotonic()
    threading.Timer(0.2, partial(put, database, message("a", 1))).start()
    bell.wait(30)
    assert time.monotonic() - started < 15
    bell.close()


def test_without_a_ring_the_relay_looks_by_itself(database: Database, relay_to: Callable[[Bus], Relay]) -> None:
    bus = MemoryBus(TOPOLOGY)
    with Running(relay_to(bus)):
        with database.transaction() as connection:
            connection.execute(
                b"INSERT INTO outbox (correlation_id, message_id, type, app_id, headers, body, created_at) "
                b"VALUES ('a', 'a-1', 'job.submitted.v1', 'upload', '{}', '{}', now())"
            )
        wait_until_empty(database)
    assert ids(bus) == ["a-1"]


def test_lost_database_connections_are_made_anew(
    database: Database, database_url: str, relay_to: Callable[[Bus], Relay]
) -> None:
    bus = MemoryBus(TOPOLOGY)
    with Running(relay_to(bus)):
        put(database, message("a", 1))
        wait_until_empty(database)
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        put(database, message("a", 2))
        wait_until_empty(database)
    assert ids(bus) == ["a-1", "a-2"]


def test_a_database_that_is_away_is_waited_for() -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    nowhere = Database(url, application_name="test", patience=0.05)
    with Running(Relay(nowhere, MemoryBus(TOPOLOGY), bell=NotifyBell(url), backoff=QUICK)):
        threading.Event().wait(0.5)
    nowhere.close()


def test_over_rabbitmq(database: Database, amqp_url: str, relay_to: Callable[[Bus], Relay]) -> None:
    bus = RabbitBus(amqp_url, TOPOLOGY, app_id="upload")
    put(database, *(message(f"job-{number}", 1) for number in range(50)))
    with Running(relay_to(bus), relay_to(bus)):
        wait_until_empty(database)
    assert bus.depth(VALIDATOR.name) == 50
    bus.close()
