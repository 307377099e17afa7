"""Free ports on the loopback address, kept in a file so that addresses stay the same from start to start."""

import json
import socket
from collections.abc import Sequence
from pathlib import Path

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Different free ports. All sockets are held until the last is chosen, so none comes twice."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def kept_ports(path: Path, names: Sequence[str]) -> dict[str, int]:
    """A port for each name: the one of the file if it is there and free, else a new one, which is written down."""
    kept: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    fresh = iter(free_ports(len(names)))
    ports = {name: kept[name] if name in kept and is_free(kept[name]) else next(fresh) for name in names}
    path.write_text(json.dumps(ports, indent=1) + "\n")
    return ports
