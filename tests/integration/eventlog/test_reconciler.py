"""No job hangs for ever: with the real queues and the real database, and a test that plays the other stages."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pika
import pytest
from prometheus_client import REGISTRY

from contracts.codec import Codec
from contracts.messages import (
    Contract,
    JobCancelRequestedV1,
    JobFailedV1,
    JobFinishedV1,
    JobSubmittedV1,
    SeatsAcceptedV1,
)
from contracts.topology import EVENTLOG, PROVISIONER, PROVISIONER_CANCELLATIONS, TOPOLOGY, UPLOAD_FINISHED, VALIDATOR
from database.connection import Database
from messaging.consumer import Consumer
from messaging.errors import BrokerRefused, Unroutable
from messaging.message import Delivery
from messaging.rabbitmq import RabbitBus
from services.eventlog.handler import record_event
from services.eventlog.job import Job, State
from services.eventlog.reading import Archive
from services.eventlog.reconciler import Rules
from services.eventlog.reconciling import UPSTREAM, Reconciler
from services.eventlog.store import EventLog
from services.eventlog.unfinished import UnfinishedJobs
from tests.integration.eventlog.asking import tell
from tests.unit.eventlog import histories as h

CODEC = Codec("test")
JOB = h.submitted("a key")
RULES = Rules(stalled_seconds=60, tries=2)
MINUTE, TEN_MINUTES = 61, 601


@pytest.fixture
def bus(amqp_url: str) -> Iterator[RabbitBus]:
    made = RabbitBus(amqp_url, TOPOLOGY, app_id="test")
    made.depth(EVENTLOG.name)  # declares all queues
    yield made
    made.close()


@pytest.fixture
def reconciler(database: Database, bus: RabbitBus) -> Reconciler:
    return Reconciler(UnfinishedJobs(database), bus, codec=CODEC, rules=RULES)


def let_pass(database: Database, seconds: int) -> None:
    """All jobs have been silent for so much longer."""
    with database.transaction() as connection:
        connection.execute("UPDATE job SET quiet_since = quiet_since - %s", (timedelta(seconds=seconds),))


def kept(archive: Archive) -> Job:
    job = archive.job(h.ACCOUNT, JOB.job_id)
    assert job is not None
    return job


def hear(bus: RabbitBus, queue: str, handle: Callable[[Contract], None] = lambda _: None) -> list[Contract]:
    """All messages in a queue now, which are taken from it."""
    said: list[Contract] = []
    waiting, stop = bus.depth(queue), threading.Event()

    def take(delivery: Delivery) -> None:
        said.append(CODEC.decode(delivery.message))
        handle(said[-1])
        if len(said) == waiting:
            stop.set()

    if waiting:
        bus.consume(queue, take, stop=stop)
    return said


def record_all(bus: RabbitBus, log: EventLog) -> None:
    """The event log's consumer, until its queue is empty."""
    left, stop = bus.depth(EVENTLOG.name), threading.Event()

    def record(event: Contract) -> Iterator[Contract]:
        nonlocal left
        left -= 1
        yield from record_event(event, log=log)
        if left <= 0:
            stop.set()

    if left:
        Consumer(bus, queue=EVENTLOG.name, codec=CODEC, handler=record).run(stop)


def provision(bus: RabbitBus) -> Callable[[Contract], None]:
    """The provisioner: each row becomes a Seat, and the same answer comes however often it is asked."""

    def answer(chunk: Contract) -> None:
        assert isinstance(chunk, SeatsAcceptedV1)
        bus.publish(CODEC.encode(h.provisioned(JOB, chunk.chunk, (h.outcome(JOB, chunk.chunk + 1),))))

    return answer


def validate(bus: RabbitBus) -> Callable[[Contract], None]:
    """The validator: accepts a file of two rows, in two chunks."""

    def answer(job: Contract) -> None:
        assert job == JOB
        bus.publish(CODEC.encode(h.accepted(JOB, rows=2, chunks=2)))
        for chunk in (1, 2):
            seats = SeatsAcceptedV1(
                job_id=JOB.job_id, account=JOB.account, template_version=1, chunk=chunk, columns=(), lines=(), values=()
            )
            bus.publish(CODEC.encode(seats))

    return answer


