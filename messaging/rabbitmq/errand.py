"""Things to be done with a link's channel, asked for by other threads."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pika.adapters.blocking_connection import BlockingChannel

from messaging.errors import BrokerRefused, PublishFailed

R = TypeVar("R")


class Errand(Generic[R]):
    """Done by the link's thread, in as many tries as it takes; awaited by the one who asked."""

    def __init__(self, work: Callable[[BlockingChannel], R]) -> None:
        self.given_up = False
        self._work = work
        self._done = threading.Event()
        self._results: list[R] = []
        self._error: Exception | None = None

    def run(self, channel: BlockingChannel) -> None:
        """Do it. Our own errors are what came of it; those of the connection are raised, and it is still to be done."""
        try:
            self._results.append(self._work(channel))
        except (PublishFailed, BrokerRefused) as error:
            self._error = error
        self._done.set()

    def fail(self, error: Exception) -> None:
        """It can't be done."""
        self._error = error
        self._done.set()

    def result(self, seconds: float) -> R:
        """What came of it, or its error; TimeoutError if it is not done in time, and then it need not be any more."""
        if not self._done.wait(seconds):
            self.given_up = True
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._results[0]


class Errands:
    """Those still to be done, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: deque[Errand[Any]] = deque()

    def add(self, errand: Errand[R]) -> None:
        """One more; from any thread."""
        self._waiting.append(errand)

    def run(self, channel: BlockingChannel) -> None:
        """Do those that wait now. If the connection is lost its error is raised, and the one in hand stays first."""
        for _ in range(len(self._waiting)):
            if not self._waiting[0].given_up:
                self._waiting[0].run(channel)
            self._waiting.popleft()

    def fail(self, error: Exception) -> None:
        """None of them can be done."""
        while self._waiting:
            self._waiting.popleft().fail(error)
