"""The processes as they are started: migrate, worker and web, on a real broker and a real database."""

import http.client
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pika
import pytest
import urllib3

from contracts.codec import Codec
from contracts.lanes import LARGE, SMALL_BYTES
from contracts.messages import Contract, JobFinishedV1
from contracts.topology import EVENTLOG, TOPOLOGY
from deploy.embedded.ports import free_ports
from messaging import headers
from messaging.message import Delivery
from messaging.rabbitmq import RabbitBus
from messaging.topology import Queue, Topology
from tests.integration.eventlog.asking import submitted_file, token
from tests.integration.eventlog.source_server import KEY
from tests.unit.eventlog import histories as h

CODEC = Codec("test")
ROWS = 3_000
DATA = b"email,department\n" + b"".join(b"user%d@example.com,%090d\n" % (n, n) for n in range(ROWS))
JOB = submitted_file("a key", DATA)
EVENTS: list[Contract] = [
    JOB,
    h.accepted(JOB, rows=ROWS, chunks=3),
    *(h.provisioned(JOB, n, tuple(h.outcome(JOB, n * 1000 - 998 + row) for row in range(1000))) for n in (1, 2, 3)),
]
ENDS = Queue(name="test.ends", types=(JobFinishedV1.TYPE,))


@pytest.fixture
def env(database_url: str, amqp_url: str, upload_url: str) -> dict[str, str]:
    web, health = free_ports(2)
    made = dict(os.environ) | {
        "BULK_DATABASE_URL": database_url,
        "BULK_AMQP_URL": amqp_url,
        "BULK_ACCESS_KEY": KEY,
        "BULK_UPLOAD_URL": upload_url,
        "BULK_LISTEN": f"127.0.0.1:{web}",
        "BULK_HEALTH_LISTEN": f"127.0.0.1:{health}",
    }
    subprocess.run(command("migrate"), env=made, check=True, timeout=60)
    return made


@pytest.fixture
def bus(amqp_url: str) -> Iterator[RabbitBus]:
    """A bus with one queue more, that hears the ends of jobs."""
    topology = Topology(exchange=TOPOLOGY.exchange, queues=(*TOPOLOGY.queues, ENDS), unheard=frozenset())
    forget_ends(amqp_url)
    made = RabbitBus(amqp_url, topology, app_id="test")
    made.depth(EVENTLOG.name)  # declares all queues
    yield made
    made.close()
    forget_ends(amqp_url)


def forget_ends(amqp_url: str) -> None:
    """The broker may be one that is given to many tests: none of our own queue is left there."""
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()
        channel.queue_delete(ENDS.name)
        channel.queue_delete(f"{ENDS.name}.dead")


def command(argument: str) -> list[str]:
    return [sys.executable, "-m", "services.eventlog", argument]


