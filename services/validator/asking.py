"""Questions to the provisioner, answered while the rows behind them are checked."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Generic, Self, TypeVar

#: Questions that may be without an answer while the next rows are checked: what they are about stays in memory.
AHEAD: Final = 2

T = TypeVar("T")
A = TypeVar("A")


class Asking(Generic[T, A]):
    """Asks in a thread of its own, one question after the other; the answers come in the order of the questions.

    An error of a question is raised where its answer would be. Leave the block, and the thread has ended: a question
    that is out is waited for, and those behind it are not asked any more.
    """

    def __init__(self, ask: Callable[[Mapping[str, Sequence[str]]], A], *, ahead: int = AHEAD) -> None:
        self._ask = ask
        self._ahead = ahead
        self._out: deque[tuple[T, Future[A]]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="asking")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def put(self, about: T, values: Mapping[str, Sequence[str]]) -> None:
        """Ask about these values, which are ``about`` something that the answer comes with."""
        self._out.append((about, self._thread.submit(self._ask, values)))

    def answers(self) -> Iterator[tuple[T, A]]:
        """The answers that are there; waits for one only where too many questions are out."""
        while self._out and (len(self._out) > self._ahead or self._out[0][1].done()):
            yield self._next()

    def rest(self) -> Iterator[tuple[T, A]]:
        """All answers that are to come."""
        while self._out:
            yield self._next()

    def _next(self) -> tuple[T, A]:
        about, answer = self._out.popleft()
        return about, answer.result()
