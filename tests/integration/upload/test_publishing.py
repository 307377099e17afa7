"""The example for other services does what it says, against a real broker, and the page about it shows it."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from contracts.codec import Codec
from contracts.messages import Contract, JobFinishedV1, JobRequestedV1
from contracts.topology import TOPOLOGY, UPLOAD
from deploy.docker.broker.users import USERS
from messaging.consumer import Consumer
from messaging.rabbitmq import RabbitBus

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples/publish_job.py"
PAGE = (ROOT / "docs/publishing.md").read_text("utf-8")
CSV = "\ufefffirstname,email\r\nAmélie,amelie@example.com\r\n"


def finished(request: JobRequestedV1, key: str, state: str) -> JobFinishedV1:
    return JobFinishedV1(
        job_id=UUID(int=7 if key == request.idempotency_key else 8),
        account=request.account,
        state=state,
        rows=2,
        created=2 if state == "completed" else 0,
        failed=0,
        not_processed=0,
        submitted_by=request.requested_by,
        submitted_at=datetime.now(UTC),
        finished_at=datetime.now(UTC),
        idempotency_key=key,
        filename=request.filename,
        message=None if state == "completed" else "The file has problems.",
        links={},
    )


def answer(contract: Contract, *, heard: list[JobRequestedV1], state: str) -> Iterator[Contract]:
    """What the whole of Bulk Manager would say, after somebody else's answer."""
    assert isinstance(contract, JobRequestedV1)
    heard.append(contract)
    yield finished(contract, "somebody else's", "rejected")
    yield finished(contract, contract.idempotency_key, state)


@contextmanager
def answering(amqp_url: str, *, state: str) -> Iterator[list[JobRequestedV1]]:
    heard: list[JobRequestedV1] = []
    bus, stop = RabbitBus(amqp_url, TOPOLOGY, app_id="test"), threading.Event()
    handler = partial(answer, heard=heard, state=state)
    thread = threading.Thread(
        target=Consumer(bus, queue=UPLOAD.name, codec=Codec("test"), handler=handler).run, args=(stop,)
    )
    bus.depth(UPLOAD.name)  # the queues are there from here on
    thread.start()
    yield heard
    stop.set()
    thread.join(20)
    bus.close()


@pytest.mark.parametrize(
    ("state", "status", "told"),
    [
        ("completed", 0, ["Job 00000000-0000-0000-0000-000000000007: completed, 2 Seats created, 0 failed."]),
        (
            "rejected",
            1,
            [
                "Job 00000000-0000-0000-0000-000000000007: rejected, 0 Seats created, 0 failed.",
                "The file has problems.",
            ],
        ),
    ],
)
@pytest.mark.parametrize("by_environment", [True, False])
def test_the_example_asks_and_hears(
    amqp_url: str, tmp_path: Path, state: str, status: int, told: list[str], by_environment: bool
) -> None:
    path = tmp_path / "new starters.csv"
    path.write_bytes(CSV.encode())
    arguments = [str(path)] if by_environment else [amqp_url, str(path)]
    env = {"AMQP_URL": amqp_url} if by_environment else {}
    with answering(amqp_url, state=state) as heard:
        done = subprocess.run(
            [sys.executable, EXAMPLE, *arguments],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout.split("\n")[: len(told)], done.stderr) == (status, told, "")
    [request] = heard
    assert (request.csv, request.filename, request.account) == (CSV, "new starters.csv", "main")


def test_without_bulk_manager_the_example_fails_at_once(amqp_url: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"email\r\n")
    arguments = [sys.executable, str(EXAMPLE), amqp_url, str(path)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "no exchange 'bulk'" in done.stderr or "UnroutableError" in done.stderr


def test_the_page_shows_the_example() -> None:
    assert re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) == [EXAMPLE.read_text("utf-8")]


def test_the_example_uses_nothing_of_ours_and_fits_on_a_page() -> None:
    code = EXAMPLE.read_text("utf-8")
    imported = set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
    assert imported <= {*sys.stdlib_module_names, "pika"}
    assert len(code.splitlines()) < 50


def test_the_page_names_what_is_there() -> None:
    partner = next(user for user in USERS if user.name == "partner")
    patterns = (partner.configure, partner.write, partner.read, partner.says, partner.hears)
    shown = PAGE.replace("\\|", "|")
    assert [pattern for pattern in patterns if f"`{pattern}`" not in shown] == []
    assert TOPOLOGY.dead_queue(UPLOAD.name) in PAGE
    for contract in (JobRequestedV1, JobFinishedV1):
        assert [field.name for field in fields(contract) if f"`{field.name}`" not in PAGE] == []
