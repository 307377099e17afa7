"""What each process of the embedded stack is given: its own database, and no other's."""

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.embedded.keys import keep
from deploy.embedded.parts import DATABASES, PARTS, Part, Surroundings


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(
        data=tmp_path,
        ports={part.name: 9000 + number for number, part in enumerate(PARTS)},
        databases={name: f"postgresql://{name}@127.0.0.1/{name}" for name in DATABASES},
        amqp_url="amqp://127.0.0.1/bulk",
        keys=keep(tmp_path, None),
        base={"PATH": "/bin", "BULK_MAX_ROWS": "5"},
    )


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_process_knows_its_own_database_alone(part: Part, around: Surroundings) -> None:
    env = around.environment(part)
    assert env.get("BULK_DATABASE_URL") == (None if part.owns is None else around.databases[part.owns])
    others = [url for name, url in around.databases.items() if name != part.owns]
    assert not any(other in value for other in others for value in env.values())


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_secrets_go_only_where_they_are_needed(part: Part, around: Surroundings) -> None:
    env = around.environment(part)
    assert ("BULK_SEALING_KEY" in env) == (part.service == "validator")
    assert ("BULK_ADMIN_PASSWORD" in env) == (part.service == "gateway")
    assert ("BULK_AMQP_URL" in env) == (part.role == "worker")
    assert env["BULK_MAX_ROWS"] == "5"


def test_secrets_of_seats_are_opened_for_a_phone_system_only(around: Surroundings) -> None:
    at_phone_system = replace(around, base={**around.base, "BULK_PHONE_SYSTEM_URL": "http://127.0.0.1:9"})
    having = {part.name for part in PARTS if "BULK_SEALING_KEY" in at_phone_system.environment(part)}
    assert having == {"validator-worker", "provisioner-worker"}


def test_the_page_opens_last_and_every_process_has_a_name_and_port_of_its_own(around: Surroundings) -> None:
    assert PARTS[-1].service == "gateway"
    assert len({part.name for part in PARTS}) == len({around.ready_url(part) for part in PARTS}) == len(PARTS)


def test_migrations_run_where_there_is_a_database(around: Surroundings) -> None:
    program = around.migration("upload")
    assert list(program.argv[1:]) == ["-m", "services.upload", "migrate"]
    assert program.env["BULK_DATABASE_URL"] == around.databases["upload"]
