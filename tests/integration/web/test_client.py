"""Calls between services, over real sockets."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from web.access import AccessKey, Principal, current, require
from web.app import create_app
from web.client import BrokenAnswer, RemoteRefusal, ServiceClient, ServiceUnavailable
from web.refusals import Refusal

KEY = AccessKey("k" * 32)
WHO = Principal(account="main", user="ada", role="admin")


def application() -> Flask:
    app = create_app("web", ready=dict)
    require(app, KEY)

    @app.post("/echo")
    def echo() -> Response:
        size = sum(len(block) for block in iter(lambda: request.stream.read(65536), b""))
        return jsonify(
            {"size": size, "who": current().user, "length": request.headers.get("Content-Length"), "q": request.args}
        )

    @app.get("/blocks")
    def blocks() -> Response:
        return Response(iter([b"a" * 100_000, b"b" * 100_000]))

    @app.get("/short")
    def short() -> Response:
        return Response(iter([b"only this"]), headers={"Content-Length": "1000"})

    @app.get("/refused")
    def refused() -> Response:
        raise Refusal(409, "taken", "It is taken.")

    @app.get("/away")
    def away() -> Response:
        raise Refusal(503, "unavailable", "Later.")

    @app.get("/plain")
    def plain() -> Response:
        return Response("no JSON", 418)

    return app


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, application(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timedelta(seconds=10).total_seconds())
    server.server_close()


@pytest.fixture
def client(address: str) -> ServiceClient:
    return ServiceClient(address, KEY, read=5)


def test_json_both_ways_on_behalf_of_someone(client: ServiceClient) -> None:
    answer = client.json("POST", "/echo", principal=WHO, query={"q": "ä b"}, body={"x": 1})
    assert (answer["who"], answer["size"], answer["q"]) == ("ada", 7, {"q": ["ä b"]})


def test_blocks_are_sent_as_they_are_made(client: ServiceClient) -> None:
    blocks = (b"x" * 50_000 for _ in range(10))
    answer = client.send("POST", "/echo", principal=WHO, headers={"Content-Length": "500000"}, body=blocks)
    assert b'"size":500000' in answer.read()


def test_a_failure_of_the_blocks_comes_through(client: ServiceClient) -> None:
    def blocks() -> Iterator[bytes]:
        yield b"x" * 10
        raise KeyError("cut off")

    with pytest.raises(KeyError, match="cut off"):
        client.send("POST", "/echo", principal=WHO, headers={"Content-Length": "20"}, body=blocks())


def test_an_answer_is_streamed(client: ServiceClient) -> None:
    assert sum(len(block) for block in client.stream("/blocks", principal=WHO)) == 200_000


def test_an_answer_that_ends_too_early_is_told(client: ServiceClient) -> None:
    with pytest.raises(BrokenAnswer):
        list(client.stream("/short", principal=WHO))


def test_a_refusal_comes_with_its_problem(client: ServiceClient) -> None:
    with pytest.raises(RemoteRefusal, match="409 taken: It is taken") as caught:
        client.json("GET", "/refused", principal=WHO)
    assert (caught.value.status, caught.value.code) == (409, "taken")


def test_a_refusal_without_a_problem_is_a_refusal_too(client: ServiceClient) -> None:
    with pytest.raises(RemoteRefusal) as caught:
        client.json("GET", "/plain", principal=WHO)
    assert (caught.value.status, caught.value.code) == (418, "")


def test_a_service_that_is_away_is_told(client: ServiceClient) -> None:
    with pytest.raises(ServiceUnavailable):
        client.json("GET", "/away", principal=WHO)
    with pytest.raises(ServiceUnavailable):
        ServiceClient("http://127.0.0.1:1", KEY).json("GET", "/", principal=WHO)


def test_a_status_is_left_to_the_caller_of_send(client: ServiceClient) -> None:
    assert client.send("GET", "/refused", principal=WHO).status == 409
