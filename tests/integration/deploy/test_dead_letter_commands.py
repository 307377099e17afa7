"""`bulk-admin dead-letters` on a real broker, with the product's own queues."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path

import pytest

from contracts.codec import Codec
from contracts.failure import job_failed
from contracts.messages import SeatsProvisionedV1
from contracts.topology import EVENTLOG, PROVISIONER, TOPOLOGY, UPLOAD
from database import migrations, queries
from database.connection import UNAVAILABLE, Database
from deploy.admin.commands import run
from messaging.consumer import Consumer
from messaging.message import Delivery, Message
from messaging.rabbitmq import RabbitBus
from services.provisioner.handler import handle
from services.provisioner.postgres_directory import PostgresDirectory
from tests.contract.messaging.parcels import eventually, parcel
from tests.unit.provisioner.making import accepted_lines

ROOT = Path(__file__).parents[3]
CODEC = Codec("test")


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[str]]:
        """The table's lines by their words, without headings."""
        return [line.split() for line in self.out.split("\n\n")[0].splitlines()[1:]]


@pytest.fixture
def bus(amqp_url: str) -> Iterator[RabbitBus]:
    """A bus that has declared the queues."""
    bus = RabbitBus(amqp_url, TOPOLOGY, app_id="test")
    assert eventually(bus.is_ready)
    yield bus
    bus.close()


def admin(url: str, *arguments: str, width: int | None = None) -> Answer:
    out, err = StringIO(), StringIO()
    argv = ["dead-letters", *arguments]
    status = run(argv, env={"BULK_AMQP_URL": url}, topology=TOPOLOGY, out=out, err=err, width=width)
    return Answer(status, out.getvalue(), err.getvalue())


def given_up(bus: RabbitBus, message: Message, *, queue: str = PROVISIONER.name, reason: str = "it is broken") -> None:
    bus.dead_letter(Delivery(message=message, queue=queue, attempt=8, redelivered=False), reason=reason)


def test_no_letters(bus: RabbitBus, amqp_url: str) -> None:
    for command in (["list"], ["replay", "--all"]):
        assert admin(amqp_url, *command) == Answer(0, "There are no dead letters.\n", "")


def test_a_broker_that_is_not_the_product_s(amqp_url: str) -> None:
    answer = admin(amqp_url, "list")
    assert answer.status == 1
    assert "is it the right address and virtual host?" in answer.err


def test_the_list(bus: RabbitBus, amqp_url: str) -> None:
    given_up(bus, parcel(body="1"))
    given_up(bus, parcel(body="2"), queue=UPLOAD.name, reason="line\n\x1b[2Jbreak")
    answer = admin(amqp_url, "list")
    assert answer.status == 0
    assert answer.out.splitlines()[0].split() == ["ID", "QUEUE", "TYPE", "JOB", "SENT", "TRIES", "REASON"]
    (upload, provisioner) = answer.rows
    assert upload[1:] == [UPLOAD.name, "parcel.sent.v1", "c-1", "2026-11-22", "12:00:00Z", "8", "line\\n\\x1b[2Jbreak"]
    assert provisioner[1] == PROVISIONER.name
    assert "2 dead letters." in answer.out
    assert admin(amqp_url, "list", "--queue", PROVISIONER.name).rows == [provisioner]
    narrow = admin(amqp_url, "list", width=40).out.split("\n\n")[0].splitlines()
    assert {len(line) for line in narrow} == {40}
    assert [admin(amqp_url, "list") for _ in range(30)] == [answer] * 30


def test_one_letter_is_shown_whole(bus: RabbitBus, amqp_url: str) -> None:
    given_up(bus, parcel(body='{"rows": [1, 2]}', traceparent="00-1-2-01"), reason="r" * 300)
    given_up(bus, parcel(body="\x1b[2J not JSON"))
    first, second = admin(amqp_url, "list").rows
    shown = admin(amqp_url, "show", first[0])
    assert shown.status == 0
    assert "r" * 300 in shown.out
    assert "header traceparent  00-1-2-01\n" in shown.out
    assert '  "rows": [\n    1,\n    2\n  ]\n' in shown.out
    assert "\\x1b[2J not JSON" in admin(amqp_url, "show", second[0]).out


def test_an_id_that_no_letter_has(bus: RabbitBus, amqp_url: str, tmp_path: Path) -> None:
    given_up(bus, parcel())
    before = admin(amqp_url, "list")
    for command in (["show", "abc"], ["replay", "abc"], ["discard", "abc", "--record", str(tmp_path / "r")]):
        answer = admin(amqp_url, *command)
        assert (answer.status, answer.out) == (1, "")
        assert answer.err.startswith("There is no dead letter abc.")
    assert admin(amqp_url, "list") == before
    assert not (tmp_path / "r").exists()


def test_discarded_letters_are_kept_in_a_file_of_the_operator_s(bus: RabbitBus, amqp_url: str, tmp_path: Path) -> None:
    given_up(bus, parcel(body="ünïcode"))
    given_up(bus, parcel(body="2"))
    record = tmp_path / "kept.jsonl"
    answer = admin(amqp_url, "discard", "parcel.sent.v1/ünïcode", "--record", str(record))
    assert (answer.status, answer.err) == (0, "")
    (kept,) = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    assert (kept["body"], kept["queue"], kept["reason"]) == ("ünïcode", PROVISIONER.name, "it is broken")
    assert kept["headers"]["x-attempt"] == 8
    assert record.stat().st_mode & 0o777 == 0o600
    assert len(admin(amqp_url, "list").rows) == 1


