"""The proxy is the bad network that it is told to be."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from deploy.embedded.ports import HOST, free_ports
from tests.faults.proxy import Proxy


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """In front of a server that sends everything back."""
    with socket.create_server((HOST, 0)) as server:
        threading.Thread(target=_echo, args=(server,), daemon=True).start()
        proxy = Proxy(free_ports(1)[0], server.getsockname()[1])
        yield proxy
        proxy.close()


def _echo(server: socket.socket) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_send_back, args=(client,), daemon=True).start()


def _send_back(client: socket.socket) -> None:
    with client:
        try:
            while block := client.recv(1000):
                client.sendall(block)
        except OSError:
            return


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), timeout=2)


def echoed(client: socket.socket, sent: bytes = b"hello") -> bytes:
    client.sendall(sent)
    received = b""
    while len(received) < len(sent) and (block := client.recv(1000)):
        received += block
    return received


def test_it_passes_everything_on(proxy: Proxy) -> None:
    with connect(proxy) as client:
        assert echoed(client, b"x" * 100_000) == b"x" * 100_000


def test_latency_is_felt_in_both_directions(proxy: Proxy) -> None:
    with connect(proxy) as client:
        proxy.latency(0.1)
        began = time.monotonic()
        assert echoed(client) == b"hello"
        assert time.monotonic() - began >= 0.2


def test_a_trickle_is_slow_and_whole(proxy: Proxy) -> None:
    with connect(proxy) as client:
        proxy.trickle()
        began = time.monotonic()
        assert echoed(client, b"x" * 5000) == b"x" * 5000
        assert time.monotonic() - began >= 0.08  # nine pauses of 10 ms before the last drop


def test_a_cut_ends_connections_and_refuses_new_ones_until_it_is_mended(proxy: Proxy) -> None:
    with connect(proxy) as client, connect(proxy) as another:
        assert echoed(client) == b"hello"
        proxy.cut()
        assert client.recv(10) == b""
        another.close()
    with connect(proxy) as refused:
        assert refused.recv(10) == b""
    proxy.fair()
    with connect(proxy) as client:
        assert echoed(client) == b"hello"


def test_a_reset_breaks_what_is_there_and_takes_new_connections(proxy: Proxy) -> None:
    with connect(proxy) as client:
        assert echoed(client) == b"hello"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            client.recv(10)
    with connect(proxy) as client:
        assert echoed(client) == b"hello"


def test_a_half_open_connection_is_silent_and_stays(proxy: Proxy) -> None:
    with connect(proxy) as client:
        assert echoed(client) == b"hello"
        proxy.half_open()
        client.settimeout(0.3)
        client.sendall(b"nobody hears this")
        with pytest.raises(TimeoutError):
            client.recv(10)
        with connect(proxy) as fresh:
            assert echoed(fresh) == b"hello"
        proxy.end_silence()
        with pytest.raises(ConnectionResetError):
            client.recv(10)