@contextmanager
def running(argument: str, env: Mapping[str, str], address: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that says it is ready; it must end by itself when it is asked to."""
    process = subprocess.Popen(command(argument), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until(lambda: answers(f"http://{address}/readyz"), process)
        yield process
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=40)
        assert process.returncode == 0, output
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, retries=False, timeout=5).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def until(true: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    pause = threading.Event()
    for _ in range(600):
        if true():
            return
        assert process.poll() is None, process.communicate()[0]
        pause.wait(0.05)
    raise AssertionError("waited in vain")


def hear(bus: RabbitBus, number: int) -> list[JobFinishedV1]:
    """The first so many ends of jobs."""
    found: list[JobFinishedV1] = []
    stop = threading.Event()

    def keep(delivery: Delivery) -> None:
        said = CODEC.decode(delivery.message)
        assert isinstance(said, JobFinishedV1)
        found.append(said)
        if len(found) >= number:
            stop.set()

    alarm = threading.Timer(60, stop.set)
    alarm.start()
    bus.consume(ENDS.name, keep, stop=stop)
    alarm.cancel()
    return found


def download(env: Mapping[str, str]) -> bytes:
    """The summary, read as an HTTP client reads it."""
    at = urlsplit(f"http://{env['BULK_LISTEN']}")
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
    try:
        connection.request("GET", f"/jobs/{JOB.job_id}/summary.csv", headers=token())
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()
    finally:
        connection.close()


def test_events_become_a_summary_and_one_end(env: dict[str, str], bus: RabbitBus, sources: dict[str, bytes]) -> None:
    sources["a-source"] = DATA
    for event in [*reversed(EVENTS), *EVENTS]:
        bus.publish(CODEC.encode(event))
    with running("worker", env, env["BULK_HEALTH_LISTEN"]), running("web", env, env["BULK_LISTEN"]):
        ends = hear(bus, 2)
        assert {end.job_id for end in ends} == {JOB.job_id}
        assert all(end == ends[0] for end in ends)
        assert (ends[0].state, ends[0].created, ends[0].rows) == ("completed", ROWS, ROWS)
        assert download(env).count(b",successful,") == ROWS


def test_a_changed_file_is_never_taken_for_a_whole_summary(
    env: dict[str, str], bus: RabbitBus, sources: dict[str, bytes]
) -> None:
    sources["a-source"] = DATA.replace(b"user2999@", b"user0000@")
    for event in EVENTS:
        bus.publish(CODEC.encode(event))
    with running("worker", env, env["BULK_HEALTH_LISTEN"]), running("web", env, env["BULK_LISTEN"]):
        hear(bus, 1)
        with pytest.raises(http.client.IncompleteRead):
            download(env)


def test_a_worker_that_was_killed_loses_no_end(env: dict[str, str], bus: RabbitBus) -> None:
    for event in EVENTS:
        bus.publish(CODEC.encode(event))
    killed = subprocess.Popen(command("worker"), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pause = threading.Event()
    while bus.depth(EVENTLOG.name) == len(EVENTS):
        pause.wait(0.01)
    killed.kill()
    killed.wait()
    with running("worker", env, env["BULK_HEALTH_LISTEN"]):
        [end] = hear(bus, 1)
    assert (end.state, end.created) == ("completed", ROWS)


def test_an_event_that_can_not_be_true_becomes_a_dead_letter(env: dict[str, str], bus: RabbitBus) -> None:
    bus.publish(CODEC.encode(h.provisioned(JOB, 0, ())))
    bus.publish(CODEC.encode(h.failed(JOB)))
    with running("worker", env, env["BULK_HEALTH_LISTEN"]):
        assert [end.state for end in hear(bus, 1)] == ["failed"]
        assert bus.depth(TOPOLOGY.dead_queue(EVENTLOG.name)) == 1


def test_the_end_of_a_small_job_does_not_wait_for_events_of_a_large_one(env: dict[str, str], bus: RabbitBus) -> None:
    held_up = {"BULK_ENVIRONMENT": "test", "BULK_FAILPOINTS": "eventlog.before-commit=delay:8000ms@1"}
    small = submitted_file("another key", DATA)
    with running("worker", env | held_up, env["BULK_HEALTH_LISTEN"]) as worker:
        for event in (replace(JOB, size=SMALL_BYTES + 1), h.failed(JOB)):
            bus.publish(replace(CODEC.encode(event), headers={headers.LANE: LARGE}))
        until(lambda: "failpoint eventlog.before-commit" in (worker.stdout or io.StringIO()).readline(), worker)
        bus.publish(CODEC.encode(h.failed(small)))
        assert [end.job_id for end in hear(bus, 2)] == [small.job_id, JOB.job_id]


def test_a_worker_gives_up_a_job_that_nobody_answers_for(env: dict[str, str], bus: RabbitBus) -> None:
    quick = env | {"BULK_RECONCILE_SECONDS": "1", "BULK_STALLED_SECONDS": "1", "BULK_RECONCILE_TRIES": "1"}
    bus.publish(CODEC.encode(h.started(JOB)))
    with running("worker", quick, env["BULK_HEALTH_LISTEN"]):
        assert [end.state for end in hear(bus, 1)] == ["failed"]
        metrics = urllib3.request("GET", f"http://{env['BULK_HEALTH_LISTEN']}/metrics").data.decode()
    assert 'reconciled_total{action="given_up"} 1.0' in metrics
    assert 'dead_letters{queue="validator.jobs"} 0.0' in metrics
    assert 'dead_letters_oldest_seconds{queue="validator.jobs"} 0.0' in metrics


@pytest.mark.parametrize(("arguments", "words"), [("dance", "web | worker | migrate"), ("worker", "BULK_DATABASE_URL")])
def test_what_is_wrong_with_the_start_is_told_in_a_line(arguments: str, words: str) -> None:
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command(arguments), env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