def purge(amqp_url: str, queue: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        connection.channel().queue_purge(queue)


def reconciled(action: str) -> float:
    return REGISTRY.get_sample_value("reconciled_total", {"action": action}) or 0.0


def test_a_lost_chunk_gets_its_job_finished(
    amqp_url: str, bus: RabbitBus, database: Database, log: EventLog, archive: Archive, reconciler: Reconciler
) -> None:
    before = reconciled("repeated")
    bus.publish(CODEC.encode(JOB))
    hear(bus, VALIDATOR.name, validate(bus))
    purge(amqp_url, PROVISIONER.name)
    bus.publish(CODEC.encode(h.provisioned(JOB, 1, (h.outcome(JOB, 2),))))
    record_all(bus, log)
    purge(amqp_url, "validator.releases")
    assert reconciler.round() == 0  # it has not been silent for long
    let_pass(database, MINUTE)
    assert reconciler.round() == 1
    assert reconciled("repeated") == before + 1
    hear(bus, VALIDATOR.name, validate(bus))
    hear(bus, PROVISIONER.name, provision(bus))
    record_all(bus, log)
    job = kept(archive)
    assert (job.state, job.created, job.not_processed) == (State.COMPLETED, 2, 0)
    let_pass(database, TEN_MINUTES)
    assert reconciler.round() == 0


def test_the_submission_is_told_again_word_for_word_with_its_id(
    bus: RabbitBus, database: Database, log: EventLog, reconciler: Reconciler
) -> None:
    columns = {"Shoe size": None, "Team": "department"}
    job = h.submitted("a key", filename="Büro.csv", kind="delete", dry_run=True, columns=columns, undo_of=h.EARLIER)
    tell(log, job)
    let_pass(database, MINUTE)
    reconciler.round()
    [said] = hear(bus, VALIDATOR.name)
    assert said == job
    assert CODEC.encode(said).message_id == CODEC.encode(job).message_id


def test_a_check_that_stalled_is_done_again_and_else_ends_as_one_that_changed_nothing(
    bus: RabbitBus, database: Database, log: EventLog, reconciler: Reconciler
) -> None:
    check = replace(JOB, kind="update", dry_run=True)
    tell(log, check, h.started(check), h.progressed(check, 5000))
    for _ in range(RULES.tries):
        let_pass(database, MINUTE)
        reconciler.round()
        assert hear(bus, VALIDATOR.name) == [check]
        record_all(bus, log)  # job.submitted, again
        tell(log, h.progressed(check, 5000))  # it comes as far as before
    let_pass(database, MINUTE)
    reconciler.round()
    record_all(bus, log)
    [end] = hear(bus, UPLOAD_FINISHED.name)
    assert isinstance(end, JobFinishedV1)
    assert (end.state, end.dry_run, end.kind) == ("failed", True, "update")
    assert "It was only a check, so nothing was changed" in (end.message or "")


def test_a_stage_that_never_answers_ends_the_job_after_the_tries(
    amqp_url: str, bus: RabbitBus, database: Database, log: EventLog, archive: Archive, reconciler: Reconciler
) -> None:
    before = reconciled("given_up")
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=3), h.provisioned(JOB, 2, (h.outcome(JOB, 3),)))
    for _ in range(RULES.tries):
        let_pass(database, MINUTE)
        assert reconciler.round() == 1
        assert hear(bus, VALIDATOR.name) == [JOB]
        record_all(bus, log)  # job.submitted, again
        assert kept(archive).finished is None
    let_pass(database, MINUTE)
    assert reconciler.round() == 1
    assert hear(bus, VALIDATOR.name) == []
    record_all(bus, log)
    job = kept(archive)
    assert (job.state, job.failed_stage, job.failed_code) == (State.FAILED, "reconciler", "stalled")
    [end] = hear(bus, UPLOAD_FINISHED.name)
    assert isinstance(end, JobFinishedV1)
    assert (end.state, end.created, end.not_processed) == ("failed", 1, 2)
    assert "started again 2 times" in (end.message or "")
    assert reconciled("given_up") == before + 1
    let_pass(database, TEN_MINUTES)
    assert reconciler.round() == 0