def test_a_letter_that_can_not_be_recorded_is_not_discarded(bus: RabbitBus, amqp_url: str, tmp_path: Path) -> None:
    given_up(bus, parcel())
    answer = admin(amqp_url, "discard", admin(amqp_url, "list").rows[0][0], "--record", str(tmp_path / "no" / "such"))
    assert answer.status == 1
    assert "No such file" in answer.err
    assert len(admin(amqp_url, "list").rows) == 1


def test_replayed_by_id_and_all_of_a_queue(bus: RabbitBus, amqp_url: str) -> None:
    for body in ("1", "2", "3"):
        given_up(bus, parcel(body=body))
    given_up(bus, parcel(body="4"), queue=UPLOAD.name)
    id = next(row[0] for row in admin(amqp_url, "list").rows if row[1] == PROVISIONER.name)
    assert admin(amqp_url, "replay", id, id).out == f"{id} is back in {PROVISIONER.name}\n"
    assert eventually(lambda: bus.depth(PROVISIONER.name) == 1)
    assert len(admin(amqp_url, "replay", "--all", "--queue", PROVISIONER.name).out.splitlines()) == 2
    assert eventually(lambda: bus.depth(PROVISIONER.name) == 3)
    assert [row[1] for row in admin(amqp_url, "list").rows] == [UPLOAD.name]


def test_a_letter_that_was_processed_meanwhile_changes_nothing(
    bus: RabbitBus, amqp_url: str, database_url: str
) -> None:
    """The provisioner has made a chunk's Seats; the chunk is found among the dead letters all the same, twice."""
    migrations.migrate(database_url, "services.provisioner")
    database = Database(database_url, application_name="test")
    stop = threading.Event()
    consumer = Consumer(
        bus,
        queue=PROVISIONER.name,
        codec=Codec("provisioner"),
        handler=partial(handle, directory=PostgresDirectory(database, queries.load("services.provisioner"))),
        unavailable=UNAVAILABLE,
        on_dead_letter=partial(job_failed, stage="provisioner"),
    )
    running = threading.Thread(target=consumer.run, args=(stop,))
    chunk = CODEC.encode(accepted_lines(range(1, 51)))
    running.start()
    try:
        bus.publish(chunk)
        assert eventually(lambda: bus.depth(EVENTLOG.name) == 1)
        seats = _seats(database)
        assert len(seats) == 50
        given_up(bus, chunk)
        given_up(bus, chunk)
        assert admin(amqp_url, "replay", "--all").status == 0
        assert eventually(lambda: bus.depth(EVENTLOG.name) == 3)
        assert _seats(database) == seats
        told = _heard(bus, 3)
        assert len({(message.message_id, message.body) for message in told}) == 1
        assert isinstance(CODEC.decode(told[0]), SeatsProvisionedV1)
    finally:
        stop.set()
        running.join()
        database.close()
    assert admin(amqp_url, "list").out == "There are no dead letters.\n"


def test_the_program_finds_the_broker_in_each_of_three_places(bus: RabbitBus, amqp_url: str, tmp_path: Path) -> None:
    (tmp_path / "connection.env").write_text(f"AMQP_URL='{amqp_url}'\n")
    usual = {"PATH": os.environ["PATH"], "BULK_DATA": str(tmp_path / "none")}
    for more, env in (
        (["--amqp-url", amqp_url], {"BULK_AMQP_URL": "amqp://a:b@127.0.0.1:1/"}),
        ([], {"BULK_AMQP_URL": amqp_url}),
        ([], {"BULK_DATA": str(tmp_path)}),
    ):
        done = program(*more, env=usual | env, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "There are no dead letters.\n", "")
    nowhere = program(env=usual, cwd=tmp_path)
    assert nowhere.returncode == 2
    assert nowhere.stderr.startswith("bulk-admin: Where is the broker? Say --amqp-url")
    away = program("--amqp-url", "amqp://a:b@127.0.0.1:1/", env=usual, cwd=tmp_path)
    assert away.returncode == 1
    assert away.stderr.startswith("bulk-admin: the broker can't be reached")
    assert "Traceback" not in away.stderr
    wrong = program("--amqp-url", "rabbit.example.com", env=usual, cwd=tmp_path)
    assert (wrong.returncode, wrong.stderr[:29]) == (2, "bulk-admin: the broker's addr")


def program(*arguments: str, env: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """`bulk-admin dead-letters list`, from anywhere."""
    argv = [str(ROOT / "bulk-admin"), "dead-letters", "list", *arguments]
    return subprocess.run(argv, env=env, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_replay_wants_ids_or_all(amqp_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--all", "abc"]):
        with pytest.raises(SystemExit) as ended:
            admin(amqp_url, "replay", *arguments)
        assert ended.value.code == 2
        assert "--all" in capsys.readouterr().err


def _seats(database: Database) -> list[dict[str, object]]:
    with database.transaction() as connection:
        return connection.execute(b"SELECT * FROM seats ORDER BY user_id").fetchall()


def _heard(bus: RabbitBus, number: int) -> list[Message]:
    heard: list[Message] = []
    stop = threading.Event()

    def hear(delivery: Delivery) -> None:
        heard.append(delivery.message)
        if len(heard) == number:
            stop.set()

    bus.consume(EVENTLOG.name, hear, stop=stop)
    return heard
