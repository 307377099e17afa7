from pathlib import Path

import pytest

from deploy.demo.running_stack import read_connection, read_env_file, stack
from deploy.demo.sample_job import new_edition


def test_a_connection_file_is_read_as_a_shell_would(tmp_path: Path) -> None:
    file = tmp_path / "connection.env"
    file.write_text("# made by us\nBULK_URL=http://127.0.0.1:8080\nBULK_PASSWORD='it'\"'\"'s a secret=1'\n")
    assert read_env_file(file) == {"BULK_URL": "http://127.0.0.1:8080", "BULK_PASSWORD": "it's a secret=1"}
    connection = read_connection(read_env_file(file))
    assert (connection.user, connection.password) == ("admin", "it's a secret=1")
    assert "secret" not in repr(connection)


def test_a_stack_elsewhere_is_used_as_it_is(tmp_path: Path) -> None:
    said: list[str] = []
    env = {"BULK_URL": "https://bulk.example.com", "BULK_USER": "me", "BULK_PASSWORD": "x"}
    with stack(tmp_path, env, said.append) as connection:
        assert connection.url == "https://bulk.example.com"
    assert said == []


def test_each_new_edition_is_another_file_with_other_seats(tmp_path: Path) -> None:
    first, second = new_edition(tmp_path / "demo"), new_edition(tmp_path / "demo")
    assert first.name == "seats-500-1.csv"
    assert second.name == "seats-500-2.csv"
    assert not set(first.read_text().splitlines()[1:]) & set(second.read_text().splitlines()[1:])


@pytest.mark.parametrize("missing", ["BULK_URL", "BULK_PASSWORD"])
def test_half_an_address_is_not_enough(missing: str) -> None:
    values = {"BULK_URL": "http://x", "BULK_PASSWORD": "y"}
    del values[missing]
    with pytest.raises(KeyError):
        read_connection(values)