def test_anything_new_makes_the_tries_begin_again(
    bus: RabbitBus, database: Database, log: EventLog, reconciler: Reconciler
) -> None:
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=3))
    for chunk in (1, 2):
        for _ in range(RULES.tries):
            let_pass(database, MINUTE)
            reconciler.round()
            assert hear(bus, VALIDATOR.name) == [JOB]
            record_all(bus, log)
        tell(log, h.provisioned(JOB, chunk, (h.outcome(JOB, chunk + 1),)))


def test_a_repetition_is_a_sign_of_life_but_nothing_new(
    bus: RabbitBus, database: Database, log: EventLog, archive: Archive, reconciler: Reconciler
) -> None:
    tell(log, JOB, h.started(JOB))
    let_pass(database, MINUTE)
    tell(log, h.started(JOB))  # the validator waits for another service, and begins again
    assert reconciler.round() == 0
    for _ in range(RULES.tries + 1):
        let_pass(database, MINUTE)
        reconciler.round()
        hear(bus, VALIDATOR.name)
        tell(log, h.started(JOB))
        record_all(bus, log)
    assert kept(archive).state is State.FAILED


@pytest.mark.parametrize("queue", [PROVISIONER, EVENTLOG])
def test_while_messages_wait_a_job_is_left_alone_but_not_for_ever(
    queue: object, bus: RabbitBus, database: Database, log: EventLog, reconciler: Reconciler
) -> None:
    tell(log, JOB)
    waiting: Contract = h.failed(h.submitted("another"))
    if queue is PROVISIONER:
        waiting = SeatsAcceptedV1(
            job_id=JOB.job_id, account="acme", template_version=1, chunk=1, columns=(), lines=(), values=()
        )
    bus.publish(CODEC.encode(waiting))
    let_pass(database, MINUTE)
    assert reconciler.round() == 0
    assert bus.depth(VALIDATOR.name) == 0
    let_pass(database, TEN_MINUTES)
    assert reconciler.round() == 1
    assert bus.depth(VALIDATOR.name) == 1


def test_a_message_that_waits_for_another_try_makes_its_job_wait(
    bus: RabbitBus, database: Database, log: EventLog, reconciler: Reconciler
) -> None:
    tell(log, JOB)
    let_pass(database, MINUTE)
    later = Delivery(message=CODEC.encode(JOB), queue=VALIDATOR.name, attempt=1, redelivered=False)
    bus.delay(later, seconds=30, counted=False)
    assert "bulk.delay.30s" in UPSTREAM
    assert reconciler.round() == 0


def test_a_job_without_its_submission_is_given_up_at_once(
    bus: RabbitBus, database: Database, log: EventLog, archive: Archive, reconciler: Reconciler
) -> None:
    tell(log, h.accepted(JOB, rows=1, chunks=1), h.provisioned(JOB, 1, (h.outcome(JOB, 2),)))
    let_pass(database, MINUTE)
    assert reconciler.round() == 1
    [failure] = hear(bus, EVENTLOG.name)
    assert isinstance(failure, JobFailedV1)
    tell(log, failure)
    assert kept(archive).state is State.COMPLETED  # all its outcomes are known


def test_a_wish_to_cancel_is_told_again_too(
    bus: RabbitBus, database: Database, log: EventLog, reconciler: Reconciler
) -> None:
    tell(log, JOB, h.cancel_requested(JOB))
    let_pass(database, MINUTE)
    reconciler.round()
    assert [type(said) for said in hear(bus, EVENTLOG.name)] == [JobSubmittedV1, JobCancelRequestedV1]
    assert hear(bus, PROVISIONER_CANCELLATIONS.name) == [h.cancel_requested(JOB)]


