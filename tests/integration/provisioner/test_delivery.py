"""A chunk from its queue to its answer: crashes, repetitions and nonsense on the way, on a bus in memory."""

import threading
from dataclasses import replace
from functools import partial

import pytest

from contracts.codec import Codec
from contracts.failure import job_failed
from contracts.messages import Contract, JobFailedV1, SeatsProvisionedV1
from contracts.topology import EVENTLOG, PROVISIONER, TOPOLOGY
from database.connection import UNAVAILABLE, Database
from messaging.consumer import Consumer
from messaging.errors import PublishFailed
from messaging.memory import MemoryBus
from messaging.message import Message
from services.provisioner.handler import handle
from services.provisioner.postgres_directory import PostgresDirectory
from tests.unit.provisioner.making import JOB, accepted_lines

CODEC = Codec("test")


class Crash(BaseException):
    """The process is gone."""


class Stumbling(MemoryBus):
    """Fails at the first answer, before or after the broker has it."""

    def __init__(self, error: BaseException, *, after: bool) -> None:
        super().__init__(TOPOLOGY, second=0.01)
        self.error: BaseException | None = error
        self.after = after

    def publish(self, message: Message) -> None:
        error = self.error if message.type == SeatsProvisionedV1.TYPE else None
        if error is None or self.after:
            super().publish(message)
        if error is not None:
            self.error = None
            raise error


class Stack:
    """A provisioner on a bus, run until its queue is empty."""

    def __init__(self, directory: PostgresDirectory, bus: MemoryBus) -> None:
        self.bus = bus
        self.stop = threading.Event()
        self.consumer = Consumer(
            bus,
            queue=PROVISIONER.name,
            codec=Codec("provisioner"),
            handler=partial(handle, directory=directory),
            unavailable=UNAVAILABLE,
            on_dead_letter=partial(job_failed, stage="provisioner"),
        )

    def send(self, *contracts: Contract) -> None:
        for contract in contracts:
            self.bus.publish(CODEC.encode(contract))

    def run(self, answers: int) -> list[Message]:
        """What was answered, as soon as there are so many."""
        watch = threading.Thread(target=self._stop_at, args=(answers,))
        watch.start()
        try:
            self.consumer.run(self.stop)
        finally:
            self.stop.set()
            watch.join()
            self.stop.clear()
        return list(self.bus.waiting(EVENTLOG.name))

    def _stop_at(self, answers: int) -> None:
        for _ in range(1_000):
            if self.stop.wait(0.01) or self.bus.depth(EVENTLOG.name) >= answers:
                break
        self.stop.set()


def seats_in(database: Database) -> int:
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) AS seats FROM seats").fetchone()
    return int(row["seats"]) if row else -1


def test_each_chunk_is_answered_with_its_outcomes(directory: PostgresDirectory, database: Database) -> None:
    stack = Stack(directory, MemoryBus(TOPOLOGY))
    stack.send(accepted_lines(range(2, 12)), accepted_lines(range(12, 22), chunk=2))
    answers = [CODEC.decode(message) for message in stack.run(2)]
    lines = []
    for answer in answers:
        assert isinstance(answer, SeatsProvisionedV1)
        assert {outcome.type for outcome in answer.outcomes} == {"successful"}
        lines += [outcome.line for outcome in answer.outcomes]
    assert lines == list(range(2, 22))
    assert seats_in(database) == 20


def test_a_chunk_sent_twice_is_answered_twice_with_the_same_message(
    directory: PostgresDirectory, database: Database
) -> None:
    stack = Stack(directory, MemoryBus(TOPOLOGY))
    stack.send(accepted_lines(range(2, 12)), accepted_lines(range(2, 12)))
    first, second = stack.run(2)
    assert (first.message_id, first.body) == (second.message_id, second.body)
    assert seats_in(database) == 10


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_between_commit_and_acknowledgement_changes_nothing(
    directory: PostgresDirectory, database: Database, after: bool
) -> None:
    stack = Stack(directory, Stumbling(Crash(), after=after))
    stack.send(accepted_lines(range(2, 12)))
    with pytest.raises(Crash):
        stack.run(2)
    assert seats_in(database) == 10
    answers = stack.run(1 + after)
    assert len({(answer.message_id, answer.body) for answer in answers}) == 1
    assert seats_in(database) == 10
    assert stack.bus.depth(PROVISIONER.name) == 0


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_that_was_not_confirmed_is_sent_again(
    directory: PostgresDirectory, database: Database, after: bool
) -> None:
    stack = Stack(directory, Stumbling(PublishFailed("no confirm"), after=after))
    stack.send(accepted_lines(range(2, 12)))
    answers = stack.run(1 + after)
    assert len(answers) == 1 + after
    assert len({(answer.message_id, answer.body) for answer in answers}) == 1
    assert seats_in(database) == 10


@pytest.mark.parametrize(
    "nonsense",
    [
        replace(CODEC.encode(accepted_lines([2])), body=b"{"),
        replace(CODEC.encode(accepted_lines([2])), body=b"[]"),
        CODEC.encode(accepted_lines([2, 2])),
        CODEC.encode(replace(accepted_lines([2]), columns=tuple("abcdefgh"))),
    ],
    ids=["not JSON", "not an object", "one line twice", "no seats"],
)
def test_nonsense_goes_to_the_dead_letters_and_ends_its_job(
    directory: PostgresDirectory, database: Database, nonsense: Message
) -> None:
    stack = Stack(directory, MemoryBus(TOPOLOGY))
    stack.bus.publish(nonsense)
    [answer] = stack.run(1)
    failed = CODEC.decode(answer)
    assert isinstance(failed, JobFailedV1)
    assert (failed.job_id, failed.stage) == (JOB, "provisioner")
    [dead] = stack.bus.waiting(TOPOLOGY.dead_queue(PROVISIONER.name))
    assert dead.body == nonsense.body
    assert dead.headers["x-reason"]
    assert seats_in(database) == 0


def test_a_chunk_of_a_thousand_rows_of_any_script_comes_back_whole(
    directory: PostgresDirectory, database: Database
) -> None:
    message = accepted_lines(range(2, 1002))
    names = ["Zoë", "小龍", "Нина", "مريم", "🎷", "a\tb", "\\N", "'; DROP TABLE seats; --", "x\\", "\u2028"]
    firstnames = [names[line % len(names)] for line in message.lines]
    stack = Stack(directory, MemoryBus(TOPOLOGY))
    stack.send(replace(message, values=[firstnames, *message.values[1:]]))
    [answer] = stack.run(1)
    told = CODEC.decode(answer)
    assert isinstance(told, SeatsProvisionedV1)
    assert [outcome.type for outcome in told.outcomes] == ["successful"] * 1_000
    with database.transaction() as connection:
        stored = connection.execute("SELECT line, firstname FROM seats").fetchall()
    assert {row["line"]: row["firstname"] for row in stored} == dict(zip(message.lines, firstnames, strict=True))
