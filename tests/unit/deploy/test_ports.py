import json
import socket
from pathlib import Path

from deploy.embedded.ports import HOST, free_ports, is_free, kept_ports


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


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
