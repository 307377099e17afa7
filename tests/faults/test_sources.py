"""The file that a job was promised for is altered or deleted on the disk: no Seat is made from another one."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from tests.faults.asking import Sender
from tests.faults.history import ENDED
from tests.faults.jobs import Deck, Job
from tests.faults.machine import wait_for
from tests.faults.system import System, started
from tests.servers import private_folder

ROWS = 6_000

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with private_folder() as folder, started(folder) as system:
        yield system


@pytest.fixture
def sender(system: System) -> Iterator[Sender]:
    sender = Sender(system)
    yield sender
    sender.close()


def job(number: int) -> Job:
    deck = Deck(number, Random(number), ways=("api",))
    return deck.job("good", deck.rows(ROWS))


def the_source(system: System) -> Path:
    """The file that came last."""
    files = [path for path in system.sources.rglob("*") if path.is_file()]
    return max(files, key=lambda path: path.stat().st_mtime_ns)


def alter(source: Path) -> None:
    """Another firstname in every row, of the same length."""
    content = source.read_bytes()
    assert "Zoë".encode() in content
    source.chmod(0o600)
    source.write_bytes(content.replace("Zoë".encode(), "Zoé".encode()))


def ended(sender: Sender, job: Job) -> dict[str, Any]:
    told: dict[str, Any] = {"state": ""}

    def has() -> bool:
        told.update(json.loads(sender.get(f"/jobs/{job.job_id}")))
        return told["state"] in ENDED

    wait_for(has, "the job has not ended")
    return told


def seats(system: System, job: Job) -> list[str]:
    """The first names of what was made."""
    with psycopg.connect(system.dsn("provisioner")) as connection:
        found = connection.execute("SELECT firstname FROM seats WHERE job_id = %s", [job.job_id])
        return [str(name) for (name,) in found]


def reason(sender: Sender, job: Job) -> str:
    events = json.loads(sender.get(f"/jobs/{job.job_id}/events"))["events"]
    (failed,) = [event for event in events if event["type"] == "job.failed.v1"]
    return str(failed["text"])


@pytest.mark.parametrize(("how", "why"), [("altered", "SHA-256 checksum is another"), ("deleted", "no longer stored")])
def test_a_file_changed_before_it_is_validated_ends_the_job_as_failed(
    system: System, sender: Sender, how: str, why: str
) -> None:
    """The validator has got the message, and dies before it has read the file; then the file is another."""
    given = job(1 if how == "altered" else 2)
    marks = system.folder / "marks" / how
    marks.mkdir()
    system.arm("validator-worker", "consumer.after-read=kill@1", marks)
    system.hold("validator-worker")
    sender.send(given)
    source = the_source(system)
    if how == "altered":
        alter(source)
    else:
        source.unlink()
    system.release("validator-worker")
    told = ended(sender, given)
    assert (told["state"], told["created"]) == ("failed", 0)
    assert why in reason(sender, given)
    assert seats(system, given) == []


def test_a_file_altered_under_a_job_whose_rows_are_under_way_makes_no_seat_of_altered_rows(
    system: System, sender: Sender
) -> None:
    """The validator dies after it has published the rows, and is given the same message again before they are made."""
    given = job(3)
    system.hold("provisioner-worker")
    system.signal("provisioner-worker", signal.SIGKILL)
    marks = system.folder / "marks" / "under-way"
    marks.mkdir()
    system.arm("validator-worker", "consumer.after-publish=kill@1", marks)
    system.hold("validator-worker")
    sender.send(given)
    wait_for(lambda: any(marks.iterdir()), "the validator has published nothing")
    alter(the_source(system))
    system.release("validator-worker")
    told = ended(sender, given)
    assert told["state"] == "failed"
    assert "SHA-256 checksum is another" in reason(sender, given)
    system.release("provisioner-worker")
    wait_for(lambda: len(seats(system, given)) == ROWS, "not all rows are done")
    assert set(seats(system, given)) == {"Zoë"}
    wait_for(lambda: ended(sender, given)["created"] == ROWS, "what was made is not told")
    status, _ = sender.look(f"/jobs/{given.job_id}/summary.csv")
    assert status != 200, "a summary is of the file that was submitted, or broken off"
