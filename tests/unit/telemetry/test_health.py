"""A worker's health over HTTP."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest
from prometheus_client import Counter

from telemetry.health import HealthServer

HANDLED = Counter("health_test_handled", "Counted by this test alone.")


@contextmanager
def serving(*, alive: bool = True, ready: Mapping[str, bool] | Exception) -> Iterator[HealthServer]:
    def is_ready() -> Mapping[str, bool]:
        if isinstance(ready, Exception):
            raise ready
        return ready

    server = HealthServer("127.0.0.1:0", alive=lambda: alive, ready=is_ready)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def get(server: HealthServer, path: str) -> tuple[int, bytes]:
    connection = HTTPConnection(*server.address, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(("alive", "status"), [(True, 200), (False, 503)])
def test_alive(alive: bool, status: int) -> None:
    with serving(alive=alive, ready={}) as server:
        assert get(server, "/healthz")[0] == status


def test_ready_when_all_parts_are() -> None:
    with serving(ready={"broker": True, "database": True}) as server:
        status, body = get(server, "/readyz?verbose")
    assert status == 200
    assert json.loads(body) == {"status": "ready", "broker": True, "database": True}


def test_not_ready_when_one_part_is_not_and_it_is_named() -> None:
    with serving(ready={"broker": False, "database": True}) as server:
        status, body = get(server, "/readyz")
    assert status == 503
    assert json.loads(body) == {"status": "not ready", "broker": False, "database": True}


def test_a_check_that_breaks_is_a_no() -> None:
    with serving(ready=ZeroDivisionError()) as server:
        assert get(server, "/readyz")[0] == 503


def test_metrics_are_those_of_the_process() -> None:
    HANDLED.inc()
    with serving(ready={}) as server:
        status, body = get(server, "/metrics")
    assert status == 200
    assert b"health_test_handled_total 1.0" in body


def test_any_other_path_is_not_found() -> None:
    with serving(ready={}) as server:
        assert get(server, "/secrets")[0] == 404


def test_stopped_it_answers_no_more_and_stopping_twice_is_harmless() -> None:
    server = HealthServer("127.0.0.1:0", alive=lambda: True, ready=dict)
    server.stop()
    server.start()
    host, port = server.address
    server.stop()
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection(host, port, timeout=5).request("GET", "/healthz")


def test_the_address_is_known_once_started() -> None:
    with pytest.raises(RuntimeError, match="not been started"):
        _ = HealthServer("127.0.0.1:0", alive=lambda: True, ready=dict).address


@pytest.mark.parametrize("listen", ["9100", "host:", "host:http", ""])
def test_an_address_without_a_port_is_refused(listen: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        HealthServer(listen, alive=lambda: True, ready=dict)