def test_a_job_of_nobody_is_left_alone(database: Database, log: EventLog, reconciler: Reconciler) -> None:
    tell(log, h.failed(JOB, account=None))
    let_pass(database, TEN_MINUTES)
    assert reconciler.round() == 0


def test_many_stalled_jobs_are_dealt_with_in_one_round_by_two_workers_once(
    amqp_url: str, bus: RabbitBus, database: Database, log: EventLog
) -> None:
    jobs = [h.submitted(f"{n}") for n in range(45)]
    tell(log, *jobs)
    let_pass(database, MINUTE)
    together = threading.Barrier(2)
    others = RabbitBus(amqp_url, TOPOLOGY, app_id="test")

    def work(own: RabbitBus) -> int:
        reconciler = Reconciler(UnfinishedJobs(database), own, codec=CODEC, rules=RULES)
        own.depth(VALIDATOR.name)
        together.wait()
        return reconciler.round()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(work, [bus, others]))
    others.close()
    said = hear(bus, VALIDATOR.name)
    assert sum(done) == len(said) <= 45
    assert len({job.job_id for job in said}) == len(said)
    record_all(bus, log)
    Reconciler(UnfinishedJobs(database), bus, codec=CODEC, rules=RULES).round()
    said += hear(bus, VALIDATOR.name)
    assert {job.job_id for job in said} == {job.job_id for job in jobs}
    assert len(said) == 45


def test_while_the_broker_is_away_no_try_is_counted(database: Database, log: EventLog, bus: RabbitBus) -> None:
    tell(log, JOB)
    let_pass(database, MINUTE)
    away = RabbitBus("amqp://127.0.0.1:1/", TOPOLOGY, app_id="test", patience=0.2)
    stop = threading.Event()
    broken = Reconciler(UnfinishedJobs(database), away, codec=CODEC, rules=RULES)
    running = threading.Thread(target=lambda: broken.run(stop, interval=0.05))
    running.start()
    running.join(2)
    assert running.is_alive()
    stop.set()
    running.join(10)
    away.close()
    assert not running.is_alive()
    with database.transaction() as connection:
        row = connection.execute("SELECT reconcile_tries FROM job").fetchone()
    assert row == {"reconcile_tries": 0}


def test_where_the_broker_refuses_it_is_more_patient_and_goes_on(
    amqp_url: str, database: Database, log: EventLog
) -> None:
    tell(log, JOB)
    nothing_there = RabbitBus(amqp_url, TOPOLOGY, app_id="test", declare=False)
    refused = Reconciler(UnfinishedJobs(database), nothing_there, codec=CODEC, rules=RULES)
    let_pass(database, MINUTE)
    assert refused.round() == 0
    let_pass(database, TEN_MINUTES)
    with pytest.raises((BrokerRefused, Unroutable)):
        refused.round()
    stop = threading.Event()
    running = threading.Thread(target=lambda: refused.run(stop, interval=0.05))
    running.start()
    running.join(1)
    assert running.is_alive()
    stop.set()
    running.join(20)
    nothing_there.close()
    assert not running.is_alive()


def test_jobs_that_have_not_ended_are_counted(database: Database, log: EventLog, reconciler: Reconciler) -> None:
    other = h.submitted("other", submitted_at=h.at(-3600))
    tell(log, JOB, other, h.submitted("ended"), h.failed(h.submitted("ended")))
    reconciler.round()
    assert REGISTRY.get_sample_value("jobs_unfinished") == 2
    with_age = REGISTRY.get_sample_value("oldest_unfinished_job_seconds")
    with database.transaction() as connection:
        row = connection.execute("SELECT extract(epoch FROM now() - min(began_at))::float8 AS age FROM job").fetchone()
    assert row is not None
    assert with_age == pytest.approx(row["age"], abs=30)
