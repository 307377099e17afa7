"""A server that ended is started again, and a start that fails is not the last."""

import pytest

from deploy.embedded.errors import StartFailed
from deploy.embedded.restart import restart


class Server:
    """Fails to start for a number of times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")
        if self.calls.count("start") <= self.failures:
            raise StartFailed(f"no, {self.calls.count('start')}")

    def stop(self) -> None:
        self.calls.append("stop")


def test_a_start_that_fails_is_tried_again_after_longer_and_longer_pauses_and_told() -> None:
    server, said, pauses = Server(failures=3), list[str](), list[float]()
    restart("rabbitmq", server, said.append, pauses.append)
    assert server.calls == ["stop", "start"] * 4
    assert pauses == [1, 2, 4]
    assert said[0] == "rabbitmq | ended; it is started again"
    assert said[1] == "rabbitmq | could not be started again; the next try is in 1 s. no, 1"


def test_the_fifth_failure_is_the_last() -> None:
    server, pauses = Server(failures=9), list[float]()
    with pytest.raises(StartFailed, match="no, 5"):
        restart("postgres", server, lambda _: None, pauses.append)
    assert pauses == [1, 2, 4, 8]
