"""The started worker: real RabbitMQ, real HTTP; killed, started again, and stopped in good order."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from contracts.ids import job_id_of
from contracts.messages import (
    JobAcceptedV1,
    JobCheckedV1,
    JobFailedV1,
    JobRejectedV1,
    JobSubmittedV1,
    ProblemsFoundV1,
    SeatsAcceptedV1,
    ValidationStartedV1,
)
from contracts.topology import EVENTLOG, PROVISIONER, VALIDATOR
from messaging.message import Message
from tests.integration.validator.surrounding import Surrounding
from tests.unit.validator.fakes import csv_of, seat


@pytest.mark.usefixtures("worker")
def test_good_and_bad_files(around: Surrounding) -> None:
    around.submit(csv_of([seat(1), seat(2)]), "good")
    started, accepted = around.says(EVENTLOG.name, 2)
    assert isinstance(started, ValidationStartedV1)
    assert isinstance(accepted, JobAcceptedV1)
    (chunk,) = around.says(PROVISIONER.name, 1)
    assert isinstance(chunk, SeatsAcceptedV1)
    assert list(chunk.lines) == [2, 3]

    around.submit(csv_of([seat(1), seat(1)]), "bad")
    _, rejected = around.says(EVENTLOG.name, 2)
    assert isinstance(rejected, JobRejectedV1)
    assert rejected.problems_by_code == {"duplicate_in_file": 2}


@pytest.mark.usefixtures("worker")
def test_a_file_is_checked_and_nothing_goes_to_the_provisioner(around: Surrounding) -> None:
    around.submit(csv_of([seat(1), seat(2)]), "dry", dry_run=True)
    _, checked = around.says(EVENTLOG.name, 2)
    assert isinstance(checked, JobCheckedV1)
    assert checked.rows == 2
    around.submit(csv_of([seat(1), seat(2)]), "wet")
    around.says(EVENTLOG.name, 2)
    (chunk,) = around.says(PROVISIONER.name, 1)
    assert chunk.job_id == job_id_of("acme", "wet")


@pytest.mark.usefixtures("worker")
def test_many_problems_come_in_parts_of_which_the_first_comes_last(around: Surrounding) -> None:
    around.submit(csv_of(seat(n, seat_type="gold") for n in range(2500)), "many", dry_run=True)
    _, second, third, rejected = around.says(EVENTLOG.name, 4)
    assert isinstance(second, ProblemsFoundV1)
    assert isinstance(third, ProblemsFoundV1)
    assert isinstance(rejected, JobRejectedV1)
    assert (second.after, third.after, rejected.problem_count) == (1000, 2000, 2500)
    told = [problem.line for part in (rejected, second, third) for problem in part.problems]
    assert told == list(range(2, 2502))


@pytest.mark.usefixtures("worker")
def test_a_malformed_message_ends_its_job_and_is_set_aside(around: Surrounding) -> None:
    job_id = job_id_of("acme", "broken")
    now = datetime.now(UTC)
    around.bus.publish(
        Message(
            type=JobSubmittedV1.TYPE,
            message_id=str(job_id),
            correlation_id=str(job_id),
            body=b'{"account": "acme"}',
            timestamp=now,
            app_id="test",
        )
    )
    (failed,) = around.says(EVENTLOG.name, 1)
    assert isinstance(failed, JobFailedV1)
    assert (failed.job_id, failed.account, failed.stage) == (job_id, "acme", "validator")
    (dead,) = around.hear(f"{VALIDATOR.name}.dead", 1, skip="")
    assert dead.body == b'{"account": "acme"}'
    assert "Missing data for required field" in str(dead.headers["x-reason"])


def test_killed_in_the_middle_and_started_again(around: Surrounding) -> None:
    around.gate.clear()
    first = around.start()
    job = around.submit(csv_of(seat(n) for n in range(2500)), "kill")
    assert around.asked.wait(30)
    first.kill()
    first.wait()
    assert list((around.folder / "spool").iterdir()) == []
    around.gate.set()
    second = around.start()
    messages = [*around.hear(EVENTLOG.name, 3), *around.hear(PROVISIONER.name, 3)]
    assert {message.correlation_id for message in messages} == {str(job.job_id)}
    assert [message.type for message in messages] == [
        ValidationStartedV1.TYPE,
        ValidationStartedV1.TYPE,
        JobAcceptedV1.TYPE,
        *[SeatsAcceptedV1.TYPE] * 3,
    ]
    assert messages[0].message_id == messages[1].message_id
    second.terminate()
    assert second.wait(30) == 0


def test_an_unknown_argument_is_answered_with_the_usage() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "services.validator", "web"], check=False, capture_output=True, text=True
    )
    assert asked.returncode == 2
    assert "worker" in asked.stderr


def test_a_missing_setting_is_named() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "services.validator", "worker"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert (asked.returncode, asked.stdout) == (2, "")
    assert asked.stderr.startswith("validator: BULK_AMQP_URL is not set.")
