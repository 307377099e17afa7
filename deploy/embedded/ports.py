"""Free ports on the loopback address, kept in a file so that addresses stay the same from start to start."""

import json
import secrets
import socket
from collections.abc import Sequence
from itertools import count as counted
from itertools import islice
from pathlib import Path

from deploy.embedded.errors import StartFailed

HOST = "127.0.0.1"

# Below those that systems lend to outgoing connections (Linux from 32768, macOS and Windows from 49152). One of those
# can be lent away between its choice and the server's start, or while the server is down to be started again.
_CHOICE = range(10240, 32768)
# Several processes that choose at the same time begin at different places, so that they do not choose the same.
_turn = counted(secrets.randbelow(len(_CHOICE)))


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
    """Different free ports, none that this process was given before. Raises StartFailed if too few are free."""
    free = (port for port in (_next_port() for _ in range(len(_CHOICE))) if is_free(port))
    ports = list(islice(free, count))
    if len(ports) < count:
        raise StartFailed(f"Only {len(ports)} of {count} ports that are needed are free from {_CHOICE[0]} on.")
    return ports


def _next_port() -> int:
    return _CHOICE[next(_turn) % len(_CHOICE)]


def kept_ports(path: Path, names: Sequence[str]) -> dict[str, int]:
    """A port for each name: the one of the file if it is there and free, else a new one, which is written down."""
    kept: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    fresh = iter(free_ports(len(names)))
    ports = {name: kept[name] if name in kept and is_free(kept[name]) else next(fresh) for name in names}
    path.write_text(json.dumps(ports, indent=1) + "\n")
    return ports
