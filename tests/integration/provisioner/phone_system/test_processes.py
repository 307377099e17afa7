"""Workers as they are started, at a phone system: killed and stopped in the middle, on a real broker."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.messages import Contract, JobCancelledV1, JobCancelRequestedV1, SeatsAcceptedV1, SeatsProvisionedV1
from contracts.sealing import Sealer
from contracts.topology import TOPOLOGY
from database.connection import Database
from deploy.embedded.ports import free_ports
from messaging.rabbitmq import RabbitBus
from tests.integration.provisioner.test_processes import CODEC, command, heard, migrate, running
from tests.phone_system import TOKEN, PhoneSystem, serving
from tests.unit.provisioner.making import COLUMNS, JOB, accepted_lines

KEY = "s" * 32


@pytest.fixture
def env(database_url: str, amqp_url: str, phone_system: PhoneSystem) -> Iterator[dict[str, str]]:
    [health] = free_ports(1)
    with serving(phone_system) as url:
        yield dict(os.environ) | {
            "BULK_DATABASE_URL": database_url,
            "BULK_AMQP_URL": amqp_url,
            "BULK_HEALTH_LISTEN": f"127.0.0.1:{health}",
            "BULK_PHONE_SYSTEM_URL": url,
            "BULK_PHONE_SYSTEM_TOKEN": TOKEN,
            "BULK_PHONE_SYSTEM_CALLS": "4",
            "BULK_SEALING_KEY": KEY,
        }


def sealed(message: SeatsAcceptedV1) -> SeatsAcceptedV1:
    password, sealer = COLUMNS.index("password"), Sealer([KEY])
    values = list(message.values)
    values[password] = [sealer.seal("4711") for _ in message.lines]
    return replace(message, values=values)


def told(events: list[Contract]) -> dict[int, list[int]]:
    """The lines that became Seats, by chunk."""
    return {e.chunk: list(e.successful.lines) for e in events if isinstance(e, SeatsProvisionedV1)}


def listed(env: Mapping[str, str]) -> list[int]:
    database = Database(env["BULK_DATABASE_URL"], application_name="test")
    with database.transaction() as connection:
        rows = connection.execute("SELECT line FROM seats ORDER BY line").fetchall()
        assert connection.execute("SELECT chunk FROM phone_system_chunks").fetchall() == []
    database.close()
    return [row["line"] for row in rows]


CHUNKS = {1: list(range(2, 102)), 2: list(range(102, 202))}


def test_a_worker_killed_in_the_middle_makes_no_seat_twice_and_none_untold(
    env: dict[str, str], phone_system: PhoneSystem
) -> None:
    phone_system.seconds = 0.05
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    for chunk, lines in CHUNKS.items():
        bus.publish(CODEC.encode(sealed(accepted_lines(lines, chunk=chunk))))
    killed = subprocess.Popen(command("worker"), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    phone_system.wait_for_seats(40)
    killed.kill()
    killed.wait()
    with running("worker", env, env["BULK_HEALTH_LISTEN"]):
        assert told(heard(bus, 2)) == CHUNKS
    bus.close()
    assert phone_system.lines == listed(env) == list(range(2, 202))
    assert {seat["seat"]["password"] for seat in phone_system.seats.values()} == {"4711"}
    # Asked again were only rows of which the killed one had not kept the answer: a second's worth.
    assert sum(phone_system.calls.values()) <= 200 + 40 + 64


def test_a_worker_that_is_stopped_leaves_the_rest_to_another_at_once(
    env: dict[str, str], phone_system: PhoneSystem
) -> None:
    phone_system.seconds = 0.05
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    with running("worker", env, env["BULK_HEALTH_LISTEN"]):
        for chunk, lines in CHUNKS.items():
            bus.publish(CODEC.encode(sealed(accepted_lines(lines, chunk=chunk))))
        phone_system.wait_for_seats(30)
    assert len(phone_system.seats) < 100
    with running("worker", env, env["BULK_HEALTH_LISTEN"]):
        assert told(heard(bus, 2)) == CHUNKS
    bus.close()
    assert phone_system.lines == listed(env) == list(range(2, 202))
    assert set(phone_system.calls.values()) == {1}


def test_a_job_cancelled_in_the_middle_of_a_chunk_tells_what_was_made(
    env: dict[str, str], phone_system: PhoneSystem
) -> None:
    phone_system.seconds = 0.05
    migrate(env)
    bus = RabbitBus(env["BULK_AMQP_URL"], TOPOLOGY, app_id="test")
    with running("worker", env, env["BULK_HEALTH_LISTEN"]):
        bus.publish(CODEC.encode(sealed(accepted_lines(range(2, 402)))))
        phone_system.wait_for_seats(20)
        now = datetime.now(UTC)
        wish = JobCancelRequestedV1(job_id=JOB, account="acme", requested_by="ann", requested_at=now)
        bus.publish(CODEC.encode(wish))
        events = heard(bus, 3)
    bus.close()
    [cancelled] = [event for event in events if isinstance(event, JobCancelledV1)]
    assert cancelled.chunks == 1
    assert told(events) == {1: phone_system.lines}
    assert phone_system.lines == listed(env)
    assert 20 <= len(phone_system.seats) < 200


def test_a_phone_system_without_a_token_is_refused_at_the_start(env: dict[str, str]) -> None:
    del env["BULK_PHONE_SYSTEM_TOKEN"]
    done = subprocess.run(command("worker"), env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "BULK_PHONE_SYSTEM_TOKEN is not set" in done.stderr
