"""The private PostgreSQL, started for real: data that stay, roles that keep apart, failures that say why."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.embedded import unprivileged
from deploy.embedded.errors import StartFailed
from deploy.embedded.ports import HOST, free_ports
from deploy.embedded.postgres import PostgresServer
from tests.servers import private_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with private_folder() as folder:
        yield folder


def server(folder: Path, port: int | None = None) -> PostgresServer:
    return PostgresServer(
        folder=folder / "postgres", port=port or free_ports(1)[0], password="it's 100% secret", durable=False
    )


def scalar(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return None if row is None else row[0]


def test_data_are_found_again_at_the_second_start(folder: Path) -> None:
    with server(folder) as first:
        url = first.create_owned_database("upload", "a")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert not first.is_running()
    with server(folder) as second:
        url = second.create_owned_database("upload", "b")  # safe to repeat; the new password counts
        assert scalar(url, "SELECT answer FROM kept") == 42


def test_a_service_can_not_reach_the_database_of_another(folder: Path) -> None:
    with server(folder) as running:
        mine = running.create_owned_database("upload", "a")
        running.create_owned_database("eventlog", "b")
        assert scalar(mine, "SELECT current_user") == "upload"
        for other in ("eventlog", "postgres", "template1"):
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                psycopg.connect(running.url(other, role="upload", password="a"))
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(running.url("upload", role="upload", password="guessed"))


def test_a_lock_that_a_killed_server_left_is_no_obstacle(folder: Path) -> None:
    with server(folder) as running:
        data = (folder / "postgres" / "data").resolve()
        lock = (data / "postmaster.pid").read_text()
    (data / "postmaster.pid").write_text(lock.replace(lock.split("\n")[0], str(os.getppid()), 1))
    with server(folder) as running:
        assert scalar(running.url(), "SELECT 1") == 1


def test_a_first_start_that_was_cut_off_is_begun_again(folder: Path) -> None:
    half = folder / "postgres" / "data" / "base"
    half.mkdir(parents=True)
    (half.parent / "postgresql.conf").write_text("half")
    with server(folder) as running:
        assert scalar(running.url(), "SELECT 1") == 1


def test_one_that_can_not_start_says_so_with_its_own_words(folder: Path) -> None:
    with socket.create_server((HOST, 0)) as taken, pytest.raises(StartFailed, match="could not bind"):
        server(folder, taken.getsockname()[1]).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_root_can_keep_its_data_in_a_folder_that_is_closed_to_others(folder: Path, tmp_path: Path) -> None:
    closed, outside = folder / "closed", folder / "outside"
    closed.mkdir(mode=0o700)
    binaries = closed / "pg" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "postgres").write_text("program")
    place = unprivileged.place(binaries, closed / "data", outside=outside)
    assert place.user in {"postgres", "nobody"}
    assert (closed / "data").is_symlink()
    assert place.data.is_relative_to(outside)
    assert (place.binaries / "postgres").read_text() == "program"
    assert place.binaries.is_relative_to(outside)
    assert closed.stat().st_mode & 0o777 == 0o700
    again = unprivileged.place(binaries, closed / "data", outside=outside)
    assert again == place
