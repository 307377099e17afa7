"""The processes as they are started: migrate, worker and web, on a real broker and a real database."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3

from contracts.codec import Codec
from contracts.ids import user_id_of
from contracts.lanes import SMALL_CHUNKS
from contracts.messages import Contract, JobCancelledV1, JobCancelRequestedV1, SeatsProvisionedV1
from contracts.topology import EVENTLOG, EVENTLOG_LARGE, PROVISIONER_CANCELLATIONS, TOPOLOGY
from deploy.embedded.ports import free_ports
from messaging.message import Delivery
from messaging.rabbitmq import RabbitBus
from tests.unit.provisioner.making import JOB, OTHER_JOB, about, accepted_lines
from web.access import AccessKey, Principal
from web.client import ServiceClient, ServiceUnavailable

KEY = "k" * 32
SERVICE = Principal(account="acme", user="validator", role="service")
CODEC = Codec("test")


@pytest.fixture
def env(database_url: str, amqp_url: str) -> dict[str, str]:
    web, health = free_ports(2)
    return dict(os.environ) | {
        "BULK_DATABASE_URL": database_url,
        "BULK_AMQP_URL": amqp_url,
        "BULK_ACCESS_KEY": KEY,
        "BULK_LISTEN": f"127.0.0.1:{web}",
        "BULK_HEALTH_LISTEN": f"127.0.0.1:{health}",
    }


def command(argument: str) -> list[str]:
    return [sys.executable, "-m", "services.provisioner", argument]


def migrate(env: Mapping[str, str]) -> None:
    subprocess.run(command("migrate"), env=env, check=True, timeout=60)


@contextmanager
def running(argument: str, env: Mapping[str, str], address: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that says it is ready; it must end by itself when it is asked to."""
    process = subprocess.Popen(command(argument), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until(lambda: answers(f"http://{address}/readyz"), process)
        yield process
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
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


def until(true: Callable[[], bool], process: "subprocess.Popen[Any]") -> None:
    pause = threading.Event()
    for _ in range(600):
        if true():
            return
        assert process.poll() is None, process.communicate()[0]
        pause.wait(0.05)
    raise AssertionError("waited in vain")


def heard(bus: RabbitBus, number: int, *, queue: str = EVENTLOG.name) -> list[Contract]:
    """The first so many events, as the event log hears them."""
    found: list[Contract] = []
    stop = threading.Event()

    def hear(delivery: Delivery) -> None:
        found.append(CODEC.decode(delivery.message))
        if len(found) >= number:
            stop.set()

    alarm = threading.Timer(60, stop.set)
    alarm.start()
    bus.consume(queue, hear, stop=stop)
    alarm.cancel()
    return found


def test_chunks_become_seats_that_can_be_found(env: dict[str, str]) -> None:
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    with running("worker", env, env["BULK_HEALTH_LISTEN"]), running("web", env, env["BULK_LISTEN"]):
        for chunk in (1, 2, 2, 3):
            bus.publish(CODEC.encode(accepted_lines(range(chunk * 100, chunk * 100 + 50), chunk=chunk)))
        events = heard(bus, 4)
        bus.close()
        provisioned = {event.chunk: event for event in events if isinstance(event, SeatsProvisionedV1)}
        assert sorted(provisioned) == [1, 2, 3]
        assert all(event in provisioned.values() for event in events)
        client = ServiceClient(f"http://{env['BULK_LISTEN']}", AccessKey(KEY))
        listed = client.json("GET", "/seats", principal=SERVICE, query={"limit": "200"})["seats"]
        outcomes = [outcome for event in provisioned.values() for outcome in event.outcomes]
        assert len(outcomes) == 150
        assert {seat["user_id"] for seat in listed} == {str(outcome.user_id) for outcome in outcomes}


def test_a_chunk_of_a_small_job_does_not_wait_for_one_of_a_large_job(env: dict[str, str]) -> None:
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    held_up = {"BULK_ENVIRONMENT": "test", "BULK_FAILPOINTS": "provisioner.before-commit=delay:8000ms@1"}
    with running("worker", env | held_up, env["BULK_HEALTH_LISTEN"]) as worker:
        bus.publish(CODEC.encode(accepted_lines([2], chunk=SMALL_CHUNKS + 1)))
        until(lambda: "failpoint provisioner.before-commit" in (worker.stdout or io.StringIO()).readline(), worker)
        bus.publish(CODEC.encode(accepted_lines([3], job_id=OTHER_JOB)))
        [first] = heard(bus, 1)
        assert bus.depth(EVENTLOG_LARGE.name) == 0
        assert first.job_id == OTHER_JOB
        [second] = heard(bus, 1, queue=EVENTLOG_LARGE.name)
        assert second.job_id == JOB
    bus.close()


def test_chunks_of_a_large_job_are_made_beside_each_other(env: dict[str, str]) -> None:
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    held_up = {"BULK_ENVIRONMENT": "test", "BULK_FAILPOINTS": "provisioner.before-commit=delay:8000ms@1"}
    held, other = SMALL_CHUNKS + 1, SMALL_CHUNKS + 2
    with running("worker", env | held_up, env["BULK_HEALTH_LISTEN"]) as worker:
        bus.publish(CODEC.encode(accepted_lines([2], chunk=held)))
        until(lambda: "failpoint provisioner.before-commit" in (worker.stdout or io.StringIO()).readline(), worker)
        bus.publish(CODEC.encode(accepted_lines([3], chunk=other)))
        events = heard(bus, 2, queue=EVENTLOG_LARGE.name)
        assert [event.chunk for event in events if isinstance(event, SeatsProvisionedV1)] == [other, held]
    bus.close()


def test_a_cancelled_job_gets_no_more_seats_although_its_chunks_still_come(env: dict[str, str]) -> None:
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    with running("worker", env, env["BULK_HEALTH_LISTEN"]), running("web", env, env["BULK_LISTEN"]):
        bus.publish(CODEC.encode(accepted_lines([2, 3], chunk=1)))
        [provisioned] = heard(bus, 1)
        assert isinstance(provisioned, SeatsProvisionedV1)
        wish = JobCancelRequestedV1(job_id=JOB, account="acme", requested_by="ann", requested_at=datetime.now(UTC))
        bus.publish(CODEC.encode(wish))
        cancelled = next(event for event in heard(bus, 2) if event != wish)
        assert isinstance(cancelled, JobCancelledV1)
        assert (cancelled.job_id, cancelled.chunks, cancelled.requested_by) == (JOB, 1, "ann")
        for chunk in (2, 3):
            bus.publish(CODEC.encode(accepted_lines([chunk * 10], chunk=chunk)))
        other = accepted_lines([99], job_id=OTHER_JOB)
        bus.publish(CODEC.encode(other))
        [last] = heard(bus, 1)
        assert isinstance(last, SeatsProvisionedV1)
        assert last.job_id == OTHER_JOB
        client = ServiceClient(f"http://{env['BULK_LISTEN']}", AccessKey(KEY))
        listed = client.json("GET", "/seats", principal=SERVICE)["seats"]
        assert sorted(seat["line"] for seat in listed) == [2, 3, 99]
        answer = client.json("PUT", f"/verdicts/{JOB}", principal=SERVICE, body={"verdict": "accepted"})
        assert answer == {"verdict": "cancelled"}
    bus.close()


def test_a_wish_to_cancel_that_nobody_can_read_is_set_aside_and_the_job_goes_on(env: dict[str, str]) -> None:
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    wish = JobCancelRequestedV1(job_id=JOB, account="acme", requested_by="ann", requested_at=datetime.now(UTC))
    with running("worker", env, env["BULK_HEALTH_LISTEN"]) as worker:
        bus.publish(replace(CODEC.encode(wish), body=b'{"account": "acme"}'))
        until(lambda: bus.depth(TOPOLOGY.dead_queue(PROVISIONER_CANCELLATIONS.name)) == 1, worker)
        bus.publish(CODEC.encode(accepted_lines([2])))
        until(lambda: bus.depth(EVENTLOG.name) == 2, worker)  # what could not be read, and the outcome
    bus.close()


def test_a_worker_that_was_killed_leaves_nothing_undone(env: dict[str, str]) -> None:
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    chunks = [accepted_lines(range(n * 1_000, n * 1_000 + 500), chunk=n) for n in range(1, 1 + SMALL_CHUNKS)]
    for chunk in chunks:
        bus.publish(CODEC.encode(chunk))
    killed = subprocess.Popen(command("worker"), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    first = heard(bus, 2)
    killed.kill()
    killed.wait()
    with running("worker", env, env["BULK_HEALTH_LISTEN"]):
        answered = {event.chunk: event for event in first if isinstance(event, SeatsProvisionedV1)}
        while len(answered) < len(chunks):
            [event] = heard(bus, 1)
            assert isinstance(event, SeatsProvisionedV1)
            assert answered.setdefault(event.chunk, event) == event
    bus.close()
    outcomes = [outcome for event in answered.values() for outcome in event.outcomes]
    assert {outcome.type for outcome in outcomes} == {"successful"}
    assert len({outcome.user_id for outcome in outcomes}) == SMALL_CHUNKS * 500


@pytest.mark.parametrize("place", ["provisioner.before-commit", "consumer.after-handler"])
@pytest.mark.parametrize("kind", ["update", "delete"])
def test_what_a_worker_was_killed_at_is_done_once_and_told(env: dict[str, str], kind: str, place: str) -> None:
    """Behind the commit as well: what is deleted then is not told as gone."""
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    named = [str(user_id_of(JOB, line)) for line in (2, 3)] + [str(OTHER_JOB)]
    chunk = about(named, kind=kind, extension=["77", "10004", None])  # which a deletion does not look at
    bus.publish(CODEC.encode(accepted_lines([2, 3, 4])))
    dies = env | {"BULK_ENVIRONMENT": "test", "BULK_FAILPOINTS": f"{place}=kill@2"}
    worker = subprocess.Popen(command("worker"), env=dies, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    heard(bus, 1)
    bus.publish(CODEC.encode(chunk))
    assert worker.wait(60) == -signal.SIGKILL
    with running("worker", env, env["BULK_HEALTH_LISTEN"]):
        [told] = heard(bus, 1)
    bus.close()
    assert isinstance(told, SeatsProvisionedV1)
    second = "extension_taken" if kind == "update" else None
    assert [outcome.code for outcome in told.outcomes] == [None, second, "seat_gone"]


def test_the_web_process_says_when_its_database_is_away(env: dict[str, str]) -> None:
    [port] = free_ports(1)
    away = env | {"BULK_DATABASE_URL": f"postgresql://nobody@127.0.0.1:{port}/nothing"}
    process = subprocess.Popen(command("web"), env=away, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(f"http://{env['BULK_LISTEN']}/healthz"), process)
        assert not answers(f"http://{env['BULK_LISTEN']}/readyz")
        client = ServiceClient(f"http://{env['BULK_LISTEN']}", AccessKey(KEY))
        with pytest.raises(ServiceUnavailable):
            client.json("GET", "/seats", principal=SERVICE)
    finally:
        process.terminate()
        process.wait(30)


def test_anything_else_is_told_how_to_start_it(env: dict[str, str]) -> None:
    done = subprocess.run(command("dance"), env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "web | worker | migrate" in done.stderr


def test_a_missing_setting_is_named(env: dict[str, str]) -> None:
    del env["BULK_DATABASE_URL"]
    done = subprocess.run(command("worker"), env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == "provisioner: BULK_DATABASE_URL must be set\n"
