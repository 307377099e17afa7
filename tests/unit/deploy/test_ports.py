import json
import socket
from pathlib import Path

import pytest

from deploy.embedded.errors import StartFailed
from deploy.embedded.ports import HOST, free_ports, is_free, kept_ports


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


def test_ports_are_none_that_an_outgoing_connection_is_given() -> None:
    assert all(10240 <= port < 32768 for port in free_ports(20))


def test_a_port_is_given_once_even_if_nobody_listens_on_it_yet() -> None:
    assert not set(free_ports(20)) & set(free_ports(20))


def test_more_ports_than_there_are_is_told() -> None:
    with pytest.raises(StartFailed, match="of 99999 ports that are needed are free from 10240 on"):
        free_ports(99999)


def test_a_port_that_is_listened_on_is_not_free() -> None:
    with socket.create_server((HOST, 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_ports_stay_the_same_but_for_the_one_that_is_taken(tmp_path: Path) -> None:
    first = kept_ports(tmp_path / "ports.json", ["a", "b"])
    with socket.create_server((HOST, first["a"])):
        second = kept_ports(tmp_path / "ports.json", ["a", "b", "c"])
    assert second["b"] == first["b"]
    assert second["a"] != first["a"]
    assert json.loads((tmp_path / "ports.json").read_text()) == second
